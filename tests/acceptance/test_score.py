"""The score, by the command line: what it is made of, when it is written, who crosses, and what-if."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.salesforce.base import ADMIN_ID
from tests.acceptance.site import HUMAN, Site, site

SCORE = """\
extends = "demand-gen"
{more}
[score]
version = "1"
reviewed = {reviewed}
"""
NOW = datetime.now(UTC).replace(microsecond=0)


def policy(more: str = "", reviewed: str = f"{NOW:%Y-%m-%d}") -> str:
    """demand-gen, its points reviewed today."""
    return SCORE.format(more=more, reviewed=reviewed)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An org with the fields of ours, and a few people who did this and that."""
    with site(tmp_path_factory.mktemp("score"), policy=policy()) as made:
        made.connector.ask("schema", "apply")
        people(made)
        made.connector.ask("sync")
        yield made


def people(made: Site) -> dict[str, str]:
    """A boss who looked at prices, one who asked for a demo, one who only visits webinars."""
    rows: list[dict[str, Any]] = [
        {"LastName": "Hot", "Title": "CEO", "NumberOfEmployees": 200},
        {"LastName": "Asks", "Title": "Clerk"},
        {"LastName": "Learns", "Title": "CEO", "NumberOfEmployees": 200},
    ]
    for row in rows:
        row |= {"Company": "Acme", "Status": "Inquiry", "LeadSource": "Web", "OwnerId": ADMIN_ID}
    real, made.org.clock = made.org.clock, lambda: NOW - timedelta(days=5)
    leads = [done.id for done in made.org.insert("Lead", rows, HUMAN)]
    assert all(leads)
    subjects = [
        (leads[0], "Visited web page: /pricing", 1), (leads[0], "Website visit: pricing", 2),
        (leads[0], "Website visit: case studies", 2), (leads[0], "Page view: case study Acme", 3),
        (leads[1], "Demo request", 1), (leads[2], "Form: webinar registration", 1),
    ]  # fmt: skip
    for who, subject, days in subjects:
        at = NOW - timedelta(minutes=days)  # points fade by the night, so all of it happened today
        made.org.clock = lambda at=at: at  # type: ignore[misc]
        task = {"WhoId": who, "Subject": subject, "Status": "Completed", "OwnerId": ADMIN_ID}
        (done,) = made.org.insert("Task", [{**task, "ActivityDate": f"{at:%Y-%m-%d}"}], HUMAN)
        assert done.success, done.errors
    made.org.clock = real
    return dict(zip(("Hot", "Asks", "Learns"), map(str, leads), strict=True))


@pytest.fixture
def copy(office: Site, tmp_path: Path) -> Site:
    """Another installation that has read the same, and cannot reach the CRM."""
    made = Site(office.box, tmp_path)
    made.configure(policy(), url="http://127.0.0.1:9")
    made.with_state(office.folder / "state")
    return made


def id_of(made: Site, name: str) -> str:
    """The lead of that name."""
    return next(id for id, last in made.column("LastName").items() if last == name)


def explained(made: Site, name: str, *more: str) -> dict[str, Any]:
    answer: dict[str, Any] = made.connector.ask("explain", id_of(made, name), *more)
    return answer


def test_who_is_moved(office: Site) -> None:
    """Enough points make scored, a demo asked for makes ready, learning makes nothing."""
    plan = office.connector.ask("plan")
    rows = office.connector.rows(plan["plan"])
    moved = {row["id"]: (row["after"], row["rule"]) for row in rows if row["field"] == "status"}
    assert moved == {id_of(office, "Hot"): ("MAQL", "qualify"), id_of(office, "Asks"): ("MQL", "qualify")}
    scores = {row["id"]: row["after"] for row in rows if row["field"] == "score"}
    assert scores == {id_of(office, "Hot"): "120", id_of(office, "Asks"): "40", id_of(office, "Learns"): "50"}


def test_parts_add_up(office: Site) -> None:
    """What explain lists adds up to the score, for machines and for people."""
    score = explained(office, "Hot")["judgement"]["score"]
    assert sum(points for _, points, _ in score["parts"]) == score["total"] == 120
    assert "score 120 = fit 50 + behaviour 70" in office.connector.tell("explain", id_of(office, "Hot"))


def test_behaviour_fades_and_fit_stays(copy: Site) -> None:
    """In two years nothing is left of what they did, and all of who they are."""
    later = f"{NOW + timedelta(days=730):%Y-%m-%dT%H:%M:%SZ}"
    score = explained(copy, "Hot", "--now", later)["judgement"]["score"]
    assert (score["total"], score["fit"], score["behaviour"]) == (50, 50, 0)


