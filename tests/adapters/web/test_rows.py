"""REST's JSON and bulk's CSV become the same rows, in the mirror's own values."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.salesforce.bulk_query import parse
from connector.adapters.web.cells import epoch, picked
from connector.adapters.web.rows import Constant, Shape, Stamp, Verbatim
from connector.errors import CrmFailed
from connector.mapping import Column, Reads
from connector.model import Kind

COLUMNS = [
    Column("id", "Id"),
    Column("status", "Status"),
    Column("created_at", "CreatedDate", Kind.DATETIME),
    Column("is_converted", "IsConverted", Kind.FLAG),
    Column("employees", "NumberOfEmployees", Kind.WHOLE),
    Column("score", "Lead_Score__c", Kind.NUMBER),
    Column("wake_up_date", "Wake_Up_Date__c", Kind.DATE),
    Column("company", "Account.Name"),
    Stamp("SystemModstamp"),
    Verbatim("IsClosed"),
    Constant("x"),
]
texts = st.none() | st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1
)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)).map(lambda when: when.replace(microsecond=0))


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A record as REST would send it."""
    stamp = f"{draw(moments):%Y-%m-%dT%H:%M:%S}.000+0000"
    return {
        "attributes": {"type": "Lead"},
        "Id": "00Q5g0000000001EAA",
        "Status": draw(texts),
        "CreatedDate": f"{draw(moments):%Y-%m-%dT%H:%M:%S}.000+0000",
        "IsConverted": draw(st.booleans()),
        "NumberOfEmployees": draw(st.none() | st.integers(0, 10**6)),
        "Lead_Score__c": draw(st.none() | st.integers(0, 10**6).map(lambda n: n / 4)),
        "Wake_Up_Date__c": draw(st.none() | st.dates().map(lambda day: f"{day:%Y-%m-%d}".rjust(10, "0"))),
        "Account": draw(st.none() | texts.map(lambda text: {"attributes": {}, "Name": text})),
        "SystemModstamp": stamp,
        "IsClosed": draw(st.booleans()),
    }


def as_csv(record: dict[str, Any], fields: tuple[str, ...]) -> list[str]:
    """The same record as a bulk query would send it: everything text, null empty, times with a Z."""
    cells = []
    for field in fields:
        (value,) = picked([record], field)
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        cells.append(text.replace("+0000", "Z") if field in ("CreatedDate", "SystemModstamp") else text)
    return cells


@given(st.lists(records(), min_size=1, max_size=5))
def test_rest_and_bulk_give_the_same(found: list[dict[str, Any]]) -> None:
    """Whichever way a record came, the mirror holds the same: otherwise every delta would look like a change."""
    shape = Shape(COLUMNS, [Column("rating", "Status")])
    assert shape.from_json(found) == shape.from_csv([as_csv(record, shape.fields) for record in found])


def test_values_are_the_mirrors() -> None:
    """Times are whole seconds, flags 0 or 1, blanks None, constants what they are."""
    record = {
        "Id": "00Q5g0000000001EAA",
        "Status": "",
        "CreatedDate": "1970-01-02T00:00:01.000+0000",
        "IsConverted": True,
        "NumberOfEmployees": 12,
        "Lead_Score__c": 12.5,
        "Wake_Up_Date__c": "2026-01-31",
        "Account": {"Name": "Acme"},
        "SystemModstamp": "2024-05-01T00:00:00.000+0000",
        "IsClosed": False,
    }
    (row,) = Shape(COLUMNS).from_json([record])
    stamp = "2024-05-01T00:00:00.000Z"
    assert row == ("00Q5g0000000001EAA", None, 86_401, 1, 12, 12.5, "2026-01-31", "Acme", stamp, "false", "x")


def test_a_first_blank_is_filled_from_the_next() -> None:
    """Phone, or else mobile phone; and a flag may be the opposite of theirs, or whether a field is filled."""
    shape = Shape(
        [
            Column("phone", "Phone", otherwise=("MobilePhone", "HomePhone")),
            Column("is_open", "IsClosed", Kind.FLAG, Reads.NOT),
            Column("is_bounced", "EmailBouncedDate", Kind.FLAG, Reads.PRESENT),
        ]
    )
    assert shape.fields == ("Phone", "MobilePhone", "HomePhone", "IsClosed", "EmailBouncedDate")
    rows = shape.from_csv([["", "2", "3", "false", ""], ["1", "2", "", "true", "2024-01-01T00:00:00.000Z"]])
    assert rows == [("2", 1, 0), ("1", 0, 1)]


