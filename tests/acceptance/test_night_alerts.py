"""A night that somebody has to look at: nothing more is written, and a mail says so, once, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.salesforce.rules import Automation
from connector.store.ledger import NightEnd
from tests.acceptance.site import Site, site
from tests.acceptance.test_night import attend, one
from tests.alerts.receivers import Mailbox, mailbox

PEOPLE = 100
POLICY = """
extends = "demand-gen"
[dispositions]
keep = "ledger"
[night]
window = ""
rules = ["normalise", "disposition"]
"""
WRONG = '[remap.lead]\n"Working" = "Disqualified"\n'
"""Somebody has mixed up two lines: whoever is worked would be closed."""


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    """RevOps' mail."""
    with mailbox() as one:
        yield one


@pytest.fixture
def at(tmp_path: Path, mails: Mailbox) -> Iterator[Site]:
    """A hundred leads, thirty of them being worked, five with a disposition in their status."""
    with site(tmp_path) as made:
        words = ["Working"] * 30 + ["Left Vmail"] * 5 + ["Inquiry"] * 65
        made.org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", word) for n, word in enumerate(words)])
        configure(made, mails, '[values.lead]\n"Working" = "LAL"\n')
        made.connector.ask("sync")
        attend(made, "normalise", "disposition")
        yield made


def configure(at: Site, mails: Mailbox, more: str) -> None:
    """Policy, and where mails go."""
    at.configure(policy=POLICY + more)
    (at.folder / "smtp").write_text(mails.url)
    mail = '[org.alerts.mail]\nto = ["revops@acme.com"]\nfrom = "connector@acme.com"\nsmtp = "file:smtp"\n'
    at.connector.config.write_text(at.connector.config.read_text() + mail)


def test_a_mapping_error_writes_nothing_and_is_told_once(at: Site, mails: Mailbox) -> None:
    """Thirty of a hundred would be closed: the night parks its plan, and one mail has the command that approves it."""
    before = at.column()
    configure(at, mails, WRONG)
    done = one(at)
    assert done.outcome is NightEnd.PARKED
    assert at.column() == before
    assert not at.tally()
    for _ in range(3):
        at.connector.ask("alerts", "--send")
    assert len(mails.mails) == 1
    text = mails.text()
    assert f"connector approve {done.plan}" in text
    assert "normalise" in text
    configure(at, mails, '[values.lead]\n"Working" = "LAL"\n')
    assert one(at).told["applied"] == 5
    assert at.column()[min(before)] == "Working"
    assert len(mails.mails) == 1


def test_the_same_excess_is_told_once_another_is_news(at: Site, mails: Mailbox) -> None:
    """Nights that park the same rows again are silent; one more person who would be closed is another mail."""
    configure(at, mails, WRONG)
    first = one(at)
    for _ in range(2):
        again = one(at)
        assert (again.outcome, again.news) == (NightEnd.PARKED, first.number)
        assert again.plan != first.plan
    assert len(mails.mails) == 1
    inquiry = next(id for id, status in sorted(at.column().items()) if status == "Inquiry")
    at.human("Lead", {"Id": inquiry, "Status": "Working"})
    more = one(at)
    assert one(at).news == more.number
    assert len(mails.mails) == 2
    assert f"connector approve {more.plan}" in mails.text(1)


def test_a_canary_that_nobody_looks_at_is_told_twice_and_no_more(at: Site, mails: Mailbox) -> None:
    """The night that stopped, and the first one after it that writes nothing because of that."""
    at.org.rules.automation.append(Automation("Lead", "Status", becomes=("LAL",), owner="Unassigned Leads"))
    ends = [one(at).outcome for _ in range(4)]
    assert ends == [NightEnd.CANARY, *[NightEnd.PARKED] * 3]
    assert len(mails.mails) == 2
    assert "nobody has looked at it yet" in mails.text(1)


def test_a_flow_that_reassigns_is_told_once(at: Site, mails: Mailbox) -> None:
    """Three records were written when it was seen; the mail names a record and the field; nobody else is touched, that
    night and the next."""
    at.org.rules.automation.append(Automation("Lead", "Status", becomes=("LAL",), owner="Unassigned Leads"))
    owners = at.column("OwnerId")
    done = one(at)
    assert done.outcome is NightEnd.CANARY
    moved = {id for id, owner in at.column("OwnerId").items() if owner != owners[id]}
    assert len(moved) == 3
    at.connector.ask("alerts", "--send")
    at.connector.ask("alerts", "--send")
    assert len(mails.mails) == 1
    text = mails.text()
    assert "OwnerId" in text
    assert any(id in text for id in moved)
    assert one(at).outcome is NightEnd.PARKED
    assert {id for id, owner in at.column("OwnerId").items() if owner != owners[id]} == moved
    assert set(at.tally()) == moved
