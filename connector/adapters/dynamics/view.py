"""What everything that reads needs to know: session, mapping, metadata, and which columns this login may not read."""

from __future__ import annotations

from connector.adapters.dynamics.access import READ, Access
from connector.adapters.dynamics.columns import Columns
from connector.adapters.dynamics.metadata import Metadata, TableInfo
from connector.adapters.dynamics.session import Session
from connector.errors import MappingError
from connector.mapping import Mapping, TableMap
from connector.model import LEAD


class View:
    """One environment as one login sees it."""

    def __init__(self, session: Session, mapping: Mapping, metadata: Metadata, access: Access) -> None:
        self.session = session
        self.mapping = mapping
        self.metadata = metadata
        self.access = access

    def table(self, name: str) -> tuple[TableMap, TableInfo, Columns] | None:
        """How the mapping calls a table of ours, what it is, and its columns; None if there is no such thing.

        Raises MappingError if the environment lacks a table that the mapping says must be there.
        """
        found = self.mapping.table(name)
        if found is None:
            return None
        info = self.metadata.table(found.api)
        if info is not None and not (found.optional and not self.access.may(info, READ)):
            return found, info, self.columns(found.api)
        if found.optional:
            return None
        raise MappingError(
            f"the environment has no table {found.api}, or hides it from the application user",
            where=found.where,
            next="give the user read access to it, or correct the mapping; then run: connector check",
        )

    def columns(self, api: str) -> Columns:
        """The columns of a table of the CRM."""
        return Columns(self.metadata, api, self.access.hidden)

    def person(self, object: str) -> tuple[TableMap, TableInfo, Columns]:
        """As `table`, of leads or contacts, which no environment is without."""
        got = self.table(object)
        if got is None:
            what = "leads" if object == LEAD else "contacts"
            raise MappingError(f"this environment has no {what}", next="give the application user read access to them")
        return got
