"""Scores and where they move people agree with a second implementation that was written from the specification."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connector.case import build
from connector.judge import judge
from connector.model import CONTACT, LEAD, Activity, Evidence, Judgement, Observation, StatusChange, Twin
from connector.policy import Policy
from connector.rules._points import Points
from connector.score import scoring
from connector.score.enriched import field_of
from tests.oracle import score as oracle
from tests.people import LONG_AGO, NOW, evidence, org, person, policy, ref
from tests.rules.alone import rule

FIT = {
    "Boss": {"field": "title", "values": ["CEO"], "points": 55},
    "Helper": {"field": "title", "values": ["Head"], "points": 95},
    "Trainee": {"field": "title", "values": ["Trainee"], "points": -30},
    "Size": {"field": "employees", "at_least": 100, "points": 30},
}
LINES: dict[str, dict[str, Any]] = {
    "pricing": {"points": 20, "half_life_days": 30, "most": 45},
    "case study": {"points": 15, "zero_after_days": 40},
    "demo": {"points": 40, "half_life_days": 10, "most": 60},
    "visit": {"points": 7, "half_life_days": 2.5},
}
KNOWN = policy(
    without=["score.fit", "score.behaviour"],
    score={"fit": FIT, "behaviour": {name: {"about": [name], **line} for name, line in LINES.items()}},
)
WEIGHTS = {
    "fit": {
        "Boss": ("title", ["CEO"], 55),
        "Helper": ("title", ["Head"], 95),
        "Trainee": ("title", ["Trainee"], -30),
        "Size": ("employees", range(100, 100_000), 30),
    },
    "lines": {
        "pricing": (20, 30, None, 45),
        "case study": (15, None, 40, None),
        "demo": (40, 10, None, 60),
        "visit": (7, 2.5, None, None),
    },
    "direct": {"demo"},
}
RULE = rule("qualify", KNOWN)
START = NOW - timedelta(days=200)

moments = st.integers(0, 200 * 86_400 - 1).map(lambda seconds: START + timedelta(seconds=seconds))
deeds = st.lists(
    st.tuples(moments, st.sampled_from(["pricing", "case study", "demo", "visit", "webinar", "pricing"])), max_size=14
)


@st.composite
def people(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[datetime, str]]]:
    """Somebody with a way through the funnel that no other rule would object to, and what they did."""
    on = draw(st.sampled_from([LEAD, CONTACT]))
    names = ["Raw", "Inquiry", "MAQL", "LAL", "MQL", "SAL", "Re-Market", "Disqualified"]
    names += ["Customer", "SQL"] if on == CONTACT else []
    whens = sorted(draw(st.lists(moments, min_size=1, max_size=5, unique=True)))
    way = [draw(st.sampled_from(names))]
    while len(way) < len(whens):
        way.append(draw(st.sampled_from([name for name in names if name != way[-1]])))
    who = {
        "object": on,
        "title": draw(st.sampled_from([None, "CEO", "Head", "Head", "Trainee"])),
        "employees": draw(st.sampled_from([None, 20, 200])),
        "bounced": draw(st.sampled_from([False, False, False, True])),
        "twin": draw(st.sampled_from([None, None, "Customer", "Inquiry"])) if on == LEAD else None,
        "stays": list(zip(way, whens, strict=True)),
        "watched": None,
    }
    return who, draw(deeds)


def found_of(who: dict[str, Any], done: list[tuple[datetime, str]]) -> Evidence:
    """The same as the product has it; their record is as old as their first status, and tracked from then on."""
    stays = who["stays"]
    rows = tuple(
        StatusChange(when, f"user {number}", stays[number][0], name) for number, (name, when) in enumerate(stays[1:])
    )
    activities = [
        Activity(when, "form" if what == "demo" else "other", "in", "", f"a{number:03}", None, what)
        for number, (when, what) in enumerate(sorted(done))
    ]
    twins = (Twin(ref(CONTACT, "9"), who["twin"]),) if who["twin"] else ()
    return evidence(
        person(
            who["object"],
            status=stays[-1][0],
            created_at=stays[0][1],
            modified_at=NOW,
            title=who["title"],
            employees=who["employees"],
            email="jo@acme.com",
            is_bounced=who["bounced"],
        ),
        changes=rows,
        activities=tuple(activities),
        twins=twins,
    )


def judged(found: Evidence, known: Policy = KNOWN, now: datetime = NOW) -> Judgement:
    return judge(found.person, build(found, known, org(), now), RULE)


def plain(done: list[tuple[datetime, str]]) -> list[dict[str, Any]]:
    return [{"at": when, "what": what} for when, what in done]


@settings(max_examples=300, deadline=None)
@given(people(), st.integers(0, 400))
def test_points(given: tuple[dict[str, Any], list[tuple[datetime, str]]], days: int) -> None:
    """Every line's points on any later day, and that the parts add up to the score."""
    who, done = given
    now = NOW + timedelta(days=days)
    assume(not oracle.is_close_call(who, plain(done), WEIGHTS, now))
    made = scoring(KNOWN)
    found = found_of(who, done)
    score = made.score(found.person, made.deeds(found.activities, (), now)[0], now)
    expected = oracle.points(who, plain(done), WEIGHTS, now)
    told: dict[str, dict[str, int]] = {"fit": {}, "behaviour": {}}
    for part in score.parts:
        told[part.kind][part.name] = part.points
    assert told == expected
    assert sum(part.points for part in score.parts) == score.total == score.fit + score.behaviour


