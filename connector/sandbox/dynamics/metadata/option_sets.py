"""The options of a column as metadata shows them [D 5.1]."""

from connector.sandbox.dynamics.catalogue.tables import metadata_id
from connector.sandbox.dynamics.catalogue.types import Attribute, Option
from connector.sandbox.dynamics.metadata.label import Shape, label

_NAMESPACE = "http://schemas.microsoft.com/crm/2009/WebServices"
_KINDS = {"State": "State", "Status": "Status", "Boolean": "Boolean"}


def option_set(entity: str, attribute: Attribute) -> Shape:
    """The OptionSet of a choice or Boolean column. A Boolean has TrueOption and FalseOption, no Options."""
    name = attribute.option_set or f"{entity}_{attribute.name}"
    owner = (name,) if attribute.global_options else (entity, attribute.name, "options")
    shape: Shape = {
        "MetadataId": metadata_id(*owner),
        "HasChanged": None,
        "IsCustomOptionSet": attribute.custom,
        "IsGlobal": attribute.global_options,
        "IsManaged": not attribute.custom,
        "Name": name,
        "ExternalTypeName": None,
        "OptionSetType": _KINDS.get(attribute.type, "Picklist"),
        "IntroducedVersion": "5.0.0.0",
        "ParentOptionSetName": None,
        "DisplayName": label(attribute.label, *owner),
        "Description": label(attribute.description, *owner, "description"),
        "IsCustomizable": {"Value": True, "CanBeChanged": True, "ManagedPropertyLogicalName": "iscustomizable"},
    }
    options = [_option(one, attribute, owner) for one in attribute.options]
    if attribute.type == "Boolean":
        by_value = {one["Value"]: one for one in options}
        no, yes = (by_value.get(value) or _option(_stock(value), attribute, owner) for value in (0, 1))
        return {**shape, "TrueOption": yes, "FalseOption": no}
    return {**shape, "Options": options}


def _stock(value: int) -> Option:
    return Option(value=value, label="Yes" if value else "No")


def _option(one: Option, attribute: Attribute, owner: tuple[str, ...]) -> Shape:
    place = (*owner, str(one.value))
    shape: Shape = {
        "Value": one.value,
        "Color": one.color,
        "IsManaged": one.managed,
        "ExternalValue": None,
        "ParentValues": [],
        "Tag": None,
        "IsHidden": False,
        "MetadataId": metadata_id(*place),
        "HasChanged": None,
        "Label": label(one.label, *place, managed=one.managed),
        "Description": label(one.description, *place, "description", managed=one.managed),
    }
    if attribute.type == "State":
        named = {"DefaultStatus": one.default_status, "InvariantName": one.invariant}
        return {"@odata.type": "#Microsoft.Dynamics.CRM.StateOptionMetadata", **shape, **named}
    if attribute.type == "Status":
        bound = {"State": one.state, "TransitionData": _transitions(one)}
        return {"@odata.type": "#Microsoft.Dynamics.CRM.StatusOptionMetadata", **shape, **bound}
    return shape


def _transitions(one: Option) -> str | None:
    """Which statuses may follow this one, as the XML that metadata holds; None where anything may [D 2.8]."""
    if one.transitions is None:
        return None
    ways = "".join(f'<allowedtransition sourcestatusid="{one.value}" tostatusid="{to}" />' for to in one.transitions)
    return f'<allowedtransitions xmlns="{_NAMESPACE}">{ways}</allowedtransitions>'
