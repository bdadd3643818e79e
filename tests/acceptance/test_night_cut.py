"""A database connection that is cut while nobody uses it: the night goes on with another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from connector.errors import StoreFailed
from connector.store.ledger import NightEnd
from tests.acceptance.conftest import Sample
from tests.acceptance.site import Site, site
from tests.acceptance.test_night import ALL, NIGHT, ROOMY, Waits, attend, one, opened
from tests.database import database

Cut = Callable[[], None]


@pytest.fixture
def at(sample: Sample, tmp_path: Path) -> Iterator[Site]:
    """The sample org, and an installation that has read it into PostgreSQL and applied each rule once."""
    with site(tmp_path, sample.snapshot, policy=NIGHT + ROOMY) as made:
        (made.folder / "database").write_text(database())
        made.configure(policy=NIGHT + ROOMY, database="file:database")
        made.connector.ask("sync")
        attend(made, *ALL)
        yield made


@pytest.fixture
def cut(at: Site) -> Cut:
    """Ends every connection to the database, as a restart of it or a firewall does."""

    def all_of_them() -> None:
        with psycopg.connect((at.folder / "database").read_text(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    return all_of_them


def test_cut_in_the_wait_of_the_canary(at: Site, cut: Cut, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing was under way: the rest of the plan is written, and nobody hears of it."""
    wait = Waits(cut)
    done = one(at, wait=wait)
    assert done.outcome is NightEnd.DONE, done.why
    assert wait.seconds == [600]
    assert done.told["applied"] == sum(done.told["changes"].values()) > 50
    assert (one(at).plan, capfd.readouterr().err) == ("", "")


def test_cut_while_the_crm_is_read(at: Site, cut: Cut, capfd: pytest.CaptureFixture[str]) -> None:
    """What was half read cannot be gone on with: the night says so in our words, and the next one does it all."""
    cuts = iter([cut])

    def progress(what: str, done: int, total: int | None) -> None:
        next(cuts, lambda: None)()

    with pytest.raises(StoreFailed, match="the database has ended the connection") as told:
        one(at, progress=progress)
    assert "run the command again" in told.value.next
    with opened(at) as org:
        (night,) = org.ledger.nights.latest()
    assert night.outcome is NightEnd.FAILED
    assert told.value.what in night.why
    assert capfd.readouterr().err == ""
    assert one(at).outcome is NightEnd.DONE
