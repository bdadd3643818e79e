"""What a policy file may say: its tables, keys, defaults and meanings.

This is the one place where a policy key is defined; `docs/policy.md` is generated from it. Unknown keys are errors.
A policy is data for any vocabulary: rules speak of *roles* (`entry`, `recycle` …), never of a status by name.
"""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from connector.policy.night import Night
from connector.policy.scoring import Customer, Score
from connector.policy.section import Section
from connector.policy.sla import Sla

ROLES = ("raw", "entry", "fit", "scored", "ready", "disposition default", "converts", "recycle", "closed", "customer")
"""What a status can be for the rules. Every role is optional but `entry` and `recycle`; at most one status has each."""


class Definition(Section):
    """The agreed definition of a lead, signed by sales and by marketing."""

    version: str = Field("", description="version of the agreed definition")
    date: datetime.date | None = Field(None, description="when it was agreed")
    sales: str = Field("", description="who signed for sales")
    marketing: str = Field("", description="who signed for marketing")
    text: str = Field("", description="the definition itself, or where it can be read")
    owner: str = Field("", description="who owns the prospect database")
    stale_after_days: int = Field(365, ge=1, description="after how many days it must be agreed anew")


class Status(Section):
    """One place in the funnel."""

    meaning: str = Field(description="what it means, in one sentence")
    rank: int | None = Field(None, ge=0, description="place on the forward path; none for the ways out")
    roles: tuple[str, ...] = Field((), description="what the rules use it for: " + ", ".join(ROLES))
    reviewed: bool = Field(False, description="an LDR or a rep has worked the person here")
    team: str = Field("", description="the team that owns people here")
    mail: bool = Field(True, description="ordinary marketing may mail to people here")
    on: tuple[Literal["lead", "contact"], ...] = Field(("lead", "contact"), description="objects that may have it")
    write: dict[Literal["lead", "contact"], str] = Field(
        default_factory=dict, description="the org's own value to write for it, where that is not its name"
    )

    def text_on(self, object: str, name: str) -> str:
        """What is stored for the status called `name` on that object."""
        return next((text for on, text in self.write.items() if on == object), name)


class Phrase(Section):
    """A call disposition that people type into the status field."""

    effect: Literal["attempt", "conversation", "fault", "closes"] = Field(
        "attempt", description="attempt or conversation: being worked; fault: of the phone; closes: the person is gone"
    )
    status: str | None = Field(
        None,
        description="default status; none: the one with the role `disposition default` (`closed` if it closes)",
    )
    reason: str | None = Field(None, description="Status Reason to write when it closes")


class Dispositions(Section):
    """Phrases that act. The corpus of `mappings/dispositions.toml` only suggests."""

    keep: Literal["field", "ledger"] = Field(
        "field", description="where the word is kept: the Last Call Disposition field, or only our ledger"
    )
    phrases: dict[str, Phrase] = Field(default_factory=dict, description="phrase → what it does")


class SourceGroup(Section):
    """A canonical lead source and the raw values that mean it."""

    direction: Literal["inbound", "outbound"] = Field("inbound", description="who took the first step")
    bought: bool = Field(False, description="purchased or built lists: nobody has asked for anything")
    values: tuple[str, ...] = Field((), description="raw lead source values, without case and spacing")


class Evidence(Section):
    """Whether every source of interactions is in the CRM."""

    complete: bool = Field(False, description="true: no activity in the CRM means no interaction")
    signed_by: str = Field("", description="who vouches for it")
    date: datetime.date | None = Field(None, description="since when")


class Opportunities(Section):
    """Which opportunities count, and how they belong to a contact."""

    via_account: bool = Field(False, description="also through the account")
    count: tuple[str, ...] = Field(("*",), description="types that count; * is a wildcard, without case")
    leave_out: tuple[str, ...] = Field(("*renewal*",), description="types that never count")


class Campaigns(Section):
    """What is special about campaigns."""

    account_based: tuple[str, ...] = Field(
        ("ABM", "ABM *", "* ABM", "* ABM *", "account-based*", "account based*"),
        description="names or types of ABM campaigns; * is a wildcard",
    )
    ordinary: tuple[str, ...] = Field(("*",), description="names or types of campaigns that raw people must not be in")


class Scope(Section):
    """Who is judged. An empty list means all; `leave_out` wins."""

    record_types: tuple[str, ...] = Field((), description="record types, by name")
    account_types: tuple[str, ...] = Field((), description="account types")
    owners: tuple[str, ...] = Field((), description="owners: user or queue, by name, e-mail or id")
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="field or fact → values that are in")
    leave_out: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="field or fact → values that are out"
    )


