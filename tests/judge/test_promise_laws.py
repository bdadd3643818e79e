"""Laws of promises: whatever the preset, the person and their history."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.case import build
from connector.judge import judge, load
from connector.model import OwnWrite, Promise, PromiseState, StatusChange
from connector.rules import sla
from connector.timeline import read
from tests.judge.test_laws import applied, judged
from tests.people import NOW, at, org, policy
from tests.strategies import POLICIES, PRESETS, evidences, orgs, policies, statuses

RULES = {known.hash: load(known) for known in POLICIES.values()}
MANY = settings(max_examples=50, deadline=None)
STATES = PromiseState


def deadlines(promises: tuple[Promise, ...]) -> dict[tuple[str, str], object]:
    return {(one.name, one.of): (one.since, one.due_at) for one in promises if one.due_at is not None}


@MANY
@given(st.data())
def test_writing_a_correction_moves_no_deadline(data: st.DataObject) -> None:
    """What is applied leaves every clock where it was: same stay or request, same beginning, same deadline."""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    assume(has.has(found.person.ref.object, "status_entered_at"))  # else a promotion's time is forgotten
    first = judged(found, known, has, NOW)
    after, own = applied(found, first, NOW, (), tracked=data.draw(st.booleans()))
    again = judged(after, known, has, NOW, own)
    before, now = deadlines(first.promises), deadlines(again.promises)
    assert {key: now.get(key) for key in before} == before


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_quick_look_hides_nothing(data: st.DataObject) -> None:
    """Whoever is not looked at closely, as no stay of theirs can have started a clock, would be promised nothing."""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    quick = judged(found, known, has, NOW)
    with patch.object(sla, "_may_be_promised", lambda case, force: True):
        assert judged(found, known, has, NOW) == quick


@MANY
@given(st.data())
def test_a_promise_adds_up(data: st.DataObject) -> None:
    """Warned before it is due, due before it is escalated; breached exactly if the limit was used up unanswered."""
    known, has = data.draw(policies()), data.draw(orgs)
    for one in judged(data.draw(evidences(known)), known, has, NOW).promises:
        if one.due_at is None:
            assert one.state in (STATES.BACKLOG, STATES.NO_CLOCK, STATES.VOID)
            assert one.breached_at is None
            continue
        assert one.since is not None
        assert one.warn_at is not None
        assert one.since <= one.warn_at <= one.due_at
        assert one.escalate_at is None or one.due_at <= one.escalate_at
        end = one.stopped_at or NOW
        if one.state is STATES.BREACHED:
            assert one.breached_at == one.due_at <= end
        elif one.state is STATES.RUNNING:
            assert one.stopped_at is None
            assert one.due_at > NOW
        elif one.state is STATES.MET:
            assert one.stopped_at is not None
            assert one.stopped_at <= one.due_at


@MANY
@given(st.data())
def test_a_breach_is_never_mended_by_time(data: st.DataObject) -> None:
    """What is breached stays breached, whatever is done later; nothing that is kept is breached later. (But who was "no
    longer with the company", and does something after all, never left it.)"""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    assume("No longer with company" not in (found.person.status, *(row.after for row in found.changes)))
    later = NOW + timedelta(days=data.draw(st.integers(0, 40)))
    first = {(one.name, one.of): one for one in judged(found, known, has, NOW).promises}
    for one in judged(found, known, has, later).promises:
        before = first.get((one.name, one.of))
        if before is not None and before.state is STATES.BREACHED:
            assert one.state is STATES.BREACHED
            assert one.breached_at == before.breached_at
        if before is not None and before.state is STATES.MET:
            assert one.state is STATES.MET


@MANY
@given(st.data())
def test_alerts_are_about_open_promises(data: st.DataObject) -> None:
    """At most one per promise, at the moment its level was reached; the stamps are those of the earliest open one."""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    first = judged(found, known, has, NOW)
    still = {(one.name, one.of): one for one in first.promises if one.is_open}
    told = [one for one in first.alerts if one.promise in known.promises.all]
    assert len({(one.promise, one.of) for one in told}) == len(told)
    for alert in told:
        promise = still[alert.promise, alert.of]
        at = {"warn": promise.warn_at, "breach": promise.due_at, "escalate": promise.escalate_at}
        assert alert.at == at[alert.level]
        assert alert.at <= NOW
        assert alert.due_at == promise.due_at
    if told:
        assert known.promises.effective_from or has.first_apply


@MANY
@given(st.data())
def test_stays_tile_time_with_our_own_writes(data: st.DataObject) -> None:
    """However often we correct and promote, each stay ends where the next begins, and ids rise."""
    known, has = data.draw(policies()), data.draw(orgs)
    found, own = data.draw(evidences(known)), ()
    for _ in range(2):
        found, own = applied(found, judged(found, known, has, NOW, own), NOW, own, tracked=data.draw(st.booleans()))
    stays = read(found, known, has.tracked_since, own).stays
    for one, following in pairwise(stays):
        assert one.until == (following.since if following.since is not None else following.at_least)
        assert one.id < following.id
    assert stays[-1].until is None


JUNK = tuple(
    policy(
        preset,
        rules={"junk": {"on": True}},
        sla={"effective_from": at("2025-02-01")},
        evidence={"complete": True},
        **({"dispositions": {"keep": keep}} if keep else {}),
    )
    for preset in PRESETS
    for keep in ("", "ledger")
)
RULES_WITH_JUNK = {known.hash: load(known) for known in JUNK}


@MANY
@given(st.data())
def test_junk_over_a_disposition_is_settled_at_once(data: st.DataObject) -> None:
    """Junk, a call disposition and a deadline on one person: what is applied tonight is not corrected tomorrow, and
    whoever is junk is owed nothing, before as after."""
    known, has = data.draw(st.sampled_from(JUNK)), data.draw(orgs)
    rules = RULES_WITH_JUNK[known.hash]
    found = data.draw(evidences(known))
    email = data.draw(st.sampled_from(["test@test.com", "test@test.com", "jo@acme.com"]))
    late = data.draw(st.sampled_from([None, at("2025-06-01")]))
    who = replace(found.person, email=email, sla_due_at=late, sla_breached_at=late)
    found, own, when = replace(found, person=who), tuple[OwnWrite, ...](), NOW
    for _ in range(2):
        first = judge(found.person, build(found, known, has, when, own), rules)
        after, own = applied(found, first, when, own, tracked=data.draw(st.booleans()))
        again = judge(after.person, build(after, known, has, when, own), rules)
        assert again.changes == ()
        closed = any(change.rule == "junk" and change.field == "status" for change in first.changes)
        if closed:
            assert not [one for one in (*first.promises, *again.promises) if one.is_owed]
            for field in ("sla_due_at", "sla_breached_at"):
                assert getattr(after.person, field) is None or not has.has(after.person.ref.object, field)
        found, when = after, when + timedelta(days=data.draw(st.integers(1, 40)))
        status = data.draw(statuses(known, found.person.ref.object))
        if status != found.person.status:
            row = StatusChange(when, "rep", found.person.status, status)
            who = replace(found.person, status=status, modified_at=when)
            found = replace(found, person=who, changes=(*found.changes, row))
        when += timedelta(hours=1)


CROSSING = tuple(
    policy(
        preset,
        sla={"effective_from": at("2025-02-01")},
        evidence={"complete": True},
        dispositions={"keep": "ledger"},
        score={"least_behaviour": 5},
    )
    for preset in PRESETS
)
RULES_OF_CROSSING = {known.hash: load(known) for known in CROSSING}
UNSTAMPED = (org(["status_entered_at"]), org(["status_entered_at"], tracked=False), org(["status_entered_at", "cycle"]))


@MANY
@given(st.data())
def test_without_the_stamp_field_it_is_settled_at_once(data: st.DataObject) -> None:
    """Nobody remembers when a promotion of ours began, and many cross the bar: what is applied stands all the same."""
    known, has = data.draw(st.sampled_from(CROSSING)), data.draw(st.sampled_from(UNSTAMPED))
    rules, own = RULES_OF_CROSSING[known.hash], tuple[OwnWrite, ...]()
    found, when = data.draw(evidences(known)), NOW
    ideal = {"title": "CEO", "employees": 200, "industry": "Manufacturing", "status_entered_at": None}
    found = replace(found, person=replace(found.person, **ideal))
    for _ in range(2):
        first = judge(found.person, build(found, known, has, when, own), rules)
        found, own = applied(found, first, when, own, tracked=data.draw(st.booleans()))
        again = judge(found.person, build(found, known, has, when, own), rules)
        assert [change for change in again.changes if change.field != "score"] == []  # points are no promise
        when += timedelta(days=data.draw(st.integers(1, 40)))
