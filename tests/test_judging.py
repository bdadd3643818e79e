"""From the mirror's people to standing verdicts, with what the ledger remembers of us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.apply import Tools, apply, undo
from connector.case import OrgFacts
from connector.judge import load
from connector.judging import Counts, case_of, include_held, is_judged, judge_dirty, judge_in_memory, mark_if_new
from connector.model import FIELDS, OBJECTS, Change, PromiseState, Ref
from connector.policy import Policy
from connector.policy.model import Limits
from connector.ports import Table
from connector.store.mirror import Mirror
from tests.people import policy
from tests.sync.org import NOW, Edits, Office, furnish

LEDGER = policy(dispositions={"keep": "ledger"}, evidence={"complete": True})
HAS = OrgFacts(writable=frozenset((on, field) for on in OBJECTS for field in FIELDS), timezone="UTC")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office that has read three leads and a contact."""
    office = Office(tmp_path)
    furnish(office.crm)
    office.sync()
    yield office
    office.close()


def judge(office: Office, known: Policy = LEDGER, mirror: Mirror | None = None, org: OrgFacts = HAS) -> Counts:
    return judge_dirty(mirror or office.mirror, office.ledger, known, load(known), org, office.clock)


def standing(mirror: Mirror) -> list[Change]:
    return list(mirror.verdicts.changes())


def lead(office: Office, **columns: Any) -> Ref:
    """A new lead, read."""
    id = office.crm.add(Table.LEAD, **columns)
    office.sync()
    return Ref("acme", "lead", id)


def status(office: Office, ref: Ref) -> list[tuple[str | None, str | None, str]]:
    """What stands about the lead's status."""
    return [
        (one.before, one.after, one.rule) for one in standing(office.mirror) if one.ref == ref and one.field == "status"
    ]


def test_judges_whoever_is_marked_and_nobody_twice(office: Office) -> None:
    """The first time everybody, then nobody, then whom a sync marked; what stands is replaced."""
    assert judge(office).people == 4
    assert judge(office).people == 0
    one = lead(office, status="lal", email="x@y.z")
    assert judge(office).people == 1
    assert status(office, one) == [("lal", "LAL", "normalise")]
    office.crm.edit(Table.LEAD, one.id, status="LAL")
    office.sync()
    assert judge(office).people == 1
    assert status(office, one) == []


def test_counts(office: Office) -> None:
    """People judged and skipped, changes by rule, findings by name."""
    lead(office, status="lal", is_converted=1, converted_at=office.crm.now, converted_contact="nobody")
    lead(office, status="lal")
    counts = judge(office)
    assert (counts.people, counts.skipped) == (5, 1)
    assert counts.changes["normalise"] == 1
    assert counts.findings["source_blank"] == 5


def test_everybody_again_when_what_they_are_judged_by_changes(office: Office) -> None:
    """Another policy, other options, or another field in the org: everybody is judged again, once."""
    judge(office)
    other = policy(dispositions={"keep": "ledger"}, evidence={"complete": True}, rules={"junk": {"on": True}})
    assert judge(office, other).people == 4
    assert judge(office, other).people == 0
    fewer = OrgFacts(writable=frozenset({("lead", "status")}))
    assert judge(office, other, org=fewer).people == 4
    assert not mark_if_new(office.mirror, other, load(other), fewer)


def test_time_alone(office: Office) -> None:
    """Whom time alone may have changed is judged when the moment has come, not before."""
    one = lead(office, status="Raw")
    office.crm.add(
        Table.EVENT,
        lead_id=one.id,
        contact_id=None,
        at=int((NOW + timedelta(days=3)).timestamp()),
        kind="meeting",
        direction="in",
        outcome="",
        by=None,
    )
    office.sync()
    judge(office)
    assert status(office, one) == []
    office.clock = NOW + timedelta(days=2)
    assert judge(office).people == 0
    office.clock = NOW + timedelta(days=3)
    assert judge(office).people == 1
    assert status(office, one) == [("Raw", "Inquiry", "raw")]


