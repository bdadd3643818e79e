"""Packed lists as records of the model, decoded by msgspec without a step in between."""

from __future__ import annotations

from datetime import datetime

from msgspec.msgpack import Decoder

from connector.model import Activity, StatusChange
from connector.store.mirror.entries import MemberEntry

_changes = Decoder(tuple[StatusChange, ...]).decode
_activities = Decoder(tuple[Activity, ...]).decode
_members = Decoder(tuple[MemberEntry, ...]).decode


def status_changes(packed: bytes | None) -> tuple[StatusChange, ...]:
    """A packed list of status changes."""
    return _changes(packed) if packed else ()


def member_entries(packed: bytes) -> tuple[MemberEntry, ...]:
    """A packed list of memberships."""
    return _members(packed)


def activities(*lists: bytes | None) -> tuple[Activity, ...]:
    """Packed lists of activities as one, oldest first."""
    found = [_activities(one) for one in lists if one]
    if len(found) < 2:
        return found[0] if found else ()
    return tuple(sorted((one for part in found for one in part), key=_when))


def _when(activity: Activity) -> tuple[datetime, str]:
    return activity.at, activity.id
