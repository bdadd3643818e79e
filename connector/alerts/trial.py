"""A test message on every channel: `connector alerts --test`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from connector.alertconfig import AlertsConfig
from connector.alerts import chat, mail
from connector.alerts.assignee import fallback_user
from connector.alerts.raising import CHAT, MAIL, TASK
from connector.errors import ConnectorError, NotFound
from connector.store.ledger import Told
from connector.store.mirror.users import Users


class Tried(msgspec.Struct, frozen=True):
    """What came of one channel's test. `ok` None: it was not tried, and `note` says why."""

    channel: str
    ok: bool | None
    note: str = ""


def try_all(
    config: AlertsConfig, org: str, secret: Callable[[str, str], str], users: Callable[[], Users], now: datetime
) -> list[Tried]:
    """Tries every channel that is on. `users`: those of the mirror; it raises NotFound if nothing was read yet."""
    subject = f"{org}: a test of connector's alerts"
    text = f"This is a test. Alerts of the org {org} will be told here."
    tried: list[Tried] = []
    if config.mail is not None:
        tried.append(_mail(config, org, secret, now, subject, text))
    for number, one in enumerate(config.chat):
        try:
            to = chat.receiver(secret(f"chat.{number}.url", one.url), f"[[org.alerts.chat]] {one.name}")
            sent = chat.send(to, subject, text)
            tried.append(Tried(CHAT + one.name, sent.state is Told.SENT, sent.note))
        except ConnectorError as error:
            tried.append(Tried(CHAT + one.name, False, str(error)))
    if config.task.on:
        tried.append(_task(config.task.fallback, users))
    return tried


def _task(fallback: str, users: Callable[[], Users]) -> Tried:
    """A task is about a person, so none is made; but whoever gets what nobody else can take must be there."""
    if not fallback:
        return Tried(TASK, None, "no fallback is set: a task that nobody can take will fail, and say so")
    try:
        found = fallback_user(fallback, users())
    except NotFound:
        return Tried(TASK, None, f"whether {fallback!r} is a user is not known yet: run connector sync first")
    if found.user is None:
        return Tried(TASK, False, found.why)
    return Tried(TASK, None, f"the fallback is {found.user.name}; the first alert makes the first task")


def _mail(
    config: AlertsConfig, org: str, secret: Callable[[str, str], str], now: datetime, subject: str, text: str
) -> Tried:
    assert config.mail is not None
    id = mail.message_id(f"test.{int(now.timestamp())}", org, config.mail.sender)
    letter = mail.Letter(config.mail.sender, config.mail.to, subject, id, now, f"{text}\n")
    try:
        sent = mail.send(letter, mail.server(secret("mail.smtp", config.mail.smtp), "[org.alerts.mail] smtp"))
    except ConnectorError as error:
        return Tried(MAIL, False, str(error))
    return Tried(MAIL, sent.state is Told.SENT, sent.note)
