"""Opening a ledger."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connector.errors import StoreFailed
from connector.model import Ref
from connector.store.ledger import Identity, Ledger
from tests.store.ledger.open import Clock, change, opened, planned


@pytest.mark.file_only
def test_private(tmp_path: Path) -> None:
    """Only its owner can read a ledger, the files beside it included, whatever the umask."""
    before = os.umask(0)
    try:
        with opened(tmp_path / "state", Clock()) as (ledger, lease):
            planned(ledger, lease, [change("00Q1")])
            modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()}
    finally:
        os.umask(before)
    assert "ledger.db-wal" in modes
    assert set(modes.values()) == {0o600}
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


@pytest.mark.file_only
def test_every_commit_is_synced(tmp_path: Path) -> None:
    """A power cut right after a commit loses nothing: write-ahead log, synchronous FULL."""
    with opened(tmp_path, Clock()) as (ledger, _), ledger._database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_orgs_are_apart(tmp_path: Path) -> None:
    """Two orgs in one ledger see nothing of each other: plans, leases, writes, identities."""
    clock = Clock()
    with opened(tmp_path, clock, "acme") as (acme, lease), opened(tmp_path, clock, "globex") as (globex, other):
        plan = planned(acme, lease, [change("00Q1", org="acme")])
        planned(globex, other, [change("00Q1", org="globex"), change("00Q2", org="globex")])
        acme.identities.record([Identity(Ref("acme", "lead", "00Q1"), 7, "merge")])
        assert [header.id for header in acme.plans.latest()] == [plan.id]
        assert [entry.change.ref.id for entry in globex.changes.each(1)] == ["00Q1", "00Q2"]
        assert globex.identities.of([Ref("globex", "lead", "00Q1")]) == {}


@pytest.mark.file_only
def test_not_a_ledger(tmp_path: Path) -> None:
    """A file that is no ledger is refused in plain words and left as it is."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is no database at all, and long enough to be looked at" * 20)
    with pytest.raises(StoreFailed, match="damaged or not a database") as caught:
        Ledger.open(path, "acme", Clock())
    assert "do not delete it" in caught.value.next
    assert path.read_bytes().startswith(b"this is no database")


def test_newer_ledger(tmp_path: Path) -> None:
    """A ledger made by a newer connector is refused, not guessed at."""
    with Ledger.open(tmp_path / "ledger.db", "acme", Clock()) as ledger, ledger._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreFailed, match="made by a newer connector"):
        Ledger.open(tmp_path / "ledger.db", "acme", Clock())


def test_up_to_date_needs_no_alembic(tmp_path: Path) -> None:
    """Opening an up-to-date ledger does not pay for the migration machinery."""
    Ledger.open(tmp_path / "ledger.db", "acme", Clock()).close()
    script = (
        "import sys; from connector.store.ledger import Ledger; from tests.store.ledger.open import Clock; "
        "from tests.database import as_the_parent_does; as_the_parent_does(); "
        f"Ledger.open({str(tmp_path / 'ledger.db')!r}, 'acme', Clock()); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_opened_by_many_at_once(tmp_path: Path) -> None:
    """Processes that open a ledger that does not exist yet do not get in each other's way."""
    path = tmp_path / "ledger.db"
    with ThreadPoolExecutor(6) as pool:
        ledgers = list(pool.map(lambda name: Ledger.open(path, name, Clock()), "abcdef"))
    assert [ledger.plans.latest() for ledger in ledgers] == [[]] * 6
    for ledger in ledgers:
        ledger.close()


@pytest.mark.file_only
def test_disk_full(tmp_path: Path) -> None:
    """When no room is left the error says so, and what was committed before is still there."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        first = planned(ledger, lease, [change("00Q1")])
    script = f"""
import resource, signal
from pathlib import Path
from tests.store.ledger.open import Clock, change, opened, planned
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
clock = Clock(); clock.forward(3600)
with opened(Path({str(tmp_path)!r}), clock) as (ledger, lease):
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    planned(ledger, lease, (change(f"00Q{{n:08d}}") for n in range(50_000)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "connector.errors.StoreFailed" in done.stderr
    assert "→ " in done.stderr
    clock = Clock()
    clock.forward(7200)
    with opened(tmp_path, clock) as (ledger, lease):
        assert [header.id for header in ledger.plans.latest()] == [first.id]
        assert planned(ledger, lease, [change("00Q2")]).changes == 1
