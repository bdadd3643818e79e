"""Promises to prospects, by the command line: the planted breaches exactly, the org's hours, no deadline moved."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.store.mirror import Mirror
from tests.acceptance.conftest import Sample
from tests.acceptance.site import Site, site

FORCE = "[sla]\neffective_from = 2020-01-01\n"
POLICY = f'extends = "demand-gen"\n[dispositions]\nkeep = "ledger"\n{FORCE}'
BUSINESS = (
    POLICY + '[sla.promise.worked]\nlimit = "16h"\nclock = "business"\n[sla.promise.followed_up]\nclock = "business"\n'
)


def late(sample: Sample) -> set[str]:
    """Whom the makers of the org let wait."""
    return {truth.lead for truth in sample.truths if truth.kind in ("maql, late", "mql, late")}


def promises(at: Site, record: str) -> list[dict[str, Any]]:
    return [one for one in at.connector.ask("explain", record)["judgement"]["promises"] if one["stopped_at"] is None]


def one_of(sample: Sample, *kinds: str) -> str:
    return next(truth.lead for truth in sample.truths if truth.kind in kinds)


@pytest.mark.parametrize("policy", ['extends = "demand-gen"\n', POLICY], ids=["preview", "in force"])
def test_the_planted_breaches_are_found_exactly(sample: Sample, tmp_path: Path, policy: str) -> None:
    """No more and no fewer, by the audit and by the board; before the first apply as a preview that nobody is told."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=policy) as at:
        audit = at.connector.ask("audit", "sla_not_kept", "--csv", str(tmp_path / "late.csv"))
        board = at.connector.ask("sla")
        at.connector.ask("plan")
        stored = at.connector.ask("sla")
        with Mirror.open(tmp_path / "state" / "mirror-acme.db", "acme", reading=True) as mirror:
            told = {ref.id for ref, alert in mirror.verdicts.alerts() if alert.level in ("breach", "escalate")}
    with (tmp_path / "late.csv").open(encoding="utf-8") as file:
        assert {row["id"] for row in csv.DictReader(file)} == late(sample)
    assert audit["errors"]["sla_not_kept"] == sample.planted.errors["sla_not_kept"] == len(late(sample))
    assert {row["person"] for row in board["breached"]} == late(sample)
    assert {name: stored[name] for name in stored if name != "as_of"} == {
        name: board[name] for name in board if name != "as_of"
    }
    assert told == (late(sample) if "[sla]" in policy else set())
    assert (board["in_force_since"] is None) == ("[sla]" not in policy)


def test_the_board_tells_people(sample: Sample, tmp_path: Path) -> None:
    """Who waits and with whom, a title for each kind; earlier in time nobody was late."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=POLICY) as at:
        text = at.connector.tell("sla", "--rows", "2")
        assert "breached: promised and not kept (the first 2 of" in text
        assert "by owner" in text
        board = at.connector.ask("sla")
        owners = {row["owner"]: row["breached"] for row in board["by_owner"] if row["breached"]}
        assert sum(owners.values()) == len(late(sample)) == board["counts"]["breached"]
        assert all(owner and not owner.startswith("005") for owner in owners)
        past = at.connector.ask("sla", "--now", "2001-01-01T00:00:00Z")
        assert not any(past["counts"].values())


def test_the_work_list(sample: Sample, tmp_path: Path) -> None:
    """Its top entry is the oldest hot lead, for each owner and for each manager; the same judged now and as stored;
    nobody of the board is missing, and whose manager it is the org says."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=POLICY) as at:
        fresh = at.connector.ask("sla", "--by", "owner")
        at.connector.ask("plan")
        stored, board = at.connector.ask("sla", "--by", "owner"), at.connector.ask("sla")
        managers = at.connector.ask("sla", "--by", "manager", "--order", "score")
        text = at.connector.tell("sla", "--by", "owner", "--rows", "1")
        assert "add --by owner" in at.connector.fails("sla", "--order", "score")["next"]
        assert "'boss' is none of them" in at.connector.fails("sla", "--by", "boss")["what"]
    assert {**stored, "as_of": ""} == {**fresh, "as_of": ""}
    oldest = min(board["breached"], key=lambda row: row["since"])
    assert stored["lists"][0]["breached"][0]["person"] == oldest["person"]
    for one in stored["lists"]:
        theirs = [row["since"] for row in board["breached"] if row["owner"] == one["owner"]]
        assert [row["since"] for row in one["breached"]] == sorted(theirs)
    assert {row["person"] for one in stored["lists"] for row in one["breached"]} == late(sample)
    assert managers["counts"] == stored["counts"]
    led = {one["owner"]: one["manager"] for one in stored["lists"]}
    for one in managers["lists"]:
        assert {led[row["owner"]] for row in one["breached"]} <= {one["manager"]}
        scores = [row["score"] or 0 for row in one["breached"]]
        assert scores == sorted(scores, reverse=True)
    assert len(managers["lists"]) > 1
    assert "more: --rows lists more of each kind" in text
    assert f"manager: {stored['lists'][0]['manager']}" in text


