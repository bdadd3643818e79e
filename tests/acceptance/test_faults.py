"""What goes wrong on the wire and in the org is recovered from or clearly stopped, and nothing is written twice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.faults import Faults
from connector.sandbox.keys import key_pair
from connector.sandbox.salesforce.apps import register
from connector.sandbox.salesforce.org import Org
from tests.acceptance.site import Site, site

pytestmark = pytest.mark.long
"""Every fault met by whole commands takes minutes."""

LEADS = 90
WORDS = ("Left Vmail", "inquiry", "Ringing")
WAYS = {"rest": 2_000, "bulk": 50}
"""Above how many records bulk jobs write."""
PATCHES = {"rest": "PATCH", "bulk": "PUT|PATCH|POST"}

PASSING: dict[str, list[dict[str, Any]]] = {
    "503": [{"status": 503, "times": 2}],
    "503 as a page": [{"status": 503, "body": "html", "first": 3, "times": 2}],
    "503 now and then": [{"status": 503, "every": 7}],
    "500": [{"status": 500, "first": 2, "times": 2}],
    "429, wait": [{"status": 429, "retry_after": 1, "times": 3}],
    "429 now and then": [{"status": 429, "every": 3}],
    "too many at once": [
        {"status": 403, "code": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded.", "every": 4}
    ],
    "cut before the answer": [{"drop": 0, "every": 5}],
    "cut before the request": [{"drop": 0, "carried_out": False, "every": 5}],
    "cut in the answer": [{"drop": 40, "every": 6}],
    "cut short": [{"truncate": 30, "every": 6}],
    "expired sessions": [{"expire_sessions": True, "every": 9}],
    "slow": [{"latency": 0.05, "every": 10}],
    "all at once": [
        {"status": 503, "every": 7},
        {"drop": 0, "every": 11},
        {"drop": 25, "every": 13},
        {"expire_sessions": True, "every": 17},
    ],
}
"""Faults that pass: with patience the work is done."""

LASTING: dict[str, list[dict[str, Any]]] = {
    "503 for ever": [{"status": 503, "times": 0}],
    "cut for ever": [{"drop": 0, "times": 0}],
    "carried out, never answered": [{"status": 503, "carried_out": True, "method": "PATCH", "times": 0}],
    "429 for ever": [{"status": 429, "times": 0}],
    "refused": [{"status": 400, "code": "MALFORMED_QUERY", "message": "no", "times": 0}],
    "moved": [{"status": 301, "times": 0}],
    "nonsense": [{"truncate": 1, "times": 0}],
}
"""Faults that stay: it stops, says so, and goes on when they are gone; unless a look at the records says enough."""


SEEN = {("cut for ever", "rest"), ("carried out, never answered", "rest"), ("nonsense", "rest")}
"""Lasting faults of which none keeps the writes from being carried out, nor the records from being read."""


def _sampled(names: Iterable[str], *now: str) -> list[Any]:
    """All of them; those that are not named `now` belong to the long tests."""
    return [pytest.param(name, marks=[] if name in now else [pytest.mark.long]) for name in names]


@contextmanager
def served(folder: Path, way: str, own: str = "") -> Iterator[Site]:
    """90 leads to be corrected, in an org that one logs in to with an app, so that a session can be renewed."""
    org = Org()
    org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", WORDS[n % 3]) for n in range(LEADS)])
    snapshot = org.snapshot(folder / "org.db")
    org.close()
    with site(folder, snapshot, faults=Faults(own=tomllib.loads(own))) as at:
        app = register(at.org, key_pair()[1])
        (folder / "secret").write_text(app.client_secret)
        login = f'login = "client_credentials"\nclient_id = "{app.client_id}"\nclient_secret = "file:secret"'
        at.configure(login=login, bulk_above=WAYS[way])
        yield at


def _planned(at: Site) -> str:
    at.connector.ask("sync")
    plan: str = at.connector.ask("plan")["plan"]
    at.connector.ask("approve", plan, "--by", "Ada", "--because", "reviewed")
    return plan


def _is_done(at: Site, plan: str) -> None:
    """Every lead has its status, the ledger knows, and the CRM saw one change of each."""
    assert set(at.column().values()) == {"LAL", "Inquiry"}
    assert at.connector.ask("show", plan)["outcomes"] == {"applied": LEADS}
    tally = at.tally()
    assert (len(tally), set(tally.values())) == (LEADS, {1})
    at.connector.ask("sync")
    assert at.connector.ask("plan")["changes"] == 0


@pytest.mark.parametrize("fault", _sampled(PASSING, "all at once", "cut short"))
def test_sync_gets_through(tmp_path: Path, fault: str) -> None:
    """Every row is read once, whatever happens on the way; then again as a sync of changes."""
    with served(tmp_path, "rest") as at:
        for keys in PASSING[fault]:
            at.box.faults.add(path="/services/data", **keys)
        assert at.connector.ask("sync")["read"]["lead"] == LEADS
        at.human("Lead", {"Id": min(at.column()), "Status": "MQL"})
        at.connector.ask("sync")
        at.box.faults.wire.clear()
        assert at.connector.ask("plan")["by_rule"] == {"disposition": LEADS * 2 // 3 - 1, "normalise": LEADS // 3}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", _sampled(PASSING, "all at once", "cut before the answer"))
def test_apply_gets_through(tmp_path: Path, fault: str, way: str) -> None:
    """Every lead is written, and none twice, although answers were lost."""
    with served(tmp_path, way) as at:
        plan = _planned(at)
        for keys in PASSING[fault]:
            at.box.faults.add(path="/services/data", **keys)
        ran = at.connector.run("apply", plan, "--json")
        at.box.faults.wire.clear()
        if ran.code:
            assert all(ran.error.values()), ran.error
            at.connector.ask("resume", plan)
        _is_done(at, plan)
    assert ran.code == 0, ran.everything


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", _sampled(LASTING, "503 for ever", "carried out, never answered"))
def test_apply_stops_and_resume_finishes(tmp_path: Path, fault: str, way: str) -> None:
    """It ends with 1 and says what, where and what next; nothing is lost, and nothing written twice when it goes on."""
    with served(tmp_path, way) as at:
        plan = _planned(at)
        for keys in LASTING[fault]:
            at.box.faults.add(path="composite/sobjects|jobs/ingest", **keys)
        ran = at.connector.run("apply", plan, "--json")
        if ran.code:
            assert all(ran.error.values())
            at.connector.fails("resume", plan)
        at.box.faults.wire.clear()
        assert at.connector.ask("apply", plan)["applied"] == LEADS
        _is_done(at, plan)
    assert ran.code == (0 if (fault, way) in SEEN else 1)


@pytest.mark.parametrize("fault", _sampled(LASTING, "503 for ever", "refused"))
def test_sync_stops_and_goes_on(tmp_path: Path, fault: str) -> None:
    """A sync that cannot go on says why; nothing may be planned on half of it; the next one makes it whole."""
    with served(tmp_path, "rest") as at:
        for keys in LASTING[fault]:
            at.box.faults.add(path="Lead", **{**keys, "method": ""})
        at.connector.fails("sync")
        assert "run `connector sync`" in at.connector.fails("plan")["next"]
        at.box.faults.wire.clear()
        _is_done(at, _applied(at))


def _applied(at: Site) -> str:
    plan = _planned(at)
    at.connector.ask("apply", plan)
    return plan


@pytest.mark.parametrize("way", WAYS)
def test_row_locks_that_pass(tmp_path: Path, way: str) -> None:
    """Rows that somebody holds for a moment are tried again, in smaller batches."""
    with served(tmp_path, way, "[[row_lock]]\nshare = 0.3\ntimes = 2\n") as at:
        _is_done(at, _applied(at))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("[[row_lock]]\nshare = 0.2\ntimes = 0\n", "UNABLE_TO_LOCK_ROW"),
        ('[[row_fault]]\nobject = "Lead"\nevery = 10\ncode = "CANNOT_X"\nmessage = "No."\n', "CANNOT_X"),
        (
            '[[validation_rule]]\nobject = "Lead"\nmessage = "Budget?"\nwhen = { LastName = "L7" }\n',
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        ),
    ],
    ids=["locked for ever", "refused rows", "validation rule"],
)
def test_rows_that_fail_do_not_stop_the_rest(tmp_path: Path, own: str, code: str, way: str) -> None:
    """Exit code 4; each failed row is named with code and text, the others are written; the next plan has them
    again.
    """
    with served(tmp_path, way, own) as at:
        plan = _planned(at)
        done = at.connector.ask("apply", plan, exits=4)
        assert done["failed"] > 0
        assert done["applied"] + done["failed"] == LEADS
        failed = [row for row in at.connector.rows(plan) if row["outcome"].startswith("failed")]
        assert all(code in row["outcome"] for row in failed)
        assert len(failed) == done["failed"]
        statuses = at.column()
        assert all(statuses[row["id"]] == row["before"] for row in failed)
        assert set(at.tally().values()) == {1}
        at.org.rules.row_lock.clear()
        at.org.rules.row_fault.clear()
        at.org.rules.validation_rule.clear()
        at.connector.ask("sync")
        again = at.connector.ask("plan")
        assert again["changes"] == done["failed"]
        at.connector.ask("approve", again["plan"], "--by", "Ada", "--because", "reviewed")
        at.connector.ask("apply", again["plan"])
        assert set(at.column().values()) == {"LAL", "Inquiry"}


@pytest.mark.parametrize("way", WAYS)
def test_when_every_row_is_refused(tmp_path: Path, way: str) -> None:
    """Nothing can be written at all: exit code 4, every record named with the reason, the CRM as it was."""
    with served(tmp_path, way, '[[duplicate_rule]]\nobject = "Lead"\nmatch = ["Company"]\nallow_save = false\n') as at:
        before, plan = at.column(), _planned(at)
        done = at.connector.ask("apply", plan, exits=4)
        assert (done["applied"], done["failed"]) == (0, LEADS)
        assert all("DUPLICATES_DETECTED" in row["outcome"] for row in at.connector.rows(plan))
        assert at.column() == before


def test_queries_that_run_too_long(tmp_path: Path) -> None:
    """A REST query that hits the CRM's time limit is asked by bulk instead."""
    with served(tmp_path, "rest", "[limits]\nquery_rows = 40\n") as at:
        assert at.connector.ask("sync")["read"]["lead"] == LEADS
        at.org.rules.limits.query_rows = 0
        _is_done(at, _applied(at))


