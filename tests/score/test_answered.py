"""Answers to campaigns of which only the day is known: never too early, and never on an invented time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.case import build
from connector.judge import judge
from connector.model import Activity, Evidence, Observation, Promise, PromiseState, User
from connector.score.answered import dated, field_of
from tests.oracle.answered import STEP, moments
from tests.people import activity, at, changes, evidence, membership, org, person, policy, ref
from tests.rules.alone import after, alone, rule

ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland", "Australia/Lord_Howe"]
DAY = at("2026-03-20")
LATER = at("2026-05-01")


def noted(since: str | None, seen: str, day: str = "2026-03-20") -> Observation:
    field = field_of("Website: contact form", at(day).date())
    return Observation(ref(), field, at(since) if since else None, at(seen), None, None)


def answer(created: str = "2026-01-10", day: str = "2026-03-20") -> Any:
    return membership("Website: contact form", responded=True, created_at=at(created), responded_at=at(day))


@pytest.mark.parametrize(
    ("zone", "created", "seen", "earliest", "latest"),
    [
        ("UTC", "2026-01-10", None, "2026-03-20T00:00", "2026-03-20T23:59:59"),
        ("UTC", "2026-03-20T10:00", None, "2026-03-20T10:00", "2026-03-20T23:59:59"),
        ("UTC", "2026-01-10", ("2026-03-20T10:00", "2026-03-20T10:15"), "2026-03-20T09:50", "2026-03-20T10:15"),
        ("UTC", "2026-03-20T10:12", ("2026-03-20T10:00", "2026-03-20T10:15"), "2026-03-20T10:12", "2026-03-20T10:15"),
        ("UTC", "2026-03-20T10:16", ("2026-03-20T10:00", "2026-03-20T10:15"), None, "2026-03-20T10:16"),
        ("UTC", "2026-01-10", (None, "2026-03-20T10:15"), "2026-03-20T00:00", "2026-03-20T10:15"),
        ("UTC", "2026-01-10", ("2026-03-19T02:00", "2026-03-21T02:00"), "2026-03-20T00:00", "2026-03-20T23:59:59"),
        ("UTC", "2026-03-23T08:00", None, "2026-03-20T00:00", "2026-03-23T08:00"),
        ("America/New_York", "2026-01-10", None, "2026-03-20T00:00", "2026-03-21T03:59:59"),
        ("Europe/Berlin", "2026-01-10", None, "2026-03-19T23:00", "2026-03-20T23:59:59"),
    ],
)
def test_by_hand(
    zone: str, created: str, seen: tuple[str | None, str] | None, earliest: str | None, latest: str
) -> None:
    """The first and the last moment that it may have been."""
    notes = [noted(*seen)] if seen else []
    (one,) = dated([answer(created)], notes, zone)
    assert (one.earliest, one.responded_at) == (at(earliest) if earliest else None, at(latest))


def test_what_is_known_exactly_stays() -> None:
    """A time, an invitation, and an answer without any date are as the CRM has them."""
    for one in (
        membership("x", responded=True, responded_at=at("2026-03-20T10:00")),
        membership("x", responded=False, responded_at=at("2026-03-20")),
        membership("x", responded=True),
    ):
        assert dated([one], [], "Europe/Berlin") == (one,)


def test_its_day_is_not_over() -> None:
    """Every sync notes when it saw an answer of these days; where none did, it counts when its day is over."""
    (one,) = dated([answer()], [], "UTC")
    assert one.responded_at == at("2026-03-20T23:59:59")
    assert alone("qualify", asked(), now=at("2026-03-20T12:00")).until == at("2026-03-20T23:59:59")
    assert after(alone("qualify", asked(), now=at("2026-03-21"))) == "MQL"


quarters = st.integers(-2 * 96, 3 * 96).map(lambda number: DAY + number * STEP)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ZONES), quarters, st.none() | st.tuples(st.none() | quarters, quarters))
def test_it_agrees_with_walking_through_the_day(
    zone: str, created: datetime, seen: tuple[datetime | None, datetime] | None
) -> None:
    """First and last moment are those that a walk through the day finds, to the step of the walk."""
    if seen is not None:
        before, noticed = seen
        if noticed < created or (before is not None and before > noticed):
            return
    field = field_of("Website: contact form", DAY.date())
    notes = [Observation(ref(), field, *seen, None, None)] if seen else []
    possible = moments(DAY.date(), zone, created, seen, LATER)
    (one,) = dated([replace(answer(), created_at=created)], notes, zone)
    assert one.responded_at is not None
    if not possible:
        return
    assert one.responded_at >= possible[-1]
    late = created > possible[-1]
    assert late or one.responded_at - possible[-1] < STEP
    assert (one.earliest or one.responded_at) <= possible[0]


TERMS = policy(sla={"effective_from": at("2026-01-01")}, teams={})
REP = {"rep": User("rep", "Rep", title="Sales")}


def promises(found: Evidence, now: datetime, notes: list[Observation]) -> dict[str, Promise]:
    case = build(found, TERMS, org(users=REP, timezone="Europe/Berlin"), now, (), (), notes)
    return {one.name: one for one in judge(found.person, case, rule("sla", TERMS)).promises}


def asked(*works: Activity, created: str = "2026-01-10", status: str = "Inquiry") -> Evidence:
    who = person(status=status, owner_id="rep")
    return evidence(who, memberships=(answer(created),), activities=tuple(sorted(works, key=lambda one: one.at)))


def test_no_promise_is_broken_in_the_first_hour_of_the_day() -> None:
    """At four in the morning nothing is broken: the clock begins where the knowledge ends."""
    assert promises(asked(), at("2026-03-20T04:30"), []) == {}
    one = promises(asked(), at("2026-03-21T02:00"), [])["acknowledged"]
    assert (one.state, one.is_estimate) == (PromiseState.RUNNING, True)
    held = promises(asked(), at("2026-03-20T12:00"), [noted("2026-03-20T08:00", "2026-03-20T08:15")])
    assert held["acknowledged"].since == at("2026-03-20T08:15")
    assert held["acknowledged"].due_at == at("2026-03-20T12:15")
    assert held["acknowledged"].state is PromiseState.RUNNING
    broken = promises(asked(), at("2026-03-20T12:15"), [noted("2026-03-20T08:00", "2026-03-20T08:15")])
    assert broken["acknowledged"].state is PromiseState.BREACHED


def test_an_answer_on_that_day_counts() -> None:
    """Who was called at noon has been contacted, although they may have asked in the evening; the day before, not."""
    noon = activity("call", "2026-03-20T12:00", "out", "connected")
    held = promises(asked(noon), LATER, [])
    assert {name: one.state for name, one in held.items()} == {
        "acknowledged": PromiseState.MET,
        "contacted": PromiseState.MET,
    }
    before = activity("call", "2026-03-19T12:00", "out", "connected")
    assert {one.state for one in promises(asked(before), LATER, []).values()} == {PromiseState.BREACHED}
    too_early = promises(asked(noon), LATER, [noted("2026-03-20T14:00", "2026-03-20T14:15")])
    assert {one.state for one in too_early.values()} == {PromiseState.BREACHED}


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 95), st.integers(-96, 4 * 96), st.booleans())
def test_whenever_it_was_nothing_is_said_broken_that_was_kept(truth: int, work: int, is_noted: bool) -> None:
    """Let them have asked at any quarter of that day: a promise that was kept is never said to be broken."""
    begins = at("2026-03-19T23:00")  # that day in Berlin
    when = begins + truth * STEP
    done = begins + work * STEP
    call = Activity(done, "call", "out", "connected", "c", "rep")
    notes = []
    if is_noted:
        field = field_of("Website: contact form", DAY.date())
        notes = [Observation(ref(), field, when - STEP, when + timedelta(minutes=5), None, None)]
    for name, limit in (("acknowledged", 4), ("contacted", 24)):
        if when <= done <= when + timedelta(hours=limit):
            assert promises(asked(call), LATER, notes)[name].state is PromiseState.MET


def test_an_import_of_old_answers_moves_nobody() -> None:
    """An answer of long ago that was only written down now asks for nothing; one of last Friday does, from now on."""
    who = person(status="Inquiry")
    old = membership(
        "Website: contact form", responded=True, created_at=at("2026-03-31"), responded_at=at("2019-05-03")
    )
    assert after(alone("qualify", evidence(who, memberships=(old,)))) is None
    friday = replace(old, responded_at=at("2026-03-27"))
    assert after(alone("qualify", evidence(who, memberships=(friday,)))) == "MQL"
    assert not promises(evidence(person(), memberships=(old,)), LATER, [])
    begun = promises(evidence(person(), memberships=(friday,)), at("2026-03-31T01:00"), [])
    assert begun["acknowledged"].since == at("2026-03-31")


def test_who_was_taken_up_that_day_is_not_handed_over_again() -> None:
    """An LDR reviewed them on the day they answered: that was because of it."""
    rows = changes("2026-03-20T11:00 Inquiry LAL")
    found = replace(asked(status="LAL"), changes=rows)
    assert after(alone("qualify", found)) is None


def test_points_are_those_of_the_day() -> None:
    """An answer on a day earns what any deed of that day earns."""
    who, when = person(status="LAL"), datetime(2026, 3, 25, tzinfo=UTC)
    exact = evidence(who, activities=(activity("form", "2026-03-20T10:00", "in", about="contact form"),))
    by_day = evidence(who, memberships=(answer(),))
    scores = [alone("qualify", one, now=when).score for one in (exact, by_day)]
    assert scores[0] is not None
    assert scores[0].behaviour > 0
    assert scores[0] == scores[1]
