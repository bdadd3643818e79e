"""`connector alerts`: lists, sends and tries, for people and for scripts."""

from __future__ import annotations

import pytest

from tests.acceptance.commandline import CommandLine
from tests.alerts.scene import ALL, HOUR, START, Scene

UNTASKED = ALL.partition("[org.alerts.task]")[0]


@pytest.fixture
def connector(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line whose time is the scene's; without tasks no command needs the CRM."""
    monkeypatch.setenv("ACME_TOKEN", "unused")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(scene.folder / "clock"))
    scene.configure(UNTASKED)
    at(scene)
    return CommandLine(scene.folder / "connector.toml")


def at(scene: Scene) -> None:
    """The command line's clock follows the scene's."""
    (scene.folder / "clock").write_text(scene.now.isoformat())


def test_the_answer_for_scripts(scene: Scene, connector: CommandLine) -> None:
    """`{"alerts": [{"person", "promise", "stay", "level", "at", "state", …}]}`, and what a pass came to."""
    lead = scene.lead()
    scene.now += 49 * HOUR
    scene.sync()
    at(scene)
    sent = connector.ask("alerts", "--send")
    assert (sent["raised"], sent["sent"], sent["problems"]) == (1, {"chat:sales": 1, "mail": 1}, [])
    listed = connector.ask("alerts")
    assert set(listed) == {"alerts"}
    assert listed["alerts"] == sent["alerts"]
    (one,) = listed["alerts"]
    assert (one["person"], one["object"], one["promise"], one["level"]) == (lead, "lead", "worked", "breach")
    assert (one["stay"], one["state"]) == (str(int(START.timestamp())), "sent")
    assert one["at"] == one["due_at"] == "2026-03-04T09:00:00Z"
    assert {channel: told["state"] for channel, told in one["channels"].items()} == {
        "mail": "sent",
        "chat:sales": "sent",
    }
    assert one["channels"]["mail"]["to"] == "revops@acme.example, boss@acme.example"
    assert connector.ask("alerts", "--send")["raised"] == 0


def test_lists_for_people(scene: Scene, connector: CommandLine) -> None:
    """Who, what, since when, how far; filtered by state, level and promise; how many more there are."""
    assert "none; connector alerts --send" in connector.tell("alerts")
    scene.mailbox.down()
    for number in range(3):
        scene.lead(START + number * 4 * HOUR, first_name=f"P{number}")
    scene.run(after=49 * HOUR)
    told = connector.tell("alerts")
    assert "P0 Lee" in told
    assert "mail failed (3): 127.0.0.1:" in told
    assert len(connector.ask("alerts", "--level", "breach")["alerts"]) == 1
    assert len(connector.ask("alerts", "--level", "warn")["alerts"]) == 2
    assert len(connector.ask("alerts", "--promise", "followed_up")["alerts"]) == 0
    assert len(connector.ask("alerts", "--state", "failed")["alerts"]) == 3
    assert len(connector.ask("alerts", "--state", "unknown")["alerts"]) == 0
    assert len(connector.ask("alerts", "--limit", "2")["alerts"]) == 2
    few = connector.tell("alerts", "--limit", "2")
    assert "… and 1 more: connector alerts --limit 0" in few
    assert "mail failed (3): 127.0.0.1:" in few


def test_a_promise_that_nobody_made(scene: Scene, connector: CommandLine) -> None:
    """A slip of the pen is refused as one of state or level is, and the known ones are named."""
    scene.lead()
    scene.sync()
    refused = connector.fails("alerts", "--promise", "nonsense")
    assert "'nonsense' is neither a promise" in refused["what"]
    assert "worked" in refused["next"]


def test_explain_says_who_was_told(scene: Scene, connector: CommandLine) -> None:
    """To be told before a pass; after it when, by which channel, and to whom; never both."""
    scene.configure()
    lead = scene.lead()
    scene.now += 49 * HOUR
    scene.sync()
    at(scene)
    assert "to be told (breach): MAQL" in connector.tell("explain", lead)
    scene.run()
    told = connector.tell("explain", lead)
    assert "to be told" not in told
    reached = "chat:sales sent, mail to revops@acme.example, boss@acme.example, task for Rep (breach: MAQL"
    assert f"told 2026-03-04 10:00 UTC: {reached}" in told
    assert "task for Rep" in connector.tell("alerts").replace("\n", " ")


