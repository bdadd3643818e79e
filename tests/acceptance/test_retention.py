"""What is spent is cleared away by a night, by the weekly comparison, and by hand once somebody says yes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.config import read
from connector.daemon.calendar import Job
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from tests.acceptance.site import Site, site
from tests.acceptance.test_night import one, opened

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = """
extends = "demand-gen"
[dispositions]
keep = "ledger"
[night]
window = ""
"""


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Three plans of five changes that nobody ever applied, forty days ago."""
    monkeypatch.setenv("CONNECTOR_CLOCK", str(tmp_path / "clock"))
    clock(tmp_path, 0)
    with site(tmp_path, policy=POLICY) as made:
        made.org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", "inquiry") for n in range(5)])
        made.connector.ask("sync")
        for _ in range(3):
            made.connector.ask("plan")
        clock(tmp_path, 40)
        yield made


def clock(folder: Path, days: int) -> None:
    """So many days have passed."""
    (folder / "clock").write_text(f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}")


def left(at: Site) -> list[int]:
    """Rows of each plan, the oldest first."""
    with opened(at) as org:
        return [len(list(org.ledger.changes.each(plan.number))) for plan in reversed(org.ledger.plans.latest())]


def test_by_hand(at: Site) -> None:
    """Without --yes it is only told; then two plans are cleared, and whoever asks for one of them hears why."""
    changes = left(at)[0]
    told = at.connector.ask("ledger", "prune")
    assert (told["cleared"], told["plans"], told["changes"]) == (False, 2, 2 * changes)
    assert "connector ledger prune --yes" in at.connector.tell("ledger", "prune")
    assert left(at) == [changes] * 3
    done = at.connector.ask("ledger", "prune", "--yes")
    assert (done["cleared"], done["plans"], done["changes"]) == (True, 2, 2 * changes)
    assert left(at) == [0, 0, changes]
    newest, _, oldest = (plan["plan"] for plan in at.connector.ask("show")["plans"])
    shown = at.connector.tell("show", oldest)
    assert "changes were cleared away on 2026-04-11" in " ".join(shown.split())
    assert at.connector.ask("show", oldest)["changes"] == changes
    for words in (("show", oldest, "--csv", str(at.folder / "x.csv")), ("apply", oldest)):
        refused = at.connector.run(*words)
        assert refused.code != 0
        assert "were cleared away" in refused.err
    assert not (at.folder / "x.csv").exists()
    assert at.connector.ask("apply", newest)["applied"] == changes
    assert at.connector.ask("ledger", "prune")["plans"] == 0


def test_by_a_night(at: Site) -> None:
    """It says in the morning what it has cleared."""
    changes = left(at)[0]
    done = one(at)
    assert done.told["cleared"] == {"plans": 3, "changes": 3 * changes, "alerts": 0, "nights": 0, "runs": 0}
    assert left(at)[:3] == [0, 0, 0]
    assert f"cleared away by [org.retention]: 3 plans, {3 * changes:,} changes" in at.connector.tell("status")


def test_by_the_weekly_comparison(at: Site) -> None:
    """Where nights are off, too."""
    worker = Worker(Metrics(), lambda: "", lambda seconds: None)
    worker.work(read(at.connector.config), "acme", Job.RECONCILE)
    assert not worker.failing
    assert left(at)[:2] == [0, 0]


def test_as_configured(at: Site) -> None:
    """0 keeps for ever; less than a week is refused, with the key."""
    text = at.connector.config.read_text()
    at.connector.config.write_text(f"{text}[org.retention]\nplans = 0\n")
    assert at.connector.ask("ledger", "prune")["plans"] == 0
    at.connector.config.write_text(f"{text}[org.retention]\nplans = 3\n")
    refused = at.connector.run("ledger", "prune")
    assert refused.code == 1
    assert "3 is too short; 7 days is the least, 0 keeps for ever" in refused.err
    assert "retention.plans" in refused.err
