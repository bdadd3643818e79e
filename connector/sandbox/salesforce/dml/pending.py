"""A row on its way into the database."""

from typing import Any

import msgspec

from connector.sandbox.salesforce.values import Stored


class Pending(msgspec.Struct):
    """One row of a write: where it stands in the request, its id, how it is (`old`) and what it shall be (`new`).

    `old` is empty for a record that is being created, and for one that does not exist.
    """

    place: int
    id: str
    new: dict[str, Stored]
    old: dict[str, Any]

    def get(self, name: str) -> Any:
        """The value as it will be after the write."""
        return self.new[name] if name in self.new else self.old.get(name)

    def changes(self, name: str) -> bool:
        """Whether the write gives that field another value."""
        return name in self.new and self.new[name] != self.old.get(name)
