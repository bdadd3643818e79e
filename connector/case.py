"""A case: everything a rule may look at besides the person, and a verdict: what a rule answers.

Built from `Evidence` (what the mirror knows), the policy, what the org has, and what we ourselves wrote. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from connector.model import (
    Activity,
    Alert,
    Conversion,
    Finding,
    Membership,
    Opportunity,
    OwnWrite,
    Person,
    Stay,
    Twin,
    User,
)
from connector.policy import Policy


class OrgFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What judging must know of the org itself. Stored in the mirror by sync, so that judging needs no call.

    `writable`: (object, field) pairs that exist and may be written. `converting`: lead status values that convert.
    `offered`: (object, record type or None) → status values its process offers. `tracked_since`: object → since when
    status history is provably complete, None if never known.
    """

    writable: frozenset[tuple[str, str]] = frozenset()
    converting: frozenset[str] = frozenset()
    offered: Mapping[tuple[str, str | None], frozenset[str]] = {}
    tracked_since: Mapping[str, datetime | None] = {}
    timezone: str = "UTC"

    def has(self, object: str, field: str) -> bool:
        """The field exists on the object and we may write it."""
        return (object, field) in self.writable


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a rule may look at. All tuples are oldest first.

    `history`: the person's stays in the current cycle, read through values and remap, without our corrections,
    undone writes, the converting change itself, and values reverted by the same user within ten minutes. For a contact
    that came from a lead, the lead's stays come first. The last one is the current stay.
    `first_cycle_at`: when the current cycle began, None if that is the beginning of all we know.
    """

    now: datetime
    policy: Policy
    org: OrgFacts
    history: tuple[Stay, ...] = ()
    activities: tuple[Activity, ...] = ()
    memberships: tuple[Membership, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    """Only those that count by the policy."""
    owner: User | None = None
    twins: tuple[Twin, ...] = ()
    conversion: Conversion | None = None
    prior_status: str | None = None
    """On a converted contact: the policy's status the lead had before the converting change; None if unknown."""
    cycle: int = 1
    cycle_is_estimate: bool = True
    first_cycle_at: datetime | None = None
    own: tuple[OwnWrite, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """What a rule answers: the person as they ought to be, why, and what else was found.

    `until`: the first moment at which time alone could change this answer; None if it never can.
    """

    person: Person
    because: str = ""
    findings: tuple[Finding, ...] = ()
    alerts: tuple[Alert, ...] = ()
    until: datetime | None = None
