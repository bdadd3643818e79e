"""The common model: what a lead, a contact and what happened to them are, whichever CRM holds them.

Imports nothing of ours but errors. Records are frozen. Times are aware UTC datetimes floored to seconds.
Records hold no cycles, so the garbage collector need not look at them (`gc=False`): that halves the time of reading.
Status texts are always the CRM's own text exactly as stored (Salesforce: the API value; Dynamics: the
base-language label); only `Policy.place` says what such a text means.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

LEAD: Final = "lead"
CONTACT: Final = "contact"
OBJECTS: Final = (LEAD, CONTACT)

Scalar = str | int | float | bool | datetime | date | None
"""A value of one field, typed."""


class Kind(StrEnum):
    """What a writable field holds; says how its value is written as text (see `connector.text`)."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"
    DATE = "date"
    DATETIME = "datetime"


FIELDS: Final[Mapping[str, Kind]] = {
    "status": Kind.TEXT,
    "disposition": Kind.TEXT,
    "status_reason": Kind.TEXT,
    "wake_up_date": Kind.DATE,
    "status_entered_at": Kind.DATETIME,
    "status_since_is_estimate": Kind.FLAG,
    "score": Kind.NUMBER,
    "sla_due_at": Kind.DATETIME,
    "sla_breached_at": Kind.DATETIME,
    "cycle": Kind.WHOLE,
    "first_source": Kind.TEXT,
}
"""The only fields connector ever writes. Each is an attribute of `Person` of the same name."""


class Ref(msgspec.Struct, frozen=True, gc=False, order=True, array_like=True):
    """One record of the CRM: which org, which object (`lead` or `contact`), which id (Salesforce: 18 characters)."""

    org: str
    object: str
    id: str


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


class OwnWrite(msgspec.Struct, frozen=True, gc=False):
    """A value connector itself wrote, from the ledger. `at`: when the CRM confirmed it. `undone`: by a later undo."""

    ref: Ref
    field: str
    before: str | None
    after: str | None
    rule: str
    at: datetime
    undone: bool = False


class Hold(msgspec.Struct, frozen=True, gc=False):
    """A change of ours that somebody undid: `field` of `ref` is not to be written as `value` again for now.

    `at`: when the undo was applied. `facts`: fingerprint of the person's other facts at the first judging after the
    undo, None until then; the hold ends when those facts change.
    """

    ref: Ref
    field: str
    value: str | None
    at: datetime
    facts: str | None = None


class Observation(msgspec.Struct, frozen=True):
    """What a sync saw change: `before` at the sync at `since` (None: the record was new to us), `after` at `seen_at`.

    `field`: a field of ours, or another name under which a sync keeps what it saw.
    """

    ref: Ref
    field: str
    since: datetime | None
    seen_at: datetime
    before: str | None
    after: str | None