def test_a_flag_may_be_one_of_several_values() -> None:
    """Whether the value is among those named; a blank is none of them."""
    shape = Shape([Column("is_won", "State", Kind.FLAG, among=("Won", "Paid"))])
    assert shape.from_csv([["Won"], ["Paid"], ["Lost"], [""]]) == [(1,), (1,), (0,), (0,)]
    assert shape.from_cells([["Won", None]], 2) == [(1,), (0,)]
    assert shape.from_cells([[]], 0) == []


def test_facts_are_one_json_array() -> None:
    """Facts keep their types; a time among them is canonical text."""
    shape = Shape(
        [Column("id", "Id")],
        [
            Column("a", "A__c", Kind.NUMBER),
            Column("b", "B__c", Kind.DATETIME),
            Constant(),
            Column("c", "C__c", Kind.FLAG),
        ],
    )
    assert shape.from_csv([["x", "1.5", "2024-05-01T10:00:00.000Z", "true"]]) == [
        ("x", '[1.5,"2024-05-01T10:00:00Z",null,1]')
    ]
    assert Shape([Column("id", "Id")], []).from_csv([["x"]]) == [("x", None)]


@pytest.mark.parametrize(
    "text",
    ["2024-05-01T10:11:12.000Z", "2024-05-01T10:11:12.999+0000", "2024-05-01T12:11:12+02:00", "2024-05-01T10:11:12Z"],
)
def test_times_are_floored_to_seconds_utc(text: str) -> None:
    """Every way a time is written means the same second."""
    shape = Shape([Column("at", "At", Kind.DATETIME)])
    expected = int(datetime(2024, 5, 1, 10, 11, 12, tzinfo=UTC).timestamp())
    assert shape.from_csv([[text]]) == [(expected,)]
    assert epoch(text) == expected


@pytest.mark.parametrize("text", ["1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.000Z"])
def test_times_before_1970_are_floored_too(text: str) -> None:
    """Floored means downwards, on either side of 1970."""
    assert Shape([Column("at", "At", Kind.DATETIME)]).from_csv([[text]]) == [(-1,)]


@pytest.mark.trap("S34")
def test_a_stored_date_that_no_calendar_has_is_left_out() -> None:
    """A date of the year 0202 is read; one that is no date at all becomes blank instead of stopping the sync."""
    shape = Shape([Column("day", "Day", Kind.DATE), Column("at", "At", Kind.DATETIME)])
    rows = shape.from_csv([["0202-05-01", "0202-05-01T00:00:00.000Z"], ["20255-01-01", "20255-01-01T00:00:00.000Z"]])
    assert rows[0][0] == "0202-05-01"
    assert rows[0][1] < 0
    assert rows[1] == (None, None)


def test_a_number_that_is_none_stops() -> None:
    """What cannot be right is not taken for something else: the field is named."""
    with pytest.raises(CrmFailed) as caught:
        Shape([Column("employees", "NumberOfEmployees", Kind.WHOLE)]).from_csv([["many"]])
    assert "NumberOfEmployees" in caught.value.what


def test_old_versions_write_whole_numbers_with_a_point() -> None:
    """`12.0` is twelve."""
    assert Shape([Column("employees", "N", Kind.WHOLE)]).from_csv([["12.0"], ["1.2E3"]]) == [(12,), (1200,)]


@given(st.lists(st.tuples(texts, texts), max_size=6))
def test_any_text_survives_csv(rows: list[tuple[str | None, str | None]]) -> None:
    """Quotes, newlines of every kind and other alphabets come through a result file letter for letter."""
    lines = ['"Id","Status"'] + [",".join('"' + (cell or "").replace('"', '""') + '"' for cell in row) for row in rows]
    file = io.BytesIO(("\n".join(lines) + "\n").encode())
    shape = Shape([Column("id", "Id"), Column("status", "Status")])
    found = [row for batch in parse(file, shape.fields) for row in shape.from_csv(batch)]
    assert found == [tuple(cell or None for cell in row) for row in rows]
