"""The rule qualify, beyond the examples of its manual: cases worked by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from connector.case import build
from connector.judge import judge, load
from connector.judge.passes import run
from connector.model import CONTACT, LEAD, Activity, Alert, Judgement, Twin
from connector.policy import Policy
from tests.people import NOW, activity, at, changes, evidence, membership, org, own, person, policy, ref
from tests.rules.alone import after, alone, case_of, names, rule, why

LINES: dict[str, Any] = {
    "Prices": {"about": ["pricing"], "points": 20, "half_life_days": 30, "most": 60},
    "Sheet": {"about": ["practice sheet"], "points": 30, "zero_after_days": 60},
    "Demo": {"about": ["demo"], "points": 40, "half_life_days": 30},
    "Webinar": {"about": ["webinar"], "points": 0},
}
FIT: dict[str, Any] = {
    "Boss": {"field": "title", "values": ["CEO"], "points": 80, "group": "role"},
    "Head": {"field": "title", "values": ["Head*", "CEO"], "points": 60, "group": "role"},
    "Ideal": {"field": "title", "values": ["Ideal"], "points": 95},
    "Everything": {"field": "title", "values": ["Everything"], "points": 130},
    "Student": {"field": "title", "values": ["Student"], "points": -40},
    "Large": {"field": "employees", "at_least": 1000, "at_most": 5000, "points": 15},
}


def known(preset: str = "demand-gen", **tables: Any) -> Policy:
    """A preset with these few lines instead of its own points; `score` and other tables on top."""
    score = {"fit": FIT, "behaviour": LINES, **tables.pop("score", {})}
    return policy(preset, without=["score.fit", "score.behaviour"], score=score, **tables)


KNOWN = known()


def looks(about: str, *whens: str) -> tuple[Activity, ...]:
    """What somebody looked at, and when."""
    return tuple(activity("other", when, "in", about=about) for when in whens)


def asks(about: str, *whens: str) -> tuple[Activity, ...]:
    """Forms somebody filled."""
    return tuple(activity("form", when, "in", "done", about=about) for when in whens)


class Worked(NamedTuple):
    """A case worked by hand, as of 2026-04-01: who they are, what they did, what the score is, where they belong."""

    what: str
    fields: dict[str, Any]
    done: tuple[Activity, ...]
    score: int
    status: str | None
    """None: where they are."""


HOT = looks("pricing", "2026-03-31", "2026-04-01")
WORKED = [
    Worked("nothing at all", {}, (), 0, None),
    Worked("a boss", {"title": "CEO"}, (), 80, None),
    Worked("a boss counts once, not as head too", {"title": "CEO", "employees": 1000}, (), 95, None),
    Worked("a head of something", {"title": "Head of Sales"}, (), 60, None),
    Worked("too large", {"title": "Head of Sales", "employees": 5001}, (), 60, None),
    Worked("points may be taken away", {"title": "Student"}, HOT, 0, None),  # -40 + 20 + 19.54
    Worked("over the bar", {"title": "CEO"}, HOT, 120, "MAQL"),  # 80 + 40 (39.54)
    Worked("over the bar, but not by what they did", {"title": "Everything"}, (), 130, None),
    Worked("a single look on the day counts in full", {"title": "CEO"}, looks("pricing", "2026-04-01"), 100, "MAQL"),
    Worked("half of it is left after a half-life", {"title": "CEO"}, looks("pricing", "2026-03-02"), 90, None),
    Worked("a quarter after two", {"title": "CEO"}, looks("pricing", "2026-01-31"), 85, None),
    Worked("nothing after a year", {"title": "CEO"}, looks("pricing", "2025-04-01"), 80, None),
    Worked("linear: half after half the time", {"title": "CEO"}, looks("practice sheet", "2026-03-02"), 95, None),
    Worked("linear: nothing at the end", {"title": "CEO"}, looks("practice sheet", "2026-01-31"), 80, None),
    Worked("linear: a bit before the end", {"title": "CEO"}, looks("practice sheet", "2026-02-02"), 81, None),
    Worked("a cap", {"title": "Head"}, looks("pricing", *[f"2026-03-{day}" for day in range(24, 32)]), 120, "MAQL"),
    Worked("learning is worth nothing", {"title": "CEO"}, looks("webinar", "2026-04-01", "2026-03-31"), 80, None),
    Worked("what is to come does not count", {"title": "CEO"}, looks("pricing", "2026-04-02"), 80, None),
    Worked("19 points for what they did are too few", {"title": "Ideal"}, looks("pricing", "2026-03-30"), 114, None),
    Worked("20 are enough", {"title": "Ideal"}, looks("pricing", "2026-04-01"), 115, "MAQL"),
    Worked("99 points are too few", {"title": "Ideal"}, looks("pricing", "2026-01-21"), 99, None),
    Worked("a demo asked for needs no points", {}, asks("demo", "2026-03-31"), 39, "MQL"),
    Worked("nor does a contact form", {}, asks("contact form", "2026-03-31"), 0, "MQL"),
    Worked("a request is worth more than the bar", {"title": "CEO"}, (*HOT, *asks("demo", "2026-04-01")), 160, "MQL"),
    Worked("a request too old", {}, asks("contact form", "2025-12-31"), 0, None),
    Worked("the last day on which it counts", {}, asks("contact form", "2026-01-01T00:01"), 0, "MQL"),
    Worked("bounced: no points move them", {"title": "CEO", "is_bounced": True}, HOT, 120, None),
    Worked("bounced, but they asked", {"is_bounced": True}, asks("quote", "2026-03-31"), 0, "MQL"),
    Worked("MAQL already", {"title": "CEO", "status": "MAQL"}, HOT, 120, None),
    Worked("never back: LAL", {"title": "CEO", "status": "LAL"}, HOT, 120, None),
    Worked("raw is not moved by points", {"title": "CEO", "status": "Raw"}, HOT, 120, None),
    Worked("raw who asks", {"status": "Raw"}, asks("demo", "2026-04-01"), 40, "MQL"),
    Worked("with sales already", {"status": "SAL"}, asks("demo", "2026-04-01"), 40, None),
    Worked("closed stays closed", {"title": "CEO", "status": "Disqualified"}, HOT, 120, None),
    Worked("closed who asks is only told", {"status": "Disqualified"}, asks("demo", "2026-04-01"), 40, None),
    Worked("an unknown status is left alone", {"title": "CEO", "status": "See Dave"}, HOT, 120, None),
    Worked("a blank one, too", {"title": "CEO", "status": None}, HOT, 120, None),
]


def judged(done: tuple[Activity, ...], policy: Policy = KNOWN, now: datetime = NOW, **fields: Any) -> Judgement:
    """What qualify says of a lead in Inquiry since January, in an org that has every field."""
    who = person(fields.pop("object", LEAD), **{"status": "Inquiry", **fields})
    return alone("qualify", evidence(who, activities=tuple(sorted(done, key=lambda one: one.at))), policy, now=now)


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case.what)
def test_worked_by_hand(case: Worked) -> None:
    """The score, and where it leads."""
    found = judged(case.done, **case.fields)
    assert found.score is not None
    assert found.score.total == case.score
    assert after(found) == case.status
    written = after(found, "score")
    is_known = case.fields.get("status") != "See Dave"
    assert written == (str(case.score) if is_known and abs(case.score) >= 5 else None)


def back(done: tuple[Activity, ...], returned: str, now: datetime = NOW, **fields: Any) -> Judgement:
    """A lead who was LAL and is in Re-Market since then."""
    who = person(status="Re-Market", created_at=at("2025-06-01"), **fields)
    rows = changes("2025-07-01 Inquiry LAL", f"{returned} LAL Re-Market")
    return alone("qualify", evidence(who, activities=done, changes=rows), KNOWN, now=now)


def test_an_old_visit_does_not_bring_anybody_back() -> None:
    """Fit 95, one visit before they were handed back: Re-Market they stay, and the visit earns nothing any more."""
    found = back(looks("practice sheet", "2026-02-27"), "2026-03-01", title="Ideal")
    assert found.score is not None
    assert (found.score.total, found.score.behaviour) == (95, 0)
    assert after(found) is None


def test_30_days_of_rest() -> None:
    """Later behaviour counts, but moves nobody for 30 days; the day after, it does, from then on."""
    done = looks("pricing", "2026-03-20", "2026-03-21")
    resting = back(done, "2026-03-05", title="CEO")
    assert resting.score is not None
    assert resting.score.total >= 100
    assert after(resting) is None
    assert resting.alerts == ()
    assert resting.until is not None
    assert resting.until <= at("2026-04-04")
    moved = back(done, "2026-03-05", now=at("2026-04-04"), title="CEO")
    assert after(moved) == "MAQL"


def test_whoever_asks_need_not_rest() -> None:
    """A direct request after the return makes ready at once; one before it is answered."""
    assert after(back(asks("demo", "2026-03-06"), "2026-03-05")) == "MQL"
    assert after(back(asks("demo", "2026-03-04"), "2026-03-05")) is None


def test_nobody_knows_when_they_were_handed_back() -> None:
    """Only what was done since changes would have been seen counts; without that, nothing does."""
    who = person(status="Re-Market", title="CEO", created_at=at("2019-01-01"))
    found = evidence(who, activities=looks("pricing", "2026-03-31", "2026-04-01"))
    unseen = alone("qualify", found, KNOWN, org(tracked=False))
    assert unseen.score is not None
    assert unseen.score.behaviour == 0
    seen = alone("qualify", found, KNOWN, org(tracked=False, first_apply=at("2026-03-31T12:00")))
    assert seen.score is not None
    assert seen.score.behaviour == 20


def test_sales_had_the_request() -> None:
    """A request that came while sales had them, or before an LDR took them on, was seen: nobody is moved again."""
    rows = changes("2026-02-01 Inquiry MQL", "2026-03-20 MQL LAL")
    who = person(status="LAL")
    assert not alone("qualify", evidence(who, changes=rows, activities=asks("quote", "2026-03-01")), KNOWN).changes
    rows = changes("2026-03-20 Inquiry LAL")
    assert not alone("qualify", evidence(who, changes=rows, activities=asks("quote", "2026-03-01")), KNOWN).changes
    assert after(alone("qualify", evidence(who, changes=rows, activities=asks("quote", "2026-03-21")), KNOWN)) == "MQL"


def test_a_disposition_shows_that_somebody_acted() -> None:
    """Whoever was called after they asked has been seen to, though their status says inquiry again."""
    rows = changes("2026-03-20 Inquiry Left_Vmail", "2026-03-21 Left_Vmail Inquiry")
    found = evidence(person(status="Inquiry"), changes=rows, activities=asks("quote", "2026-03-01"))
    assert not alone("qualify", found, KNOWN).changes
    found = evidence(person(status="Inquiry"), changes=rows, activities=asks("quote", "2026-03-22"))
    assert after(alone("qualify", found, KNOWN)) == "MQL"


def test_sales_let_them_go() -> None:
    """Whom sales had when they asked, and gave away later, is not handed to sales again for it."""
    rows = changes("2026-02-01 Inquiry MQL", "2026-03-20 MQL MAQL")
    for asked, to in (("2026-03-01", None), ("2026-03-21", "MQL")):
        found = evidence(person(status="MAQL"), changes=rows, activities=asks("quote", asked))
        assert after(alone("qualify", found, KNOWN)) == to


def test_after_a_return_only_later_behaviour_counts_for_good() -> None:
    """Also once somebody has taken them up again."""
    rows = changes("2026-02-01 LAL Re-Market", "2026-03-20 Re-Market MAQL")
    done = looks("pricing", "2026-01-31", "2026-03-30")
    found = alone("qualify", evidence(person(status="MAQL", title="CEO"), changes=rows, activities=done), KNOWN)
    assert found.score is not None
    assert found.score.behaviour == 19


def test_a_record_is_watched_from_its_beginning_at_the_earliest() -> None:
    """Handed back nobody knows when, in a record made after our first apply: what was done before it does not count."""
    who = person(status="Re-Market", title="CEO", created_at=at("2026-03-31T18:00"))
    found = evidence(who, activities=looks("pricing", "2026-03-31T10:00", "2026-04-01"))
    result = alone("qualify", found, KNOWN, org(tracked=False, first_apply=at("2026-01-01")))
    assert result.score is not None
    assert result.score.behaviour == 20


def test_until_fading_points_change_something() -> None:
    """The verdict is good until a midnight on which it is still the same, and soon after which it is not."""
    done = looks("pricing", "2026-03-31")  # 19.5 points now; 17.8 after 4 nights, 16.3 after 8
    found = judged(done, title="Head", score=80.0, status="LAL")
    assert not found.changes
    assert found.until is not None
    days = (found.until - NOW).days
    assert days == 8
    assert not judged(done, title="Head", score=80.0, status="LAL", now=found.until).changes
    assert judged(done, title="Head", score=83.0, status="LAL").until == NOW + timedelta(days=2)
    soon = judged(done, title="Head", score=84.0, status="LAL")
    assert soon.until == NOW + timedelta(days=1)
    assert after(judged(done, title="Head", score=84.0, status="LAL", now=NOW + timedelta(days=2)), "score") == "79"


def test_which_answers_to_campaigns_are_requests() -> None:
    """By the campaign's name or type; an invitation that nobody answered is none."""
    for name, responded, to in (
        ("Website: contact form", True, "MQL"),
        ("Website: contact form", False, None),
        ("Demo requests 2026", True, "MQL"),
        ("Webinar: demo of the year", True, None),
        ("Newsletter", True, None),
    ):
        one = membership(name, responded=responded, responded_at=at("2026-03-20"))
        assert after(alone("qualify", evidence(person(status="Inquiry"), memberships=(one,)), KNOWN)) == to