def test_after_apply_nothing_is_left(office: Site) -> None:
    """The scores stand in the CRM, and neither the next plan nor one next week writes them again."""
    connector = office.connector
    plan = connector.ask("plan")["plan"]
    connector.ask("approve", plan, "--by", "Ada", "--because", "reviewed")
    connector.ask("apply", plan)
    connector.ask("sync")
    assert connector.ask("plan")["by_rule"] == {}
    assert office.column("Lead_Score__c")[id_of(office, "Hot")] == 120
    assert office.column()[id_of(office, "Hot")] == "MAQL"


def test_the_bar_is_locked_until_two_unlock_it(copy: Site) -> None:
    """Another bar is refused with the reason; one name, or the same twice, does not do; two names do."""
    copy.configure(policy() + "bar = 90\n")
    error = copy.connector.fails("plan")
    assert "the bar of the score is 100 and locked" in error["what"]
    assert "policy.toml:6" in error["where"]
    unlock = ("policy", "unlock-bar", "--to", "90", "--because", "nobody crosses")
    assert "two different people" in copy.connector.fails(*unlock, "--by", "Ann")["what"]
    assert "two different people" in copy.connector.fails(*unlock, "--by", "Ann", "--by", " ann")["what"]
    done = copy.connector.ask(*unlock, "--by", "Ann", "--by", "Bo")
    assert (done["bar"], done["by"]) == (90, ["Ann", "Bo"])
    assert copy.connector.ask("policy", "check")["errors"] == []
    copy.connector.ask("policy", "diff", "demand-gen")
    copy.configure(policy() + "bar = 80\n")
    assert copy.connector.ask("policy", "check", exits=1)["errors"][0]["what"].endswith("allowed is 90")


def test_other_points_are_tried_without_the_crm(copy: Site, tmp_path: Path) -> None:
    """Who would cross no more if prices were worth nothing, and who would if a demo were worth a hundred."""
    (tmp_path / "less.toml").write_text(policy() + '[score.behaviour."Pricing"]\npoints = 0\n', encoding="utf-8")
    (tmp_path / "more.toml").write_text(
        policy() + '[score.behaviour."Asked for a demo"]\npoints = 110\nmost = 200\n', encoding="utf-8"
    )
    less = copy.connector.ask("policy", "diff", str(tmp_path / "less.toml"))
    assert less["not_available"] == {}
    assert (less["would_cross"], less["would_stop"]) == (0, 1)
    assert [(one["id"], one["before"], one["after"]) for one in less["stopping"]] == [(id_of(copy, "Hot"), 120, 80)]
    more = copy.connector.ask("policy", "diff", str(tmp_path / "less.toml"), str(tmp_path / "more.toml"))
    assert (more["would_cross"], more["would_stop"]) == (2, 0)
    to = tmp_path / "who.csv"
    told = copy.connector.tell("policy", "diff", str(tmp_path / "less.toml"), "--csv", str(to))
    assert "0 would cross, 1 would not any more" in told
    assert f"lead,{id_of(copy, 'Hot')},Hot" in to.read_text(encoding="utf-8")


def test_the_platforms_points_cannot_be_tried(copy: Site, tmp_path: Path) -> None:
    """Where the score is somebody else's, nobody says who would cross by other points: it is not available."""
    copy.configure(policy() + 'source = "field"\n')
    (tmp_path / "other.toml").write_text(policy() + 'source = "field"\nleast_behaviour = 90\n', encoding="utf-8")
    found = copy.connector.ask("policy", "diff", str(tmp_path / "other.toml"))
    assert (found["would_cross"], found["would_stop"]) == (0, 0)
    assert "not available" in found["not_available"]["crossing"]
    assert "not available" in copy.connector.tell("policy", "diff", str(tmp_path / "other.toml"))


def test_nobody_is_scored_with_the_rule_off(copy: Site) -> None:
    """No score is written and nobody moved; the audit says that the question cannot be answered."""
    copy.configure(policy("[rules.qualify]\non = false"))
    rows = copy.connector.rows(copy.connector.ask("plan")["plan"])
    assert {row["rule"] for row in rows} <= {"age", "sla"}
    assert copy.connector.ask("audit")["not_answerable"]["score_not_reviewed"].startswith("nobody is scored")


def test_points_that_nobody_reviewed(copy: Site) -> None:
    """Reviewed today: fine. Long ago: the audit counts it, and check warns, naming the key."""
    assert copy.connector.ask("audit")["errors"]["score_not_reviewed"] == 0
    copy.configure(policy(reviewed="2020-01-01"))
    assert copy.connector.ask("audit")["errors"]["score_not_reviewed"] == 1
    warnings = copy.connector.ask("policy", "check")["warnings"]
    assert any("last reviewed on 2020-01-01" in one["what"] and "score.reviewed" in one["where"] for one in warnings)
