"""WHERE against a second opinion: random conditions, worked out by SQLite and by plain Python, find the same rows."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.asking import asking
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.soql import results
from connector.sandbox.salesforce.soql.parse import parse
from connector.sandbox.salesforce.soql.select import compile_query

Row = dict[str, Any]
Truth = Callable[[Row], bool]
Case = tuple[str, Truth]
"""A condition as SOQL, and what it means."""

WORDS = ["New", "new", "Köln", "KÖLN", "a%b", "a_b", "axb", "O'Neil", "\\", "Zoë\nII"]
MOMENTS = [f"2026-03-0{day}T0{hour}:00:00.000Z" for day in range(1, 4) for hour in range(3)]
COMPARE = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@pytest.fixture(scope="module")
def crowd() -> Iterator[tuple[Org, list[Row]]]:
    """Every word, number and moment together with some that are missing."""
    org = Org()
    rows: list[Row] = [
        {
            "LastName": str(place),
            "City": [*WORDS, None][place % 11],
            "NumberOfEmployees": [1, 2, 3, None][place % 4],
            "IsConverted": place % 3 == 0,
            "EmailBouncedDate": [*MOMENTS, None][place % 10],
        }
        for place in range(120)
    ]
    org.load("Lead", ["Company", *rows[0]], [["ACME", *row.values()] for row in rows])
    yield org, rows
    org.close()


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


@st.composite
def texts(draw: st.DrawFn) -> Case:
    word = draw(st.sampled_from([*WORDS, "nobody"]))
    spelt = draw(st.sampled_from(["=", "!="]))
    return f"City {spelt} {quoted(word)}", lambda row: COMPARE[spelt]((row["City"] or "").casefold(), word.casefold())


@st.composite
def lists(draw: st.DrawFn) -> Case:
    words = draw(st.lists(st.sampled_from([*WORDS, None]), min_size=1, max_size=4))
    negated = draw(st.booleans())
    wanted = {word.casefold() if word else None for word in words}
    shown = ", ".join("null" if word is None else quoted(word) for word in words)

    def truth(row: Row) -> bool:
        city = row["City"].casefold() if row["City"] else None
        return (city in wanted) != negated

    return f"City {'NOT ' if negated else ''}IN ({shown})", truth


@st.composite
def numbers(draw: st.DrawFn) -> Case:
    spelt, number = draw(st.sampled_from(sorted(COMPARE))), draw(st.integers(0, 4))

    def truth(row: Row) -> bool:
        value = row["NumberOfEmployees"]
        return spelt == "!=" if value is None else bool(COMPARE[spelt](value, number))

    return f"NumberOfEmployees {spelt} {number}", truth


@st.composite
def moments(draw: st.DrawFn) -> Case:
    spelt, moment = draw(st.sampled_from(sorted(COMPARE))), draw(st.sampled_from(MOMENTS))

    def truth(row: Row) -> bool:
        value = row["EmailBouncedDate"]
        return spelt == "!=" if value is None else bool(COMPARE[spelt](value, moment))

    return f"EmailBouncedDate {spelt} {moment.replace('.000Z', 'Z')}", truth


@st.composite
def switches(draw: st.DrawFn) -> Case:
    on, negated = draw(st.booleans()), draw(st.booleans())
    soql = f"IsConverted {'!=' if negated else '='} {str(on).lower()}"
    return soql, lambda row: (row["IsConverted"] == on) != negated


@st.composite
def blanks(draw: st.DrawFn) -> Case:
    field = draw(st.sampled_from(["City", "NumberOfEmployees", "EmailBouncedDate"]))
    negated = draw(st.booleans())
    return f"{field} {'!=' if negated else '='} null", lambda row: (row[field] is None) != negated


def joined(inner: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    """AND, OR and NOT of conditions, each part in parentheses as SOQL wants it."""

    def both(parts: list[Case], word: str, combine: Callable[[Iterator[bool]], bool]) -> Case:
        soql = f" {word} ".join(f"({part})" for part, _ in parts)
        return soql, lambda row: combine(truth(row) for _, truth in parts)

    many = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        many.map(lambda parts: both(parts, "AND", all)),
        many.map(lambda parts: both(parts, "OR", any)),
        inner.map(lambda one: (f"NOT ({one[0]})", lambda row: not one[1](row))),
    )


CONDITIONS = st.recursive(st.one_of(texts(), lists(), numbers(), moments(), switches(), blanks()), joined, max_leaves=6)


@settings(max_examples=300, deadline=None)
@given(case=CONDITIONS)
def test_conditions_find_what_they_mean(crowd: tuple[Org, list[Row]], case: Case) -> None:
    """Two-valued logic, text without case, null as in SOQL: SQLite finds the rows that Python finds."""
    org, rows = crowd
    soql, truth = case
    statement = compile_query(parse(f"SELECT LastName FROM Lead WHERE {soql}"), asking(org, base.INTEGRATION_ID))
    db = org.storage.reader()
    records, _ = results.find(statement, db).page(db, 0, 2000, "", lambda hits, place: "")
    assert [record["LastName"] for record in records] == [row["LastName"] for row in rows if truth(row)]


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 40))
def test_keyset_pages_find_everything_once(crowd: tuple[Org, list[Row]], size: int) -> None:
    """Reading on behind the last (stamp, id) in order of both finds every row once, equal stamps notwithstanding."""
    org, rows = crowd
    db = org.storage.reader()
    found: list[str] = []
    condition = ""
    while True:
        soql = f"SELECT Id, SystemModstamp FROM Lead {condition} ORDER BY SystemModstamp, Id LIMIT {size}"
        statement = compile_query(parse(soql), asking(org, base.INTEGRATION_ID))
        records, _ = results.find(statement, db).page(db, 0, 2000, "", lambda hits, place: "")
        if not records:
            break
        found += [record["Id"] for record in records]
        stamp, last = records[-1]["SystemModstamp"].replace("+0000", "Z"), records[-1]["Id"]
        condition = f"WHERE SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{last}')"
    assert len(found) == len(set(found)) == len(rows)