@pytest.mark.parametrize(
    ("happened", "is_request"),
    [
        (activity("call", "2026-03-31", "in", "connected"), True),
        (activity("call", "2026-03-31", "out", "connected", about="demo"), False),
        (activity("meeting", "2026-03-31", "", "held", about="demo"), False),
        (activity("mail", "2026-03-31", "in", "done"), False),
        (activity("mail", "2026-03-31", "in", "done", about="quote"), True),
        (activity("list_mail", "2026-03-31", "out", about="demo"), False),
        (activity("auto_reply", "2026-03-31", "in", about="demo"), False),
    ],
    ids=lambda one: f"{one.kind} {one.direction} {one.about}" if isinstance(one, Activity) else "",
)
def test_what_is_a_direct_request(happened: Activity, is_request: bool) -> None:
    """Something they asked of us, of a topic that is listed; every inbound call only if that is listed."""
    listed = known(score={"direct": ["demo", "quote", "inbound call"]})
    assert after(judged((happened,), listed)) == ("MQL" if is_request else None)
    if happened.kind == "call" and not happened.about:
        assert after(judged((happened,))) is None


def test_since_when() -> None:
    """A promotion dates from its evidence: the request, or the deed by which the bar was crossed."""
    both = policy()
    found = evidence(person(status="Inquiry"), activities=asks("demo", "2026-03-25"))

    stamped = judge(found.person, build(found, both, org(), NOW), load(both))
    assert after(stamped, "status_entered_at") == "2026-03-25T00:00:00Z"
    found = evidence(
        person(status="Inquiry", title="CEO"),
        activities=looks("pricing", "2026-02-01", "2026-03-30T10:00", "2026-03-31"),
    )
    stamped = judge(found.person, build(found, KNOWN, org(), NOW), load(KNOWN))
    assert after(stamped) == "MAQL"
    assert after(stamped, "status_entered_at") == "2026-03-30T10:00:00Z"


