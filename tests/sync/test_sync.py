"""Tests of connector.sync.sync, changes, tables, orgfacts and witness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from connector.errors import BudgetSpent, ConfigError
from connector.model import CONTACT, LEAD, Change, Observation, Ref
from connector.ports import FieldSchema, PicklistValue, RecordType, Table
from connector.store.ledger import Identity
from connector.store.mirror.identity import born
from connector.sync import sync
from connector.sync.orgfacts import shape
from connector.sync.tables import ALWAYS, CALENDAR, ORDER, needed
from connector.sync.tracking import tracked_since
from connector.timeline import KNOWN
from tests.adapters.memory import MemoryCrm
from tests.people import policy
from tests.sync.org import NOW, POLICY, Office, evidence, furnish, judge_all


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A small org, synced and judged once."""
    office = Office(tmp_path)
    furnish(office.crm)
    office.sync()
    judge_all(office.mirror)
    yield office
    office.close()


def lead(office: Office, number: int = 0) -> str:
    """The id of one of the leads."""
    return sorted(office.crm.tables[Table.LEAD])[number]


def seen(office: Office, ref: Ref) -> list[Observation]:
    """Which changes of their status syncs saw."""
    return [one for one in office.ledger.observations.of([ref]) if one.field == "status"]


def test_what_a_record_held_is_remembered_when_somebody_writes_to_it(office: Office) -> None:
    """Once, with the moment at which it did already; of our own write, what it held before."""
    mine, theirs = (Ref("acme", LEAD, lead(office, number)) for number in (0, 1))
    rows = office.crm.tables[Table.LEAD]
    first = {ref: datetime.fromtimestamp(rows[ref.id]["modified_at"], UTC) for ref in (mine, theirs)}
    office.apply([correction(mine, "MAQL")])
    for title in ("VP", "CEO"):
        office.crm.edit(Table.LEAD, theirs.id, title=title)
        office.clock += timedelta(hours=1)
        office.sync()
    known = [one for one in office.ledger.observations.of([mine, theirs]) if one.field == KNOWN]
    assert sorted(known, key=lambda one: one.ref) == [
        Observation(ref, KNOWN, None, first[ref], None, "Inquiry") for ref in sorted(first)
    ]
    new = office.crm.add(Table.LEAD, status="Inquiry", created_at=int(office.clock.timestamp()) + 60)
    for title in ("", "VP"):
        office.crm.edit(Table.LEAD, new, title=title)
        office.clock += timedelta(hours=1)
        office.sync()
    assert office.ledger.observations.of([Ref("acme", LEAD, new)]) == []  # the CRM keeps its whole history


def test_the_first_sync_reads_everything(tmp_path: Path) -> None:
    """A first sync reads each table in full, says how much, and leaves everybody to be judged."""
    office = Office(tmp_path)
    furnish(office.crm)
    done = office.sync()
    assert done.read["lead"] == 3
    assert list(done.read) == list(done.in_full) == [table.value for table in needed(["sla"])]
    assert done.api_calls == office.crm.calls
    assert done.marked == 4
    assert office.mirror.notes.synced_at() == NOW


def test_an_expired_mark_means_reading_in_full(office: Office) -> None:
    """Where the CRM can no longer tell what changed, the table is read whole: deletions in the gap are found, too."""
    gone = lead(office)
    office.crm.delete(Table.LEAD, gone)
    office.crm.dead[Table.LEAD].clear()
    office.crm.faults.expired.add(Table.LEAD)
    done = office.sync()
    assert (done.read["lead"], done.in_full) == (2, ("lead",))
    assert (LEAD, gone) not in evidence(office.mirror)
    assert office.sync().in_full == ()


def test_the_next_sync_reads_what_changed(office: Office) -> None:
    """Rows of the overlap come again and are no news; what changed marks its person."""
    office.crm.now += 100
    assert office.sync().marked == 0
    office.crm.edit(Table.LEAD, lead(office), title="VP")
    done = office.sync()
    assert (done.read["lead"], done.in_full, done.marked) == (1, (), 1)
    assert judge_all(office.mirror) == {(LEAD, lead(office))}


def test_a_sync_that_breaks_off_goes_on_and_does_not_count(tmp_path: Path) -> None:
    """Until all tables are through, nothing counts as synced; tables that are through are not read again."""
    office = Office(tmp_path)
    furnish(office.crm)
    office.crm.faults.spent_after = 14
    with pytest.raises(BudgetSpent):
        office.sync()
    assert office.mirror.is_empty()
    office.crm.faults.spent_after = None
    again = office.sync()
    assert 0 < len(again.in_full) < len(ORDER)
    assert office.mirror.notes.synced_at() == NOW
    anew = office.open("anew.db")
    office.sync(anew)
    assert evidence(anew) == evidence(office.mirror)


def correction(ref: Ref, after: str, rule: str = "normalise", **more: str | None) -> Change:
    """A change of a lead's status from Inquiry."""
    given = {"field": "status", "before": "Inquiry", "because": "so", "version": "", **more}
    return Change(ref=ref, after=after, rule=rule, **given)  # type: ignore[arg-type]