MANY = 21_000
"""So many leads are read by a bulk job."""
READS = {
    "cut short": {"path": "/results", "truncate": 200_000},
    "cut short at a row's end": {"path": "/results", "truncate": 200_004, "times": 2},
    "dropped": {"path": "/results", "drop": 300_000},
    "dropped before": {"path": "/results", "drop": 0, "times": 2},
    "503": {"path": "jobs/query", "status": 503, "every": 3},
    "expired": {"path": "jobs/query", "expire_sessions": True, "every": 4},
}


@pytest.mark.parametrize("fault", _sampled(READS, "cut short"))
def test_a_large_read_is_whole(tmp_path: Path, fault: str) -> None:
    """A bulk result that ends early, looks whole and is not, is noticed and read again; no lead is lost or doubled."""
    with served(tmp_path, "rest") as at:
        rows = ((f"M{n}", "C", "Inquiry") for n in range(MANY))
        at.org.load("Lead", ("LastName", "Company", "Status"), rows)
        broken = at.box.faults.add(**READS[fault])
        assert at.connector.ask("sync")["read"]["lead"] == LEADS + MANY
        assert broken.hits
        plan = at.connector.ask("plan")
        assert (plan["people"], plan["changes"]) == (LEADS + MANY, LEADS)


@pytest.mark.parametrize("own", ["fail_after = 20", "polls = 5", "page_rows = 10"])
def test_bulk_jobs_that_misbehave(tmp_path: Path, own: str) -> None:
    """A job that fails in the middle, takes its time, or answers in small pages."""
    with served(tmp_path, "bulk", f"[bulk]\n{own}\n") as at:
        plan = _planned(at)
        ran = at.connector.run("apply", plan, "--json")
        if ran.code == 1:
            assert all(ran.error.values()), ran.error
            at.org.rules.bulk.fail_after = 0
            at.connector.ask("resume", plan)
        _is_done(at, plan)


def test_the_day_s_calls_run_out_in_the_middle(tmp_path: Path) -> None:
    """Apply stops at its share of the day's calls, says so, and `resume` goes on the next day."""
    with served(tmp_path, "rest") as at:
        plan = _planned(at)
        at.org.usage.maximum = at.org.usage.calls + 25
        error = at.connector.fails("apply", plan)
        assert "API calls" in error["what"]
        assert "later" in error["next"]
        assert 0 < len(at.tally()) < LEADS
        at.org.usage.maximum = 100_000
        at.connector.ask("resume")
        _is_done(at, plan)
