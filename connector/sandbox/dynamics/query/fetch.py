"""FetchXML → a query for rows or for groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity
from connector.sandbox.dynamics.query import comparison, cookie, functions
from connector.sandbox.dynamics.query.apply import Cell, Groups
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.cookie import Cookie
from connector.sandbox.dynamics.query.fault import ARGUMENT, MOST_CONDITIONS, QueryError, too_many_conditions
from connector.sandbox.dynamics.query.literals import from_text
from connector.sandbox.dynamics.query.places import Column, Parameter, Place
from connector.sandbox.dynamics.query.shape import Linked, Shape
from connector.sandbox.dynamics.query.sort import Sort
from connector.sandbox.dynamics.query.statement import Query
from connector.sandbox.dynamics.query.tables import Tables

MALFORMED = "0x80041111"
"""The FetchXML is no XML, or says what FetchXML does not have."""
_COMPARISONS = {"eq": "eq", "ne": "ne", "neq": "ne", "gt": "gt", "ge": "ge", "lt": "lt", "le": "le"}
_LIKES = {
    "like": "{}", "begins-with": "{}%", "ends-with": "%{}", "not-like": "{}", "not-begin-with": "{}%",
    "not-end-with": "%{}",
}  # fmt: skip
_AGGREGATES = {"count": "count(*)", "sum": "sum({})", "avg": "avg({})", "min": "min({})", "max": "max({})"}
_PARTS = {"year": "%Y", "month": "%m", "day": "%d", "week": "%W"}
_MOST = 5_000
SIMPLE_PAGING = 50_000
"""Rows that can be reached by page numbers alone, without the cookie [W 2.3]."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A compiled FetchXML: `found` is what to read; `size` rows a page, `after` where the page begins."""

    found: Query | Groups
    size: int
    after: Cookie | None


