"""`$filter` → SQL: the syntax tree of odata-query walked with the columns of one table and those joined to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from odata_query import ast

from connector.sandbox.dynamics.query import comparison, functions, text
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.fault import incompatible, no_property, syntax
from connector.sandbox.dynamics.query.literals import edm_type, stored
from connector.sandbox.dynamics.query.places import Column, Parameter, Place, children, matches, path_of
from connector.sandbox.dynamics.query.tables import Tables
from connector.sandbox.dynamics.query.text import Node

_COMPARATORS = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Gt: "gt", ast.GtE: "ge", ast.Lt: "lt", ast.LtE: "le",
}  # fmt: skip
_KINDS = {
    "eq": "Equal", "ne": "NotEqual", "gt": "GreaterThan", "ge": "GreaterThanOrEqual", "lt": "LessThan",
    "le": "LessThanOrEqual",
}  # fmt: skip
_TURNED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_LIKES = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}


@dataclass(slots=True)
class Filter:
    """Turns one filter into SQL; `parameters` grow in the order of their question marks."""

    tables: Tables
    parameters: list[Parameter]
    variables: dict[str, Place] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.tables.caller

    def sql(self, node: Node) -> str:
        """SQL that is true, false or null. Raises QueryError."""
        match node:
            case ast.BoolOp():
                word = " AND " if isinstance(node.op, ast.And) else " OR "
                return _joined([self.sql(part) for part in text.operands(node)], word)
            case ast.UnaryOp(op=ast.Not()):
                return comparison.negated(self.sql(node.operand))
            case ast.Compare():
                return self._compare(node)
            case ast.Call():
                return self._call(node)
            case ast.CollectionLambda():
                return self._lambda(node)
        raise syntax("The filter expression must evaluate to a single boolean value.")

    def _compare(self, node: Node) -> str:
        operator = _COMPARATORS.get(type(node.comparator))
        if operator is None:
            raise syntax("The operator 'in' is not supported: use the function Microsoft.Dynamics.CRM.In.")
        left, right = node.left, node.right
        if not _is_path(left) and _is_path(right):
            left, right, operator = right, left, _TURNED[operator]
        column = self._column(left)
        if _is_path(right):
            return self._columns(column, operator, self._column(right))
        if isinstance(right, ast.Null):
            if operator not in ("eq", "ne"):
                return "0"
            return comparison.compare(column, operator, None, self.parameters)
        if isinstance(left, ast.Call) or isinstance(right, ast.Call):
            raise syntax("Functions on columns are not supported in a comparison.")
        value = stored(right, column.attribute, _KINDS[operator])
        return comparison.compare(column, operator, value, self.parameters)

    def _columns(self, left: Column, operator: str, right: Column) -> str:
        if edm_type(left.attribute) != edm_type(right.attribute):
            raise incompatible(edm_type(left.attribute), edm_type(right.attribute), _KINDS[operator])
        if left.place != right.place:
            raise syntax("Columns can only be compared with columns of the same table.")
        return comparison.between_columns(left, operator, right)

    def _call(self, node: Node) -> str:
        name = node.func.full_name()
        if node.func.namespace == functions.NAMESPACE:
            return self._query_function(node)
        if name not in _LIKES:
            raise syntax(f"The function '{name}' is not supported.")
        column = self._column(node.args[0])
        if not isinstance(node.args[1], ast.String) or not comparison.is_text(column.attribute):
            raise syntax(f"No function signature for the function with name '{name}' matches the specified arguments.")
        return comparison.like(column, _LIKES[name].format(node.args[1].val), self.parameters)

    def _query_function(self, node: Node) -> str:
        given = {argument.name.name: argument.param for argument in node.args if isinstance(argument, ast.NamedParam)}
        named = given.get("PropertyName")
        if not isinstance(named, ast.String):
            raise syntax(f"The function '{node.func.full_name()}' needs the parameter PropertyName.")
        column = self._by_logical_name(named.val)
        values = given.get("PropertyValues", given.get("PropertyValue"))
        if isinstance(values, ast.List):
            texts = [_text(one) for one in values.val]
        else:
            texts = [] if values is None else [_text(values)]
        return functions.condition(node.func.name, column, texts, self.caller, self.parameters)

    def _by_logical_name(self, name: str) -> Column:
        """The column that a query function names: by logical name, or as rows show it."""
        *ways, last = name.split("/")
        start = self.tables.root
        if ways and ways[0] in self.variables:
            start = self.variables[ways.pop(0)]
        for way in ways:
            start = self.tables.follow(start, way)
        attribute = start.entity.attribute(last) or start.entity.property(last)
        if attribute is None or not attribute.selectable:
            raise no_property(last, start.entity.name)
        return Column(start, attribute)

    def _column(self, node: Node) -> Column:
        path = path_of(node)
        if path[0] in self.variables:
            if len(path) == 1:
                raise syntax(f"The variable '{path[0]}' is a row, not a value.")
            return self.tables.column(path[1:], self.variables[path[0]])
        return self.tables.column(path)

    def _lambda(self, node: Node) -> str:
        *ways, name = path_of(node.owner)
        start = self.variables.get(ways[0], self.tables.root) if ways else self.tables.root
        if len(ways) > (start is not self.tables.root):
            raise syntax(f"A condition on the collection '{name}' behind a lookup is not supported.")
        found = children(self.tables.entities, start.entity, name)
        if found is None:
            raise no_property(name, start.entity.name)
        inner = Tables.of(self.caller, found.entity, self.tables.aliases)
        back = matches(start.key, inner.root, found.attribute, start.entity) + self.caller.and_reach(inner.root)
        if node.lambda_ is None:
            return f"EXISTS (SELECT 1 FROM {inner.sql} WHERE {back})"
        variables = {**self.variables, node.lambda_.identifier.name: inner.root}
        condition = Filter(inner, self.parameters, variables).sql(node.lambda_.expression)
        if isinstance(node.operator, ast.All):
            return f"NOT EXISTS (SELECT 1 FROM {inner.sql} WHERE {back} AND {comparison.negated(condition)})"
        return f"EXISTS (SELECT 1 FROM {inner.sql} WHERE {back} AND {condition})"


def _joined(parts: list[str], word: str) -> str:
    """The conditions joined in a tree of little depth, which SQLite limits."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_joined(parts[:half], word)}{word}{_joined(parts[half:], word)})"


def _is_path(node: Node) -> bool:
    return isinstance(node, ast.Identifier | ast.Attribute)


def _text(node: Node) -> str:
    if isinstance(node, ast.UnaryOp) or not hasattr(node, "val") or isinstance(node, ast.List):
        raise syntax("The values of a query function must be literals.")
    return str(node.val)
