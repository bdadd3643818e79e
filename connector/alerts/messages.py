"""Mail and chats: many alerts in one message, at most once.

    SENDING is committed ─▶ the lease is looked at ─▶ the message goes out ─▶ what came of it is committed

Whoever finds SENDING has the lease, so the process that wrote it is dead or has been shut out: nobody knows whether the
message went out. It becomes UNKNOWN, is not sent again, and is named in the next digest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from connector.alerts import chat, html, mail, plain
from connector.alerts.digest import Digest
from connector.alerts.quiet import is_quiet
from connector.alerts.raising import CHAT, MAIL
from connector.alerts.round import Round
from connector.alerts.sent import Sent
from connector.store.ledger import Delivery, Raised, Step, Told

Sender = Callable[[Digest], Sent]


def settle(channel: str, round: Round) -> None:
    """What an earlier process left as SENDING is UNKNOWN from now on."""
    left = [one for one in round.ledger.deliveries.waiting(channel) if one.state is Told.SENDING]
    note = "connector was stopped while it was sending"
    round.commit(channel, [Step(alert=one.alert, state=Told.UNKNOWN, note=note) for one in left])


def tell_by_mail(round: Round) -> Sent | None:
    """The digest, if there is anything to tell now. It names what earlier messages left unknown, on all channels."""
    config = round.config.mail
    assert config is not None
    last = round.ledger.deliveries.last_sent(MAIL)
    if last is not None and round.now < last + timedelta(minutes=config.every_minutes):
        return None
    due = _due(MAIL, round)
    if not due:
        return None
    server = mail.server(round.secret("mail.smtp", config.smtp), "[org.alerts.mail] smtp")
    unsure = round.ledger.deliveries.unnamed()
    digest = round.digest([raised for _, raised in due], unsure)
    id = mail.message_id(digest.key, round.org, config.sender)
    letter = mail.Letter(
        config.sender, config.to, digest.subject, id, round.now, plain.digest(digest), html.digest(digest)
    )
    return once(MAIL, round, due, lambda: mail.send(letter, server), message=id, to=config.to, named=unsure)


def tell_by_chat(number: int, round: Round) -> Sent | None:
    """One message to the chat of that number in the configuration, if there is anything to tell now.

    Where no mail is sent, it names what earlier messages left unknown.
    """
    config = round.config.chat[number]
    channel = CHAT + config.name
    due = _due(channel, round)
    if not due:
        return None
    key = f"chat.{number}.url"
    to = chat.receiver(round.secret(key, config.url), f"[[org.alerts.chat]] {config.name}")
    unsure = round.ledger.deliveries.unnamed() if round.config.mail is None else []
    digest = round.digest([raised for _, raised in due], unsure)
    body = plain.short(digest, chat.room(to) - len(digest.subject))
    return once(channel, round, due, lambda: chat.send(to, digest.subject, body), message=digest.key, named=unsure)


def _due(channel: str, round: Round) -> list[tuple[Delivery, Raised]]:
    ready = round.ready(channel, round.ledger.deliveries.waiting(channel))
    quiet, zone = round.config.quiet, round.office.zone
    return [(one, raised) for one, raised in ready if not is_quiet(quiet, raised.alert.level, round.now, zone)]


def once(
    channel: str,
    round: Round,
    due: Sequence[tuple[Delivery, Raised]],
    send: Callable[[], Sent],
    *,
    message: str,
    to: Sequence[str] = (),
    named: Sequence[Delivery] = (),
) -> Sent:
    """Sends one message that tells of these alerts, and keeps what came of it; `named`: whose doubt it names."""
    going = ", ".join(to)
    steps = [Step(alert=one.alert, state=Told.SENDING, message=message, recipient=going) for one, _ in due]
    round.commit(channel, steps)
    round.lease.check()
    sent = send()
    if sent.state is Told.FAILED:
        round.commit(channel, [round.failed(one, sent.note) for one, _ in due])
    else:
        went = ", ".join(sent.to) if sent.to is not None else None
        steps = [Step(alert=one.alert, state=sent.state, note=sent.note, recipient=went) for one, _ in due]
        round.commit(channel, steps, named if sent.state is Told.SENT else ())
    return msgspec.structs.replace(sent, alerts=len(due))
