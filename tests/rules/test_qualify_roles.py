"""Where points, fit and requests lead, status by status, in every vocabulary: worked out from the roles alone.

What is expected is said here once more, from the specification: by fit entry → fit; by points entry, recycle and fit →
scored, else ready; by a direct request whoever is ranked below ready, or in recycle → ready; closed, customer and
converts are told of. A policy may lack any of these roles.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import pytest

from connector.case import build
from connector.judge import judge, load
from connector.model import CONTACT, LEAD, Activity, Evidence, Judgement
from connector.policy import Policy
from tests.people import NOW, activity, changes, evidence, org, person, policy
from tests.rules.alone import after, rule

LOOKS = {"Prices": {"about": ["pricing"], "points": 40, "half_life_days": 30}}
SCORE = {"fit": {"Boss": {"field": "title", "values": ["CEO"], "points": 80}}, "behaviour": LOOKS}
IDEAL = {"ideal": {"role": {"field": "title", "values": ["CEO"]}}}
PRESETS: dict[str, Any] = {name: (name, {}) for name in ("demand-gen", "services-firm", "simple", "one-point")}
PRESETS |= {
    "no scored": ("demand-gen", {"status": {"MAQL": {"roles": []}}}),
    "no ready": ("demand-gen", {"status": {"MQL": {"roles": []}}}),
    "neither": ("demand-gen", {"status": {"MAQL": {"roles": []}, "MQL": {"roles": []}}}),
}


@lru_cache
def known(name: str) -> Policy:
    preset, tables = PRESETS[name]
    ideal, without = ({}, []) if preset != "services-firm" else (IDEAL, ["score.ideal"])
    lines = [] if preset == "one-point" else ["score.fit"]
    return policy(preset, without=[*lines, "score.behaviour", *without], score={**SCORE, **ideal}, **tables)


def somebody(status: str, terms: Policy, **more: Any) -> Evidence:
    """They came to their status a year ago."""
    on = LEAD if "lead" in terms.file.status[status].on else CONTACT
    who = person(on, status=status, title=more.pop("title", None), created_at=NOW - timedelta(days=800))
    before = next(name for name in terms.file.status if name != status and on in terms.file.status[name].on)
    rows = changes(f"2025-04-01 {before.replace(' ', '_')} {status.replace(' ', '_')}")
    return evidence(who, changes=rows, **more)


def judged(found: Evidence, terms: Policy) -> Judgement:
    return judge(found.person, build(found, terms, org(), NOW), rule("qualify", terms))


LEARNED = ("webinar", "article", "e-book", "newsletter")
LOOKED = (activity("other", "2026-03-30", "", "", about="pricing"),)
ASKED = (activity("form", "2026-03-30", "in", "done", about="contact form"),)
STATUSES = [(name, status) for name in PRESETS for status in known(name).file.status]


def expected(terms: Policy, status: str, event: str) -> str | None:
    """Where to; None: they stay."""
    role, rank = terms.role, terms.rank
    if any(terms.has_role(status, one) for one in ("closed", "customer", "converts")):
        return None
    is_recycled = terms.has_role(status, "recycle")

    def on_to(name: str | None) -> str | None:
        """Forward only."""
        here, there = rank(status), rank(name) if name else None
        forward = is_recycled or (here is not None and there is not None and here < there)
        return name if name is not None and forward else None

    if event == "asks":
        return on_to(role("ready"))
    may = is_recycled or any(terms.has_role(status, one) for one in ("entry", "fit"))
    if event == "crosses" and may and (to := on_to(role("scored") or role("ready"))):
        return to
    if terms.has_role(status, "entry") and terms.file.score.ideal:
        return on_to(role("fit"))
    return None


@pytest.mark.parametrize(("name", "status"), STATUSES, ids=lambda one: str(one))
def test_where_it_leads(name: str, status: str) -> None:
    """By what they did, by what they asked for and by who they are."""
    terms = known(name)
    for event, facts in (
        ("crosses", {"title": "CEO", "activities": LOOKED}),
        ("asks", {"activities": ASKED}),
        ("fits", {"title": "CEO"}),
        ("nothing", {}),
    ):
        found = judged(somebody(status, terms, **facts), terms)
        wanted = expected(terms, status, event) if event != "nothing" else None
        assert after(found) == (terms.written(wanted, LEAD) if wanted else None), event
        told = {one.promise for one in found.alerts}
        is_out = any(terms.has_role(status, one) for one in ("closed", "customer", "converts"))
        assert ("request" in told) == (event == "asks" and is_out)
        if event == "crosses" and terms.has_role(status, "customer"):
            assert told == {"crossing"}
        if terms.has_role(status, "closed"):
            assert "crossing" not in told


@pytest.mark.parametrize("preset", ["demand-gen", "services-firm", "simple"])
def test_learning_earns_nothing(preset: str) -> None:
    """What somebody learned from is worth no point in any preset; what they looked at to choose a supplier is."""
    terms = policy(preset)
    points = {}
    for about in (*LEARNED, "case study", "practice sheet", "service page", "pricing", "quote"):
        kind = "form" if about in (*LEARNED, "quote") else "other"
        done = Activity(NOW, kind, "in" if kind == "form" else "", "done", "1", None, about)
        score = judged(evidence(person(status=terms.role("entry")), activities=(done,)), terms).score
        assert score is not None
        points[about] = score.behaviour
    assert tuple(about for about, worth in points.items() if not worth) == LEARNED


def test_whoever_begins_anew_is_in_their_next_cycle() -> None:
    """A customer who crosses, with `reenter`: status, cycle and since when, by all rules, none of which objects."""
    terms = policy(
        without=["score.fit", "score.behaviour"],
        score=SCORE,
        customer={"reenter": "Inquiry"},
    )
    who = person(CONTACT, status="Customer", title="CEO", created_at=NOW - timedelta(days=800))
    found = evidence(who, changes=changes("2025-03-01 Inquiry SQL", "2025-04-01 SQL Customer"), activities=LOOKED)
    result = judge(who, build(found, terms, org(), NOW), load(terms))
    given = {change.field: change.after for change in result.changes}
    assert (given["status"], given["cycle"], given["status_entered_at"]) == ("Inquiry", "2", "2026-03-30T00:00:00Z")
    assert [one for one in result.alerts if one.promise == "crossing"] == []
    assert "unsettled" not in {one.name for one in result.findings}
