"""What the names in a query mean: fields of the FROM object, and of the parents reached over relationships."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.formula.compile import expand, moment
from connector.sandbox.salesforce.soql.fault import QueryError, located
from connector.sandbox.salesforce.soql.tree import Name, Source

_WSDL = "Please reference your WSDL or the describe call for the appropriate names."
_NAME_FIELDS = (
    "Id", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Type", "IsActive", "Alias", "Username",
    "UserRoleId", "ProfileId",
)  # fmt: skip
"""What a lookup to several objects offers: the fields of the `Name` object [D sforce_api_objects_name]."""
_WITHOUT_ID = frozenset({"EntityDefinition", "FieldDefinition", "StandardValueSet"})
"""Objects that are no rows: every one has the same empty id, and goes by its durable id."""


class Catalogue(Protocol):
    """The objects and fields that the asking user can see."""

    def find(self, name: str) -> ObjectType | None:
        """The object of that name in any case, without the fields hidden from the user."""

    def all(self) -> Iterable[ObjectType]:
        """Every object that can be queried."""


@dataclass(frozen=True, slots=True)
class Column:
    """A value of a row. `kind` is the field type it behaves like; `path` its name in describe case.

    `parts` are the component fields of a compound one, as (key in the answer, column).
    """

    sql: str
    kind: str
    path: tuple[str, ...]
    field: FieldType | None = None
    parts: tuple[tuple[str, Column], ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """A parent in the join. `targets` are its possible objects with their table aliases.

    A `polymorphic` one answers as the `Name` object, whatever it points at.
    """

    path: tuple[str, ...]
    targets: tuple[tuple[ObjectType, str], ...]
    polymorphic: bool = False

    @property
    def id_sql(self) -> str:
        """The parent's id, null when there is no parent."""
        ids = [f'{alias}."Id"' for _, alias in self.targets]
        return ids[0] if len(ids) == 1 else f"coalesce({', '.join(ids)})"

    @property
    def object_sql(self) -> str:
        """The API name of the parent's object."""
        cases = " ".join(f"WHEN {alias}.\"Id\" IS NOT NULL THEN '{found.name}'" for found, alias in self.targets)
        return f"CASE {cases} END"


