"""The digest of the morning: once per org and local day, at most once, to a real mail server and a real web hook."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.alerts import mail
from connector.errors import LeaseHeld
from connector.morning import Sending, due_now, send
from connector.slapass import LEASE
from connector.store.ledger import Told
from tests.alerts.scene import ALL, HOUR, START, Scene

UTC = ZoneInfo("UTC")
BOTH = ALL.replace('url = "file:chat"', 'url = "file:chat"\ndigest = true').partition("[org.alerts.task]")[0]
MAIL = "digest:mail"


def morning(scene: Scene, *, after: timedelta = timedelta()) -> Sending:
    """The digest is sent by a process of its own."""
    scene.now += after
    with scene.opened() as org:
        return send(org)


def due(scene: Scene, at: datetime) -> bool:
    """Whether the digest that was due then is still to be sent."""
    with scene.opened() as org:
        return due_now(org, at, UTC)


def test_once_a_day(scene: Scene) -> None:
    """However often it is asked for; the next day there is another one, with an id of its own."""
    scene.configure(BOTH)
    scene.lead()
    scene.now += 49 * HOUR
    scene.sync()
    seven = scene.now - HOUR
    assert due(scene, seven)
    first = morning(scene)
    assert first.states == {MAIL: Told.SENT, "digest:chat:sales": Told.SENT}
    assert (len(scene.mailbox.raw), len(scene.hook.messages), first.sent) == (1, 1, (MAIL, "digest:chat:sales"))
    assert not due(scene, seven)
    assert morning(scene, after=HOUR).sent == ()
    assert (len(scene.mailbox.raw), len(scene.hook.messages)) == (1, 1)
    assert due(scene, scene.now + timedelta(days=1)) is False  # that is yet to come
    assert morning(scene, after=timedelta(days=1)).day == date(2026, 3, 5)
    ids = [one["Message-ID"] for one in scene.mailbox.mails]
    assert len(set(ids)) == len(ids) == 2
    assert scene.mailbox.recipients[0] == ["revops@acme.example", "boss@acme.example"]
    assert "1 person overdue" in scene.mailbox.mails[0]["Subject"]
    assert "Ann Lee" in scene.hook.messages[0]["message"]


def test_what_was_not_sent_is_tried_again_that_morning(scene: Scene) -> None:
    """And only there where it was not sent; passes that tell alerts leave it alone; by noon it is over."""
    scene.configure(BOTH)
    scene.sync()
    scene.mailbox.down()
    seven = scene.now
    failed = morning(scene)
    assert failed.is_to_be_tried_again
    assert failed.states == {MAIL: Told.FAILED, "digest:chat:sales": Told.SENT}
    assert "mail: not sent, tried again this morning: 127.0.0.1" in failed.problems[0]
    scene.run()
    assert scene.states()[MAIL] == ["failed"]
    scene.now += HOUR
    assert due(scene, seven)
    assert not due(scene, seven - 4 * HOUR)
    scene.mailbox.up()
    assert morning(scene).sent == (MAIL,)
    assert (len(scene.mailbox.raw), len(scene.hook.messages)) == (1, 1)


def test_a_morning_that_is_over_is_given_up(scene: Scene) -> None:
    """Yesterday's digest is not sent today, and today's says that it never came."""
    scene.sync()
    scene.mailbox.down()
    morning(scene)
    scene.mailbox.up()
    assert morning(scene, after=timedelta(days=1)).states == {MAIL: Told.SENT}
    assert scene.states()[MAIL] == ["given_up", "sent"]
    assert len(scene.mailbox.raw) == 1
    assert "the digest of the morning of Mon 2 Mar 2026 (digest:mail, given up)" in scene.mailbox.text()
    assert "digest:mail: 1 given up: the morning was over: 127.0.0.1" in scene.mailbox.text()


def test_whoever_is_in_doubt_does_not_send_again(scene: Scene) -> None:
    """The server takes it and says nothing: `unknown`, and the next digest, be it of alerts, names it, once."""
    scene.sync()
    scene.mailbox.hangs_up = True
    seven, doubtful = scene.now, morning(scene)
    assert doubtful.states == {MAIL: Told.UNKNOWN}
    assert not doubtful.is_to_be_tried_again
    scene.mailbox.hangs_up = False
    assert not due(scene, seven)
    assert morning(scene, after=HOUR).sent == ()
    assert len(scene.mailbox.raw) == 1
    scene.lead(scene.now)
    scene.run(after=49 * HOUR)
    assert "The org acme: the digest of the morning of Mon 2 Mar 2026 (digest:mail)" in scene.mailbox.text()
    assert morning(scene).states == {MAIL: Told.SENT}
    assert "digest of the morning of Mon 2" not in scene.mailbox.text()


def test_only_those_that_it_names_are_named(scene: Scene) -> None:
    """Of many alerts in doubt it names ten; the next digest of alerts names the others."""
    for number in range(12):
        scene.lead(START + number * timedelta(minutes=1), first_name=f"P{number:02}")
    scene.mailbox.hangs_up = True
    scene.run(after=49 * HOUR)
    scene.mailbox.hangs_up = False
    morning(scene)
    assert "… and 2 more: connector alerts --state unknown" in scene.mailbox.text()
    scene.lead(scene.now, first_name="New")
    scene.run(after=40 * HOUR)
    told = scene.mailbox.text().partition("Nobody knows whether these were delivered")[2]
    assert [line.split()[0] for line in told.splitlines() if "(mail)" in line] == ["P10", "P11"]


def test_killed_while_it_was_sending(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether it went out, so whoever comes next does not send it."""

    def dies(letter: mail.Letter, to: mail.Server) -> None:
        raise KeyboardInterrupt

    scene.sync()
    with monkeypatch.context() as patched:
        patched.setattr(mail, "send", dies)
        with pytest.raises(KeyboardInterrupt):
            morning(scene)
    assert scene.states()[MAIL] == ["sending"]
    assert due(scene, scene.now)
    assert morning(scene).states == {MAIL: Told.UNKNOWN}
    assert not due(scene, scene.now)
    assert scene.mailbox.raw == []


