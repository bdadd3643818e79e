"""What acceptance tests start from: a sample org with its amounts, already read into a mirror."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.adapters import salesforce
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.sample import Planted, Truth, fill
from tests.acceptance.site import Site, site

PEOPLE = 700


class Sample(NamedTuple):
    """A sample org: its snapshot, what was planted, what every open lead ought to become, and a synced state folder."""

    snapshot: Path
    planted: Planted
    truths: list[Truth]
    state: Path


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between tries and polls. Only in this process."""
    shortly = partial(salesforce.connect, sleep=lambda seconds: time.sleep(min(seconds, 0.005)))
    monkeypatch.setattr(salesforce, "connect", shortly)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Made once."""
    folder = tmp_path_factory.mktemp("sample")
    org, truths = Org(), list[Truth]()
    planted = fill(org, PEOPLE, truth=truths.append)
    snapshot = org.snapshot(folder / "org.db")
    org.close()
    with site(folder, snapshot) as first:
        first.connector.ask("sync")
    return Sample(snapshot, planted, truths, folder / "state")


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """One clock for the product and the local CRM, which begins now; when called, a minute has passed."""
    file, first = tmp_path / "clock", datetime.now(UTC).replace(microsecond=0)
    file.write_text(first.isoformat())
    monkeypatch.setenv("CONNECTOR_CLOCK", str(file))

    def on() -> None:
        file.write_text((datetime.fromisoformat(file.read_text()) + timedelta(minutes=1)).isoformat())

    return on


@pytest.fixture
def clean(sample: Sample, tmp_path: Path) -> Iterator[Site]:
    """The sample org and an installation that has read it."""
    with site(tmp_path, sample.snapshot, state=sample.state) as made:
        yield made
