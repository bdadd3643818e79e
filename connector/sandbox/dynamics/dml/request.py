"""What a write asks for and what it comes to."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.sandbox.dynamics.base import INTEGRATION_ID

Record = Mapping[str, Any]
"""A row as the body of a request holds it."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to write.

    `if_match` is "*", an etag or "" (none given); `if_none_match` "*" or "". `detect_duplicates` runs the duplicate
    rules, which the API leaves out unless it is told otherwise. `bypass` names the custom logic that is left out:
    "CustomSync", "CustomAsync". `flows` is off where the request suppresses the triggers of flows. `references` are the
    URLs of rows that the Content-IDs of a change set stand for (`{"$1": "leads(…)"}`). `system` writes as the platform
    itself: no rights, read-only columns and automations looked at. `event` is the number under which audit records an
    update that is more than that, such as 24 for Qualify.
    """

    user_id: str = INTEGRATION_ID
    if_match: str = ""
    if_none_match: str = ""
    detect_duplicates: bool = False
    bypass: frozenset[str] = frozenset()
    flows: bool = True
    references: Mapping[str, str] = {}
    system: bool = False
    event: int = 2


class Written(msgspec.Struct, frozen=True):
    """What became of a row: its id, whether it was created, and its version (its etag is `W/"<version>"`)."""

    id: str
    created: bool
    version: int


class Pending(msgspec.Struct):
    """A row on its way into the database: how it is (`old`, empty for a new one) and what it shall be (`new`), by
    column as stored. `given` are the columns that the request itself named; `deep` the rows to create beneath it, each
    with the lookup column of theirs that will point here.
    """

    id: str
    new: dict[str, Any]
    old: dict[str, Any]
    given: frozenset[str] = frozenset()
    deep: tuple[tuple[str, str, Record], ...] = ()

    def get(self, name: str) -> Any:
        """The value as it will be after the write."""
        return self.new[name] if name in self.new else self.old.get(name)

    def changes(self, name: str) -> bool:
        """Whether the write gives that column another value."""
        return name in self.new and self.new[name] != self.old.get(name)

    def whole(self) -> dict[str, Any]:
        """The row as it will be."""
        return {**self.old, **self.new}
