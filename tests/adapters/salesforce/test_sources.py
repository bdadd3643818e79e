"""Each table's query asks for what the mapping names and the login may see, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.adapters.salesforce.sources import Source, sources
from connector.mapping import load
from connector.ports import COLUMNS, Table

MAPPING = load("salesforce")


class Org:
    """Stands for what an org shows: everything but the names in `hidden`."""

    def __init__(self, *hidden: str) -> None:
        self._hidden = hidden
        self.described: list[str] = []

    def describe(self, object: str) -> dict[str, Any] | None:
        self.described.append(object)
        return None if object in self._hidden else {"name": object}

    def has(self, object: str, path: str) -> bool:
        return path not in self._hidden

    def field(self, object: str, path: str) -> dict[str, Any] | None:
        return {"type": "string"} if path not in self._hidden else None


def of(table: Table, *hidden: str, careful: bool = False) -> list[Source]:
    """The table's queries in an org that hides these names."""
    return sources(MAPPING, table, Org(*hidden), careful=careful)  # type: ignore[arg-type]


@pytest.mark.parametrize("table", list(Table))
def test_every_table_has_a_query(table: Table) -> None:
    """Its fields are the mapping's, and its stamp is among them."""
    found = of(table)
    assert found
    for source in found:
        assert "Id" in source.shape.fields
        assert source.stamp is None or source.stamp in source.shape.fields


@pytest.mark.trap("S6")
def test_history_is_asked_for_the_status_only() -> None:
    """By the API name that history uses, read on by creation, old rows included."""
    (lead,) = of(Table.LEAD_HISTORY)
    (contact,) = of(Table.CONTACT_HISTORY)
    assert (lead.where, lead.stamp, lead.archived) == (("Field = 'Status'",), "CreatedDate", True)
    assert contact.where == ("Field = 'Contact_Status__c'",)
    assert of(Table.CONTACT_HISTORY, "Contact_Status__c") == []


def test_deleted_rows_are_asked_for_where_they_can_be() -> None:
    """Users and calendars know no deletion; people, activities and deals do; only people can be merged."""
    for table in Table:
        for source in of(table):
            assert source.deletes == ("IsDeleted" in source.shape.fields)
            assert ("MasterRecordId" in source.shape.fields) == (table in (Table.LEAD, Table.CONTACT))


def test_a_hidden_field_is_a_constant() -> None:
    """The row keeps its width."""
    (source,) = of(Table.LEAD, "Company", "EmailBouncedDate", "Phone")
    assert "Company" not in source.shape.fields
    assert "MobilePhone" in source.shape.fields
    rows = source.shape.from_csv([["false" if field.startswith("Is") else "" for field in source.shape.fields]])
    row = dict(zip(COLUMNS[Table.LEAD], source.arrange(rows).rows[0], strict=True))
    assert (row["company"], row["is_bounced"]) == (None, 0)


def test_other_objects_are_described_only_when_asked_to_be_careful() -> None:
    """A describe is a call: tasks are read without one until the org refuses a field."""
    org = Org("CallDisposition")
    sources(MAPPING, Table.TASK, org)  # type: ignore[arg-type]
    assert org.described == []
    (source,) = sources(MAPPING, Table.TASK, org, careful=True)  # type: ignore[arg-type]
    assert org.described == ["Task"]
    assert "CallDisposition" not in source.shape.fields


def test_an_open_deal_has_no_closing_date() -> None:
    """The close date of an open opportunity is a plan."""
    (source,) = of(Table.OPPORTUNITY)
    cells = {"Id": "0065g0000000001AAA", "CloseDate": "2026-05-31", "IsWon": "false", "IsDeleted": "false"}
    open_, closed = (
        source.shape.from_csv([[{**cells, "IsClosed": flag}.get(field, "") for field in source.shape.fields]])
        for flag in ("false", "true")
    )
    at = COLUMNS[Table.OPPORTUNITY].index("closed_at")
    assert source.arrange(open_).rows[0][at] is None
    assert source.arrange(closed).rows[0][at] == 1_780_185_600


def test_a_user_made_mapping_is_followed(tmp_path: Path) -> None:
    """Another field for the status is read, and its history is asked for by its name."""
    own = tmp_path / "own.toml"
    own.write_text('[tables.contact.fields]\nstatus = "Stage__c"\n')
    mapping = load("salesforce", own)
    (contact,) = sources(mapping, Table.CONTACT, Org())  # type: ignore[arg-type]
    (history,) = sources(mapping, Table.CONTACT_HISTORY, Org())  # type: ignore[arg-type]
    assert "Stage__c" in contact.shape.fields
    assert history.where == ("Field = 'Stage__c'",)
