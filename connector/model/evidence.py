"""What the CRM holds of one person: the record, its history, what happened to them and who stands around them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from connector.model.fields import Ref, Scalar


class Person(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One human as the CRM stores them: a lead or a contact.

    `person_id` is ours and stays when a lead becomes a contact or two records are merged. `version` is what the CRM
    uses to tell one state of the record from the next (SystemModstamp, etag). The fields of `FIELDS` may be changed
    by rules; everything else is identity or evidence and must come back from a rule untouched.
    """

    ref: Ref
    person_id: int
    version: str
    created_at: datetime
    # what connector may correct
    status: str | None = None
    disposition: str | None = None
    status_reason: str | None = None
    wake_up_date: date | None = None
    status_entered_at: datetime | None = None
    status_since_is_estimate: bool | None = None
    score: float | None = None
    sla_due_at: datetime | None = None
    sla_breached_at: datetime | None = None
    cycle: int | None = None
    first_source: str | None = None
    # what is only read
    record_type: str | None = None
    source: str | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    company: str | None = None
    industry: str | None = None
    employees: int | None = None
    country: str | None = None
    owner_id: str | None = None
    account_id: str | None = None
    converted_from: str | None = None
    """On a contact: the id of the lead it was converted from."""
    is_converted: bool = False
    """On a lead: it was converted and is read, counted, never written."""
    is_inactive: bool = False
    is_closed: bool = False
    """The CRM keeps the record closed to changes until somebody opens it again (Dynamics: a disqualified lead)."""
    is_bounced: bool = False
    modified_at: datetime | None = None
    modified_by: str | None = None
    facts: tuple[tuple[str, Scalar], ...] = ()
    """What the policy names beyond the fixed fields, in mapping order; read only."""

    @property
    def name(self) -> str:
        """First and last name as one text."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class StatusChange(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One row of the CRM's own history of the status field. `by` is a user id. No row exists for the first value."""

    at: datetime
    by: str | None
    before: str | None
    after: str | None


class Activity(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One thing that happened between the person and us, as the mapping classifies it.

    kind: call, mail, meeting, form, campaign_response, task, list_mail, auto_reply, bounce, opt_out, other.
    direction: in, out or "" (unknown). outcome: connected, held, voicemail, no_answer, done, open, … or "".
    `by` is the user who did or owns it. `id` is the CRM's id of the activity. `about` is its finer topic, by which it
    earns points and may be a direct request: contact form, demo, quote, pricing, case study, webinar … or "".
    `delay`: how many seconds after `at` the CRM's row was made (before, if negative: it was planned); None: nobody
    knows. `earliest`: only the day is known; it was then at the earliest, and `at` is the last moment that it may have
    been.
    """

    at: datetime
    kind: str
    direction: str
    outcome: str
    id: str
    by: str | None = None
    about: str = ""
    delay: int | None = None
    earliest: datetime | None = None

    @property
    def created_at(self) -> datetime | None:
        """When the CRM's row was made, by the CRM's own clock, whatever time the row bears; None: nobody knows."""
        return None if self.delay is None else self.at + timedelta(seconds=self.delay)

    @property
    def known_from(self) -> datetime:
        """When it was at the earliest: `at`, unless only the day is known."""
        return self.earliest or self.at

    @property
    def is_conversation(self) -> bool:
        """A two-way conversation: an interaction and a follow-up at once.

        A connected call, a held meeting, and a call of theirs that is logged as `done`: they reached us, and no word
        says that they reached nobody. Of a call of ours `done` tells only that we rang.
        """
        if self.kind == "call":
            return self.outcome == "connected" or (self.outcome == "done" and self.direction == "in")
        return self.kind == "meeting" and self.outcome == "held"

    @property
    def is_interaction(self) -> bool:
        """The person did something towards us. Our attempts, auto-replies, bounces, opt-outs, list mail never count."""
        if self.kind in ("form", "campaign_response"):
            return True
        return self.is_conversation or (self.direction == "in" and self.kind in ("mail", "call", "meeting"))


class Membership(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The person is a member of a campaign. `active`: the campaign is running now.

    `responded_at`: some CRMs keep only the day; then it is the day's beginning in UTC as the mirror has it, and in a
    `Case` the last moment that it may have been, with `earliest` the first (`score.answered`).
    """

    campaign_id: str
    campaign: str
    type: str
    active: bool
    responded: bool
    created_at: datetime
    responded_at: datetime | None = None
    earliest: datetime | None = None


class Opportunity(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A deal that belongs to the person. `via`: role, conversion or account. Times: created, and closed if it is."""

    id: str
    name: str
    type: str | None
    is_open: bool
    is_won: bool
    created_at: datetime
    closed_at: datetime | None
    via: str


class User(msgspec.Struct, frozen=True, gc=False):
    """A CRM user, or a queue (kind `queue`), that may own records."""

    id: str
    name: str
    email: str | None = None
    active: bool = True
    kind: str = "user"
    department: str | None = None
    title: str | None = None
    role: str | None = None
    manager_id: str | None = None


class Twin(msgspec.Struct, frozen=True, gc=False):
    """A record of the other object with the same e-mail: never an identity, only a finding.

    `opportunities`: the open ones that a contact takes part in.
    """

    ref: Ref
    status: str | None
    is_converted: bool = False
    opportunities: tuple[Opportunity, ...] = ()


class Conversion(msgspec.Struct, frozen=True, gc=False):
    """The lead a contact came from. `changes` is that lead's status history, oldest first; `status` its final text.

    `account_was_new`: the account was created by the conversion; None if that can't be told.
    `opportunity_id`: the opportunity made by the conversion, if any. `owner_id`: who owns the lead.
    """

    lead_id: str
    at: datetime
    status: str | None
    created_at: datetime
    changes: tuple[StatusChange, ...] = ()
    activities: tuple[Activity, ...] = ()
    memberships: tuple[Membership, ...] = ()
    account_was_new: bool | None = None
    opportunity_id: str | None = None
    source: str | None = None
    owner_id: str | None = None


class Evidence(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All the mirror knows about one person, before any policy looks at it. Everything is oldest first."""

    key: int
    """The person's row number in the mirror; means nothing outside it."""
    person: Person
    changes: tuple[StatusChange, ...] = ()
    activities: tuple[Activity, ...] = ()
    memberships: tuple[Membership, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    owner: User | None = None
    twins: tuple[Twin, ...] = ()
    conversion: Conversion | None = None
    account_type: str | None = None
    account_owner: User | None = None