class Stay(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One uninterrupted time of a person in a status, history already cleaned of our own corrections.

    `status` is the CRM's text, `name` the policy's status it means (None: a disposition or an unmapped value).
    `since` None means unknown: then `at_least` says since when at the latest. `estimate`: rests on our own
    observation or a first fill. `by`: who made the change that began it.
    """

    id: int
    status: str
    name: str | None
    since: datetime | None
    until: datetime | None = None
    at_least: datetime | None = None
    estimate: bool = False
    disposition: str | None = None
    by: str | None = None
    cycle: int = 1
    object: str = ""
    """Whether it was spent as a lead or as a contact."""
    ours: bool = False
    """It was begun by a promotion of ours, by nobody's hand."""


class Change(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One field of one record: what it is, what it ought to be, which rule says so and why.

    `before` and `after` are canonical text (see `connector.text`); None is an empty field. `record_type` (by name) says
    which records are of one kind when a plan tries a few of each kind first. `also`: other rules that took part before
    `rule` said the last word, each on what the one before it left; `because` tells the whole way.
    """

    ref: Ref
    field: str
    before: str | None
    after: str | None
    rule: str
    because: str
    version: str
    record_type: str | None = None
    also: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that took part: what asks whether a rule may write asks all of them."""
        return (*self.also, self.rule)

    def inverse(self, version: str = "") -> Change:
        """The change that takes this one back; `rule` becomes `undo`."""
        return Change(
            ref=self.ref,
            field=self.field,
            before=self.after,
            after=self.before,
            rule="undo",
            because=f"takes back {self.rule}: {self.because}",
            version=version,
            record_type=self.record_type,
        )


AND: Final = " and "
"""Between the rules that the value of a finding names."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """Something wrong that is not written. `name` is one of FINDINGS; `detail` is for people; `value` groups."""

    name: str
    detail: str
    value: str = ""


FINDINGS: Final[Mapping[str, str]] = {
    "unmapped_value": "a status value that the policy does not know",
    "needs_conversion": "an open lead that should be converted",
    "opportunity_without_conversion": "a lead that has an opportunity but was not converted",
    "same_email": "a lead and a contact with the same e-mail",
    "inactive_owner": "owned by a user who has left",
    "sales_owns_unqualified": "owned by sales while not qualified",
    "raw_in_campaign": "a raw person in an active campaign",
    "data_fault": "a phone number or an address that does not work",
    "no_evidence": "nothing tells what the status should be",
    "contested": "somebody else keeps changing the value back",
    "held": "an undone change, left alone until other facts change",
    "hand_back": "should be handed back by its owner",
    "source_blank": "no lead source",
    "missing_field": "the CRM lacks a field or value that the rule needs",
    "rule_failed": "a rule failed on this person",
    "unsettled": "two rules disagree about this person",
}
"""Every finding's name and what it means, for people."""


LEVELS: Final = ("tell", "warn", "breach", "escalate")
"""How urgent an alert is, rising. `tell` is news without a deadline (a customer crossed the bar)."""


class Alert(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody should be told about a person. The same key is never told twice.

    promise: the SLA's name in the policy, or what else is told of (`crossing`, `customer_request` …)
    of:      which stay (its id), request (the activity's id) or crossing it is about
    level:   one of LEVELS
    at:      when it came to be so (the moment the share of the limit was used up), not when it was noticed
    text:    one line for people
    due_at:  the promise's deadline, if it has one
    """

    person_id: int
    promise: str
    of: str
    level: str
    at: datetime
    text: str
    due_at: datetime | None = None

    @property
    def key(self) -> str:
        """What makes it one alert: person, promise, stay or request, level."""
        return f"{self.person_id}:{self.promise}:{self.of}:{self.level}"


_CLOCKS: Final = 5 * 60
"""How many seconds our clock and the CRM's may be apart."""


def is_same_stay(told: str, now: str) -> bool:
    """Whether what was told of one stay (its id) is about the one that goes by another id `now`, and is not over yet.

    The id is when it began, in seconds. A stay that only syncs had seen begins earlier once the CRM's history of it can
    be read: what was told of a time within it was told of it. Requests go by ids of the CRM.
    """
    if not (told.isdecimal() and now.isdecimal()):
        return told == now
    return int(told) >= int(now) - _CLOCKS


class PromiseState(StrEnum):
    """How a promise stands."""

    RUNNING = "running"
    """Its clock runs and there is time left."""
    BREACHED = "breached"
    """The limit is used up; `stopped_at` says whether it was kept late, or its clock still runs."""
    MET = "met"
    VOID = "void"
    """Its clock stopped without anybody having owed anything: junk, closed by a correction."""
    BACKLOG = "backlog"
    """No clock runs: the stay began before promises were made, or nobody knows when."""
    NO_CLOCK = "no_clock"
    """Owed, but nobody can say until when: the org's business hours are missing, or never open."""


class Promise(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One promise (SLA) to one person, about one stay or one request, and how it stands.

    name:       the SLA's name in the policy
    of:         which stay (its id) or request (the activity's id) it is about; as in `Alert.of`
    state:      as of when the person was judged: a running one may have been breached since, see `due_at`
    since:      when its clock began; None: unknown (backlog), `at_least` then says since when at the latest
    warn_at, due_at, escalate_at:  when its shares of the limit are used up; None for backlog
    stopped_at: when its clock stopped: first follow-up, or leaving; None while it runs
    breached_at: when it was breached; that stays so however late it was kept
    clock:      `elapsed`, or the name of the business hours
    owner_id:   whose person it is now
    status:     the policy's status of the stay; for a request what was asked for
    is_estimate: only the day of the request is known; its clock began at the last moment that it may have been
    """

    name: str
    of: str
    state: PromiseState
    since: datetime | None
    at_least: datetime | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None
    escalate_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    clock: str = "elapsed"
    owner_id: str | None = None
    status: str = ""
    is_estimate: bool = False

    @property
    def is_open(self) -> bool:
        """Somebody still has to act: it runs, breached or not."""
        return self.stopped_at is None and self.state in (PromiseState.RUNNING, PromiseState.BREACHED)

    @property
    def is_owed(self) -> bool:
        """Nobody has kept it yet, whether or not its time is measured (backlog, no clock)."""
        return self.stopped_at is None and self.state is not PromiseState.VOID


class Part(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One line of a score: what the points are for, how many, and whether for `fit` or `behaviour`."""

    name: str
    points: int
    kind: str


class Score(msgspec.Struct, frozen=True, gc=False):
    """A person's points: for who they are (`fit`), for what they did (`behaviour`), and line by line (`parts`).

    `parts` add up to `total`; lines that give nothing are left out. With the marketing platform's score only `total` is
    known.
    """

    total: float
    fit: int = 0
    behaviour: int = 0
    parts: tuple[Part, ...] = ()


class Waiting(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody to whom something is promised that is not kept yet. `source`: as it stands on the record.

    `owner`: by name, else by id, as `owner_id`; both empty: nobody's. `score`: as of when they were judged; None:
    they have no points.
    """

    ref: Ref
    name: str
    company: str
    source: str
    owner: str
    promise: Promise
    owner_id: str = ""
    score: float | None = None


class Judgement(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What judging one person came to: the standing corrections, the findings, and when time alone could change them.

    `skipped`: why the person was not judged (`converted`, `inactive`, `out of scope`, `person account`), else "".
    """

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    alerts: tuple[Alert, ...] = ()
    promises: tuple[Promise, ...] = ()
    score: Score | None = None
    until: datetime | None = None
    skipped: str = ""