def test_two_processes(scene: Scene) -> None:
    """While one tells, be it alerts or the digest, the other one is told so and sends nothing."""
    scene.sync()
    with scene.opened() as org, org.lease(LEASE):
        with pytest.raises(LeaseHeld):
            morning(scene)
        assert due(scene, scene.now)
    assert morning(scene).sent == (MAIL,)
    assert len(scene.mailbox.raw) == 1


def test_quiet_hours_do_not_hold_it(scene: Scene) -> None:
    """It has an hour of its own; alerts wait."""
    scene.configure(ALL + '\n[org.alerts.quiet]\nfrom = "00:00"\nto = "23:59"\n')
    scene.lead()
    scene.run(after=49 * HOUR)
    assert scene.mailbox.raw == []
    assert morning(scene).sent == (MAIL,)
    assert "1 person overdue" in scene.mailbox.text()


def test_who_is_due_is_judged_first(scene: Scene) -> None:
    """What was read since the last pass is in it: somebody has called, and nobody waits any more."""
    lead = scene.lead()
    scene.run(after=30 * HOUR)
    scene.called(lead)
    scene.now += 30 * HOUR
    scene.sync()
    assert morning(scene).sent == (MAIL,)
    assert "nobody overdue" in scene.mailbox.text()
    assert "Ann Lee" not in scene.mailbox.text()


def test_nobody_to_have_it(scene: Scene) -> None:
    """A chat that does not ask for it, and no mail: nothing is raised, nothing is due."""
    scene.configure('[[org.alerts.chat]]\nname = "sales"\nurl = "file:chat"\n')
    scene.sync()
    assert not due(scene, scene.now)
    assert morning(scene).states == {}
    assert (scene.levels(), scene.hook.messages) == ([], [])


def test_it_knows_how_old_its_news_is(scene: Scene) -> None:
    """The CRM was not read for a day: that is said before all else."""
    scene.lead()
    scene.run()
    morning(scene, after=30 * HOUR)
    assert "! The CRM was last read 30 hours ago" in scene.mailbox.text()
    assert scene.now - START > timedelta(days=1)