def test_our_own_writes_mark_nobody(office: Office) -> None:
    """What apply has written, and its history row, are no news when sync reads them: those people were judged again as
    soon as they were written, and the record of it says the same."""
    ref = Ref("acme", LEAD, lead(office))
    office.apply([correction(ref, "MAQL")])
    assert judge_all(office.mirror) >= {(LEAD, ref.id)}
    done = office.sync()
    assert done.read["lead_history"] == 1
    assert done.marked == 0
    assert len(evidence(office.mirror)[LEAD, ref.id].changes) == 1
    assert seen(office, ref) == []


def test_what_moved_somebody_on_is_news_as_history(office: Office) -> None:
    """A promotion of ours counts as history, so the row that tells when it came to be is looked at."""
    ref = Ref("acme", LEAD, lead(office))
    office.apply([correction(ref, "MAQL", rule="qualify")])
    judge_all(office.mirror)
    assert office.sync().marked == 1


def test_what_somebody_does_after_us_is_news(office: Office) -> None:
    """A person whom somebody changed after our write is marked, and so is one whose history tells of it."""
    ref = Ref("acme", LEAD, lead(office, 2))
    office.apply([correction(ref, "MAQL")])
    judge_all(office.mirror)
    office.crm.edit(Table.LEAD, ref.id, status="Inquiry")
    office.crm.edit(Table.LEAD, ref.id, status="MAQL")
    assert office.sync().marked == 1


def test_the_same_change_by_somebody_else_is_news(office: Office) -> None:
    """Without a write of ours behind it, a status change marks its person."""
    office.crm.edit(Table.LEAD, lead(office, 2), status="MAQL")
    assert office.sync().marked == 1


def test_status_changes_are_remembered(office: Office) -> None:
    """The ledger keeps which status a sync saw change, and between which two syncs: where the CRM keeps no history,
    that is all there is. A first sync sees nothing change."""
    ref = Ref("acme", LEAD, lead(office))
    assert seen(office, ref) == []
    office.crm.edit(Table.LEAD, ref.id, status="SQL")
    office.clock = NOW + timedelta(hours=1)
    office.sync()
    assert seen(office, ref) == [
        Observation(ref, "status", since=NOW, seen_at=office.clock, before="Inquiry", after="SQL")
    ]


def test_a_sync_killed_before_its_commit_forgets_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is told before the mirror commits: a change seen by a killed sync is seen again, never lost."""

    class Killed(BaseException):
        pass

    def kill(self: object, table: object, mark: object) -> None:
        raise Killed

    ref = Ref("acme", LEAD, lead(office))
    office.crm.edit(Table.LEAD, ref.id, status="SQL")
    monkeypatch.setattr("connector.store.mirror.notes.Notes.set_mark", kill)
    with pytest.raises(Killed):
        office.sync()
    monkeypatch.undo()
    office.sync()
    assert [one.after for one in seen(office, ref)] == ["SQL"]
    assert evidence(office.mirror)[LEAD, ref.id].person.status == "SQL"


def test_who_is_who_is_remembered(office: Office) -> None:
    """The ledger keeps that a contact is its lead, and tells a mirror that is made anew after the lead is gone."""
    who = lead(office)
    contact = office.crm.convert(who, "Closed - Converted")
    office.sync()
    ref = Ref("acme", CONTACT, contact)
    assert list(office.ledger.identities.each()) == [Identity(ref, born(1, who), "conversion")]
    office.crm.delete(Table.LEAD, who)
    anew = office.open("anew.db")
    office.sync(anew)
    assert evidence(anew)[CONTACT, contact].person.person_id == born(1, who)


def test_another_org_is_refused(office: Office) -> None:
    """A login that leads to another org mixes nothing: it is refused, and says which two orgs."""
    office.crm.org = "other"
    with pytest.raises(ConfigError, match=r"ledger of org 'acme' is about the CRM acme.*leads to other") as refused:
        office.sync()
    assert "a name of its own in connector.toml" in refused.value.next
    with pytest.raises(ConfigError, match="leads to other"):
        office.sync(office.open("anew.db"))  # a mirror made anew, or deleted, changes nothing about that


def test_a_mirror_of_another_org_is_refused(office: Office) -> None:
    """So is one that came along without its ledger."""
    with office.ledger._database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM crm")
    office.crm.org = "other"
    with pytest.raises(ConfigError, match=r"rows of the org acme.*leads to other"):
        office.sync()


def test_another_mapping_reads_everything_again(office: Office) -> None:
    """Under another mapping all rows are read again and compared; until then nothing counts as synced."""
    adapter = office.crm.adapter()
    done = sync(office.mirror, adapter, office.ledger, POLICY, mapping="m2", now=NOW)
    assert list(done.in_full) == list(done.read)
    assert sync(office.mirror, adapter, office.ledger, POLICY, mapping="m2", now=NOW).in_full == ()


def test_a_field_that_appears_is_read(office: Office) -> None:
    """A field that was made, or shown to us, since the last sync: people are read again, or it would stay empty."""
    office.crm.writable = {**office.crm.writable, LEAD: office.crm.writable[LEAD] - {"score"}}
    people = ("lead", "contact", "lead_history", "contact_history")
    assert office.sync().in_full == people
    assert office.sync().in_full == ()


def test_after_a_long_pause_ids_are_compared(office: Office) -> None:
    """Deletions older than the CRM's recycle bin leave no trace: after a long pause they are found by their ids."""
    who = lead(office)
    office.crm.delete(Table.LEAD, who)
    del office.crm.dead[Table.LEAD][who]
    office.clock = NOW + timedelta(days=13)
    office.sync()
    assert (LEAD, who) in evidence(office.mirror)
    office.clock += timedelta(days=15)
    office.sync()
    assert (LEAD, who) not in evidence(office.mirror)


