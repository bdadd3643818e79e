"""The shipped mapping of Dynamics: complete, under the agreed names, and what it says that Salesforce's need not."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import MappingError
from connector.mapping import load
from connector.mapping.mapping import CALL, EXTRA, QUEUE, STAKEHOLDER, names_of
from connector.model import CONTACT, FIELDS, LEAD, OBJECTS
from connector.ports import COLUMNS, Table

MAPPING, SALESFORCE = load("dynamics"), load("salesforce")
NAMES = {
    "disposition": "lastcalldisposition", "status_reason": "statusreason", "wake_up_date": "wakeupdate",
    "status_entered_at": "statusenteredat", "status_since_is_estimate": "statussinceisestimate", "score": "leadscore",
    "sla_due_at": "sladueat", "sla_breached_at": "slabreachedat", "cycle": "funnelcycle",
    "first_source": "firstsource",
}  # fmt: skip


@pytest.mark.parametrize("table", [*Table, QUEUE, CALL, STAKEHOLDER])
def test_every_table_is_mapped(table: str) -> None:
    """Every mirrored table has an object, and only columns that exist, in their order."""
    found = MAPPING.table(table)
    assert found is not None
    assert list(found.columns) == [name for name in names_of(table) if name in found.columns]


def test_the_names_of_what_is_added_are_those_agreed() -> None:
    """The same words as in Salesforce, without underscores, behind our publisher's prefix."""
    for on in OBJECTS:
        assert {name: MAPPING.object(on).field(name).api for name in NAMES} == {
            name: f"conn_{api}" for name, api in NAMES.items()
        }
    assert MAPPING.object(CONTACT).field("status").api == "conn_contactstatus"
    assert MAPPING.object(LEAD).field("status").api == "statuscode"
    assert all(MAPPING.object(on).writable == set(FIELDS) for on in OBJECTS)


@pytest.mark.parametrize("on", OBJECTS)
def test_a_policy_finds_the_same_here_as_in_salesforce(on: str) -> None:
    """The facts that a policy may name are the same; of the columns only those are missing that Dynamics lacks."""
    assert set(MAPPING.known_facts[on]) == set(SALESFORCE.known_facts[on])
    lacking = set(SALESFORCE.object(on).columns) - set(MAPPING.object(on).columns) - set(EXTRA.get(Table(on), ()))
    assert lacking == {LEAD: {"record_type", "converted_at", "is_bounced"}, CONTACT: {"record_type", "is_bounced"}}[on]


@pytest.mark.parametrize("table", [Table.TASK, CALL, Table.EVENT, Table.MAIL])
def test_whatever_comes_is_classified(table: str) -> None:
    """No activity falls through the rules: each has a kind, unless a rule skips it on purpose."""
    found = MAPPING.table(table)
    assert found is not None
    assert found.classifier is not None
    blank: list[str | None] = [None] * len(found.classifier.fields)
    assert found.classifier.classify(blank) is not None


def test_flags_by_value_are_read_only(tmp_path: Path) -> None:
    """A flag that is made of a choice could not be written back, so the mapping refuses to."""
    path = tmp_path / "mapping.toml"
    path.write_text('[tables.lead.fields]\nstatus_since_is_estimate = { api = "statecode", among = ["Open"] }\n')
    with pytest.raises(MappingError, match="status_since_is_estimate"):
        load("dynamics", path)
    closed = MAPPING.object(LEAD).field("is_closed")
    assert (closed.api, closed.among) == ("statecode", ("Disqualified",))


def test_columns_of_the_mirror_are_all_there() -> None:
    """What a table holds besides its own columns is for the adapter alone."""
    for table, extra in EXTRA.items():
        assert not set(extra) & set(COLUMNS[Table(table)])
