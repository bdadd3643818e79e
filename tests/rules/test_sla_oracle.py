"""The rule sla agrees with a second implementation, on the hand-worked cases and on lives nobody has thought of."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle import sla as oracle
from tests.oracle.clock import Closed, Office, yearly
from tests.rules.promised import Line, activities, is_late, judged, lines, setting, short, steps, time, told

OFFICE = Office(
    "Europe/Berlin",
    [[(480, 1050)]] * 4 + [[(480, 900)], [], []],
    [Closed(lambda day: day >= date(2020, 5, 1) and yearly(5, 1)(day))],
)
USUAL = ("conversation", "call", "mail")
TEAMS = {"ldr": "ldr", "lena": "ldr", "rep": "sales"}


def life(line: Line) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A line as the second implementation wants it."""
    what = setting(line.setting)
    entries = [
        {"at": one.at, "by": "somebody", "value": one.value.removeprefix("="), "rule": one.rule}
        for one in steps(line.history)
    ]
    late = {f"a{number}" for number, is_one in enumerate(is_late(line.done)) if is_one}
    works = [
        {name: getattr(one, name) for name in ("at", "kind", "direction", "outcome", "by", "id", "about")}
        | {"late": one.id in late}
        for one in activities(line.done)
    ]
    known = [entry["at"] for entry in entries if entry["at"] <= time(line.now)]
    force = what.force + timedelta(seconds=1) if what.force is not None and what.applied else what.force
    person = {"entries": entries, "works": works, "owner": what.owner, "owners": what.owners, "force": force}
    person |= {"teams": TEAMS if what.teams else {}, "read": what.read}
    person |= {"told": what.force is not None, "tracked": what.tracked, "known": known[-1]}
    attempts = ("conversation",) if what.only else (*USUAL, "attempt") if what.attempts else USUAL
    hours, team = timedelta(hours=1), {"by": "team", "business": False, "office": None}
    worked = {"name": "worked", "on": "MAQL", "limit": (16 if what.business else 48) * hours, "counts": attempts}
    worked |= {**team, "business": what.business, "office": OFFICE if what.hours else None}
    terms = [
        worked,
        {"name": "followed_up", "on": "MQL", "limit": 48 * hours, "counts": USUAL, **team},
        {"name": "acknowledged", "on": "request", "limit": 4 * hours, "counts": (*USUAL, "auto_reply"), **team}
        | {"by": "anyone"},
        {"name": "contacted", "on": "request", "limit": 24 * hours, "counts": USUAL, **team},
    ]
    return person, terms


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.why)
def test_case(line: Line) -> None:
    """The second implementation comes to what was worked out by hand, too."""
    assert oracle.promises(*life(line), time(line.now)) == line.promises


BEGIN = datetime(2026, 3, 20, tzinfo=UTC)
moments = st.one_of(
    st.integers(0, 60 * 24 * 14).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
    st.integers(0, 86_400 * 14).map(lambda seconds: BEGIN + timedelta(seconds=seconds)),
    st.integers(0, 14).map(lambda days: BEGIN + timedelta(days=days)),
)
VALUES = ("Inquiry", "MAQL", "MAQL", "maql", "LAL", "MQL", "MQL", "SAL", "Re-Market", "Disqualified")
WORDS = ("Left_Vmail", "Wrong_Number", "Busy", "Prospecting")
DONE = (
    "call connected",
    "call voicemail",
    "call done",
    "call connected in",
    "call done in",
    "call no_answer in",
    "call voicemail in",
    "mail out",
    "mail in",
    "meeting held",
    "list_mail done",
    "auto_reply out",
    "task done",
    "form demo",
    "form webinar",
)
SETTINGS = (
    "",
    "",
    "attempts",
    "only conversations",
    "business",
    "from 03-25",
    "applied 03-25",
    "never",
    "untracked",
    "owner rep",
    "business, no hours",
)


@st.composite
def anybody(draw: st.DrawFn) -> Line:
    """A life of two weeks in which anything may happen; no two things at the same second."""
    when = sorted(draw(st.lists(moments, min_size=1, max_size=6, unique=True)))
    slips = draw(st.lists(st.booleans(), min_size=len(when), max_size=len(when)))
    values = [draw(st.sampled_from(VALUES + WORDS)) for _ in when]
    parts = [f"Inquiry {short(BEGIN - timedelta(days=9))}"]
    taken = set(when)
    last = "Inquiry"
    for at, value, slip in zip(when, values, slips, strict=True):
        parts.append(f"{value} {short(at)}")
        back = at + timedelta(minutes=5)
        if slip and back not in taken and not any(at < other < back for other in when):
            taken.add(back)
            parts.append(f"{last} {short(back)}")
        else:
            last = value
    doers = st.sampled_from(("ldr", "lena", "rep", "bot"))
    at_work = draw(st.lists(moments, max_size=5, unique=True))
    late = st.sampled_from(("", "", " late"))
    done = [f"{draw(st.sampled_from(DONE))} {short(at)} {draw(doers)}{draw(late)}" for at in at_work]
    now = draw(st.one_of(moments, st.just(BEGIN + timedelta(days=15))))
    settings = [draw(st.sampled_from(SETTINGS)), *draw(seen())]
    return Line(" > ".join(parts), ", ".join(done), ", ".join(filter(None, settings)), short(now), "", "")


@st.composite
def seen(draw: st.DrawFn) -> list[str]:
    """What syncs saw: who owned the person before, promises that were open, and writes that mean nothing."""
    syncs = sorted(draw(st.lists(moments, max_size=6, unique=True)))
    found = []
    for sync, following in itertools.pairwise(syncs):
        if draw(st.booleans()):
            found.append(f"was {draw(st.sampled_from(('ldr', 'lena', 'rep', 'bot')))} {short(sync)} {short(following)}")
    if syncs and draw(st.booleans()):
        found.append(f"read {short(draw(st.sampled_from(syncs)))}")
    if draw(st.booleans()):
        found.append(f"written {short(draw(moments))}")
    return found + draw(st.sampled_from(([], [], ["nobody's team"])))


def agree(line: Line) -> None:
    assert told(judged(line)) == oracle.promises(*life(line), time(line.now))


@settings(max_examples=50, deadline=None)
@given(anybody())
def test_both_agree(line: Line) -> None:
    """Whatever is entered, taken back, typed over and done, by whomever, at whatever second."""
    agree(line)


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(anybody())
def test_both_agree_at_length(line: Line) -> None:
    """The same on thousands of lives."""
    agree(line)
