"""LeadConvertSettings: which custom lead fields go where on conversion [D meta_leadconvertsettings].

The documented definition; that `readMetadata` and `updateMetadata` take it, and that a mapping left out is taken away,
is not confirmed by a source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.convert import MAPPED, mapping
from connector.sandbox.salesforce.metadata.xml import Body
from connector.sandbox.salesforce.schema.refusal import RefusedError

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

NAME = "LeadConvertSettings"
_OPTIONS = ("VisibleOptional", "VisibleRequired", "NotVisible")
_FIRST = {"allowOwnerChange": True, "opportunityCreationOptions": "VisibleOptional"}
_TEXT = frozenset({"string", "textarea", "picklist", "email", "phone", "url"})
_NUMBER = frozenset({"double", "currency", "percent", "int"})


def read(org: Org, name: str) -> Body | None:
    """The settings with every mapping, one `objectMapping` per object that something goes to."""
    if name != NAME:
        return None
    mappings = [
        {
            "inputObject": "Lead",
            "mappingFields": [{"inputField": one, "outputField": to} for one, to in mapping(org, target).items()],
            "outputObject": target,
        }
        for target in MAPPED
        if mapping(org, target)
    ]
    return {"fullName": NAME, **_FIRST, **org.settings.get("lead convert", {}), "objectMapping": mappings}


def update(org: Org, body: Body) -> None:
    """Make the mappings those given, all of them; the other settings stay where they are not given."""
    if body.get("fullName") != NAME:
        text = f"In field: fullName - no LeadConvertSettings named {body.get('fullName')} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text)
    option = body.get("opportunityCreationOptions")
    if option is not None and option not in _OPTIONS:
        text = f"'{option}' is not a VisibleOrRequired"
        raise RefusedError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, ("opportunityCreationOptions",))
    wanted = _mappings(org, body.get("objectMapping", []))
    plain = {key: body[key] for key in _FIRST if body.get(key) is not None}
    with org.storage.transaction():
        org.settings["lead mapping"] = wanted
        org.settings["lead convert"] = {**org.settings.get("lead convert", {}), **plain}


def _mappings(org: Org, given: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    wanted: dict[str, dict[str, str]] = {}
    for entry in given:
        target = str(entry.get("outputObject"))
        if entry.get("inputObject") != "Lead" or target not in MAPPED:
            text = f"objectMapping must go from Lead to {', '.join(MAPPED)}"
            raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("objectMapping",))
        fields = wanted.setdefault(target, {})
        for pair in entry.get("mappingFields", []):
            source = _custom(org, "Lead", str(pair.get("inputField")), "inputField")
            into = _custom(org, target, str(pair.get("outputField")), "outputField")
            _check_fit(source, into)
            if source.name in fields or into.name in fields.values():
                text = f"Lead.{source.name} or {target}.{into.name} is mapped twice"
                raise RefusedError("DUPLICATE_VALUE", text, ("mappingFields",))
            fields[source.name] = into.name
    return wanted


def _custom(org: Org, object_name: str, name: str, element: str) -> FieldType:
    field = org.objects[object_name].field(name)
    if field is None or not field.custom:
        text = f"In field: {element} - no CustomField named {object_name}.{name} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text, (element,))
    return field


def _check_fit(source: FieldType, into: FieldType) -> None:
    """Same kind of data, room enough, and something that can be written to."""
    kinds = [next((kind for kind in (_TEXT, _NUMBER) if field.type in kind), {field.type}) for field in (source, into)]
    if kinds[0] != kinds[1] or into.formula is not None:
        text = f"The data types of {source.name} and {into.name} do not match"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("mappingFields",))
    if source.type in _TEXT and source.length > into.length:
        text = f"{into.name} is shorter than {source.name}"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("mappingFields",))