def test_only_needed_tables_are_read() -> None:
    """Rules that look only at people and their history need no activities; an unknown rule needs all but the calendar,
    which only a promise in business hours needs."""
    assert needed(["normalise", "owners"]) == tuple(table for table in ORDER if table in ALWAYS)
    assert needed(["normalise"], accounts=True)[1] is Table.ACCOUNT
    most = tuple(table for table in ORDER if table not in CALENDAR)
    assert needed(["normalise", "raw"]) == needed(["a rule of tomorrow"]) == most
    assert needed(["sla"], calendar=True) == ORDER


def test_what_the_org_has_is_kept_for_judging(office: Office) -> None:
    """Fields, converting values, processes and since when history is known to be complete; a change marks everybody."""
    office.crm.values[LEAD, "status"] = (
        PicklistValue("Inquiry", "Inquiry"),
        PicklistValue("Old", "Old", active=False),
        PicklistValue("Closed - Converted", "Converted", converts=True),
    )
    office.crm.record_types[LEAD] = (
        RecordType("1", "Business", statuses=frozenset({"Inquiry"})),
        RecordType("2", "Unknown", statuses=None),
    )
    office.clock = NOW + timedelta(hours=1)
    assert office.sync().marked == 4
    facts = office.mirror.org_facts()
    assert facts.has(LEAD, "status")
    assert facts.converting == {"Closed - Converted"}
    assert facts.offered == {(LEAD, None): {"Inquiry", "Closed - Converted"}, (LEAD, "Business"): {"Inquiry"}}
    assert facts.tracked_since == {LEAD: NOW, CONTACT: NOW}
    judge_all(office.mirror)
    assert office.sync().marked == 0


def test_tracking_counts_from_when_it_was_seen_switched_on(office: Office) -> None:
    """Switched off and on again, tracking proves nothing of the time between."""
    tracked, untracked = MemoryCrm().adapter().schema(), MemoryCrm(tracked=[CONTACT]).adapter().schema()
    days = [NOW + timedelta(days=day) for day in range(4)]
    seen = [
        tracked_since(office.ledger, schema, day)
        for schema, day in zip((tracked, untracked, tracked, tracked), days, strict=True)
    ]
    assert [one[LEAD] for one in seen] == [NOW, None, days[2], days[2]]
    assert {one[CONTACT] for one in seen} == {NOW}


def test_the_shape_is_about_what_can_be_read() -> None:
    """Labels and rights to write change nothing of what was read; a field that appears does."""
    schema = MemoryCrm().adapter().schema()
    lead = schema.objects[LEAD]
    renamed = {name: msgspec.structs.replace(one, label="x", writable=False) for name, one in lead.fields.items()}
    fewer = {name: one for name, one in lead.fields.items() if name != "score"}

    def told(fields: Mapping[str, FieldSchema]) -> str:
        objects = {**schema.objects, LEAD: msgspec.structs.replace(lead, fields=fields)}
        return shape(msgspec.structs.replace(schema, objects=objects))

    assert told(renamed) == told(lead.fields) == shape(schema)
    assert told(fewer) != shape(schema)


def test_the_calendar_is_read_whole_each_time(office: Office) -> None:
    """Where a promise counts business hours: they and the holidays come along, and a deleted holiday is noticed."""
    office.policy = policy(sla={"promise": {"worked": {"clock": "business"}}})
    office.crm.add(Table.HOLIDAY, id="odd", name="Odd", recurrence='{"RecurrenceType": "RecursSometimes"}')
    done = office.sync()
    assert (done.read["hours"], done.read["holiday"]) == (1, 2)
    facts = office.mirror.org_facts()
    assert [one.name for one in facts.calendar.holidays] == ["Outing"]
    assert any("Odd" in line for line in facts.warnings)
    assert facts.calendar.clock() is not None
    assert any("Odd" in line for line in done.warnings)
    assert not any("business hours" in line for line in done.warnings)
    assert facts.users["user-0"].name == "User 0"
    office.crm.delete(Table.HOLIDAY, "holiday")
    assert office.sync().in_full == ()
    assert office.mirror.org_facts().calendar.holidays == ()


def test_business_hours_that_cannot_be_seen_are_said(office: Office) -> None:
    """A promise names hours that the org does not show: sync says that it has no clock."""
    office.policy = policy(sla={"promise": {"worked": {"clock": "business", "hours": "Support"}}})
    (warning,) = [line for line in office.sync().warnings if "business hours" in line]
    assert '"Support"' in warning
