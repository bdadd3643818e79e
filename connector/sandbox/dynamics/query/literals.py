"""The values of queries: which literal fits which column, and how it is stored."""

import re
from datetime import UTC, date, datetime
from math import isfinite
from uuid import UUID

from odata_query import ast

from connector.sandbox.dynamics.catalogue.types import CHOICES, FRACTIONS, TEXTS, WHOLE, Attribute
from connector.sandbox.dynamics.query.fault import ARGUMENT, QueryError, incompatible, syntax
from connector.sandbox.dynamics.query.places import Parameter
from connector.sandbox.dynamics.query.text import Node

_LITERAL_TYPES = {
    ast.String: "Edm.String", ast.Integer: "Edm.Int32", ast.Float: "Edm.Decimal", ast.Boolean: "Edm.Boolean",
    ast.GUID: "Edm.Guid", ast.DateTime: "Edm.DateTimeOffset", ast.Date: "Edm.Date",
}  # fmt: skip
_BEYOND = 2**63
_FRACTION = re.compile(r"\.\d+")


class Moment(str):
    """A stored instant whose literal had a fraction of a second, which no stored value has."""


def edm_type(attribute: Attribute) -> str:
    """The OData type of a column."""
    if attribute.is_lookup or attribute.type == "Uniqueidentifier":
        return "Edm.Guid"
    if attribute.type == "DateTime":
        return "Edm.Date" if attribute.date_only else "Edm.DateTimeOffset"
    if attribute.type in CHOICES or attribute.type == "Integer":
        return "Edm.Int32"
    if attribute.type in TEXTS or attribute.type == "MultiSelectPicklist":
        return "Edm.String"
    return {"BigInt": "Edm.Int64", "Boolean": "Edm.Boolean", "Double": "Edm.Double"}.get(attribute.type, "Edm.Decimal")


def stored(node: Node, attribute: Attribute, operator: str) -> Parameter:
    """A literal of the tree as the value that the column stores. Raises QueryError if the types do not fit."""
    kind = type(node)
    if kind not in _LITERAL_TYPES:
        raise syntax("Only a literal or a property can stand on the right side of a comparison.")
    if kind not in _fitting(attribute):
        raise incompatible(edm_type(attribute), _LITERAL_TYPES[kind], operator)
    try:
        return _value(node.val, attribute)
    except (ValueError, OverflowError) as error:
        raise syntax(f"'{node.val}' is no value of type {edm_type(attribute)}.") from error


def from_text(text: str, attribute: Attribute) -> Parameter:
    """A value given as text (query functions, FetchXML) as the column stores it. Raises QueryError."""
    try:
        if attribute.type in WHOLE or attribute.type in CHOICES:
            return _whole(text)
        if attribute.type in FRACTIONS:
            return _fraction(text)
        if attribute.type == "Boolean" and text.lower() in ("0", "1", "true", "false"):
            return int(text.lower() in ("1", "true"))
        if edm_type(attribute) == "Edm.Guid":
            return str(UUID(text))
        if attribute.type != "Boolean":
            return _value(text, attribute)
    except (ValueError, OverflowError):
        pass
    what = f"The value '{text}' of attribute '{attribute.name}' is not of type {edm_type(attribute)}."
    raise QueryError(ARGUMENT, what)


def instant(moment: datetime) -> str:
    """A point in time as stored."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fitting(attribute: Attribute) -> tuple[type, ...]:
    edm = edm_type(attribute)
    if edm == "Edm.DateTimeOffset":
        return (ast.DateTime, ast.Date)
    if edm == "Edm.Guid":
        return (ast.GUID,)
    if edm in ("Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double"):
        return (ast.Integer, ast.Float)
    return {"Edm.Date": (ast.Date,), "Edm.Boolean": (ast.Boolean,)}.get(edm, (ast.String,))


def _value(text: str, attribute: Attribute) -> Parameter:
    edm = edm_type(attribute)
    if edm == "Edm.Boolean":
        return int(text.lower() == "true")
    if edm == "Edm.Guid":
        return text.lower()
    if edm in ("Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double"):
        return _fraction(text) if edm in ("Edm.Decimal", "Edm.Double") or re.search(r"[.eE]", text) else _whole(text)
    if edm == "Edm.Date":
        return date.fromisoformat(text[:10]).isoformat()
    if edm == "Edm.DateTimeOffset":
        return _instant(text)
    return text


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) >= _BEYOND:
        raise OverflowError(text)
    return number


def _fraction(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise OverflowError(text)
    return number


def _instant(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    whole = instant(moment)
    return Moment(whole) if _FRACTION.search(text) and moment.microsecond else whole
