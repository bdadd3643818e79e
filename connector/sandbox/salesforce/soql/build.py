"""The parser's raw tree → the records of `tree`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from lark import Token, Tree

from connector.sandbox.salesforce.soql import tree
from connector.sandbox.salesforce.soql.fault import located
from connector.sandbox.salesforce.soql.literal import literal

_Raw = Tree[Token]


def build(parsed: _Raw, text: str) -> tree.Query:
    """The query of a whole parse. Raises QueryError for literals that are no values (bad escape, 31 February)."""
    return _Builder(text).query(parsed.children[0])


def _path(token: Token) -> tuple[str, ...]:
    return tuple(re.split(r"\s*\.\s*", str(token)))


class _Builder:
    """Holds the query text; one method per kind of node."""

    def __init__(self, text: str) -> None:
        self._text = text

    def query(self, raw: Any) -> tree.Query:
        parts: dict[str, Any] = {}
        joined: list[tree.Source] = []
        for child in raw.children:
            if child.data == "joined":
                joined.append(self._source(child))
            else:
                parts[str(child.data)] = child
        found = {name: self._clauses[name](self, child) for name, child in parts.items() if name in self._clauses}
        group, having = found.pop("group", ((), None))
        scope = found.pop("using", None)
        return tree.Query(text=self._text, joined=tuple(joined), scope=scope, group=group, having=having, **found)

    def _source(self, raw: _Raw) -> tree.Source:
        name, alias = raw.children[0], raw.children[-1]
        assert isinstance(name, Token)
        return tree.Source(_path(name), None if alias is None else str(alias), name.start_pos or 0)

    def _select(self, raw: _Raw) -> tuple[tree.Selected | tree.TypeOf | tree.Query, ...]:
        return tuple(self._item(child) for child in raw.children)

    def _item(self, raw: Any) -> tree.Selected | tree.TypeOf | tree.Query:
        if raw.data == "child":
            return self.query(raw.children[0])
        if raw.data == "typeof":
            return self._typeof(raw)
        alias = raw.children[-1]
        return tree.Selected(self._expression(raw.children[0]), None if alias is None else str(alias))

    def _typeof(self, raw: Any) -> tree.TypeOf:
        relation, *rest = raw.children
        branches: list[tuple[str, tuple[tree.Name, ...]]] = []
        otherwise: tuple[tree.Name, ...] = ()
        for part in rest:
            if part.data == "otherwise":
                otherwise = tuple(self._name(token) for token in part.children)
            else:
                branches.append((str(part.children[0]), tuple(self._name(token) for token in part.children[1:])))
        return tree.TypeOf(self._name(relation), tuple(branches), otherwise)

    def _name(self, token: Token) -> tree.Name:
        return tree.Name(_path(token), token.start_pos or 0)

    def _expression(self, raw: Any) -> tree.Expression:
        if raw.data == "name":
            return self._name(raw.children[0])
        function, *arguments = raw.children
        given = tuple(self._expression(argument) for argument in arguments if argument is not None)
        return tree.Call(str(function), given, function.start_pos or 0)

    def _condition(self, raw: Any) -> tree.Condition:
        return self._conditions[str(raw.data)](self, raw)

    def _compare(self, raw: Any) -> tree.Condition:
        left, operator, value = raw.children
        spelt = "!=" if operator == "<>" else str(operator).upper()
        return tree.Compare(self._expression(left), spelt, self._literal(value))

    def _among(self, raw: Any) -> tree.Condition:
        left, values = raw.children
        given = self.query(values) if values.data == "query" else self._list(values)
        return tree.Among(self._expression(left), raw.data == "not_in", given)

    def _includes(self, raw: Any) -> tree.Condition:
        left, values = raw.children
        return tree.Includes(self._expression(left), raw.data == "excludes", self._list(values))

    def _list(self, raw: Any) -> tuple[tree.Literal, ...]:
        return tuple(self._literal(value) for value in raw.children)

    def _literal(self, raw: Any) -> tree.Literal:
        return literal(raw.children[0], self._text)

    def _parts(self, raw: Any) -> tuple[tree.Condition, ...]:
        return tuple(self._condition(part) for part in raw.children)

    def _group(self, raw: Any) -> tuple[tuple[tree.Expression, ...], tree.Condition | None]:
        *expressions, having = raw.children
        condition = None if having is None else self._condition(having.children[0])
        return tuple(self._expression(expression) for expression in expressions), condition

    def _order(self, raw: Any) -> tuple[tree.Sort, ...]:
        return tuple(self._sort(child) for child in raw.children)

    def _sort(self, raw: Any) -> tree.Sort:
        expression, direction, nulls = raw.children
        descending = direction is not None and direction.type == "DESC"
        return tree.Sort(self._expression(expression), descending, nulls is not None and nulls.type == "LAST")

    def _whole(self, raw: Any) -> int:
        token = raw.children[0]
        if not str(token).isdigit():
            raise located("MALFORMED_QUERY", f"unexpected token: '{token}'", self._text, token.start_pos or 0)
        return int(token)

    _clauses: ClassVar[dict[str, Callable[[_Builder, Any], Any]]] = {
        "select": _select,
        "source": _source,
        "using": lambda self, raw: str(raw.children[0]),
        "where": lambda self, raw: self._condition(raw.children[0]),
        "group": _group,
        "order": _order,
        "limit": _whole,
        "offset": _whole,
        "all_rows": lambda self, raw: True,
    }
    _conditions: ClassVar[dict[str, Callable[[_Builder, Any], tree.Condition]]] = {
        "compare": _compare,
        "in_": _among,
        "not_in": _among,
        "includes": _includes,
        "excludes": _includes,
        "and_": lambda self, raw: tree.And(self._parts(raw)),
        "or_": lambda self, raw: tree.Or(self._parts(raw)),
        "not_": lambda self, raw: tree.Not(self._condition(raw.children[0])),
    }