@dataclass(slots=True)
class Names:
    """The names one SELECT can use. Looking one up adds the joins that it needs.

    `moment` is when formulas are worked out: the instant of asking as stored text, and its day in `zone`.
    """

    catalogue: Catalogue
    text: str
    root: ObjectType
    aliases: Iterator[str]
    zone: str = "GMT"
    moment: tuple[str, str] = ("", "")
    table: str = ""
    sql: list[str] = field(default_factory=list)
    related: dict[tuple[str, ...], Related] = field(default_factory=dict)
    called: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.table = next(self.aliases)
        self.sql.append(f'"{self.root.name}" AS {self.table}')
        self.related[()] = Related((), ((self.root, self.table),))
        self.called[self.root.name.lower()] = ()

    def call(self, source: Source, joined: Iterable[Source]) -> None:
        """Take note of the aliases in FROM: `Contact c, c.Account a`."""
        if source.alias:
            self.called[source.alias.lower()] = ()
        for one in joined:
            path = self._full(one.path)
            self.relation(Name(path, one.at), path)
            if one.alias:
                self.called[one.alias.lower()] = path

    def column(self, name: Name) -> Column:
        """The column that a name means. Raises QueryError INVALID_FIELD for an unknown field or relationship."""
        *relations, last = self._full(name.path)
        parent = self.relation(name, tuple(relations))
        if parent.polymorphic:
            return self._name_object_column(parent, last, name)
        found, alias = parent.targets[0]
        return self._plain(found, alias, (*parent.path, last), name)

    def relation(self, name: Name, relations: tuple[str, ...]) -> Related:
        """The parent that a path of relationships leads to, joined if it was not yet."""
        parent = self.related[()]
        for depth, relation in enumerate(relations, 1):
            key = tuple(part.lower() for part in relations[:depth])
            if key not in self.related:
                self.related[key] = self._join(parent, relation, name)
            parent = self.related[key]
        return parent

    def no_column(self, column: str, entity: str, at: int) -> QueryError:
        """The refusal of a field that is not there [I cli #1876]."""
        what = (
            f"No such column '{column}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
            f"append the '__c' after the custom field name. {_WSDL}"
        )
        return located("INVALID_FIELD", what, self.text, at)

    def _full(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The path from the FROM object, with a leading alias or object name taken off."""
        head = path[0].lower()
        if len(path) > 1 and head in self.called and self._relationship(self.root, path[0]) is None:
            return (*self.called[head], *path[1:])
        return path

    def _plain(self, found: ObjectType, alias: str, path: tuple[str, ...], name: Name) -> Column:
        known = found.field(path[-1])
        if known is None:
            raise self.no_column(path[-1], found.name, name.at)
        path = (*path[:-1], known.name)
        parts: tuple[tuple[str, Column], ...] = ()
        if known.type in ("address", "location"):
            parts = tuple(self._parts(found, alias, known, path))
        if known.type == "id" and found.name in _WITHOUT_ID:
            return Column("'000000000000000AAA'", "string", path, known)
        return Column(self.value(known, alias), known.type, path, known, parts)

    def value(self, known: FieldType, alias: str) -> str:
        """A field's value as SQL over the table of that alias; formulas are worked out as of `moment`."""
        if known.computed is not None:
            return moment(expand(known.computed, alias), *self.moment)
        return f'{alias}."{known.name}"'

    def _parts(
        self, found: ObjectType, alias: str, whole: FieldType, path: tuple[str, ...]
    ) -> Iterator[tuple[str, Column]]:
        """A compound field's components, under the keys that REST gives them: MailingCity is `city`."""
        prefix = whole.name.removesuffix("Address")
        for part in sorted(found.fields, key=lambda part: part.name):
            if part.compound == whole.name:
                key = part.name.removeprefix(prefix)
                column = Column(f'{alias}."{part.name}"', part.type, (*path[:-1], part.name), part)
                yield key[0].lower() + key[1:], column

    def _name_object_column(self, parent: Related, last: str, name: Name) -> Column:
        known = next((one for one in _NAME_FIELDS if one.lower() == last.lower()), None)
        if known is None:
            raise self.no_column(last, "Name", name.at)
        path = (*parent.path, known)
        if known == "Type":
            return Column(self._type_sql(parent), "string", path)
        found = [(one.field(known), alias) for one, alias in parent.targets if known in one]
        if not found or found[0][0] is None:
            return Column("NULL", "string", path)
        columns = ", ".join(f'{alias}."{one.name}"' for one, alias in found if one is not None)
        kind = found[0][0].type
        return Column(f"coalesce({columns}, NULL)", kind, path, found[0][0])

    def _type_sql(self, parent: Related) -> str:
        """`Owner.Type`: the object's name, but Queue (or the other kinds) for a group."""
        cases = []
        for found, alias in parent.targets:
            value = f'{alias}."Type"' if found.name == "Group" else f"'{found.name}'"
            cases.append(f'WHEN {alias}."Id" IS NOT NULL THEN {value}')
        return f"CASE {' '.join(cases)} END"

    def _join(self, parent: Related, relation: str, name: Name) -> Related:
        for found, alias in parent.targets:
            lookup = self._relationship(found, relation)
            targets = [self.catalogue.find(one) for one in lookup.reference_to] if lookup else []
            known = [one for one in targets if one is not None]
            if lookup and known:
                return self._joined(parent, alias, lookup, known)
        what = (
            f"Didn't understand relationship '{relation}' in field path. If you are attempting to use a custom "
            f"relationship, be sure to append the '__r' after the custom relationship name. {_WSDL}"
        )
        raise located("INVALID_FIELD", what, self.text, name.at)

    def _joined(self, parent: Related, alias: str, lookup: FieldType, known: list[ObjectType]) -> Related:
        targets = []
        for one in known:
            other = next(self.aliases)
            self.sql.append(f'LEFT JOIN "{one.name}" AS {other} ON {other}."Id" = {alias}."{lookup.name}"')
            targets.append((one, other))
        return Related((*parent.path, lookup.relationship or ""), tuple(targets), lookup.polymorphic)

    @staticmethod
    def _relationship(found: ObjectType, relation: str) -> FieldType | None:
        wanted = relation.lower()
        return next((one for one in found.fields if (one.relationship or "").lower() == wanted), None)