def test_hours_and_holidays_are_the_org_s_own(sample: Sample, tmp_path: Path) -> None:
    """Deadlines count office hours; a holiday that is added moves them at the next sync, and back when it is gone."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=BUSINESS) as at:
        connector = at.connector
        assert connector.ask("sync")["read"]["holiday"] == 6
        connector.ask("plan")
        record = one_of(sample, "maql, fresh")
        (before,) = promises(at, record)
        assert before["clock"] == "Office hours"
        since, due = (datetime.fromisoformat(before[name]) for name in ("since", "due_at"))
        assert due - since > timedelta(hours=16)
        day = due.astimezone(UTC).date().isoformat()
        org = at.org
        made = org.insert("Holiday", [{"Name": "Strike", "ActivityDate": day, "IsAllDay": True}])
        assert made[0].success
        connector.ask("sync")
        assert connector.ask("sla")["counts"]  # judged in memory: somebody is marked
        (after,) = promises(at, record)
        assert datetime.fromisoformat(after["due_at"]) > due
        assert "Strike" in json.dumps(connector.ask("explain", record, "--now", after["due_at"])["clocks"])
        assert "Strike" in connector.tell("explain", record, "--now", after["due_at"])
        org.delete("Holiday", [made[0].id])
        connector.ask("sync")
        (again,) = promises(at, record)
        assert again["due_at"] == before["due_at"]


def test_a_voicemail_typed_into_the_status_moves_no_deadline(sample: Sample, tmp_path: Path) -> None:
    """Typed by day, corrected at night: same stay, same deadline, before and after; and nothing is told twice."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=POLICY) as at:
        record = one_of(sample, "mql, late")
        (before,) = promises(at, record)
        at.human("Lead", {"Id": record, "Status": "Left Vmail"})
        at.connector.ask("sync")
        (typed,) = promises(at, record)
        plan = at.connector.ask("plan")["plan"]
        at.connector.ask("approve", plan, "--by", "Ada", "--because", "reviewed")
        at.connector.ask("apply", plan)
        assert at.column()[record] == "MQL"
        (written,) = promises(at, record)
        at.connector.ask("sync")
        (synced,) = promises(at, record)
    assert before == typed == written == synced


def test_who_takes_somebody_over_brings_no_old_work_along(
    sample: Sample, tmp_path: Path, later: Callable[[], None]
) -> None:
    """Somebody of sales calls a lead that LDRs let wait: no follow-up. Handed to them the week after, the lead still
    waits, as before; what they do from then on counts."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=POLICY) as at:
        record = one_of(sample, "maql, late")
        at.connector.ask("plan")
        (before,) = promises(at, record)
        users = "SELECT Id FROM User WHERE Department = 'Sales' AND IsActive = 1 AND Id <> ?"
        (seller,) = at.org.storage.reader().execute(users, (at.column("OwnerId")[record],)).fetchone()
        later()
        called(at, record, seller)
        later()
        at.connector.ask("sync")
        assert promises(at, record) == [before]
        later()
        at.human("Lead", {"Id": record, "OwnerId": seller})
        later()
        at.connector.ask("sync")
        (handed,) = promises(at, record)
        assert {**handed, "owner_id": None} == {**before, "owner_id": None}
        assert handed["owner_id"] == seller
        assert record in {row["person"] for row in at.connector.ask("sla")["breached"]}
        later()
        called(at, record, seller)
        later()
        at.connector.ask("sync")
        assert promises(at, record) == []
        (late_one,) = at.connector.ask("explain", record)["judgement"]["promises"]
        assert (late_one["state"], late_one["due_at"]) == ("breached", before["due_at"])


def test_a_call_of_theirs_ends_the_waiting(sample: Sample, tmp_path: Path, later: Callable[[], None]) -> None:
    """Somebody rings, and nobody answers: they still wait. The owner takes the next call, and logs it as people do,
    without a result: they wait no more, and `explain` calls it an interaction and a follow-up."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=POLICY) as at:
        record = one_of(sample, "maql, late")
        at.connector.ask("plan")
        before = promises(at, record)
        owner = at.column("OwnerId")[record]
        later()
        called(at, record, owner, CallType="Inbound", CallDisposition="Missed")
        later()
        at.connector.ask("sync")
        assert promises(at, record) == before
        later()
        called(at, record, owner, CallType="Inbound", CallDisposition=None)
        later()
        at.connector.ask("sync")
        told = at.connector.ask("explain", record)
        assert [one for one in told["judgement"]["promises"] if one["stopped_at"] is None] == []
        assert told["counted"][-2:] == [["interaction"], ["interaction", "follow-up (conversation)"]]


def called(at: Site, record: str, by: str, **columns: str | None) -> None:
    """They talk, now; or what else the columns say of the call."""
    task = {"WhoId": record, "OwnerId": by, "Subject": "Call", "TaskSubtype": "Call", "Status": "Completed"}
    (done,) = at.org.insert("Task", [{**task, "CallDisposition": "Connected", "CallType": "Outbound", **columns}])
    assert done.success
