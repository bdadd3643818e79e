"""Tests of connector.store.mirror.verdicts, passes, dirty and counts: judging and what stands after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.errors import StoreFailed
from connector.model import Alert, Change, Evidence, Finding, Judgement, Promise, PromiseState
from connector.ports import Table
from connector.store.mirror import Mirror, passes
from tests.store.mirror.given import AT, NOW, change, contact, everybody, judge, lead, load, opened, ref, row


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    """Five leads and a contact, in pages of two, not judged yet."""
    monkeypatch.setattr(passes, "PAGE", 2)
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, *(lead(f"00Q{n}", modified_at=AT + n) for n in range(5)))
    load(mirror, Table.CONTACT, contact("0031"))
    return mirror


def corrected(one: Evidence, field: str = "status", after: str = "SQL") -> Change:
    """A correction of that person."""
    person = one.person
    return Change(
        ref=person.ref,
        field=field,
        before=person.status,
        after=after,
        rule="normalise",
        because="so",
        version=person.version,
        record_type="Business",
    )


def pages(mirror: Mirror) -> list[list[str]]:
    """Who would be judged, page by page, without judging."""
    return [[one.person.ref.id for one in page] for page in mirror.people.pages(NOW)]


def test_what_was_judged_stands_until_judged_again(mirror: Mirror) -> None:
    """A person's corrections, findings and moment are replaced, those of others stay."""
    for page in mirror.people.pages(NOW):
        mirror.verdicts.store(
            [(one, Judgement(changes=(corrected(one),), findings=(Finding("held", "d", "v"),))) for one in page]
        )
    change(mirror, Table.LEAD, lead("00Q2", title="VP"))
    assert judge(mirror) == ["00Q2"]
    standing = list(mirror.verdicts.changes())
    assert [one.ref.id for one in standing] == ["0031", "00Q0", "00Q1", "00Q3", "00Q4"]
    assert standing[1] == Change(
        ref=ref("00Q0"),
        field="status",
        before="Inquiry",
        after="SQL",
        rule="normalise",
        because="so",
        version="1",
        record_type="Business",
    )
    assert [who.id for who, _ in mirror.verdicts.findings("held")] == ["0031", "00Q0", "00Q1", "00Q3", "00Q4"]
    assert list(mirror.verdicts.findings("other")) == []
    assert next(mirror.verdicts.findings())[1] == Finding("held", "d", "v")


def test_corrections_come_in_the_order_of_object_id_and_field(mirror: Mirror) -> None:
    """Whatever order they were judged in."""
    evidence = [one for page in mirror.people.everyone() for one in page]
    for one in reversed(evidence):
        mirror.verdicts.store([(one, Judgement(changes=(corrected(one), corrected(one, "cycle", "1"))))])
    order = [(one.ref.object, one.ref.id, one.field) for one in mirror.verdicts.changes()]
    assert order == sorted(order)
    assert len(order) == 12


def test_a_killed_first_pass_goes_on_where_it_was(mirror: Mirror, tmp_path: Path) -> None:
    """Pages that were stored are not judged again; the mark on everybody ends with the last page."""
    first = mirror.people.pages(NOW)
    mirror.verdicts.store([(one, Judgement()) for one in next(first)])
    next(first)
    mirror.close()
    again = opened(tmp_path)
    assert again.dirty.count() == 4
    assert judge(again) == ["00Q2", "00Q3", "00Q4", "0031"]
    assert again.dirty.everybody() is None
    assert again.dirty.count() == 0
    assert judge(again) == []


def test_a_page_stored_in_parts_counts_when_whole(mirror: Mirror, tmp_path: Path) -> None:
    """Nobody is passed over because the last of a page was stored before the first."""
    page = next(mirror.people.pages(NOW))
    mirror.verdicts.store([(page[1], Judgement())])
    mirror.close()
    again = opened(tmp_path)
    assert judge(again)[0] == "00Q0"


