"""What every rule's options have."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RuleOptions(BaseModel):
    """Options of a rule: frozen, and a key that the rule does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: bool = Field(True, description="whether the rule is used")