def test_the_rest_ends_the_day_it_ends() -> None:
    """Somebody who crossed while they rested is scored since the end of the rest: nobody was late before."""
    who = person(status="Re-Market", title="CEO", created_at=at("2025-06-01"))
    rows = changes("2025-07-01 Inquiry LAL", "2026-03-01 LAL Re-Market")
    found = evidence(who, changes=rows, activities=looks("pricing", "2026-03-20", "2026-03-21", "2026-03-22"))
    stamped = judge(who, build(found, KNOWN, org(), NOW), load(KNOWN))
    assert after(stamped) == "MAQL"
    assert after(stamped, "status_entered_at") == "2026-03-31T00:00:00Z"


def test_an_old_crossing_moves_but_is_no_news() -> None:
    """Whoever crossed long ago and is still above the bar is moved; nobody is told of last winter."""
    found = judged(looks("pricing", "2026-02-25", "2026-02-25", "2026-02-25"), title="CEO")
    assert after(found) == "MAQL"
    assert found.alerts == ()


def test_the_twin_of_a_customer_is_left_alone() -> None:
    """Same e-mail as a contact who is a customer or in a deal: a finding instead; any other contact hinders nobody."""
    for status, to, found in (
        ("Customer", None, {"same_email"}),
        ("SQL", None, {"same_email"}),
        ("Inquiry", "MAQL", set()),
    ):
        one = evidence(
            person(status="Inquiry", title="CEO", email="jo@acme.com"),
            activities=HOT,
            twins=(Twin(ref(CONTACT, "2"), status),),
        )
        result = alone("qualify", one, KNOWN)
        assert (after(result), names(result)) == (to, found)
        assert after(result, "score") == "120"


