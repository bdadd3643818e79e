"""A test message on every channel."""

from __future__ import annotations

from connector.orgcheck import absent_names, of_settings
from connector.slapass import trial
from tests.alerts.scene import Scene


def test_every_channel_is_tried(scene: Scene) -> None:
    """A mail and a message arrive; a task needs a person; nothing is written down."""
    with scene.opened() as org:
        assert [(one.channel, one.ok) for one in trial(org)] == [("mail", True), ("chat:sales", True), ("task", None)]
        assert org.ledger.alerts.latest() == []
    assert str(scene.mailbox.mails[0]["Subject"]) == "acme: a test of connector's alerts"
    assert scene.hook.messages[0]["title"] == "acme: a test of connector's alerts"


def test_what_does_not_work_says_why(scene: Scene) -> None:
    """A channel that is down or set up wrongly says so, and the others are tried even so."""
    scene.mailbox.down()
    (scene.folder / "chat").write_text("nonsense")
    with scene.opened() as org:
        mail, chat, _ = trial(org)
    assert (mail.ok, chat.ok) == (False, False)
    assert "127.0.0.1" in mail.note
    assert "not an address that Apprise knows" in chat.note


def test_the_fallback_is_looked_up(scene: Scene) -> None:
    """Whether there is such a user: not known before a sync; then right or wrong, and wrong says what is."""
    for called, before, after, words in (
        ("other@acme.example", None, None, "the fallback is Other"),
        ("nobody@acme.example", None, False, "no active user is called 'nobody@acme.example'"),
    ):
        scene.mailbox.mails.clear()
        scene.configure(f'[org.alerts.task]\non = true\nfallback = "{called}"\n')
        for mirror in (scene.folder / "state").glob("mirror*"):
            mirror.unlink()
        with scene.opened() as org:
            (task,) = trial(org)
            assert task.ok is before
            assert "run connector sync" in task.note
        scene.sync()
        with scene.opened() as org:
            (task,) = trial(org)
            assert task.ok is after
            assert words in task.note


def test_check_looks_the_fallback_up_too(scene: Scene) -> None:
    """A fallback that nobody is called by, and a secret of an alert that is not there, are told before a night."""
    scene.configure(
        '[org.alerts.task]\non = true\nfallback = "nobody@acme.example"\n'
        '[[org.alerts.chat]]\nname = "sales"\nurl = "env:ACME_UNSET_CHAT"\n'
    )
    scene.sync()
    with scene.opened() as org:
        found = {line.name: line.found for line in of_settings(org)}
    assert "no active user is called 'nobody@acme.example'" in found["fallback for tasks"]
    assert "ACME_UNSET_CHAT is not set" in found["secret env:ACME_UNSET_CHAT"]


def test_check_names_a_user_who_does_not_exist(scene: Scene) -> None:
    """A team's user that is nobody is told by check once the CRM was read, and not before."""
    scene.configure("", '[policy.teams.ldr]\nusers = ["Othr"]\n')
    with scene.opened() as org:
        assert absent_names(org, org.loaded) == []
    scene.sync()
    with scene.opened() as org:
        (line,) = (line for line in of_settings(org) if line.name == "policy")
    assert "'Othr'" in line.found
    assert "connector.toml" in line.found
    assert line.next.startswith("there is: Other")
