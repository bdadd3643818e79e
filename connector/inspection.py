"""The seam for looking around in a CRM before anything is written there: what `connector check` asks an adapter.

Like `ports`, it speaks of no CRM in particular. What a login may not ask is left unknown and said in `unasked`; nothing
is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class Reacts(StrEnum):
    """What an admin may have built that wakes when a lead or contact is saved."""

    ASSIGNMENT = "assignment rule"
    FLOW = "flow"
    VALIDATION = "validation rule"
    TRIGGER = "trigger"
    DUPLICATES = "duplicate rule"


class Reaction(msgspec.Struct, frozen=True):
    """One of them that is active. `object` is our name of what it belongs to, `package` who delivered it, if told."""

    kind: Reacts
    object: str
    name: str
    package: str = ""


class Writer(msgspec.Struct, frozen=True):
    """Who changed a field of an object lately, and how often. `machine`: by its kind or name, not a person."""

    object: str
    field: str
    name: str
    changes: int
    machine: bool = False


class Roles(msgspec.Struct, frozen=True):
    """How many opportunities there are, and how many of them name no contact."""

    opportunities: int
    without_contact: int


class Sees(StrEnum):
    """How much of an object's records a login can see and edit."""

    ALL = "all"
    SOME = "some"
    """Only those it owns or that are shared with it."""
    UNKNOWN = "unknown"


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What this CRM's admins call what may be missing. `{api}` is an object.

    see, see_all, edit_all: rights to an object's records
    settings:               to be able to read what the org is made of
    converting:             where it is said which status converts
    tracking:               for deletions to be told
    """

    see: str = "let the integration user read all records of {api}"
    see_all: str = "let it read all records of {api}"
    edit_all: str = "let it edit all records of {api}"
    settings: str = "let it read the CRM's settings, or look there by hand"
    converting: str = "say in the CRM which lead status converts"
    tracking: str = "let the CRM keep track of changes of these tables"


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. Objects and fields go by our names, tables by those of `ports.Table`.

    versions:        (oldest, newest) version of its API that the CRM offers; None if it does not tell
    version_offered: the version of connector.toml is among them; if not, nothing else was asked
    skew:            how far the CRM's clock is ahead of ours; None if it does not tell the time
    hidden:          tables of the mapping that this login cannot read
    sees, edits:     object → how much of its records
    reactions:       what is active on leads and contacts and wakes when they are saved
    history_since:   object → the oldest change of its status on record; None: there is none; without an entry it could
                     not be told
    writers:         others than us who changed fields that we write, in the last `days` days
    packages:        (object, field) → the package that delivered a field we write
    person_accounts: how many there are
    roles:           opportunities with and without contacts
    untracked:       the CRM's names of tables whose deletions it does not tell; None: it tells all of them anyway
    remarks:         anything else an admin should know, one line each
    advice:          what this CRM's admins call what may be missing
    unasked:         subject (a value of Reacts, `rights`, `writers`, `writers of lead`, `person accounts`, `contact
                     roles` …) → why it is not known, or not wholly
    """

    versions: tuple[str, str] | None = None
    version_offered: bool = True
    skew: timedelta | None = None
    hidden: tuple[str, ...] = ()
    sees: Mapping[str, Sees] = {}
    edits: Mapping[str, Sees] = {}
    reactions: tuple[Reaction, ...] = ()
    history_since: Mapping[str, datetime | None] = {}
    writers: tuple[Writer, ...] = ()
    days: int = 30
    packages: Mapping[tuple[str, str], str] = {}
    person_accounts: int | None = None
    roles: Roles | None = None
    untracked: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()
    advice: Advice = Advice()
    unasked: Mapping[str, str] = {}