def told(found: Judgement) -> list[tuple[str, str, datetime]]:
    return [(one.promise, one.of, one.at) for one in found.alerts]


def crossing(when: str) -> tuple[str, str, datetime]:
    return ("crossing", str(int(at(when).timestamp())), at(when))


def test_a_crossing_is_told_once() -> None:
    """The same crossing has the same key before and after the promotion, and on every later day, until it is old."""
    done = looks("pricing", "2026-03-30", "2026-03-31", "2026-04-01")
    first = judged(done, title="CEO")
    assert after(first) == "MAQL"
    assert told(first) == [crossing("2026-03-30")]
    for days in (0, 5, 20):
        again = judged(done, title="CEO", status="MAQL", now=NOW + timedelta(days=days))
        assert told(again) == [crossing("2026-03-30")]
    assert told(judged(done, title="CEO", status="MAQL", now=at("2026-04-30"))) == []


def test_a_second_crossing_is_told_again() -> None:
    """Once the score has fallen below the bar, the next deed that lifts it is news; one that keeps it there is not."""
    both = looks("pricing", "2026-02-20", "2026-03-31")
    assert told(judged(both, title="CEO", status="MAQL")) == [crossing("2026-03-31")]
    twice = looks("pricing", "2026-03-31T08:00", "2026-03-31T20:00")
    assert told(judged(twice, title="CEO", status="MAQL")) == [crossing("2026-03-31T08:00")]


