"""What `[sla]` may say: promises to prospects, their limits and clocks, and what keeps them."""

from __future__ import annotations

import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from connector.policy.section import Section

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def span_of_time(text: str) -> datetime.timedelta:
    """What `90s`, `30m`, `48h` or `2d` says. Raises ValueError."""
    number, unit = text[:-1].strip(), text[-1:]
    if unit not in _UNITS or not number.isascii() or not number.replace(".", "", 1).isdigit():
        raise ValueError(f"{text!r} is no length of time: write a number and s, m, h or d, for example 48h")
    seconds = round(float(number) * _UNITS[unit])
    if seconds > 10 * 366 * _UNITS["d"]:
        raise ValueError(f"{text!r} is longer than ten years")
    return datetime.timedelta(seconds=seconds)


def _span(text: str) -> str:
    span_of_time(text)
    return text


Span = Annotated[str, AfterValidator(_span)]
"""A length of time, as people write it."""

Counting = Literal["conversation", "call", "mail", "task", "attempt", "auto_reply"]


class SlaPromise(Section):
    """A promise: within `limit` somebody follows up. Its clock starts with a stay in a status, or with a request."""

    meaning: str = Field("", description="what is promised, in one sentence")
    roles: tuple[str, ...] = Field((), description="a stay in a status with one of these roles starts the clock")
    statuses: tuple[str, ...] = Field((), description="a stay in one of these statuses starts the clock")
    requests: bool = Field(
        False, description="a direct request ([score] direct) starts the clock, whatever the status; leaving stops none"
    )
    limit: Span = Field("48h", description="how long it may take: `90s`, `30m`, `48h`, `2d`")
    clock: Literal["elapsed", "business"] = Field(
        "elapsed", description="business: only the org's business hours count, less its holidays"
    )
    hours: str = Field("", description="which business hours, by name; none: the org's default ones")
    by: Literal["owner", "team", "anyone"] = Field(
        "team", description="whose work counts: the owner's, the owner's and the team's, or any user's"
    )
    teams: tuple[str, ...] = Field(
        (), description="which teams; none: the one that owns the status, for a request any of [teams]"
    )
    counts: tuple[Counting, ...] = Field(
        ("conversation", "call", "mail"),
        description="what keeps it. conversation: a connected call, a call of theirs that was taken, a held meeting; "
        "call: any other logged call of ours that does not say nobody was reached; mail: a one-to-one mail of ours; "
        "attempt: a voicemail that we left, a call of ours without an answer; task: any other completed task; "
        "auto_reply: an automatic answer of ours. List mail never counts",
    )
    warn: float | None = Field(None, gt=0, description="warned at this share of the limit; none: as in [sla]")
    escalate: float | None = Field(None, gt=1, description="escalated at this share; none: as in [sla]")


class Sla(Section):
    """The promises to prospects, and since when they hold."""

    effective_from: datetime.datetime | datetime.date | None = Field(
        None,
        description="clocks run for stays and requests from then on; a bare day begins at midnight UTC, for another "
        "midnight write 2026-09-01T00:00:00+02:00; none: from the first apply in the org on",
    )
    warn: float = Field(0.8, gt=0, description="warned at this share of the limit")
    escalate: float = Field(2.0, gt=1, description="escalated to the owner's manager at this share of the limit")
    before: Span = Field("4h", description="work so long before a stay began counts for it already")
    promise: dict[str, SlaPromise] = Field(default_factory=dict, description="the promises by name")
