"""What may be written when nobody watches: the policy's table [night]."""

from __future__ import annotations

import re
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