def test_who_was_told_stays_so(scene: Scene, connector: CommandLine) -> None:
    """Whoever gets the mails from now on, or had no room for this one: those are named whom it reached."""
    scene.mailbox.refuses = {"boss@acme.example"}
    lead = scene.lead()
    scene.run(after=49 * HOUR)
    scene.configure(ALL.replace('"revops@acme.example", "boss@acme.example"', '"new@acme.example"'))
    at(scene)
    (one,) = connector.ask("alerts")["alerts"]
    assert one["channels"]["mail"]["to"] == "revops@acme.example"
    assert one["channels"]["mail"]["note"] == "refused: boss@acme.example (550 no such user)"
    assert "mail to revops@acme.example" in connector.tell("explain", lead)


def test_a_channel_that_fails_is_no_success(scene: Scene, connector: CommandLine) -> None:
    """The pass ends with exit code 4 and says what was not sent; the next one makes up for it."""
    scene.lead()
    scene.now += 49 * HOUR
    scene.sync()
    at(scene)
    scene.mailbox.down()
    assert "mail: not sent, tried again with the next pass" in connector.tell("alerts", "--send", exits=4)
    scene.mailbox.up()
    assert "1 alert by mail" in connector.tell("alerts", "--send")


def test_every_channel_can_be_tried(scene: Scene, connector: CommandLine) -> None:
    """A test message on each; exit code 4 if one does not work; an error if there is none."""
    assert connector.ask("alerts", "--test")["channels"] == [
        {"channel": "mail", "ok": True, "note": ""},
        {"channel": "chat:sales", "ok": True, "note": ""},
    ]
    scene.hook.down()
    assert "not sent" in connector.tell("alerts", "--test", exits=4)
    scene.configure("")
    assert connector.fails("alerts", "--test")["what"] == "no channel is on"


@pytest.mark.parametrize("words", [("--state", "lost"), ("--level", "panic")])
def test_a_filter_that_is_none(connector: CommandLine, words: tuple[str, str]) -> None:
    """It names those there are."""
    error = connector.fails("alerts", *words)
    assert words[1] in error["what"]
    assert error["next"].startswith("write one of ")


def test_before_the_first_sync(connector: CommandLine) -> None:
    """A pass needs a mirror; the list does not."""
    assert "sync" in connector.fails("alerts", "--send")["next"]
    assert connector.ask("alerts") == {"alerts": []}


def test_why_nothing_was_told(scene: Scene, connector: CommandLine) -> None:
    """A pass that tells nobody says that there is no channel, or until when it is quiet."""
    scene.lead()
    scene.now += 49 * HOUR
    scene.sync()
    at(scene)
    scene.configure(UNTASKED + '\n[org.alerts.quiet]\nstart = "09:00"\nend = "11:30"\n')
    assert "1 alert not told yet; quiet hours end 2026-03-04 11:30 UTC" in connector.tell("alerts", "--send")
    scene.configure("")
    assert "no channel is set up, so alerts are only listed" in connector.tell("alerts", "--send")


def test_the_digest_of_the_morning(scene: Scene, connector: CommandLine) -> None:
    """Shown, nothing is sent; sent once a day, and again if it certainly was not; nobody to have it is a mistake."""
    scene.lead()
    scene.now += 49 * HOUR
    scene.sync()
    at(scene)
    shown = connector.tell("alerts", "--digest")
    assert "1 person overdue" in shown
    assert shown.strip().splitlines()[-1].startswith("Sent once a day by connector")
    answered = connector.ask("alerts", "--digest")
    assert (answered["day"], answered["subject"]) == ("2026-03-04", "acme, Wed 4 Mar 2026: 1 person overdue")
    assert scene.mailbox.raw == []
    scene.mailbox.down()
    assert "mail: not sent, tried again this morning" in connector.tell("alerts", "--digest", "--send", exits=4)
    scene.mailbox.up()
    sent = connector.ask("alerts", "--digest", "--send")
    assert (sent["channels"], sent["sent"]) == ({"mail": "sent"}, ["mail"])
    assert "mail sent before, and not again" in connector.tell("alerts", "--digest", "--send")
    assert len(scene.mailbox.raw) == 1
    assert connector.ask("alerts", "--send")["raised"] == 1
    scene.configure("")
    assert "nobody is to have the digest" in connector.fails("alerts", "--digest", "--send")["what"]
