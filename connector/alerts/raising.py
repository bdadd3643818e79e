"""How a new alert is to be told: on which channels, by its level; of a storm, no tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.alertconfig import AlertsConfig
from connector.model import OBJECTS
from connector.store.ledger import Found, Told, Way
from connector.store.ledger.alerts import Ways

MAIL: Final = "mail"
TASK: Final = "task"
CHAT: Final = "chat:"
"""Chats are called `chat:NAME`."""
DIGEST: Final = "digest:"
"""What the digest of the morning goes by is called `digest:mail` and `digest:chat:NAME`; no alert goes by it."""


def channels(config: AlertsConfig) -> dict[str, frozenset[str]]:
    """Every channel that is on, with the levels it tells."""
    on: dict[str, frozenset[str]] = {}
    if config.mail is not None:
        on[MAIL] = frozenset(config.mail.levels)
    on |= {CHAT + chat.name: frozenset(chat.levels) for chat in config.chat}
    if config.task.on:
        on[TASK] = frozenset(config.task.levels)
    return on


def ways(config: AlertsConfig) -> Ways:
    """For all new alerts of a pass: the ways to tell each."""
    on = channels(config)

    def told(new: Sequence[Found]) -> list[list[Way]]:
        wanted = [
            [
                channel
                for channel, levels in on.items()
                if alert.level in levels and (channel != TASK or ref.object in OBJECTS)
            ]
            for ref, alert in new
        ]
        count = sum(bool(channels) for channels in wanted)
        return [[_way(channel, count, storm=count > config.storm) for channel in channels] for channels in wanted]

    return told


def _way(channel: str, new: int, *, storm: bool) -> Way:
    if storm and channel == TASK:
        return Way(channel, Told.GIVEN_UP, f"one of {new:,} new alerts in one pass: no tasks are made in a storm")
    return Way(channel)