class Team(Section):
    """How to tell that a user is in a team: any of these matches; * is a wildcard, without case."""

    departments: tuple[str, ...] = Field((), description="departments of users")
    titles: tuple[str, ...] = Field((), description="titles of users")
    roles: tuple[str, ...] = Field((), description="roles (Salesforce) or security roles (Dynamics) of users")
    users: tuple[str, ...] = Field((), description="users, by name, e-mail or id")
    queues: tuple[str, ...] = Field((), description="queues, by name or id")
    leave_out: tuple[str, ...] = Field((), description="departments, titles or roles that are not, although they match")


class Forbidden(Section):
    """A move that must not have happened: from any of these statuses to that one; `instead` is what it should be."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: tuple[str, ...] = Field(alias="from", description="statuses left, by name")
    to: str = Field(description="status entered")
    instead: str = Field(description="what it should have been")


class Recycle(Section):
    """What handing back fills in."""

    wake_up_days: int = Field(90, ge=1, description="days until Wake-Up Date")
    reason: str = Field("Not ready", description="Status Reason when it is empty")


class Reasons(Section):
    """The values of the Status Reason field. What the rules write is always among them."""

    recycle: tuple[str, ...] = Field((), description="why somebody was handed back")
    closed: tuple[str, ...] = Field((), description="why somebody was closed")


class Conversion(Section):
    """What conversion means for the contact."""

    recycle_after_days: int = Field(180, ge=1, description="no opportunity this long after conversion → recycle")


class Contested(Section):
    """When somebody else masters a field: how often we correct the same before leaving it alone."""

    times: int = Field(3, ge=2, description="the how manyth correction of the same person and field is not made")
    days: int = Field(30, ge=1, description="within how many days")
    share: float = Field(
        0.01, gt=0, le=1, description="a rule is parked while more than this share of the people in scope contest it"
    )


Hanging = Literal["tasks", "calls", "events", "mails", "campaign members"]
"""What an automation may hang on a record, as the canary counts it."""


class Limits(Section):
    """How much may change without somebody's approval, and how it is sent."""

    rule: int = Field(500, ge=0, description="changes per rule")
    rule_share: float = Field(0.10, ge=0, le=1, description="share of the people in scope per rule")
    run: int = Field(2000, ge=0, description="changes per run")
    run_share: float = Field(0.20, ge=0, le=1, description="share of the people in scope per run")
    floor: int = Field(20, ge=0, description="never limit below this many")
    migrate: bool = Field(False, description="the limits bind migrate and undo plans too")
    canary: int = Field(3, ge=1, description="records of every kind written first")
    canary_wait: int = Field(0, ge=0, description="seconds to wait before looking at them (attended)")
    canary_without: tuple[Hanging, ...] = Field(
        (), description="what hangs on records and need not be counted when nobody watches, where it cannot be seen"
    )
    max_rows_per_hour: int | None = Field(None, ge=1, description="pace of writes after the canary")


class PolicyFile(Section):
    """A policy, all layers merged."""

    name: str = Field("", description="what the policy is called")
    extends: str = Field(
        "demand-gen",
        description="the preset it starts from, or a path to another policy file; `none`: it stands alone. "
        "Without this key a file whose own statuses have the roles `entry` and `recycle` stands alone",
    )
    without: tuple[str, ...] = Field(
        (), description="inherited tables or keys to leave out, each as its path, e.g. `status.LAL`"
    )
    definition: Definition = Definition()
    status: dict[str, Status] = Field(default_factory=dict, description="the statuses")
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description='what an org\'s value means, unrewritten: [values.any], [values.lead], [values."lead/Record Type"]',
    )
    remap: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="retired value = its successor; this is a write; same tables as values"
    )
    dispositions: Dispositions = Dispositions()
    sources: dict[str, SourceGroup] = Field(default_factory=dict, description="canonical lead sources")
    evidence: Evidence = Evidence()
    opportunities: Opportunities = Opportunities()
    campaigns: Campaigns = Campaigns()
    scope: dict[Literal["lead", "contact"], Scope] = Field(
        default_factory=dict, description="who is judged, per object"
    )
    teams: dict[str, Team] = Field(default_factory=dict, description="who belongs to which team")
    forbidden: tuple[Forbidden, ...] = Field((), description="moves that must not happen")
    recycle: Recycle = Recycle()
    reasons: Reasons = Reasons()
    conversion: Conversion = Conversion()
    contested: Contested = Contested()
    sla: Sla = Sla()
    score: Score = Score()
    customer: Customer = Customer()
    limits: Limits = Limits()
    night: Night = Night()
    person_accounts: bool = Field(False, description="judge person accounts")
    reopen_closed: bool = Field(
        False, description="also correct records that the CRM keeps closed (Dynamics: disqualified leads)"
    )
    facts: tuple[str, ...] = Field((), description="further fields of the mapping that scope and junk patterns use")
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict, description="options per rule; `on` switches it")