def test_the_platforms_score_crosses_between_two_syncs(office: Office) -> None:
    """With the marketing platform's score, the sync that saw it pass the bar dates the promotion and the alert; the
    score itself is never written."""
    theirs = policy(score={"source": "field"})
    office.policy = theirs
    one = lead(office, status="Inquiry", score=60.0)
    office.clock += timedelta(hours=1)
    office.crm.edit(Table.LEAD, one.id, score=70.0)
    office.sync()
    office.clock += timedelta(hours=1)
    office.crm.edit(Table.LEAD, one.id, score=120.0)
    office.sync()
    every = office.ledger.observations.of([one])
    seen = [(each.field, each.before, each.after) for each in every if each.field == "score"]
    assert seen == [("score", "70", "120")]
    judge(office, theirs)
    assert status(office, one) == [("Inquiry", "MAQL", "qualify")]
    assert {change.field for change in standing(office.mirror) if change.ref == one} >= {"status", "status_entered_at"}
    assert "score" not in {change.field for change in standing(office.mirror) if change.ref == one}
    ((_, alert),) = [told for told in office.mirror.verdicts.alerts() if told[0] == one]
    assert (alert.promise, alert.at) == ("crossing", office.clock)
    assert dict(office.mirror.verdicts.scores())[one].total == 120


def test_parts_are_kept_and_fade(office: Office) -> None:
    """What the score is made of stands in the mirror; the night on which fading points change something is a moment."""
    one = lead(office, status="LAL", title="CEO", employees=200)
    at = int((NOW - timedelta(days=1)).timestamp())
    made = {"kind": "other", "direction": "", "outcome": "", "about": "pricing", "by": None}
    office.crm.add(Table.TASK, lead_id=one.id, contact_id=None, at=at, **made)
    office.sync()
    judge(office)
    score = dict(office.mirror.verdicts.scores())[one]
    assert [(part.name, part.points, part.kind) for part in score.parts] == [
        ("Executive", 30, "fit"), ("Company of 50 to 5,000", 20, "fit"), ("Pricing", 20, "behaviour"),
    ]  # fmt: skip
    assert (score.total, score.fit, score.behaviour) == (70, 50, 20)
    office.clock = NOW + timedelta(days=200)
    judge(office)
    assert dict(office.mirror.verdicts.scores())[one].parts == score.parts[:2]


def test_our_own_writes_are_known_as_ours(office: Office) -> None:
    """After apply and sync nothing is left to correct, and explaining tells what we wrote."""
    one = lead(office, status="Left Vmail")
    judge(office)
    office.apply(standing(office.mirror))
    judge(office)
    assert status(office, one) == []
    office.sync()
    judge(office)
    assert status(office, one) == []
    found = office.mirror.people.one(one)
    assert found is not None
    case = case_of(found, office.ledger, LEDGER, HAS, office.clock)
    assert [(write.field, write.after) for write in case.own if write.field == "status"] == [("status", "LAL")]
    assert [stay.name for stay in case.history] == ["LAL"]


def undone(office: Office) -> Ref:
    """A lead whose correction was applied, undone, and judged again."""
    one = lead(office, status="lal", email="x@y.z", source="Web", owner_id="user-0")
    judge(office)
    wanted = [change for change in standing(office.mirror) if change.ref == one and change.field == "status"]
    office.apply(wanted)
    with office.ledger.lease("connector test") as lease:
        header = undo(office.ledger.plans.latest(1)[0].id, ledger=office.ledger, lease=lease)
    _apply(office, header.id)
    office.sync()
    judge(office)
    return one


def _apply(office: Office, plan: str) -> None:
    with office.ledger.lease("connector test") as lease:
        tools = Tools(
            adapter=office.crm.adapter(),
            ledger=office.ledger,
            lease=lease,
            limits=Limits(floor=1000),
            wait=lambda _: None,
            told=office.mirror.wrote,
        )
        apply(plan, tools, by="ann", attended=True)


