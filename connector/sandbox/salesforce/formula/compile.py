"""A formula on an object → SQL over one of its rows."""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.formula import functions, operators
from connector.sandbox.salesforce.formula.parse import parse
from connector.sandbox.salesforce.formula.terms import NOW, ROW, TODAY, Term, picked, term
from connector.sandbox.salesforce.formula.tree import (
    Binary,
    Constant,
    FormulaError,
    Function,
    Node,
    Reference,
    Unary,
)

_KINDS = {
    "boolean": "Boolean", "currency": "Number", "date": "Date", "datetime": "DateTime", "double": "Number",
    "int": "Number", "multipicklist": "MultiPicklist", "percent": "Number", "picklist": "Picklist",
}  # fmt: skip
_BLANK = {"Number": "0", "Text": "''", "Boolean": "0"}
LONGEST = 3_900


class Compiled:
    """A formula as SQL (`term`), and the fields that it names, as `Object.Field`."""

    def __init__(
        self, name: str, text: str, found: ObjectType, objects: Mapping[str, ObjectType], *, blank_as_zero: bool
    ) -> None:
        """The formula of the field of that name. Raises FormulaError in the platform's words."""
        if len(text) > LONGEST:
            raise FormulaError(f"Formula is too long ({len(text)} characters). Maximum length is 3,900 characters")
        self._name = name
        self._objects = objects
        self._found = found
        self._blank_as_zero = blank_as_zero
        self._parents = 0
        self.fields: set[str] = set()
        self.term = self._node(parse(text))

    def _node(self, node: Node) -> Term:
        match node:
            case Constant():
                return term(node.sql, node.kind)
            case Reference():
                return self._reference(node)
            case Unary():
                return operators.unary(node.operator, self._operand(node.operand))
            case Binary():
                return operators.binary(node.operator, self._operand(node.left), self._operand(node.right))
            case Function():
                return functions.call(node.name, [self._node(argument) for argument in node.arguments])

    def _operand(self, node: Node) -> Term:
        found = self._node(node)
        if isinstance(node, Reference) and found.kind in ("Picklist", "MultiPicklist"):
            raise picked(".".join(node.path))
        return found

    def _reference(self, node: Reference) -> Term:
        path = ".".join(node.path)
        if path.startswith("$"):
            raise FormulaError(f"This sandbox cannot calculate with the global variable {path}.")
        field, sql = self._column(self._found, ROW, node.path, path)
        kind = _KINDS.get(field.type, "Text")
        if field.type in ("address", "location", "anyType") or field.long_text:
            raise FormulaError(f"Field {path} may not be used in this type of formula")
        blank = _BLANK.get(kind)
        if blank is None or (kind == "Number" and not self._blank_as_zero):
            return term(sql, kind)
        return Term(f"ifnull({sql}, {blank})", kind, sql)

    def _column(self, found: ObjectType, row: str, path: tuple[str, ...], whole: str) -> tuple[FieldType, str]:
        """The field at the end of a path, and its value as SQL; a parent is looked up by its id."""
        if len(path) == 1:
            field = found.field(path[0])
            if field is None:
                raise FormulaError(f"Field {whole} does not exist. Check spelling.")
            self.fields.add(f"{found.name}.{field.name}")
            return field, expand(field.computed, row) if field.computed else f'{row}."{field.name}"'
        lookup = next((one for one in found.fields if (one.relationship or "").lower() == path[0].lower()), None)
        target = self._objects.get(lookup.reference_to[0]) if lookup and len(lookup.reference_to) == 1 else None
        if lookup is None or target is None:
            raise FormulaError(f"Field {whole} does not exist. Check spelling.")
        self.fields.add(f"{found.name}.{lookup.name}")
        self._parents += 1
        alias = f"{self._name}_{self._parents}"
        field, sql = self._column(target, alias, path[1:], whole)
        return field, f'(SELECT {sql} FROM "{target.name}" AS {alias} WHERE {alias}."Id" = {row}."{lookup.name}")'


def expand(sql: str, row: str) -> str:
    """A formula's SQL for one row, by its table alias."""
    return sql.replace(ROW, row)


def moment(sql: str, now: str, today: str) -> str:
    """The SQL with the time of asking in it, as stored text."""
    return sql.replace(NOW, f"'{now}'").replace(TODAY, f"'{today}'")
