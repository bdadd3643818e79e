"""`[org.alerts]` of connector.toml: who is told of alerts, and how. Without it they are raised and listed, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Level = Literal["tell", "warn", "breach", "escalate"]
"""One of `model.LEVELS`."""
ALL: Final[tuple[Level, ...]] = get_args(Level)
_ADDRESS: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class MailConfig(_Section):
    """`[org.alerts.mail]`: the digest."""

    to: tuple[str, ...] = Field(min_length=1, description="who gets the digest")
    sender: str = Field(alias="from", description="whom it comes from")
    smtp: str = Field(
        description="the mail server, by reference: smtps://user:password@host:465, or smtp://…:587, which must offer "
        "STARTTLS unless it is this machine"
    )
    levels: tuple[Level, ...] = Field(ALL, description="which alerts are told")
    every_minutes: int = Field(0, ge=0, description="at most one digest in so many minutes; 0: with every pass")

    @field_validator("to", "sender")
    @classmethod
    def _addresses(cls, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for one in (given,) if isinstance(given, str) else given:
            if not _ADDRESS.fullmatch(one):
                raise ValueError(f"not a mail address: {one!r}")
        return given


class ChatConfig(_Section):
    """`[[org.alerts.chat]]`: a chat, or anything else that Apprise can reach."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="short name, shown by `connector alerts`")
    url: str = Field(description="the Apprise address (slack://…, msteams://…, jsons://…), by reference")
    levels: tuple[Level, ...] = Field(ALL, description="which alerts are told")
    digest: bool = Field(False, description="whether it also gets the digest of the morning, in short")


class TaskConfig(_Section):
    """`[org.alerts.task]`: a task in the CRM for whoever has to act."""

    on: bool = Field(False, description="make tasks in the CRM")
    type: str = Field("", description="the task's type in the CRM, a value of its own list; empty: the CRM's default")
    fallback: str = Field(
        "", description="user (name, e-mail or id) who gets it where a queue or somebody who left owns the person"
    )
    levels: tuple[Level, ...] = Field(ALL, description="which alerts are told")


class QuietConfig(_Section):
    """`[org.alerts.quiet]`: when no mail and no chat message is sent; what was raised meanwhile is told afterwards."""

    start: str = Field(alias="from", description="when it begins, as 20:00")
    end: str = Field(alias="to", description="when it ends, as 07:00; earlier than `from`: on the next day")
    zone: str = Field("", description="time zone, as Europe/Berlin; empty: the org's")
    weekends: bool = Field(False, description="Saturday and Sunday are quiet all day")
    through: tuple[Level, ...] = Field((), description="alerts that are told even so")

    @field_validator("start", "end")
    @classmethod
    def _times(cls, given: str) -> str:
        if not _TIME.fullmatch(given):
            raise ValueError(f"not a time of day: {given!r}; write it like 20:00")
        return given

    @field_validator("zone")
    @classmethod
    def _zone(cls, given: str) -> str:
        try:
            _ = ZoneInfo(given) if given else None
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"there is no time zone {given!r}; write it like Europe/Berlin") from None
        return given

    @property
    def hours(self) -> tuple[time, time]:
        """From when to when."""
        return time.fromisoformat(self.start), time.fromisoformat(self.end)


class AlertsConfig(_Section):
    """`[org.alerts]`: who is told of alerts. Each channel is off until its table is there."""

    storm: int = Field(50, ge=1, description="more new alerts than this in one pass are told as one summary")
    give_up_days: int = Field(7, ge=1, description="what could not be sent for so long is given up")
    mail: MailConfig | None = None
    chat: tuple[ChatConfig, ...] = ()
    task: TaskConfig = TaskConfig()
    quiet: QuietConfig | None = None

    @model_validator(mode="after")
    def _names(self) -> AlertsConfig:
        names = [one.name for one in self.chat]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two chats are called {name!r}; give each its own name")
        return self

    def secrets(self) -> Iterator[tuple[str, str]]:
        """The key and the reference of every secret."""
        if self.mail is not None:
            yield "mail.smtp", self.mail.smtp
        for number, one in enumerate(self.chat):
            yield f"chat.{number}.url", one.url
