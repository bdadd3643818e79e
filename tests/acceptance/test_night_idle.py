"""Nights that get nowhere are no good nights: each is told, and after a day so is that none has ended well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.store.ledger import Night, NightEnd
from tests.acceptance.conftest import Sample
from tests.acceptance.site import Site, site
from tests.acceptance.test_night import ALL, NIGHT, ROOMY, Waits, attend, one, retired_again
from tests.alerts.receivers import Mailbox, mailbox

MAIL = '[org.alerts.mail]\nto = ["revops@acme.com"]\nfrom = "connector@acme.com"\nsmtp = "file:smtp"\n'


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    """RevOps' mail."""
    with mailbox() as one:
        yield one


@pytest.fixture
def night_of(
    sample: Sample, tmp_path: Path, mails: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, Callable[..., Night]]]:
    """The sample org, told by mail. `night_of[1](2, api_share=…)`: the night after two days, so configured."""
    clock, first = tmp_path / "clock", datetime.now(UTC).replace(microsecond=0)
    clock.write_text(first.isoformat())
    monkeypatch.setenv("CONNECTOR_CLOCK", str(clock))
    (tmp_path / "smtp").write_text(mails.url)
    with site(tmp_path, sample.snapshot, state=sample.state, policy=NIGHT + ROOMY) as at:
        attend(at, *ALL)

        def night(days: int, meanwhile: Callable[[], object] = lambda: None, **keys: Any) -> Night:
            clock.write_text((first + timedelta(days=days)).isoformat())
            at.configure(policy=NIGHT + ROOMY, **keys)
            at.connector.config.write_text(at.connector.config.read_text() + MAIL)
            return one(at, wait=Waits(meanwhile))

        yield at, night


def test_a_budget_for_nothing(night_of: tuple[Site, Callable[..., Night]], mails: Mailbox) -> None:
    """A share of the API calls that allows not one read: each night is told by itself, then also that none ended well;
    `status` says so, `run` ends with 3, and a night that gets on again ends it."""
    at, night = night_of
    assert night(0).outcome is NightEnd.DONE
    for day in (1, 2, 3):
        idle = night(day, api_share=0.0001)
        assert (idle.outcome, idle.plan, idle.told.get("applied")) == (NightEnd.IDLE, "", None)
        assert "0.01% of the org's 100,000 a day" in idle.why
    told = [mails.text(number) for number in range(len(mails.mails))]
    nights = [text for text in told if "stopped before anything was written" in text]
    assert len(nights) >= 3, told
    assert sum("no night has ended well for" in " ".join(text.split()) for text in told) == 1
    assert at.connector.ask("status")["overdue_hours"] > 70
    assert "no night has ended well for 3 days" in at.connector.tell("status")
    assert at.connector.ask("run", exits=3)["outcome"] == NightEnd.IDLE
    assert night(4).outcome is NightEnd.DONE
    assert at.connector.ask("status")["overdue_hours"] is None


def test_a_stop_after_some_writing_is_a_good_night(night_of: tuple[Site, Callable[..., Night]], mails: Mailbox) -> None:
    """The day's calls run out in the middle: it wrote something and goes on the next night; nobody has to look."""
    at, night = night_of

    def use_up() -> None:
        at.org.usage.maximum = at.org.usage.calls + 2

    stopped = night(0, use_up)
    assert (stopped.outcome, stopped.told["applied"] > 0) == (NightEnd.STOPPED, True), stopped.why
    at.org.usage.maximum = 100_000
    assert night(1).outcome is NightEnd.DONE
    told = len(mails.mails)
    retired_again(at, 20)
    stopped = night(2, use_up)
    assert stopped.outcome is NightEnd.STOPPED, stopped.why
    at.org.usage.maximum = 100_000
    assert at.connector.ask("alerts", "--send")["raised"] == 0
    assert len(mails.mails) == told
    assert at.connector.ask("status")["overdue_hours"] is None
