"""What goes wrong during a night is recovered from or clearly stopped; nothing is lost, and nothing written twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from connector.errors import ConnectorError
from connector.store.ledger import NightEnd
from tests.acceptance.site import Site
from tests.acceptance.test_faults import LASTING, LEADS, PASSING, WAYS, _sampled, served
from tests.acceptance.test_night import NIGHT, ROOMY, Waits, attend, one, opened

pytestmark = pytest.mark.long
"""Every fault met by whole nights takes minutes."""

RULES = ("normalise", "disposition")


@contextmanager
def nightly(folder: Path, way: str, own: str = "") -> Iterator[Site]:
    """90 leads that a night may correct."""
    with served(folder, way, own) as at:
        (at.folder / "policy.toml").write_text(NIGHT + ROOMY, encoding="utf-8")
        at.connector.ask("sync")
        attend(at, *RULES)
        yield at


def is_done(at: Site) -> None:
    """Every lead has its status, the CRM saw one change of each, nothing is left begun, and another night has nothing
    to do."""
    assert set(at.column().values()) == {"LAL", "Inquiry"}
    tally = at.tally()
    assert (len(tally), set(tally.values())) == (LEADS, {1})
    with opened(at) as org:
        assert org.ledger.plans.unfinished() == []
    again = one(at)
    assert (again.outcome, again.plan) == (NightEnd.DONE, "")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", _sampled(PASSING, "all at once"))
def test_a_night_gets_through(tmp_path: Path, fault: str, way: str) -> None:
    """With patience everything is written in the same night."""
    with nightly(tmp_path, way) as at:
        for keys in PASSING[fault]:
            at.box.faults.add(path="/services/data", **keys)
        done = one(at)
        at.box.faults.wire.clear()
        assert done.outcome is NightEnd.DONE, done.why
        is_done(at)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", _sampled(LASTING, "503 for ever"))
def test_a_night_stops_and_the_next_goes_on(tmp_path: Path, fault: str, way: str) -> None:
    """It is written down as failed, with the reason; the next night settles what was left and writes the rest."""
    with nightly(tmp_path, way) as at:
        for keys in LASTING[fault]:
            at.box.faults.add(path="composite/sobjects|jobs/ingest", **keys)
        failed = None
        try:
            assert one(at).outcome is NightEnd.DONE
        except ConnectorError as error:
            failed = error
        if failed is not None:
            with opened(at) as org:
                (last,) = org.ledger.nights.latest()
            assert last.outcome is NightEnd.FAILED
            assert failed.what in last.why
            assert failed.next in last.why
        at.box.faults.wire.clear()
        assert one(at).outcome is NightEnd.DONE
        is_done(at)


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("first", [2, 5, 9, 14, 20])
def test_the_crm_goes_away_somewhere(tmp_path: Path, first: int, way: str) -> None:
    """From some request on nobody answers: whatever was under way, the next night ends it."""
    with nightly(tmp_path, way) as at:
        at.box.faults.add(path="/services/data", first=first, times=0, drop=0)
        with suppress(ConnectorError):
            one(at)
        at.box.faults.wire.clear()
        assert one(at).outcome is NightEnd.DONE
        is_done(at)


@pytest.mark.parametrize("way", WAYS)
def test_row_locks_that_pass(tmp_path: Path, way: str) -> None:
    """Rows that somebody holds for a moment are written all the same."""
    with nightly(tmp_path, way, "[[row_lock]]\nshare = 0.3\ntimes = 2\n") as at:
        assert one(at).told["applied"] >= LEADS
        is_done(at)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "own",
    ["[[row_lock]]\nshare = 0.2\ntimes = 0\n", '[[row_fault]]\nevery = 9\ncode = "CANNOT_X"\nmessage = "No."\n'],
    ids=["locked for ever", "refused rows"],
)
def test_rows_that_fail_are_counted_and_tried_the_next_night(tmp_path: Path, own: str, way: str) -> None:
    """The others are written; nobody is written twice."""
    with nightly(tmp_path, way, own) as at:
        done = one(at)
        assert done.outcome is NightEnd.DONE
        assert done.told["failed"] > 0
        assert set(at.tally().values()) == {1}
        at.org.rules.row_lock.clear()
        at.org.rules.row_fault.clear()
        assert one(at).told["applied"] > 0
        is_done(at)


def test_the_day_s_calls_run_out(tmp_path: Path) -> None:
    """Before anything is written: it stops cleanly and says so; the next night does it all."""
    with nightly(tmp_path, "rest") as at:
        at.org.usage.maximum = at.org.usage.calls + 32
        done = one(at)
        assert done.outcome is NightEnd.IDLE, done.why
        assert "API calls" in done.why
        at.org.usage.maximum = 100_000
        assert one(at).outcome is NightEnd.DONE
        is_done(at)


def test_a_read_that_ends_early(tmp_path: Path) -> None:
    """A bulk result that was cut short is noticed and read again."""
    with nightly(tmp_path, "rest", "[limits]\nquery_rows = 40\n") as at:
        (at.folder / "state" / "mirror-acme.db").unlink()
        cut = at.box.faults.add(path="/results", truncate=900, times=2)
        enough = Waits(lambda: setattr(at.org.rules.limits, "query_rows", 0))
        assert one(at, wait=enough).outcome is NightEnd.DONE
        assert cut.hits
        is_done(at)
