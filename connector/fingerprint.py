"""The fingerprint of everything about a person but what connector writes: tells whether something else has changed."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from connector.case import Case
from connector.model import FIELDS, Evidence, Person

_MOVING = frozenset({"ref", "person_id", "version", "modified_at", "modified_by", *FIELDS})
_FACTS = tuple(name for name in Person.__struct_fields__ if name not in _MOVING)


def fingerprint(evidence: Evidence, case: Case) -> str:
    """32 hex digits over what others enter: the person's other fields, what happened, and the statuses they entered.

    Our own writes and their being undone do not change it: history is read without them.
    """
    stays = [(stay.id, stay.status) for stay in case.history]
    content = (
        [getattr(evidence.person, name) for name in _FACTS],
        stays,
        evidence.activities,
        evidence.memberships,
        evidence.opportunities,
        evidence.twins,
        evidence.conversion,
    )
    return blake2b(msgspec.msgpack.encode(content), digest_size=16).hexdigest()