def customer(done: tuple[Activity, ...], policy: Policy = KNOWN, **fields: Any) -> Judgement:
    """A contact who is a customer since March 10."""
    who = person(CONTACT, status="Customer", title="CEO", created_at=at("2025-06-01"), **fields)
    rows = changes("2026-03-10 SQL Customer")
    return alone("qualify", evidence(who, activities=done, changes=rows), policy)


def test_a_customer_who_crosses_stays_and_is_told() -> None:
    """Only a crossing since they bought; what they did to buy is none."""
    found = customer(looks("pricing", "2026-03-31", "2026-04-01"))
    assert after(found) is None
    assert told(found) == [crossing("2026-03-31")]
    assert told(customer(looks("pricing", "2026-03-08", "2026-03-09"))) == []


def test_a_customer_may_begin_anew() -> None:
    """With [customer] reenter, a crossing opens the next cycle, and is then spent: it does not cross the bar again."""
    again = known(customer={"reenter": "Inquiry"})
    done = looks("pricing", "2026-03-31", "2026-04-01")
    found = customer(done, again)
    assert after(found) == "Inquiry"
    assert "begins anew" in why(found)
    assert after(customer(looks("pricing", "2026-03-08", "2026-03-09"), again)) is None


def test_a_customer_whose_address_bounces_is_told_of_all_the_same() -> None:
    """A bounce forbids to move anybody, not to tell of them: they stay where they are, even with `reenter`."""
    done = looks("pricing", "2026-03-31", "2026-04-01")
    for known_as in (KNOWN, known(customer={"reenter": "Inquiry"})):
        found = customer(done, known_as, is_bounced=True)
        assert after(found) is None
        assert told(found) == [crossing("2026-03-31")]
        assert found.alerts[0].text.endswith("; their e-mail address bounces")


