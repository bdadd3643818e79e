"""One pass over all channels. What goes wrong on one of them does not stop the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from connector.alerts import messages, task
from connector.alerts.raising import CHAT, DIGEST, MAIL, TASK, channels
from connector.alerts.round import Round
from connector.alerts.sent import Sent
from connector.errors import ConnectorError, LeaseLost, StoreFailed
from connector.store.ledger import Step, Told

T = TypeVar("T")


class Delivered(msgspec.Struct, kw_only=True):
    """What a pass came to. `sent`: alerts by channel that were sent; `problems`: a line each, for people."""

    sent: dict[str, int] = msgspec.field(default_factory=dict)
    tasks_taken_back: int = 0
    tasks_left: int = 0
    problems: list[str] = msgspec.field(default_factory=list)


def deliver(round: Round) -> Delivered:
    """Tells on every channel what is still to be told, and takes back tasks. Raises LeaseLost and StoreFailed only."""
    done = Delivered()
    on = channels(round.config)
    for channel in {*on, *round.ledger.deliveries.channels()} - {TASK}:
        messages.settle(channel, round)
    if TASK not in on:
        _trying(TASK, done, partial(task.settle, round))
    for channel in round.ledger.deliveries.channels():
        if channel not in on and not channel.startswith(DIGEST):
            _given_up(channel, round)
    for number, chat in enumerate(round.config.chat):
        _message(CHAT + chat.name, done, partial(messages.tell_by_chat, number, round))
    if round.config.mail is not None:  # the last message: it names what the others have left unknown
        _message(MAIL, done, partial(messages.tell_by_mail, round))
    _tasks(round, done)
    return done


def _message(channel: str, done: Delivered, tell: Callable[[], Sent | None]) -> None:
    sent = _trying(channel, done, tell)
    if sent is None:
        return
    if sent.state is Told.SENT:
        done.sent[channel] = sent.alerts
    if sent.note:
        outcome = {Told.SENT: "sent", Told.FAILED: "not sent, tried again with the next pass"}
        words = outcome.get(sent.state, "not known whether it arrived, not sent again")
        done.problems.append(f"{channel}: {words}: {sent.note}")


def _tasks(round: Round, done: Delivered) -> None:
    if round.ledger.deliveries.waiting(TASK):
        made = _trying(TASK, done, lambda: task.make(round))
        if made is not None:
            done.sent[TASK] = made.made
            if made.nobodys:
                done.problems.append(_nobodys(made.nobodys))
            if made.failed:
                done.problems.append(
                    f"{TASK}: the CRM refused {made.failed:,}; connector alerts --state failed says why"
                )
    back = _trying(TASK, done, lambda: task.take_back(round))
    if back is not None:
        done.tasks_taken_back, done.tasks_left = back.taken_back, back.left
        if back.failed:
            done.problems.append(f"{TASK}: {back.failed:,} could not be taken back; connector alerts says why")


def _nobodys(reasons: Sequence[str]) -> str:
    """A line on tasks that nobody can take: how many, and the most frequent reason."""
    (why, _), *others = Counter(reasons).most_common()
    more = f", and {len(others):,} more reasons" if others else ""
    return (
        f"{TASK}: {len(reasons):,} not made, tried again with the next pass: {why}{more}; "
        "correct `fallback` in [org.alerts.task]: connector alerts --test looks it up"
    )


def _trying(channel: str, done: Delivered, action: Callable[[], T]) -> T | None:
    try:
        return action()
    except (LeaseLost, StoreFailed):
        raise
    except ConnectorError as error:
        done.problems.append(f"{channel}: {error}")
        return None


def _given_up(channel: str, round: Round) -> None:
    """A channel that is no longer in connector.toml."""
    note = "the channel is no longer in connector.toml"
    waiting = round.ledger.deliveries.waiting(channel)
    round.commit(channel, [Step(alert=one.alert, state=Told.GIVEN_UP, note=note) for one in waiting])
