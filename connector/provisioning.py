"""The seam for changing what a CRM is made of: steps that say what is to be added, and who carries them out.

Like `ports`, it speaks of no CRM in particular. `connector.schema` works the steps out; an adapter's `Provisioner` does
them one by one. Every step adds or switches on; `RETIRE` alone takes a picklist value out of people's sight, and
nothing deletes. Doing a step that is done already changes nothing, so that whoever was interrupted begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec


class FieldType(StrEnum):
    """What a field that is to be added holds."""

    PICKLIST = "picklist"
    TEXT = "text"
    NUMBER = "number"
    FLAG = "checkbox"
    DATE = "date"
    DATETIME = "date and time"
    AGE = "days since"
    """Worked out by the CRM itself: whole days since another field's moment; blank while that is blank."""


class NewField(msgspec.Struct, frozen=True, kw_only=True):
    """A field as it ought to be. `name` is ours (`wake_up_date`), `api` the CRM's (`Wake_Up_Date__c`).

    `length`: characters of a text. `digits` and `decimals`: of a number, before and after the point. `restricted`: the
    CRM refuses any value that is not listed. `free`: of a picklist, people's own words belong there, which nobody can
    list beforehand. `tracked`: its history is kept. `counts_from`: on AGE, the `api` of the field whose moment it
    counts from.
    """

    name: str
    api: str
    label: str
    type: FieldType
    help: str
    length: int = 255
    digits: int = 0
    decimals: int = 0
    values: tuple[str, ...] = ()
    restricted: bool = False
    free: bool = False
    tracked: bool = False
    counts_from: str = ""


class StepKind(StrEnum):
    """What a step does."""

    FIELD = "add field"
    STATUSES = "add status values"
    """To the CRM's own list of lead statuses."""
    VALUES = "add values"
    """To a picklist of ours."""
    HISTORY = "track history"
    ACCESS = "grant access"
    CONVERSION = "map on conversion"
    RETIRE = "deactivate value"
    BY_HAND = "by hand"
    """The CRM's API does not offer it, or not to this login: `how` says where to click."""


class SchemaStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to add, in words for an admin (`what`, `why`, `how`, `undo`) and in detail for an adapter.

    object, api: whose field it is: our name of the object and the CRM's
    name:        the CRM's name of the field (STATUSES, VALUES, HISTORY, RETIRE)
    field:       the new field (FIELD)
    values:      to add or to retire, as they are stored (STATUSES, VALUES, RETIRE)
    converting:  the one of them that shall convert leads (STATUSES)
    closing:     those of them with which work on somebody ends (STATUSES)
    access:      (the CRM's name of a field, may be edited) (ACCESS), for `user`, an id
    pairs:       (lead field, contact field) by the CRM's names (CONVERSION)
    """

    kind: StepKind
    object: str
    api: str
    what: str
    why: str
    how: str
    undo: str = ""
    name: str = ""
    field: NewField | None = None
    values: tuple[str, ...] = ()
    converting: str = ""
    closing: tuple[str, ...] = ()
    access: tuple[tuple[str, bool], ...] = ()
    user: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """The same step has the same key every time it is worked out."""
        name = self.field.api if self.field else self.name
        return self.kind.value, self.object, name or self.what


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a CRM's admins call things and where they click. Texts in which `{label}` is an object's or a field's label.

    undo_field, undo_values, undo_history, undo_access, undo_conversion, undo_retire: how a step is taken back
    field, values, statuses, access, retire: how connector does a step
    access_why:   why access has to be granted
    no_access:    what to look at if access is granted and does not work; `{api}` is the object
    conversion:   where to say what a conversion carries over
    lead_process, person_type: where the statuses that a record type offers are chosen; `{kind}` is the record type,
                  `{field}` the status field
    converting:   where it is said which status converts
    """

    undo_field: str = "by hand: delete the field; its values go with it"
    undo_values: str = "by hand: take the values away; records that carry them keep them"
    undo_history: str = "by hand: switch the history of {label} off"
    undo_access: str = "by hand: take the access away"
    undo_conversion: str = "by hand: take the mapping away"
    undo_retire: str = "by hand: bring the value back"
    field: str = "connector creates the field"
    values: str = "connector adds these to the list and leaves the rest of it as it is"
    statuses: str = "connector adds these to the list and leaves the rest of it as it is"
    access: str = "connector grants it"
    access_why: str = "without it the fields can neither be read nor written"
    no_access: str = "look at the user's permissions on {api}"
    retire: str = "connector takes it off the list"
    conversion: str = "the CRM's mapping of lead conversion"
    lead_process: str = "the statuses that “{kind}” offers → add them"
    person_type: str = "the values of {field} that “{kind}” offers → add them"
    converting: str = "the settings of {field}"


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What only matters to whoever changes the org, besides `OrgSchema`.

    user, user_id: who is to be given access to the fields
    lacks:         permissions that a change needs and this login lacks, in the CRM's words; empty: none is known
    unable:        kinds of step that this login cannot do although it is permitted, and why
    hidden:        object → our names of fields that the org has and this login cannot see
    inactive:      object → status values that the org has and nobody can pick
    granted:       (object, the CRM's name of a field) → may edit, by what we grant (a permission set, a role)
    assigned:      that user has what we grant
    own_access:    the one who is given access is this very login
    conversion:    lead field → contact field, by the CRM's names, as conversion carries them over; None: not known
    open_lists:    a picklist may hold texts that are not listed
    words:         what this CRM's admins call things
    """

    user: str
    user_id: str
    lacks: tuple[str, ...] = ()
    unable: Mapping[StepKind, str] = {}
    hidden: Mapping[str, frozenset[str]] = {}
    inactive: Mapping[str, frozenset[str]] = {}
    granted: Mapping[tuple[str, str], bool] = {}
    assigned: bool = False
    own_access: bool = True
    conversion: Mapping[str, str] | None = None
    open_lists: bool = True
    words: Words = Words()


class Carried(msgspec.Struct, frozen=True):
    """How many records carry a status value, as the CRM counts. Only `writable` ones can and must be moved first.

    `closed`: rows that the CRM keeps as closed, where closing is more than a status.
    """

    value: str
    writable: int
    converted: int = 0
    deleted: int = 0
    closed: int = 0


class Use(msgspec.Struct, frozen=True):
    """Something in the CRM that still names a value: `kind` (list view, flow …) and its name."""

    value: str
    kind: str
    name: str


class Uses(msgspec.Struct, frozen=True):
    """Everything found that names some values, and what could not be searched, each with the reason."""

    found: tuple[Use, ...] = ()
    not_searched: tuple[str, ...] = ()


class Provisioner(Protocol):
    """Changes what the CRM is made of. Its methods raise Abort like those of `ports.Adapter`."""

    @property
    def words(self) -> Words:
        """What this CRM's admins call things."""

    def is_custom(self, api: str) -> bool:
        """Whether a field of that name could be added; the CRM's own fields cannot."""

    def setup(self, user: str | None = None) -> Setup:
        """What is there now. `user`: the login name of who is to be given access; None: this login."""

    def change_schema(self, step: SchemaStep, still_ours: Callable[[], None]) -> None:
        """Does the step and reads it back. `still_ours` is called right before every request that writes.

        Raises Skip if the CRM refuses this step, with its own text; NotPermitted if it would refuse the others too.
        """

    def carried(self, object: str, values: Sequence[str]) -> list[Carried]:
        """How many records carry each of these status values now."""

    def uses(self, object: str, values: Sequence[str]) -> Uses:
        """What still names any of these status values, as far as the CRM tells."""