@pytest.mark.parametrize(("object", "status"), [(LEAD, "Disqualified"), (CONTACT, "Customer"), (CONTACT, "SQL")])
def test_who_asks_and_is_not_moved_is_told(object: str, status: str) -> None:
    """A request of somebody closed, a customer or in a deal is an alert, while it is fresh."""
    found = judged(asks("demo", "2026-03-31"), object=object, status=status)
    assert after(found) is None
    assert told(found) == [("request", "form 2026-03-31", at("2026-03-31"))]
    (alert,) = found.alerts
    assert isinstance(alert, Alert)
    assert alert.text == f"asked for a demo on 2026-03-31, and is {status}"
    assert told(judged(asks("demo", "2026-03-01"), object=object, status=status)) == []


@pytest.mark.parametrize(
    ("written", "score", "is_written"),
    [(None, 4, False), (None, 5, True), (50.0, 54, False), (50.0, 55, True), (55.0, 50, True), (54.0, 50, False),
     (99.0, 100, True), (100.0, 99, True), (101.0, 100, False), (100.0, 104, False), (0.0, 4, False)],
)  # fmt: skip
def test_a_score_is_written_sparingly(written: float | None, score: int, is_written: bool) -> None:
    """When it crossed the bar or moved by 5; an empty field counts as 0."""
    exact = known(score={"fit": {"exact": {"field": "title", "values": ["x"], "points": score}}})
    found = judged((), exact, title="x", score=written)
    assert (after(found, "score") is not None) == is_written


def test_an_org_without_the_field() -> None:
    """No score is written or asked for where the org has no field for it; people are moved all the same."""
    one = evidence(person(status="Inquiry", title="CEO"), activities=HOT)
    found = alone("qualify", one, KNOWN, org(["score"]))
    assert {change.field for change in found.changes} == {"status"}
    assert not found.findings


def test_a_held_status_does_not_hold_the_score() -> None:
    """Where the status must not be given again, the score is still kept up to date."""

    one = evidence(person(status="Inquiry", title="CEO"), activities=HOT)
    outcome = run(one.person, case_of(one, KNOWN), rule("qualify", KNOWN).on, {"status": "MAQL"})
    assert (outcome.person.status, outcome.person.score) == ("Inquiry", 120)


