"""The actions that change options, and publishing [D 5.3]. Each takes the request's JSON and answers its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Entity, Option
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, invalid_argument
from connector.sandbox.dynamics.metadata import choices
from connector.sandbox.dynamics.metadata.label import label_text
from connector.sandbox.dynamics.metadata.parse import next_value
from connector.sandbox.dynamics.metadata.pending import keep, publish, unpublished, waiting
from connector.sandbox.dynamics.metadata.solutions import option_prefix

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

Body = dict[str, Any]
Options = tuple[Option, ...]
_CHOICES = ("Picklist", "MultiSelectPicklist")
_LAST = 2_147_483_647


def insert_option(org: Org, body: Body) -> Body:
    """InsertOptionValue: one more option of a choice, local or global."""
    label = _label(body)

    def add(options: Options) -> Options:
        value = _fresh(org, body, options)
        description = label_text(body.get("Description")) or ""
        new = Option(value=value, label=label, description=description, color=body.get("Color"), managed=False)
        return (*options, new)

    after = _change(org, body, add, _CHOICES)
    return {"NewOptionValue": after[-1].value}


def insert_status(org: Org, body: Body) -> Body:
    """InsertStatusValue: one more status reason, bound to a state for good."""
    label, state = _label(body), body.get("StateCode")
    entity, column = _column(org, body)
    states = entity.attribute("statecode")
    if column.type != "Status":
        raise _wrong_type(column)
    if states is None or states.option(state) is None:
        raise invalid_argument(f"The StateCode {state!r} is not a state of {entity.name}.")
    new = Option(value=_fresh(org, body, column.options), label=label, state=state, managed=False)
    keep(org, entity.with_attribute(replace(column, options=(*column.options, new))))
    return {"NewOptionValue": new.value}


def update_option(org: Org, body: Body) -> None:
    """UpdateOptionValue: another label, description or colour; works on status reasons and states, too."""
    value = body.get("Value")

    def relabel(options: Options) -> Options:
        _known(options, value)
        return tuple(_relabelled(one, body) if one.value == value else one for one in options)

    _change(org, body, relabel, (*_CHOICES, "Status", "State", "Boolean"))


def delete_option(org: Org, body: Body) -> None:
    """DeleteOptionValue: the option goes; rows that hold its number keep it, without a label."""
    value = body.get("Value")

    def drop(options: Options) -> Options:
        if _known(options, value).managed:
            raise DataverseError(400, "0x80048403", f"The option {value} is managed and cannot be deleted.")
        return tuple(one for one in options if one.value != value)

    _change(org, body, drop, (*_CHOICES, "Status"))


def order_options(org: Org, body: Body) -> None:
    """OrderOption: the same options in another order."""
    values = body.get("Values")

    def sort(options: Options) -> Options:
        if not isinstance(values, list) or sorted(values) != sorted(one.value for one in options):
            raise DataverseError(400, "0x80048403", "Values must hold the number of every option, each once.")
        return tuple(sorted(options, key=lambda one: values.index(one.value)))

    _change(org, body, sort, (*_CHOICES, "Status"))


def publish_xml(org: Org, body: Body) -> None:
    """PublishXml: the tables and option sets that the document names. Names it does not know are passed over."""
    text = body.get("ParameterXml")
    if not isinstance(text, str) or "<importexportxml" not in text:
        raise invalid_argument("ParameterXml must hold an <importexportxml> document.")
    named = {one.strip().lower() for one in re.findall(r"<entity>([^<]*)</entity>", text)}
    sets = {one.strip() for one in re.findall(r"<optionset>([^<]*)</optionset>", text)}
    for name in tuple(waiting(org)):
        shared = {one.option_set for one in org.entities[name].attributes if one.global_options}
        if name in named or sets & shared:
            publish(org, [name])


def publish_all(org: Org, body: Body) -> None:
    """PublishAllXml: everything."""
    publish(org, tuple(waiting(org)))


ACTIONS: dict[str, tuple[Callable[[Org, Body], Body | None], str]] = {
    "InsertOptionValue": (insert_option, "prvWriteOptionSet"),
    "InsertStatusValue": (insert_status, "prvWriteOptionSet"),
    "UpdateOptionValue": (update_option, "prvWriteOptionSet"),
    "UpdateStateValue": (update_option, "prvWriteOptionSet"),
    "DeleteOptionValue": (delete_option, "prvWriteOptionSet"),
    "OrderOption": (order_options, "prvWriteOptionSet"),
    "PublishXml": (publish_xml, "prvPublishCustomization"),
    "PublishAllXml": (publish_all, "prvPublishCustomization"),
}
"""Every action with the privilege that it needs."""


def _change(org: Org, body: Body, change: Callable[[Options], Options], kinds: tuple[str, ...]) -> Options:
    """The options of the column or global choice that a body names, changed and kept for publishing."""
    if body.get("OptionSetName"):
        found = choices.choices(org).get(str(body["OptionSetName"]))
        if found is None:
            raise DataverseError(404, "0x80040217", f"Could not find optionset {body['OptionSetName']}.")
        after = change(found.options)
        choices.put(org, replace(found, options=after))
        return after
    entity, column = _column(org, body)
    if column.type not in kinds:
        raise _wrong_type(column)
    if column.global_options:
        raise invalid_argument(f"{column.name} uses the global option set {column.option_set}: name that one.")
    after = change(column.options)
    keep(org, entity.with_attribute(replace(column, options=after)))
    return after


def _column(org: Org, body: Body) -> tuple[Entity, Attribute]:
    """The table, as it will be once published, and the column that the body names."""
    table, name = body.get("EntityLogicalName"), body.get("AttributeLogicalName")
    if not table or table not in org.entities:
        raise DataverseError(
            400, "0x80041102", f"The entity with a name = '{table}' was not found in the MetadataCache."
        )
    entity = unpublished(org, str(table))
    found = entity.attribute(str(name))
    if found is None:
        raise DataverseError(400, "0x80041103", f"'{table}' entity doesn't contain attribute with Name = '{name}'.")
    return entity, found


def _wrong_type(column: Attribute) -> DataverseError:
    return DataverseError(
        400, "0x80044320", f"The attribute {column.name} is of type {column.type}: not possible here."
    )


def _label(body: Body) -> str:
    label = label_text(body.get("Label"))
    if not label:
        raise bad_payload("OptionMetadata", "Label must hold a label in language 1033.")
    return label


def _fresh(org: Org, body: Body, options: Options) -> int:
    """The number that the request gives, unless it is taken, or the publisher's next."""
    value = body.get("Value")
    if value is None:
        return next_value(options, option_prefix(org, body.get("SolutionUniqueName")))
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LAST:
        raise invalid_argument(f"{value!r} is no option value.")
    if any(one.value == value for one in options):
        raise DataverseError(400, "0x80048403", f"The option set already has an option with the value {value}.")
    return value


def _known(options: Options, value: object) -> Option:
    found = next((one for one in options if one.value == value), None)
    return found if found is not None else _unknown(value)


def _unknown(value: object) -> NoReturn:
    raise DataverseError(400, "0x80048403", f"The option set has no option with the value {value!r}.")


def _relabelled(one: Option, body: Body) -> Option:
    label, description = label_text(body.get("Label")), label_text(body.get("Description"))
    return replace(
        one,
        label=one.label if label is None else label,
        description=one.description if description is None else description,
        color=body.get("Color", one.color),
    )
