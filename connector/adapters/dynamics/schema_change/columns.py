"""Columns of ours: made, and their choices extended.

A choice takes none but its own options [wire §5.3]: what people may type freely is planned as a text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.schema_change import asking
from connector.adapters.dynamics.schema_change.asking import Shape, label
from connector.adapters.dynamics.schema_change.solution import IN_SOLUTION, NAME, PREFIX, ensure
from connector.adapters.dynamics.session import Session
from connector.adapters.web.errors import Declined
from connector.errors import Skip
from connector.policy.wording import fold
from connector.provisioning import FieldType, NewField, SchemaStep

_KIND: Final = "Microsoft.Dynamics.CRM"
_NAMES: Final[Mapping[FieldType, str]] = {
    FieldType.PICKLIST: "Picklist",
    FieldType.TEXT: "String",
    FieldType.FLAG: "Boolean",
    FieldType.DATE: "DateTime",
    FieldType.DATETIME: "DateTime",
}
_THERE: Final = ("0x80047013", "0x80044363")
"""A column of that name exists [wire §5.2]."""


def add(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Makes the column, publishes its table, reads it back. Raises Skip if the CRM refuses it or has another of it."""
    field = step.field
    if field is None:
        raise Skip("the step names no field", where=step.api)
    first = ensure(session, guard)
    if asking.column(session, step.api, field.api) is None:
        _create(session, step.api, definition(field, first, asking.language(session)), guard)
        asking.publish(session, [step.api], guard)
    shown = asking.until(session, lambda: asking.column(session, step.api, field.api) is not None)
    found = asking.column(session, step.api, field.api) if shown else None
    where = f"{step.api}.{field.api}"
    if found is None:
        raise Skip("it was made, but the CRM does not show it yet", where=where, next="run the command again")
    if found["AttributeType"] != type_of(field):
        raise Skip(f"it is there, but of type {found['AttributeType']}; wanted: {type_of(field)}", where=where)
    if field.type is FieldType.PICKLIST:
        _check(session, step.api, field.api, "Picklist", field.values)


def add_values(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Adds options to a choice column, publishes, reads back. What is there already is left as it is."""
    shared = asking.global_name(session, step.api, step.name)
    own: Shape = {"AttributeLogicalName": step.name, "EntityLogicalName": step.api}
    place: Shape = {"OptionSetName": shared} if shared else own
    insert(session, step, "Picklist", guard, lambda text: ("InsertOptionValue", place))
    _check(session, step.api, step.name, "Picklist", step.values)


def insert(
    session: Session, step: SchemaStep, type: str, guard: Guard, how: Callable[[str], tuple[str, Shape]]
) -> None:
    """Adds those of the step's values that a choice lacks, and publishes. `how`: the action for a value, and its place.

    What a process that died had added but not published is not shown, but its number is taken: then it is published,
    and whatever is still lacking is added after it.
    """
    first, language = ensure(session, guard), asking.language(session)
    for final in (False, True):
        there = asking.options(session, step.api, step.name, type)
        known = {fold(asking.label_of(one["Label"], language)) for one in there}
        lacking = [text for text in step.values if fold(text) not in known]
        if final and not lacking:
            return
        number = next_number([one["Value"] for one in there], first)
        try:
            for at, text in enumerate(lacking):
                action, place = how(text)
                body = {**place, "Value": number + at, "Label": label(text, language), "SolutionUniqueName": NAME}
                asking.change(session, "POST", f"{session.data}/{action}", guard, body)
        except Declined as error:
            if final:
                raise Skip(error.what, where=f"{step.api}.{step.name}", next=error.next) from error
        asking.publish(session, [step.api], guard)


def next_number(taken: Sequence[int], first: int) -> int:
    """The next number of ours: no number is ever given twice, since rows may still hold that of a deleted option."""
    ours = [number for number in taken if first <= number < first + 10_000]
    return max(ours, default=first - 1) + 1


def type_of(field: NewField) -> str:
    """The AttributeType that such a field gets."""
    if field.type is FieldType.NUMBER:
        return "Decimal" if field.decimals else "Integer"
    if field.type is FieldType.AGE:
        raise Skip(
            "an age is not kept in a column here: views filter on the moment it is counted from", where=field.api
        )
    return _NAMES[field.type]


def definition(field: NewField, first: int, language: int) -> Shape:
    """The definition of a column [wire §5.2]. `first`: the first number of our options."""
    type = type_of(field)
    shape: Shape = {
        "@odata.type": f"{_KIND}.{type}AttributeMetadata",
        "AttributeType": type,
        "AttributeTypeName": {"Value": f"{type}Type"},
        "SchemaName": schema_name(field),
        "DisplayName": label(field.label, language),
        "Description": label(field.help, language),
        "RequiredLevel": _managed("None", "canmodifyrequirementlevelsettings"),
        "IsAuditEnabled": _managed(field.tracked, "canmodifyauditsettings"),
    }
    return shape | _details(field, type, first, language)


def schema_name(field: NewField) -> str:
    """The name with capitals, from the label; its small letters are the column's logical name."""
    spelled = f"{PREFIX}_{''.join(part for part in field.label if part.isalnum())}"
    return spelled if spelled.lower() == field.api else field.api


def _details(field: NewField, type: str, first: int, language: int) -> Shape:
    most = 10**field.digits - 1
    if type == "String":
        return {"MaxLength": field.length, "FormatName": {"Value": "Text"}}
    if type == "Integer":
        return {"MinValue": 0, "MaxValue": most, "Format": "None"}
    if type == "Decimal":
        return {"MinValue": -most, "MaxValue": most, "Precision": field.decimals}
    if type == "DateTime":
        day = field.type is FieldType.DATE
        behavior = {"Value": "DateOnly" if day else "UserLocal"}
        return {"Format": "DateOnly" if day else "DateAndTime", "DateTimeBehavior": behavior}
    if type == "Boolean":
        no, yes = ({"Value": value, "Label": label(text, language)} for value, text in ((0, "No"), (1, "Yes")))
        choice: Shape = {"TrueOption": yes, "FalseOption": no, "OptionSetType": "Boolean"}
        return {"DefaultValue": False, "OptionSet": {"@odata.type": f"{_KIND}.BooleanOptionSetMetadata", **choice}}
    options = [{"Value": first + at, "Label": label(text, language)} for at, text in enumerate(field.values)]
    whole: Shape = {"IsGlobal": False, "OptionSetType": "Picklist", "Options": options}
    return {"SourceTypeMask": 0, "OptionSet": {"@odata.type": f"{_KIND}.OptionSetMetadata", **whole}}


def _managed(value: Any, name: str) -> Shape:
    return {"Value": value, "CanBeChanged": True, "ManagedPropertyLogicalName": name}


def _create(session: Session, table: str, body: Shape, guard: Guard) -> None:
    try:
        asking.change(session, "POST", f"{asking.table(session, table)}/Attributes", guard, body, **IN_SOLUTION)
    except Declined as error:
        if error.code not in _THERE:
            raise Skip(error.what, where=f"{table}.{body['SchemaName']}", next=error.next) from error


def _check(session: Session, table: str, column: str, type: str, wanted: Sequence[str]) -> None:
    """Reads back that every label is there."""
    language = asking.language(session)

    def lacking() -> list[str]:
        there = {fold(asking.label_of(o["Label"], language)) for o in asking.options(session, table, column, type)}
        return [text for text in wanted if fold(text) not in there]

    if not asking.until(session, lambda: not lacking()):
        raise Skip(f"read back, these options are not there: {', '.join(lacking())}", where=f"{table}.{column}")
