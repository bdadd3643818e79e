"""`[org.schedule]` and `[serve]` of connector.toml: when `connector serve` does what, and where it can be asked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY: Final = re.compile(r"(\d+)([mh])")
_AT: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def every(text: str) -> timedelta:
    """The span that `15m` or `2h` says."""
    found = _EVERY.fullmatch(text)
    if not found:
        raise ValueError(f"not a span: {text!r}; write it like 15m or 2h")
    return timedelta(minutes=int(found[1]) * (60 if found[2] == "h" else 1))


def _span(text: str) -> str:
    if text and every(text) < timedelta(minutes=1):
        raise ValueError(f"{text!r} is too often; once a minute is the most")
    return text


def _time(text: str) -> str:
    if text and not _AT.fullmatch(text):
        raise ValueError(f"not a time of day: {text!r}; write it like 02:00")
    return text


def _day_and_time(text: str) -> str:
    day, _, at = text.partition(" ")
    if text and (day not in DAYS or not _AT.fullmatch(at)):
        raise ValueError(f"not a day and time: {text!r}; write it like sun 04:00")
    return text


Span = Annotated[str, AfterValidator(_span)]
At = Annotated[str, AfterValidator(_time)]
DayAt = Annotated[str, AfterValidator(_day_and_time)]


class ScheduleConfig(BaseModel):
    """`[org.schedule]`: when each job of an org runs, in the org's own time zone. "" switches a job off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sync: Span = Field("15m", description="how often what changed is read")
    alerts: Span = Field("5m", description="how often promises are looked at and alerts sent")
    night: At = Field("02:00", description="when the unattended pass begins")
    digest: At = Field(
        "07:30", description="when the digest of the morning is sent, where mail (or a chat with `digest`) is set up"
    )
    reconcile: DayAt = Field("sun 04:00", description="when everything is compared with the CRM, once a week")
    jitter: int = Field(30, ge=0, le=600, description="seconds by which jobs are moved at random")


class ServeConfig(BaseModel):
    """`[serve]`: the process that runs all night."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(
        "127.0.0.1", description="where /healthz, /readyz and /metrics listen; not the outside unless you say so"
    )
    port: int = Field(8410, ge=0, le=65535, description="their port; 0 takes a free one")
    log: str = Field(
        "auto", pattern="^(auto|console|json)$", description="console for people, json for machines; auto: by terminal"
    )
    grace_seconds: int = Field(300, ge=0, description="how long a job may take to end cleanly once asked to stop")