def test_an_undone_change_is_held(office: Office) -> None:
    """What was undone is not proposed again, sync after sync, but found."""
    one = undone(office)
    assert status(office, one) == []
    assert [ref for ref, _ in office.mirror.verdicts.findings("held")] == [one]
    office.sync()
    judge(office, policy(dispositions={"keep": "ledger"}))
    assert status(office, one) == []


def test_until_other_facts_change(office: Office) -> None:
    """Something else about the person changes: the hold ends, and the correction stands again."""
    one = undone(office)
    office.crm.edit(Table.LEAD, one.id, title="Head of Sales")
    office.sync()
    judge(office)
    assert status(office, one) == [("lal", "LAL", "normalise")]
    assert office.ledger.holds([one]) == []


def test_or_until_they_are_included(office: Office) -> None:
    """--include-held ends the holds that keep corrections back."""
    one = undone(office)
    assert include_held(office.mirror, office.ledger) == 1
    judge(office)
    assert status(office, one) == [("lal", "LAL", "normalise")]


def test_in_memory_keeps_nothing(office: Office) -> None:
    """Judging in memory, as of any time, gives what would stand, and leaves marks and verdicts alone."""
    one = lead(office, status="lal")
    found = judge_in_memory(office.mirror, office.ledger, LEDGER, load(LEDGER), HAS, office.clock)
    changes = [change for _, _, judgement in found for change in judgement.changes]
    assert ("status", "LAL") in [(change.field, change.after) for change in changes if change.ref == one]
    assert standing(office.mirror) == []
    assert judge(office).people == 5


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_incremental_equals_full(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever people do in the CRM and whatever we write: judging what changed comes to what judging all comes to."""
    office = Office(tmp_path_factory.mktemp("office"))
    try:
        furnish(office.crm)
        edits = Edits(office.crm, lambda options: data.draw(st.sampled_from(list(options))))
        for number in range(3):
            edits.some()
            office.clock += timedelta(hours=1)
            office.sync()
            judge(office)
            if number == 1:
                office.apply(standing(office.mirror))
        judge(office)
        incremental = standing(office.mirror), _findings(office.mirror)
        office.mirror.dirty.all("a test")
        judge(office)
        assert (standing(office.mirror), _findings(office.mirror)) == incremental
    finally:
        office.close()


def _findings(mirror: Mirror) -> list[Any]:
    return list(mirror.verdicts.findings())


PROMISING = policy(dispositions={"keep": "ledger"})


def test_the_first_apply_puts_promises_in_force(office: Office) -> None:
    """Until then a preview without stamps and alerts; then those who wait are judged again, without another mark."""
    one = lead(office, status="MAQL", owner_id="user-0")
    office.clock += timedelta(days=30)
    judge(office, PROMISING)
    (promise,) = [told for ref, told in office.mirror.verdicts.promises() if ref == one]
    assert promise.state is PromiseState.BREACHED or promise.state is PromiseState.BACKLOG
    assert not [change for change in standing(office.mirror) if change.field.startswith("sla")]
    assert list(office.mirror.verdicts.alerts()) == []
    assert is_judged(office.mirror, office.ledger, PROMISING, load(PROMISING), HAS)
    other = lead(office, status="lal")
    judge(office, PROMISING)
    office.apply([change for change in standing(office.mirror) if change.ref == other])
    assert not is_judged(office.mirror, office.ledger, PROMISING, load(PROMISING), HAS)
    office.sync()
    judge(office, PROMISING)
    states = {told.state for ref, told in office.mirror.verdicts.promises() if ref == one}
    assert states == {PromiseState.BACKLOG}
    new = lead(office, status="Inquiry", owner_id="user-0")
    judge(office, PROMISING)
    office.clock += timedelta(hours=1)
    office.crm.now = int(office.clock.timestamp())
    office.crm.edit(Table.LEAD, new.id, status="MAQL")
    office.sync()
    office.clock += timedelta(days=3)
    judge(office, PROMISING)
    assert [(ref, alert.level) for ref, alert in office.mirror.verdicts.alerts()] == [(new, "breach")]
    stamps = {change.field for change in standing(office.mirror) if change.ref == new}
    assert {"sla_due_at", "sla_breached_at"} <= stamps
