"""A formula on an object → SQL over one of its rows."""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.formula import functions, operators
from connector.sandbox.salesforce.formula.parse import parse
from connector.sandbox.salesforce.formula.terms import NOW, OLD, ROW, TODAY, Term, picked, term
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
_OF_CHANGES = frozenset({"ISCHANGED", "ISNEW", "PRIORVALUE"})
LONGEST = 3_900


class Compiled:
    """A formula as SQL: its `term`, the `fields` that it names, as `Object.Field`, and the record's own `columns` that
    it reads.
    """

    def __init__(
        self,
        name: str,
        text: str,
        found: ObjectType,
        objects: Mapping[str, ObjectType],
        *,
        blank_as_zero: bool,
        changes: bool = False,
    ) -> None:
        """The formula of the field of that name; in one of a rule `changes` can be asked for, as in ISCHANGED.

        Raises FormulaError in the platform's words.
        """
        if len(text) > LONGEST:
            raise FormulaError(f"Formula is too long ({len(text)} characters). Maximum length is 3,900 characters")
        self._name = name
        self._objects = objects
        self._found = found
        self._blank_as_zero = blank_as_zero
        self._changes = changes
        self._row = ROW
        self._parents = 0
        self.columns: set[str] = set()
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
            case Function() if self._changes and node.name in _OF_CHANGES:
                return self._change(node)
            case Function():
                return functions.call(node.name, [self._node(argument) for argument in node.arguments])

    def _change(self, node: Function) -> Term:
        """ISNEW(), ISCHANGED(field) and PRIORVALUE(field), which look at the record as it was."""
        if node.name == "ISNEW" and not node.arguments:
            return term(f'({OLD}."Id" IS NULL)', "Boolean")
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Reference):
            raise FormulaError(f"Incorrect number of parameters for function '{node.name}()'. Expected 1")
        now = self._reference(node.arguments[0])
        self._row = OLD
        before = self._reference(node.arguments[0])
        self._row = ROW
        if node.name == "PRIORVALUE":
            return before
        return term(f'({OLD}."Id" IS NOT NULL AND {now.raw} IS NOT {before.raw})', "Boolean")

    def _operand(self, node: Node) -> Term:
        found = self._node(node)
        if isinstance(node, Reference) and found.kind in ("Picklist", "MultiPicklist"):
            raise picked(".".join(node.path))
        return found

    def _reference(self, node: Reference) -> Term:
        path = ".".join(node.path)
        if path.startswith("$"):
            raise FormulaError(f"This sandbox cannot calculate with the global variable {path}.")
        field, sql = self._column(self._found, self._row, node.path, path)
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
            if row in (ROW, OLD):
                self.columns |= _columns(found, field)
            return field, expand(field.computed, row) if field.computed else f'{row}."{field.name}"'
        lookup = next((one for one in found.fields if (one.relationship or "").lower() == path[0].lower()), None)
        target = self._objects.get(lookup.reference_to[0]) if lookup and len(lookup.reference_to) == 1 else None
        if lookup is None or target is None:
            raise FormulaError(f"Field {whole} does not exist. Check spelling.")
        self.fields.add(f"{found.name}.{lookup.name}")
        if row in (ROW, OLD):
            self.columns.add(lookup.name)
        self._parents += 1
        alias = f"{self._name}_{self._parents}"
        field, sql = self._column(target, alias, path[1:], whole)
        return field, f'(SELECT {sql} FROM "{target.name}" AS {alias} WHERE {alias}."Id" = {row}."{lookup.name}")'


def _columns(found: ObjectType, field: FieldType) -> set[str]:
    """The columns behind a field: its own, or those that its formula reads."""
    if field.computed is None:
        return {field.name}
    names = (name.partition(".") for name in field.formula_fields)
    parts = (found.field(name) for object_name, _, name in names if object_name == found.name)
    return set().union(*(_columns(found, part) for part in parts if part is not None))


def expand(sql: str, row: str) -> str:
    """A formula's SQL for one row, by its table alias."""
    return sql.replace(ROW, row)


def moment(sql: str, now: str, today: str) -> str:
    """The SQL with the time of asking in it, as stored text."""
    return sql.replace(NOW, f"'{now}'").replace(TODAY, f"'{today}'")