def test_who_is_marked_while_everybody_is_being_judged_is_judged_again(mirror: Mirror, tmp_path: Path) -> None:
    """A change of somebody already judged in a first pass that broke off is not lost."""
    mirror.verdicts.store([(one, Judgement()) for one in next(mirror.people.pages(NOW))])
    change(mirror, Table.LEAD, lead("00Q0", title="VP"))
    assert mirror.dirty.count() == 5
    assert judge(mirror) == ["00Q0", "00Q2", "00Q3", "00Q4", "0031"]


def test_pages_that_are_not_stored_stay_marked(mirror: Mirror) -> None:
    """Looking at pages clears nothing."""
    assert pages(mirror) == [["00Q0", "00Q1"], ["00Q2", "00Q3"], ["00Q4", "0031"]]
    assert mirror.dirty.count() == 6
    judge(mirror)
    change(mirror, Table.LEAD, lead("00Q3", title="VP"))
    assert pages(mirror) == pages(mirror) == [["00Q3"]]


def test_time_alone_brings_people_back(mirror: Mirror) -> None:
    """A person is judged again from the moment on that their last judgement named."""
    until = NOW + timedelta(hours=1)
    judge(mirror, Judgement(until=until))
    assert judge(mirror) == []
    assert [len(page) for page in mirror.people.pages(until - timedelta(seconds=1))] == []
    assert [len(page) for page in mirror.people.pages(until)] == [2, 2, 2]
    judge(mirror)
    assert [len(page) for page in mirror.people.pages(until)] == []


def test_storing_is_all_or_nothing(mirror: Mirror) -> None:
    """If a page cannot be stored, its people stay marked and what stood about them stands."""
    page = next(mirror.people.pages(NOW))
    mirror.verdicts.store([(one, Judgement(changes=(corrected(one),))) for one in page])
    mirror.dirty.all("again")
    twice = Judgement(changes=(corrected(page[1]), corrected(page[1])))
    with pytest.raises(StoreFailed):
        mirror.verdicts.store([(page[0], Judgement()), (page[1], twice)])
    assert [one.ref.id for one in mirror.verdicts.changes()] == ["00Q0", "00Q1"]
    assert mirror.dirty.count() == 6


def test_counts(mirror: Mirror) -> None:
    """People, those skipped and why, findings, corrections and values are counted."""
    skipped = iter(["converted", "converted", "inactive", "", "", ""])
    for page in mirror.people.pages(NOW):
        mirror.verdicts.store(
            [
                (one, Judgement(skipped=next(skipped), findings=(Finding("held", ""),), changes=(corrected(one),)))
                for one in page
            ]
        )
    assert mirror.counts.people() == {"contact": 1, "lead": 5}
    assert mirror.counts.skipped() == {"converted": 2, "inactive": 1}
    assert mirror.counts.in_scope() == 3
    assert mirror.counts.findings() == {"held": 6}
    first = mirror.counts.statuses()[0]
    assert (first.object, first.status, first.is_converted, first.people) == ("lead", "Inquiry", False, 5)
    assert first.last_modified == datetime.fromtimestamp(AT + 4, UTC)


def test_one_person(mirror: Mirror) -> None:
    """A person is found by record, by id, and by the fifteen characters that Salesforce shows."""
    change(mirror, Table.LEAD, lead("00Q000000000001AAA"))
    for who in (ref("00Q000000000001AAA"), "00Q000000000001AAA", "00Q000000000001"):
        one = mirror.people.one(who)
        assert one is not None
        assert one.person.ref.id == "00Q000000000001AAA"
    assert mirror.people.one("00Q00000000000") is None
    assert mirror.people.one(ref("0031")) is None
    contact_found = mirror.people.one(ref("0031", "contact"))
    assert contact_found is not None


