"""Sends the digest of a morning: once per org and local day, on every channel that is to have it.

In the ledger it is an alert about the org, by the name of the day, with a delivery per channel. So it is raised once
ever, whatever is restarted, and mail and chats tell it at most once: what was not sent for certain is tried again the
same morning, what may have been sent is `unknown` and is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from connector.alertconfig import AlertsConfig
from connector.alerts import chat, mail, messages
from connector.alerts.notices import ORG
from connector.alerts.raising import CHAT, DIGEST, MAIL
from connector.alerts.round import Round
from connector.alerts.sent import Sent
from connector.errors import ConnectorError, LeaseLost, NotFound, StoreFailed
from connector.model import LEVELS, Alert, Ref
from connector.morning import html, plain
from connector.morning.contents import UNTOLD, Morning
from connector.morning.gather import gather, local_day, troubled
from connector.openorg import OpenOrg
from connector.slapass import LEASE, judge_who_is_due, round_of
from connector.store.ledger import Delivery, Found, Raised, Step, Told, Way

UNTIL: Final = timedelta(hours=4)
"""For how long after its time it is still the morning's."""
PROMISE: Final = "digest"
"""What it goes by among alerts."""

Tell = Callable[[Morning], Sent]


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """What it came to. `states`: by channel, as it stands now; `sent`: channels that were sent it just now.

    `problems`: a line each. No `states`: no channel is to have it.
    """

    day: date
    states: dict[str, Told] = {}
    sent: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_to_be_tried_again(self) -> bool:
        """Whether a channel certainly did not get it yet."""
        return any(state in (Told.PENDING, Told.FAILED) for state in self.states.values())


def channels(config: AlertsConfig) -> list[str]:
    """Those that are to have it: mail, and chats that say so."""
    on = [DIGEST + MAIL] if config.mail is not None else []
    return on + [DIGEST + CHAT + one.name for one in config.chat if one.digest]


def due_now(org: OpenOrg, due: datetime, zone: ZoneInfo) -> bool:
    """Whether the digest that was due then is still to be sent, to anybody. Reads only; costs next to nothing."""
    now = org.now()
    if not channels(org.config.alerts) or not due <= now < due + UNTIL or not org.has_mirror:
        return False
    found = _of_day(org, local_day(due, zone))
    if found is None:
        return True
    deliveries = org.ledger.deliveries.of([found.number])[found.number]
    return any(_is_open(one, now) for one in deliveries)


def send(org: OpenOrg, day: date | None = None) -> Sending:
    """The digest of that day (None: of today), wherever it was not sent yet.

    Raises NotFound before the first sync, LeaseHeld while another process tells alerts.
    """
    on = channels(org.config.alerts)
    with org.lease(LEASE) as lease:
        if org.reading.is_empty():
            raise NotFound("the mirror is empty: nothing has been read from the CRM yet", next="run `connector sync`")
        facts = org.reading.org_facts()
        day = day or local_day(org.now(), ZoneInfo(facts.timezone))
        if not on:
            return Sending(day=day)
        round = round_of(org, facts, lease)
        org.ledger.alerts.raise_new([_found(org, day)], lambda new: [[Way(one) for one in on]] * len(new), lease, 1)
        _clear_up(round, day)
        waiting = {channel: due for channel in on if (due := _due(channel, round))}
        problems: list[str] = []
        sent: list[str] = []
        if waiting:
            judge_who_is_due(org, facts, problems)
            morning = gather(org, problems, day)
            for channel, due in waiting.items():
                done = _trying(channel, problems, partial(_tell, channel, round, due, morning, troubled(org)))
                if done is not None and done.state is Told.SENT:
                    sent.append(channel)
        raised = _of_day(org, day)
        states = org.ledger.deliveries.of([raised.number])[raised.number] if raised is not None else []
    return Sending(
        day=day, states={one.channel: one.state for one in states}, sent=tuple(sent), problems=tuple(problems)
    )


def _found(org: OpenOrg, day: date) -> Found:
    text = f"the digest of the morning of {day:%a} {day.day} {day:%b %Y}"
    alert = Alert(person_id=0, promise=PROMISE, of=day.isoformat(), level=LEVELS[0], at=org.now(), text=text)
    return Ref(org.name, ORG, org.name), alert


def _of_day(org: OpenOrg, day: date) -> Raised | None:
    """The digest of that day in the ledger."""
    return org.ledger.alerts.called(_found(org, day)[1].key)


def _clear_up(round: Round, day: date) -> None:
    """What a process that died was sending may have gone out; what was not sent on an earlier morning is given up."""
    for channel in round.ledger.deliveries.channels():
        if not channel.startswith(DIGEST):
            continue
        messages.settle(channel, round)
        left = round.ledger.deliveries.waiting(channel)
        days = {one.number: one.alert.of for one in round.ledger.alerts.each([one.alert for one in left])}
        late = [one for one in left if days[one.alert] != day.isoformat()]
        note = "the morning was over"
        steps = [
            Step(alert=one.alert, state=Told.GIVEN_UP, note=f"{note}: {one.note}" if one.note else note) for one in late
        ]
        round.commit(channel, steps)


def _due(channel: str, round: Round) -> list[tuple[Delivery, Raised]]:
    """Quiet hours do not hold it: it has an hour of its own."""
    return round.ready(channel, round.ledger.deliveries.waiting(channel))


def _is_open(one: Delivery, now: datetime) -> bool:
    return one.state in (Told.PENDING, Told.FAILED, Told.SENDING) and (one.again is None or one.again <= now)


def _tell(
    channel: str,
    round: Round,
    due: Sequence[tuple[Delivery, Raised]],
    morning: Morning,
    named: Sequence[Delivery],
) -> Sent:
    config = round.config
    if channel == DIGEST + MAIL:
        assert config.mail is not None
        server = mail.server(round.secret("mail.smtp", config.mail.smtp), "[org.alerts.mail] smtp")
        id = mail.message_id(morning.key, round.org, config.mail.sender)
        both = (plain.text(morning), html.digest(morning))
        letter = mail.Letter(config.mail.sender, config.mail.to, morning.subject, id, round.now, *both)
        to, doubtful = config.mail.to, [one for one in named[:UNTOLD] if one.state is Told.UNKNOWN]
        return messages.once(channel, round, due, lambda: mail.send(letter, server), message=id, to=to, named=doubtful)
    number = next(at for at, one in enumerate(config.chat) if DIGEST + CHAT + one.name == channel)
    key = f"chat.{number}.url"
    where = f"[[org.alerts.chat]] {config.chat[number].name}"
    receiver = chat.receiver(round.secret(key, config.chat[number].url), where)
    body = plain.short(morning, chat.room(receiver) - len(morning.subject))
    return messages.once(channel, round, due, lambda: chat.send(receiver, morning.subject, body), message=morning.key)


def _trying(channel: str, problems: list[str], tell: Callable[[], Sent]) -> Sent | None:
    """What goes wrong on one channel does not stop the others."""
    name = channel.removeprefix(DIGEST)
    try:
        sent = tell()
    except (LeaseLost, StoreFailed):
        raise
    except ConnectorError as error:
        problems.append(f"{name}: {error}")
        return None
    if sent.state is not Told.SENT or sent.note:
        words = {Told.SENT: "sent", Told.FAILED: "not sent, tried again this morning"}
        problems.append(f"{name}: {words.get(sent.state, 'not known whether it arrived, not sent again')}: {sent.note}")
    return sent
