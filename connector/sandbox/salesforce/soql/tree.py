"""The parts of a parsed query. `at` is always the character position in the query text, for error messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A field, or a path of relationships ending in one: ("Account", "Owner", "Name")."""

    path: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function: COUNT(Id), toLabel(Status), CALENDAR_YEAR(CreatedDate), FIELDS(ALL)."""

    function: str
    arguments: tuple[Name | Call, ...]
    at: int


Expression = Name | Call


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in a condition. `kind`: string, number, date, datetime, boolean, null or range (TODAY, LAST_N_DAYS:3).

    `value` is the value as SQLite stores it (datetimes in UTC, booleans 0/1); for a range its upper-case name.
    """

    kind: str
    value: str | float | int | None
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`; the operator is one of = != < <= > >= LIKE."""

    left: Expression
    operator: str
    right: Literal


@dataclass(frozen=True, slots=True)
class Among:
    """IN or NOT IN, a list of values or a semi-join."""

    left: Expression
    negated: bool
    values: tuple[Literal, ...] | Query


@dataclass(frozen=True, slots=True)
class Includes:
    """INCLUDES or EXCLUDES on a multi-select picklist."""

    left: Expression
    negated: bool
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Compare | Among | Includes | And | Or | Not


@dataclass(frozen=True, slots=True)
class Selected:
    """One field or function of the SELECT list."""

    expression: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class TypeOf:
    """TYPEOF What WHEN Account THEN Phone ELSE Name END."""

    relation: Name
    branches: tuple[tuple[str, tuple[Name, ...]], ...]
    otherwise: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What stands after FROM: an object, a child relationship, or the path of a joined alias."""

    path: tuple[str, ...]
    alias: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Sort:
    """One field of ORDER BY."""

    expression: Expression
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT, outermost, child or semi-join."""

    text: str
    select: tuple[Selected | TypeOf | Query, ...]
    source: Source
    joined: tuple[Source, ...] = ()
    scope: str | None = None
    where: Condition | None = None
    group: tuple[Expression, ...] = ()
    having: Condition | None = None
    order: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int | None = None
    all_rows: bool = False