@settings(max_examples=600, deadline=None)
@given(people())
def test_where_it_moves_people(given: tuple[dict[str, Any], list[tuple[datetime, str]]]) -> None:
    """Status, finding, alerts, and the crossing's moment are the same by both."""
    who, done = given
    whens = [when for when, _ in done]
    assume(not any(oracle.is_close_call(who, plain(done), WEIGHTS, when) for when in [*whens, NOW]))
    assume(len({*whens, *(when for _, when in who["stays"])}) == len(whens) + len(who["stays"]))
    found = found_of(who, done)
    result = judged(found)
    expected = oracle.ought(who, plain(done), WEIGHTS, NOW)
    after = next((one.after for one in result.changes if one.field == "status"), found.person.status)
    assert after == expected["status"]
    assert {one.name for one in result.findings} == ({"same_email"} if expected["finding"] else set())
    news = NOW - timedelta(days=30)
    asked = [one.at for one in result.alerts if one.promise == "request"]
    assert asked == [when for when in expected["asked"] if when > news]
    for one in result.alerts:
        if one.promise == "crossing":
            assert one.of == str(int(expected["crossed"].timestamp()))


titles = st.sampled_from([None, "CEO", "Head", "Trainee"])


@settings(max_examples=400, deadline=None)
@given(deeds, st.lists(st.tuples(moments, titles), max_size=4, unique_by=lambda one: one[0]), titles)
def test_a_crossing_by_facts(
    done: list[tuple[datetime, str]], others: list[tuple[datetime, str | None]], title: str | None
) -> None:
    """Living through deeds and changes of title finds the same last crossing as looking back does."""
    others = sorted(others, key=lambda one: one[0])
    whens = [*(when for when, _ in done), *(when for when, _ in others)]
    assume(len(set(whens)) == len(whens))

    def who(known: str | None) -> dict[str, Any]:
        return {"title": known, "employees": 200}

    assume(not any(oracle.is_close_call(who(title), plain(done), WEIGHTS, when) for when in [*whens, NOW]))
    expected = oracle.crossed(who(title), plain(done), WEIGHTS, NOW, [(when, who(then)) for when, then in others])
    found = found_of({**who(title), "object": LEAD, "stays": [("LAL", START)], "bounced": False, "twin": None}, done)
    field = field_of(KNOWN)
    assert field is not None
    notes = [
        Observation(ref(), field, None, when, str(sum(oracle.points(who(then), [], WEIGHTS, when)["fit"].values())), "")
        for when, then in others
    ]
    case = build(found, KNOWN, org(), NOW, (), (), notes)
    points = Points(found.person, case)
    assert not points.reaches or points.crossed() == expected
    assert points.reaches == oracle.reaches(who(title), plain(done), WEIGHTS, NOW)
    told = [one.of for one in judge(found.person, case, RULE).alerts if one.promise == "crossing"]
    is_news = points.reaches and expected is not None and expected > NOW - timedelta(days=30)
    assert told == ([str(int(expected.timestamp()))] if is_news and expected else [])


def test_a_written_score_is_near() -> None:
    """Whatever stood there: after judging, the score in the CRM differs from the computed one by less than 5."""
    for written in (None, 0.0, 44.0, 54.0, 59.0, 60.0, 65.0, 99.0, 100.0, 130.0):
        who = person(title="CEO", status="LAL", score=written, created_at=LONG_AGO)
        result = judge(who, build(evidence(who), KNOWN, org(), NOW), RULE)
        change = next((one for one in result.changes if one.field == "score"), None)
        after = float(change.after or 0) if change else written or 0.0
        assert result.score is not None
        assert abs(after - result.score.total) < 5
        assert (after >= 100) == (result.score.total >= 100)


def test_the_oracle_itself() -> None:
    """By hand: 55 for a boss, two looks at the prices a month apart are 20 + 10, and 85 is no crossing."""
    who = {"title": "CEO", "employees": 20, "bounced": False, "twin": None}
    who |= {"stays": [("Inquiry", LONG_AGO)], "watched": None}
    done = plain([(NOW - timedelta(days=30), "pricing"), (NOW, "pricing")])
    assert oracle.points(who, done, WEIGHTS, NOW) == {"fit": {"Boss": 55}, "behaviour": {"pricing": 30}}
    assert oracle.ought(who, done, WEIGHTS, NOW)["status"] == "Inquiry"
    again = {**who, "employees": 200}
    assert oracle.ought(again, done, WEIGHTS, NOW) == {
        "status": "MAQL", "finding": False, "asked": [], "crossed": NOW,
    }  # fmt: skip
