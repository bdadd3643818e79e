"""The policy as rules use it: what does this value mean, which status has this role, what would be written.

`Policy` is compiled once from a checked `PolicyFile`; looking a value up costs one dictionary access.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from connector.policy.model import Phrase, PolicyFile, Status


class Meaning(StrEnum):
    """What kind of thing a value in the status field is."""

    STATUS = "status"
    """A status of the policy, as it should be written, or an org value that means one."""
    DRIFTED = "drifted"
    """A status, but for case or spacing."""
    RETIRED = "retired"
    """An old value with a successor in [remap]."""
    DISPOSITION = "disposition"
    """A call disposition."""
    CONVERTED = "converted"
    """A value that converts leads."""
    BLANK = "blank"
    UNMAPPED = "unmapped"


class Place(msgspec.Struct, frozen=True):
    """What one value of the status field means.

    `name` is the policy's status (for a retired value its successor; for a disposition its default, None if the policy
    has none), `text` what should be stored for it on this object, `phrase` the disposition.
    """

    meaning: Meaning
    name: str | None = None
    text: str | None = None
    phrase: Phrase | None = None
    disposition: str | None = None
    """The canonical wording of the disposition, e.g. `Left Vmail`."""


class Policy:
    """A checked policy. Immutable; `hash` is the same for the same merged content, whatever the files were."""

    file: PolicyFile
    hash: str

    def __init__(self, file: PolicyFile) -> None:
        raise NotImplementedError

    def place(self, object: str, text: str | None, record_type: str | None = None) -> Place:
        """What `text` means in the status field of a `lead` or `contact` of that record type (by name)."""
        raise NotImplementedError

    def status(self, name: str) -> Status:
        """The status of that name. Raises KeyError: rules only pass names that came from here."""
        raise NotImplementedError

    def role(self, role: str) -> str | None:
        """The name of the status that has the role, or None: the policy leaves it out."""
        raise NotImplementedError

    def has_role(self, name: str | None, role: str) -> bool:
        """Whether the status of that name has the role."""
        raise NotImplementedError

    def rank(self, name: str | None) -> int | None:
        """Its place on the forward path."""
        raise NotImplementedError

    def written(self, name: str, object: str) -> str:
        """The text that is stored for that status on that object."""
        raise NotImplementedError