def compile_fetch(caller: Caller, entity: Entity, text: str) -> Fetch:
    """The query of a `fetchXml` option on that table. Raises QueryError."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise QueryError(MALFORMED, f"Malformed FetchXml: {error}") from error
    node = root.find("entity")
    if root.tag != "fetch" or node is None or node.get("name") != entity.name:
        named = "" if node is None else node.get("name")
        raise QueryError(MALFORMED, f"The entity in the FetchXML ('{named}') is not that of the URL ('{entity.name}').")
    if sum(one.tag in ("condition", "link-entity") for one in root.iter()) > MOST_CONDITIONS:
        raise too_many_conditions()
    made = _Fetch(Tables.of(caller, entity))
    reach = caller.reach(made.tables.root)
    if reach:
        made.where.append(reach)
    if root.get("distinct") == "true":
        raise QueryError(MALFORMED, "The attribute distinct is not supported by this sandbox: group instead.")
    made.entity(node, made.tables.root, "")
    found: Query | Groups
    if root.get("aggregate") == "true":
        parameters = made.join_parameters + made.parameters
        found = Groups(made.tables, made.where, parameters, made.keys, made.values, ", ".join(made.aliases()))
        found.check()
    else:
        found = made.query(root)
    size = _number(root, "count", _MOST)
    return Fetch(found, min(size, _MOST), _after(root, size))


def _after(root: Element, size: int) -> Cookie | None:
    page = _number(root, "page", 1)
    if page < 2:
        return None
    given = root.get("paging-cookie")
    if given is None and page * size > SIMPLE_PAGING:
        what = "Paging cookie required to retrieve more records. Update your query to retrieve with total records below"
        raise QueryError("0x80040315", f"{what} {SIMPLE_PAGING}")
    return Cookie(page, cookie.read_inner(given) if given else ())


def _number(node: Element, name: str, default: int) -> int:
    text = node.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise QueryError(MALFORMED, f"Invalid value '{text}' of the attribute '{name}' of <{node.tag}>.")
    return int(text)


@dataclass(slots=True)
class _Fetch:
    tables: Tables
    where: list[str] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    shown: list[Attribute] = field(default_factory=list)
    linked: list[Linked] = field(default_factory=list)
    keys: list[Cell] = field(default_factory=list)
    values: list[Cell] = field(default_factory=list)
    order: list[Sort] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    join_parameters: list[Parameter] = field(default_factory=list)
    ordered: list[tuple[str, bool]] = field(default_factory=list)

    def query(self, root: Element) -> Query:
        """The rows to read."""
        entity = self.tables.root.entity
        shown = dict.fromkeys(self.shown) if self.shown or self.linked else dict.fromkeys(_all(entity))
        shown.setdefault(entity.by_name[entity.primary_id])
        shape = Shape(entity, tuple(shown), (), tuple(self.linked))
        top = _number(root, "top", 0) if "top" in root.attrib else None
        if top is not None and ("page" in root.attrib or "count" in root.attrib):
            raise QueryError(MALFORMED, "The top attribute can't be specified with paging attribute page or count.")
        parameters = self.join_parameters + self.parameters
        return Query(self.tables, shape, self.where, parameters, tuple(self.order), top)

    def aliases(self) -> list[str]:
        """The order of groups by the aliases of their columns, as SQL."""
        known = {one.name: one.sql for one in (*self.keys, *self.values)}
        for alias, _ in self.ordered:
            if alias not in known:
                raise QueryError(MALFORMED, f"The alias '{alias}' of an order is that of no column.")
        return [f"{known[alias]} {'DESC' if down else 'ASC'}" for alias, down in self.ordered]

    def entity(self, node: Element, place: Place, prefix: str) -> None:
        """Take in an <entity> or <link-entity>: its columns, filters, orders and links."""
        self.places[prefix] = place
        for child in node:
            if child.tag == "attribute":
                self._attribute(child, place, prefix)
            elif child.tag == "all-attributes":
                for one in _all(place.entity):
                    self._show(one, place, prefix)
            elif child.tag == "link-entity":
                self._link(child, place)
            elif child.tag not in ("filter", "order"):
                raise QueryError(MALFORMED, f"<{child.tag}> is not known within <{node.tag}>.")
        for child in node:
            if child.tag == "filter":
                self.where.append(self._filter(child, place))
            elif child.tag == "order":
                self._order(child, place)

    def _attribute(self, node: Element, place: Place, prefix: str) -> None:
        column = _column(place, node.get("name", ""))
        alias, aggregate = node.get("alias"), node.get("aggregate")
        if aggregate is not None:
            self.values.append(Cell(_needed(alias, node), _aggregate(aggregate, column, node)))
        elif node.get("groupby") == "true":
            part = node.get("dategrouping")
            shown = None if part else column.attribute
            self.keys.append(Cell(_needed(alias, node), _grouped(column, part), shown))
        elif alias:
            self.linked.append(Linked(alias, column))
        else:
            self._show(column.attribute, place, prefix)

    def _show(self, attribute: Attribute, place: Place, prefix: str) -> None:
        if prefix:
            self.linked.append(Linked(f"{prefix}.{attribute.name}", Column(place, attribute)))
        else:
            self.shown.append(attribute)

    def _link(self, node: Element, parent: Place) -> None:
        target = self.tables.entities.get(node.get("name", ""))
        if target is None:
            raise QueryError("0x80041102", f"The entity with a name = '{node.get('name')}' was not found.")
        prefix = node.get("alias") or f"{target.name}{len(self.places)}"
        joined = self.tables.caller.place(target, next(self.tables.aliases))
        near = _column(parent, node.get("to", "")).sql
        far = _column(joined, node.get("from", "")).sql
        kind = {"inner": "JOIN", "outer": "LEFT JOIN"}.get(node.get("link-type", "inner"))
        if kind is None:
            raise QueryError(MALFORMED, f"The link-type '{node.get('link-type')}' is not supported.")
        reach = self.tables.caller.and_reach(joined)
        inside = _Fetch(self.tables, places=self.places)
        self.tables.joins.append(f'{kind} "{target.name}" AS {joined.alias} ON {far} = {near}{reach}')
        at = len(self.tables.joins) - 1
        inside.entity(node, joined, prefix)
        self.linked += inside.linked
        self.keys += inside.keys
        self.values += inside.values
        self.order += inside.order
        self.ordered += inside.ordered
        if kind == "LEFT JOIN" and inside.where:
            if inside.join_parameters:
                raise QueryError(MALFORMED, "An outer link with a filter cannot hold another outer link with one.")
            self.tables.joins[at] += "".join(f" AND {one}" for one in inside.where)
            self.join_parameters += inside.parameters
        else:
            self.where += inside.where
            self.parameters += inside.parameters
            self.join_parameters += inside.join_parameters

    def _order(self, node: Element, place: Place) -> None:
        if node.get("attribute") is None:
            self.ordered.append((node.get("alias", ""), node.get("descending") == "true"))
            return
        column = _column(place, node.get("attribute", ""))
        self.order.append(Sort(column, node.get("descending") == "true"))

    def _filter(self, node: Element, place: Place) -> str:
        word = " OR " if node.get("type") == "or" else " AND "
        parts = []
        for child in node:
            if child.tag == "condition":
                parts.append(self._condition(child, place))
            elif child.tag == "filter":
                parts.append(self._filter(child, place))
        return "(" + word.join(parts or ["1"]) + ")"

    def _condition(self, node: Element, place: Place) -> str:
        named = node.get("entityname")
        if named is not None:
            if named not in self.places:
                raise QueryError(MALFORMED, f"The entityname '{named}' of a condition is the alias of no link.")
            place = self.places[named]
        column = _column(place, node.get("attribute", ""))
        operator = node.get("operator", "eq")
        values = [one.text or "" for one in node.findall("value")]
        if "value" in node.attrib:
            values = [node.attrib["value"]]
        if operator in ("null", "not-null"):
            return comparison.compare(column, "eq" if operator == "null" else "ne", None, self.parameters)
        if operator in _COMPARISONS:
            value = from_text(_one(values, operator), column.attribute)
            return comparison.compare(column, _COMPARISONS[operator], value, self.parameters)
        if operator in _LIKES:
            found = comparison.like(column, _LIKES[operator].format(_one(values, operator)), self.parameters)
            return comparison.negated(found) if operator.startswith("not-") else found
        return functions.condition(operator, column, values, self.tables.caller, self.parameters)


def _all(entity: Entity) -> list[Attribute]:
    return [one for one in entity.attributes if one.selectable]


def _column(place: Place, name: str) -> Column:
    attribute = place.entity.attribute(name)
    if attribute is None or not attribute.selectable:
        what = f"'{place.entity.name}' entity doesn't contain attribute with Name = '{name}'."
        raise QueryError("0x80041103", what)
    return Column(place, attribute)


def _one(values: list[str], operator: str) -> str:
    if len(values) != 1:
        raise QueryError(ARGUMENT, f"The condition operator {operator} needs one value.")
    return values[0]


def _needed(alias: str | None, node: Element) -> str:
    if not alias:
        raise QueryError(MALFORMED, f"An alias is required for the attribute '{node.get('name')}' in an aggregate.")
    return alias


def _aggregate(kind: str, column: Column, node: Element) -> str:
    if kind == "countcolumn":
        return f"count({'DISTINCT ' if node.get('distinct') == 'true' else ''}{column.sql})"
    if kind not in _AGGREGATES:
        raise QueryError(MALFORMED, f"The aggregate '{kind}' is not known.")
    return _AGGREGATES[kind].format(column.sql)


def _grouped(column: Column, part: str | None) -> str:
    if part is None:
        return column.sql
    if part not in _PARTS or column.attribute.type != "DateTime":
        raise QueryError(MALFORMED, f"The dategrouping '{part}' is not supported for '{column.attribute.name}'.")
    return f"CAST(strftime('{_PARTS[part]}', {column.sql}) AS INTEGER)"
