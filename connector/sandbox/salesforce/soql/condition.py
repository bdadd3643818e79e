"""WHERE and HAVING → SQLite, with Salesforce's ideas of equality, null and type.

Text compares without case; `''` is null; `!=`, NOT IN and NOT also find rows without a value; a date literal is a
range of days in the org's time zone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.soql import dates, tree
from connector.sandbox.salesforce.soql.fault import QueryError, located
from connector.sandbox.salesforce.soql.names import Column

Parameter = str | int | float | None
_NUMBERS = frozenset({"int", "double", "currency", "percent"})
_IDS = frozenset({"id", "reference"})
_LITERALS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_NUMBERS, ("number",)),
    "boolean": ("boolean",),
    "date": ("date", "range"),
    "datetime": ("datetime", "range"),
}
_WIRE_KIND = {"datetime": "dateTime", "picklist": "string", "id": "ID", "reference": "reference"}


@dataclass(slots=True)
class Conditions:
    """Turns the conditions of one SELECT into SQL; `parameters` grow in the order of their question marks.

    `column` looks an expression up, `select` gives the SQL of a semi-join's inner SELECT.
    """

    text: str
    today: date
    zone: ZoneInfo
    column: Callable[[tree.Expression], Column]
    select: Callable[[tree.Query, list[Parameter]], str]
    parameters: list[Parameter]

    def sql(self, condition: tree.Condition, top: bool = True) -> str:
        """SQL that is true, false or null. Raises QueryError for what the field or the operator does not allow."""
        match condition:
            case tree.And():
                return "(" + " AND ".join(self.sql(part, top) for part in condition.parts) + ")"
            case tree.Or():
                return "(" + " OR ".join(self.sql(part, False) for part in condition.parts) + ")"
            case tree.Not():
                return f"NOT ifnull({self.sql(condition.part, False)}, 0)"
            case tree.Compare():
                return self._compare(condition)
            case tree.Includes():
                return self._includes(condition)
        return self._among(condition, top)

    def _compare(self, compare: tree.Compare) -> str:
        column = self._filterable(compare.left)
        value, operator = compare.right, compare.operator
        self._check_operator(column, operator, compare.left)
        if operator == "LIKE":
            return self._like(column, compare)
        if value.kind == "null" or value.value == "":
            return self._null(column, operator)
        self._check_kind(column, value, compare.left)
        if value.kind == "range":
            return self._range(column, operator, str(value.value))
        parameter = self._stored(column, value, compare.left)
        if column.kind == "boolean":
            wanted = bool(parameter) == (operator == "=")
            return f"ifnull({column.sql}, 0) = {int(wanted)}"
        spelt = {"=": "=", "!=": "IS NOT"}.get(operator, operator)
        return self._matched(column, spelt, parameter)

    def _matched(self, column: Column, operator: str, parameter: Parameter) -> str:
        """`column operator ?`, without case if the column is text."""
        self.parameters.append(parameter)
        if not isinstance(parameter, str) or column.kind in _IDS or column.kind in ("date", "datetime"):
            return f"{column.sql} {operator} ?"
        if parameter.isascii():
            return f"{column.sql} {operator} ? COLLATE NOCASE"
        self.parameters[-1] = parameter.casefold()
        return f"fold({column.sql}) {operator} ?"

    def _like(self, column: Column, compare: tree.Compare) -> str:
        if compare.right.kind != "string":
            raise self._unlike(column, compare.left)
        pattern = str(compare.right.value)
        if pattern.isascii():
            self.parameters.append(pattern)
            return f"{column.sql} LIKE ? ESCAPE '\\'"
        self.parameters.append(pattern.casefold())
        return f"fold({column.sql}) LIKE ? ESCAPE '\\'"

    def _null(self, column: Column, operator: str) -> str:
        if operator not in ("=", "!="):
            return "0"
        if column.kind == "boolean":  # a checkbox always has a value
            return str(int(operator == "!="))
        return f"{column.sql} IS {'NOT ' if operator == '!=' else ''}NULL"

    def _range(self, column: Column, operator: str, name: str) -> str:
        first, after = (self._day(column, day) for day in dates.days(name, self.today))
        match operator:
            case "=":
                self.parameters += [first, after]
                return f"({column.sql} >= ? AND {column.sql} < ?)"
            case "!=":
                self.parameters += [first, after]
                return f"({column.sql} IS NULL OR {column.sql} < ? OR {column.sql} >= ?)"
            case "<" | ">=":
                self.parameters.append(first)
                return f"{column.sql} {operator} ?"
            case _:  # up to the end of the last day
                self.parameters.append(after)
                return f"{column.sql} {'<' if operator == '<=' else '>='} ?"

    def _day(self, column: Column, day: date) -> str:
        return day.isoformat() if column.kind == "date" else dates.midnight(day, self.zone)

    def _among(self, among: tree.Among, top: bool) -> str:
        column = self._filterable(among.left)
        if isinstance(among.values, tree.Query):
            if not top:
                what = (
                    "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested "
                    "WHERE expressions"
                )
                raise QueryError("MALFORMED_QUERY", what)
            inner = f"{column.sql} IN ({self.select(among.values, self.parameters)})"
        else:
            inner = self._listed(column, among)
        return f"NOT ifnull({inner}, 0)" if among.negated else inner

    def _listed(self, column: Column, among: tree.Among) -> str:
        assert not isinstance(among.values, tree.Query)
        self._check_operator(column, "=", among.left)
        parts: list[str] = []
        plain: list[Parameter] = []
        foreign: list[Parameter] = []
        for value in among.values:
            if value.kind == "null" or value.value == "":
                parts.append(f"{column.sql} IS NULL")
                continue
            self._check_kind(column, value, among.left)
            if value.kind == "range":
                parts.append(self._range(column, "=", str(value.value)))
                continue
            stored = self._stored(column, value, among.left)
            (plain if not isinstance(stored, str) or stored.isascii() else foreign).append(stored)
        if plain:
            text = column.kind not in _IDS and isinstance(plain[0], str)
            parts.append(self._in(f"{column.sql}{' COLLATE NOCASE' if text else ''}", plain))
        if foreign:
            parts.append(self._in(f"fold({column.sql})", [str(value).casefold() for value in foreign]))
        return "(" + " OR ".join(parts) + ")"

    def _in(self, sql: str, values: list[Parameter]) -> str:
        self.parameters += values
        return f"{sql} IN ({', '.join('?' * len(values))})"

    def _includes(self, includes: tree.Includes) -> str:
        column = self._filterable(includes.left)
        if column.kind != "multipicklist":
            raise self._operator(column, includes.left)
        groups = []
        for value in includes.values:
            wanted = [part for part in str(value.value).split(";") if part]
            self.parameters += [f";{part};".casefold() for part in wanted]
            groups.append(" AND ".join(f"instr(fold(';' || {column.sql} || ';'), ?)" for _ in wanted) or "0")
        found = "(" + " OR ".join(f"({group})" for group in groups) + ")"
        return f"NOT ifnull({found}, 0)" if includes.negated else found

    def _filterable(self, expression: tree.Expression) -> Column:
        column = self.column(expression)
        if column.parts or (column.field is not None and not column.field.filterable):
            what = f"field '{column.path[-1]}' can not be filtered in a query call"
            raise located("INVALID_FIELD", what, self.text, expression.at)
        return column

    def _check_operator(self, column: Column, operator: str, left: tree.Expression) -> None:
        if (
            (operator == "LIKE" and column.kind in (*_IDS, *_NUMBERS, "boolean", "date", "datetime", "multipicklist"))
            or (operator not in ("=", "!=") and column.kind == "boolean")
            or (operator in ("<", "<=", ">", ">=") and column.kind == "multipicklist")
        ):
            raise self._operator(column, left)

    def _operator(self, column: Column, left: tree.Expression) -> QueryError:
        kind = "id" if column.kind in _IDS else column.kind
        return located("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {kind} field", self.text, left.at)

    def _check_kind(self, column: Column, value: tree.Literal, left: tree.Expression) -> None:
        if value.kind not in _LITERALS.get(column.kind, ("string",)):
            raise self._unlike(column, left)

    def _unlike(self, column: Column, left: tree.Expression) -> QueryError:
        kind = _WIRE_KIND.get(column.kind, column.kind if column.kind in _LITERALS else "string")
        quoted = "should not be" if column.kind in _LITERALS else "should be"
        name = column.path[-1] if column.path else ""
        what = f"value of filter criterion for field '{name}' must be of type {kind} and {quoted} enclosed in quotes"
        return located("INVALID_FIELD", what, self.text, left.at)

    def _stored(self, column: Column, value: tree.Literal, left: tree.Expression) -> Parameter:
        durable = column.field is not None and column.field.reference_to == ("EntityDefinition",)
        if column.kind not in _IDS or durable:
            return value.value
        found = to18(str(value.value))
        if found is None:
            raise located("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value.value}", self.text, left.at)
        return found
