"""`[org.retention]` of connector.toml: for how long the ledger keeps what nothing depends on any more.

What was written to the CRM, what undo, holds and cycles rest on, and which alerts were told is always kept.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LEAST: Final = 7
"""Days that everything is kept for at least: nobody looks at everything within the week."""


def _days(days: int) -> int:
    if 0 < days < LEAST:
        raise ValueError(f"{days} is too short; {LEAST} days is the least, 0 keeps for ever")
    return days


Days = Annotated[int, AfterValidator(_days)]


class RetentionConfig(BaseModel):
    """`[org.retention]`: for how many days the ledger keeps what nothing depends on any more. 0 keeps it for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plans: Days = Field(30, ge=0, description="the changes of plans that were never applied")
    alerts: Days = Field(365, ge=0, description="the texts of alerts that nobody is to be told any more")
    nights: Days = Field(400, ge=0, description="how unattended passes went")
    runs: Days = Field(90, ge=0, description="which command was at work when")