def test_alerts_and_promises_are_replaced_with_their_person(mirror: Mirror) -> None:
    """They come back as they were stored, person by person; whoever is judged again has only the new ones."""
    alert = Alert(person_id=0, promise="maql", of="7", level="breach", at=NOW, text="late", due_at=NOW)
    promise = Promise(
        name="maql", of="7", state=PromiseState.BREACHED, since=NOW, due_at=NOW, breached_at=NOW, owner_id="005"
    )
    unknown = Promise(name="maql", of="1", state=PromiseState.BACKLOG, since=None, at_least=NOW, status="MAQL")
    first = Judgement(alerts=(alert,), promises=(promise, unknown))
    judge(mirror, first)
    people = everybody(mirror)
    told = list(mirror.verdicts.alerts())
    assert [who.id for who, _ in told] == ["0031", "00Q0", "00Q1", "00Q2", "00Q3", "00Q4"]
    assert told[1][1] == replace(alert, person_id=people["00Q0"].person.person_id)
    assert [one for who, one in mirror.verdicts.promises() if who.id == "00Q0"] == [promise, unknown]
    change(mirror, Table.LEAD, lead("00Q0", title="VP"))
    judge(mirror, Judgement(promises=(unknown,)))
    assert "00Q0" not in [who.id for who, _ in mirror.verdicts.alerts()]
    assert [one for who, one in mirror.verdicts.promises() if who.id == "00Q0"] == [unknown]
    change(mirror, Table.LEAD, gone=[lead("00Q0")])
    assert "00Q0" not in [who.id for who, _ in mirror.verdicts.promises()]


def test_who_waits_is_told_with_owner_and_company(mirror: Mirror) -> None:
    """Open promises only, with what a board shows."""
    load(mirror, Table.USER, row(Table.USER, id="005", name="Jo Smith", kind="user"))
    change(
        mirror,
        Table.LEAD,
        lead("00Q0", first_name="Ann", last_name="Lee", company="Acme", source="Web", owner_id="005"),
    )
    promise = Promise(name="worked", of="7", state=PromiseState.RUNNING, since=NOW, due_at=NOW, status="MAQL")
    kept = replace(promise, state=PromiseState.MET, stopped_at=NOW)
    late = replace(promise, state=PromiseState.BREACHED, stopped_at=NOW, breached_at=NOW)
    judge(mirror, Judgement(promises=(promise, kept, late)))
    (found,) = [one for one in mirror.waiting() if one.ref.id == "00Q0"]
    assert (found.name, found.company, found.owner, found.source) == ("Ann Lee", "Acme", "Jo Smith", "Web")
    assert found.promise == promise


@pytest.mark.parametrize(
    ("table", "columns", "marked"),
    [
        (Table.HOLIDAY, {"id": "0C0", "name": "May Day", "date": "2026-05-01"}, ["00Q1"]),
        (Table.HOURS, {"id": "01m", "name": "Office", "is_default": 1, "timezone": "UTC", "week": "[]"}, ["00Q1"]),
        (Table.USER, {"id": "005", "name": "Jo Smith", "kind": "user"}, ["00Q0", "00Q1"]),
    ],
)
def test_calendar_and_users_concern_those_to_whom_something_is_promised(
    mirror: Mirror, table: Table, columns: dict[str, object], marked: list[str]
) -> None:
    """A changed or deleted holiday those whose clock counts business hours, a changed user all with a promise."""
    load(mirror, table)
    promise = Promise(name="worked", of="7", state=PromiseState.RUNNING, since=NOW, due_at=NOW)
    clocks = {"00Q0": "elapsed", "00Q1": "Office"}
    for page in mirror.people.pages(NOW):
        mirror.verdicts.store(
            [(one, Judgement(promises=promised(promise, clocks.get(one.person.ref.id)))) for one in page]
        )
    assert pages(mirror) == []
    change(mirror, table, row(table, **columns))
    assert [id for page in pages(mirror) for id in page] == marked
    for page in mirror.people.pages(NOW):
        mirror.verdicts.store(
            [(one, Judgement(promises=promised(promise, clocks.get(one.person.ref.id)))) for one in page]
        )
    change(mirror, table, row(table, **columns))
    assert pages(mirror) == []
    load(mirror, table)
    assert [id for page in pages(mirror) for id in page] == marked


def promised(promise: Promise, clock: str | None) -> tuple[Promise, ...]:
    return (replace(promise, clock=clock),) if clock is not None else ()
