"""The query functions of the namespace Microsoft.Dynamics.CRM, such as `In` and `LastXDays`, and FetchXML's operators
of the same meaning.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connector.sandbox.dynamics.query import comparison, moments
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.fault import ARGUMENT, QueryError, syntax
from connector.sandbox.dynamics.query.literals import from_text, instant
from connector.sandbox.dynamics.query.places import Column, Parameter

NAMESPACE = ("Microsoft", "Dynamics", "CRM")


def condition(name: str, column: Column, values: Sequence[str], caller: Caller, parameters: list[Parameter]) -> str:
    """The condition that the function or operator `name` means for a column. Raises QueryError.

    `name` is matched without case and dashes: `LastXDays` and `last-x-days` are the same.
    """
    key = name.replace("-", "").lower()
    if key in ("in", "notin"):
        if not values:
            raise QueryError(ARGUMENT, f"The condition operator {name} needs at least one value.")
        found = comparison.among(column, [from_text(value, column.attribute) for value in values], parameters)
        return comparison.negated(found) if key == "notin" else found
    if key in ("between", "notbetween"):
        found = _between(column, values, parameters)
        return comparison.negated(found) if key == "notbetween" else found
    if key in ("containvalues", "doesnotcontainvalues"):
        found = _contains_values(column, values, parameters)
        return comparison.negated(found) if key == "doesnotcontainvalues" else found
    if key in ("on", "noton", "onorafter", "onorbefore"):
        return _on(key, column, _only(name, values), parameters)
    if moments.is_relative(key):
        return _relative(name, key, column, values, caller, parameters)
    return _who(name, key, column, caller, parameters)


def _between(column: Column, values: Sequence[str], parameters: list[Parameter]) -> str:
    if len(values) != 2:
        raise QueryError(ARGUMENT, f"The condition operator Between needs two values, {len(values)} were given.")
    low, high = (from_text(value, column.attribute) for value in values)
    first = comparison.compare(column, "ge", low, parameters)
    return f"({first} AND {comparison.compare(column, 'le', high, parameters)})"


def _contains_values(column: Column, values: Sequence[str], parameters: list[Parameter]) -> str:
    if column.attribute.type != "MultiSelectPicklist":
        raise QueryError(ARGUMENT, f"ContainValues is not valid for attribute '{column.attribute.name}'.")
    parts = []
    for value in values:
        if not value.lstrip("-").isdecimal():
            raise QueryError(ARGUMENT, f"The value '{value}' of ContainValues is not the number of an option.")
        parameters.append(f"%,{value},%")
        parts.append(f"',' || {column.sql} || ',' LIKE ?")
    return "(" + " OR ".join(parts) + ")"


def _on(key: str, column: Column, value: str, parameters: list[Parameter]) -> str:
    _check_date(key, column)
    try:
        day = datetime.fromisoformat(value[:10])
        following = day + timedelta(days=1)
    except (ValueError, OverflowError):
        raise QueryError(ARGUMENT, f"The value '{value}' is not a date.") from None
    bounds = {"on": (day, 1), "noton": (day, 1), "onorafter": (day, None), "onorbefore": (None, 1)}[key]
    start = bounds[0]
    end = following if bounds[1] else None
    found = _within(column, (start, end), parameters)
    return comparison.negated(found) if key == "noton" else found


def _relative(
    name: str, key: str, column: Column, values: Sequence[str], caller: Caller, parameters: list[Parameter]
) -> str:
    _check_date(name, column)
    count = 0
    if moments.takes_number(key):
        try:
            count = int(_only(name, values))
        except ValueError:
            raise QueryError(ARGUMENT, f"The value '{values[0]}' of {name} is not a whole number.") from None
    return _within(column, moments.span(key, caller.now, count), parameters)


def _within(column: Column, span: moments.Span, parameters: list[Parameter]) -> str:
    parts = []
    for operator, moment in zip((">=", "<"), span, strict=True):
        if moment is not None:
            text = instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
            parameters.append(text[:10] if column.attribute.date_only else text)
            parts.append(f"{column.sql} {operator} ?")
    return "(" + " AND ".join(parts or [f"{column.sql} IS NOT NULL"]) + ")"


def _who(name: str, key: str, column: Column, caller: Caller, parameters: list[Parameter]) -> str:
    owners = {
        "equserid": (caller.user_id,),
        "equaluserid": (caller.user_id,),
        "neuserid": (caller.user_id,),
        "notequaluserid": (caller.user_id,),
        "eqbusinessid": (caller.business_unit,),
        "equalbusinessid": (caller.business_unit,),
        "equserteams": caller.teams,
        "equaluserteams": caller.teams,
        "equseroruserteams": (caller.user_id, *caller.teams),
        "equaluseroruserteams": (caller.user_id, *caller.teams),
    }.get(key)
    if owners is None:
        raise syntax(f"The function 'Microsoft.Dynamics.CRM.{name}' is not known or not allowed in a filter.")
    found = comparison.among(column, owners, parameters)
    return comparison.negated(found) if key.startswith(("ne", "not")) else found


def _check_date(name: str, column: Column) -> None:
    if column.attribute.type != "DateTime":
        what = f"The specified condition operator {name} is not valid for attribute '{column.attribute.name}'."
        raise QueryError(ARGUMENT, what)


def _only(name: str, values: Sequence[str]) -> str:
    if len(values) != 1:
        raise QueryError(ARGUMENT, f"The condition operator {name} needs one value.")
    return values[0]