def test_ideal_clients() -> None:
    """In services-firm whoever fits is an MQL by who they are: each dimension must match, if all are asked for."""
    firm = policy("services-firm")
    who = {"title": "Head of Sales", "employees": 20, "industry": "Banking", "status": "New"}
    assert after(judged((), firm, **who)) == "MQL"
    for missing in ("title", "employees", "industry"):
        assert after(judged((), firm, **{**who, missing: None})) is None
    two = policy("services-firm", score={"ideal_least": 2})
    assert after(judged((), two, **{**who, "industry": None})) == "MQL"
    assert after(judged((), firm, **{**who, "is_bounced": True})) is None
    assert after(judged(asks("demo", "2026-03-31"), firm, **who)) == "SRL"
    for status in ("MQL", "SRL", "Re-Market", "Rejected"):
        assert after(judged((), firm, **{**who, "status": status})) is None


def test_without_a_scored_status_the_bar_makes_ready() -> None:
    """simple and services-firm have one status for both."""
    assert after(judged(HOT, known("simple"), title="CEO", status="MQL")) == "SQL"
    assert after(judged(HOT, known("services-firm"), title="CEO", status="New")) == "SRL"
    assert after(judged(HOT, known("services-firm"), title="CEO", status="MQL")) == "SRL"


def test_one_point_each() -> None:
    """The simplest preset: every action is one point, who they are is none."""
    one = policy("one-point")
    done = (*looks("pricing", "2026-03-30"), *looks("case study", "2026-03-30"), *asks("webinar", "2026-03-29"))
    found = judged(done, one, title="CEO", employees=200)
    assert found.score is not None
    assert found.score.total == 3
    assert {part.points for part in found.score.parts} == {1}


def field(score: float, seen: tuple[Any, ...] = (), **fields: Any) -> Judgement:
    """Judged by the marketing platform's score."""

    theirs = known(score={"source": "field"})
    found = evidence(person(**{"status": "Inquiry", "score": score, "title": "CEO", **fields}))
    case = build(found, theirs, org(), NOW, (), (), seen)
    return judge(found.person, case, rule("qualify", theirs))


class Seen(NamedTuple):
    """A sync saw the platform's score go from one to the other."""

    ref: Any
    field: str
    since: datetime | None
    seen_at: datetime
    before: str | None
    after: str | None


def saw(when: str, before: str, to: str) -> Seen:
    return Seen(ref(), "score", at("2026-03-01"), at(when), before, to)


def test_the_platforms_score() -> None:
    """Read, never written, without parts; the bar works the same, without a minimum for behaviour."""
    assert after(field(99)) is None
    found = field(100)
    assert after(found) == "MAQL"
    assert after(found, "score") is None
    assert found.score is not None
    assert (found.score.total, found.score.parts) == (100, ())
    assert told(found) == []


def test_the_platforms_score_was_seen_to_cross() -> None:
    """A crossing is what a sync saw: told, and for people in Re-Market it is needed."""
    found = field(120, (saw("2026-03-20", "90", "120"),))
    assert told(found) == [crossing("2026-03-20")]
    assert told(field(120, (saw("2026-03-20", "110", "120"),))) == []
    stayed = field(120, status="Re-Market", created_at=at("2026-01-01"))
    assert after(stayed) is None
    came = field(120, (saw("2026-03-20", "90", "120"),), status="Re-Market", created_at=at("2026-01-01"))
    assert after(came) == "MAQL"
    before = field(120, (saw("2025-12-20", "90", "120"),), status="Re-Market", created_at=at("2026-01-01"))
    assert after(before) is None


def test_our_own_writes_say_since_when() -> None:
    """A score below the bar that we wrote shows that the bar was crossed later than that, whatever they did before."""
    found = evidence(
        person(status="Inquiry", title="CEO", score=60.0), activities=looks("pricing", "2026-03-25", "2026-03-26")
    )

    write = own("qualify", "2026-03-28", None, "60", field="score")
    result = judge(found.person, build(found, KNOWN, org(), NOW, (write,)), load(KNOWN))
    assert after(result) == "MAQL"
    assert after(result, "status_entered_at") == "2026-03-28T00:00:00Z"
