"""Queries are well formed whatever goes into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.salesforce import soql
from connector.errors import MappingError
from connector.sandbox.salesforce.soql.parse import parse

ID = "00Q5g0000000001EAA"


def test_a_query_reads_as_soql() -> None:
    """Fields once each, conditions joined, order at the end."""
    query = soql.select(["Id", "Status", "Id"], "Lead", "IsConverted = false", "", order="Id")
    assert query == "SELECT Id, Status FROM Lead WHERE IsConverted = false ORDER BY Id"


@pytest.mark.parametrize("name", ["Status; DELETE", "a b", "1st", "", "A.", ".A", "A..B", "Näme", "a'b"])
def test_strange_names_are_refused(name: str) -> None:
    """A mapping cannot put anything but names into a query."""
    with pytest.raises(MappingError):
        soql.select([name], "Lead")
    with pytest.raises(MappingError):
        soql.select(["Id"], name)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50))
def test_every_text_can_be_quoted(text: str) -> None:
    """Whatever stands in a value, the query stays one query with that one value."""
    parse(soql.select(["Id"], "Lead", f"Status = {soql.value(text)}"))


@pytest.mark.parametrize("text", ["", "x", "00Q5g0000000001E' OR Id != '", "00Q5g0000000001EA", None])
def test_only_ids_are_ids(text: str) -> None:
    """What has not the form of an id does not get into an id list."""
    with pytest.raises((MappingError, TypeError)):
        soql.record_id(text)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("2024-05-01T10:11:12.000+0000", "2024-05-01T10:11:12.000Z"),
        ("2024-05-01T10:11:12Z", "2024-05-01T10:11:12.000Z"),
        ("2024-05-01T12:11:12.345+02:00", "2024-05-01T10:11:12.345Z"),
    ],
)
def test_times_become_literals(text: str, literal: str) -> None:
    """Datetime literals are UTC with a Z: a plus sign would have to be escaped."""
    assert soql.moment(text) == literal


def test_id_lists_fit_into_a_url() -> None:
    """Any number of ids is cut so that URI and headers stay under 16,384 bytes, with few requests."""
    ids = [f"00Q5g{number:010d}EAA" for number in range(2_000)]
    query = soql.select(["Id", "SystemModstamp", "Status"], "Lead")
    pieces = list(soql.among(ids, query))
    assert [one for piece, _ in pieces for one in piece] == ids
    assert all(len(soql.escaped(f"{query} WHERE {condition}")) < 15_000 for _, condition in pieces)
    assert len(pieces) <= 4


def test_what_follows_a_key_is_asked_exactly() -> None:
    """Rows with the same stamp and a higher id come too: none twice, none never."""
    condition = soql.beyond("SystemModstamp", "2024-05-01T10:11:12.000+0000", ID)
    at = "2024-05-01T10:11:12.000Z"
    assert condition == f"(SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > '{ID}'))"
    parse(soql.select(["Id"], "Lead", condition, order="SystemModstamp, Id"))
