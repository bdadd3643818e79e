"""What may be written when nobody watches: the policy's table [night]."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from connector.policy.section import Section


def _window(text: str) -> str:
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError('write it like "22:00-06:00", or "" for any time')
    return text


class Night(Section):
    """What may be written when nobody watches. Whatever is outside of it waits as a plan for the morning."""

    rules: tuple[str, ...] = Field(
        (), description="rules whose corrections may be written unattended, once a person has applied each of them"
    )
    window: Annotated[str, AfterValidator(_window)] = Field(
        "22:00-06:00", description='when it may write, in the org\'s time zone; "" is any time'
    )
    canary_wait: int = Field(600, ge=600, description="seconds between the first few records and the look at them")
    max_rows_per_hour: int | None = Field(None, ge=1, description="pace of writes after the canary")
    overdue_hours: int = Field(26, ge=1, description="no successful night for so long is an alert of its own")

    def unfit(self, begins: str, jitter: timedelta) -> str:
        """Why a night that begins at that time of day (`02:00`, in the org's time zone), or up to `jitter` later, could
        never write more than its first few records; empty if it can."""
        if not self.rules or not self.window or not begins:
            return ""
        if not is_open(self.window, begins):
            return f"the night begins at {begins}, outside of the window {self.window}: it would never write anything"
        left = timedelta(minutes=(_minutes(self.window.partition("-")[2]) - _minutes(begins)) % _DAY)
        needs = jitter + timedelta(seconds=self.canary_wait)
        if left <= needs:
            return (
                f"the night begins at {begins}, and the window {self.window} ends before its first few records are "
                f"looked at, {needs.total_seconds() / 60:.0f} minutes later: it would never write more"
            )
        return ""


_DAY = 24 * 60


def is_open(window: str, at: str) -> bool:
    """Whether a time of day is in a window such as `22:00-06:00`; its end belongs to it no more."""
    begin, end = window.split("-")
    return begin <= at < end if begin <= end else at >= begin or at < end


def _minutes(at: str) -> int:
    hours, minutes = at.split(":")
    return int(hours) * 60 + int(minutes)
