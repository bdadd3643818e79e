"""The CRM of the soak: a sandbox org that writes down every write it sees, on a clock of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from connector.sandbox.salesforce.base import ADMIN_ID, INTEGRATION_ID, PROFILE_ID, PROFILE_SET_ID
from connector.sandbox.salesforce.dml.results import Options, RowResult
from connector.sandbox.salesforce.org import Org

PLATFORM_ID = "0055g0000000009AAA"
"""The marketing platform's user."""
REP = Options(user_id=ADMIN_ID, auto_assign=False)
PLATFORM = Options(user_id=PLATFORM_ID, auto_assign=False)


class Clock:
    """The file that CONNECTOR_CLOCK names, for every process and the sandbox. Only moves on."""

    def __init__(self, file: Path, begin: datetime) -> None:
        self._file = file
        self.now = begin
        self.set(begin)
        os.environ["CONNECTOR_CLOCK"] = str(file)

    def set(self, moment: datetime) -> None:
        """It is that time now, unless it is later already. Readers never see half a text."""
        self.now = max(moment, self.now)
        new = self._file.with_suffix(".new")
        new.write_text(f"{self.now:%Y-%m-%dT%H:%M:%SZ}\n", encoding="ascii")
        new.replace(self._file)

    def step(self, seconds: int) -> None:
        """So many seconds later."""
        self.set(self.now + timedelta(seconds=seconds))


class Write(NamedTuple):
    """One row of one writing request, as the CRM saw it. `code`: why it was refused."""

    at: datetime
    by: str
    object: str
    id: str
    values: Mapping[str, Any]
    code: str

    @property
    def is_ours(self) -> bool:
        """connector wrote it, and the CRM took it."""
        return self.by == INTEGRATION_ID and not self.code


class WatchedOrg(Org):
    """An org that remembers every row it was told to change, whoever told it and whatever came of it."""

    def _open(self, path: Path) -> None:
        self.writes: list[Write] = []
        super()._open(path)

    def update(self, object_name: str, records: Sequence[Mapping[str, Any]], options: Options = REP) -> list[RowResult]:
        """As the org does it."""
        done = super().update(object_name, records, options)
        if not options.system:
            for record, result in zip(records, done, strict=True):
                values = {name: value for name, value in record.items() if name not in ("Id", "attributes")}
                code = "" if result.success else result.errors[0].code
                self.writes.append(Write(self.clock(), options.user_id, object_name, record["Id"], values, code))
        return done

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows straight from the org's own store."""
        found = self.storage.reader().execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def with_platform(self) -> None:
        """Adds the marketing platform's user, with the rights of everybody."""
        names = ("Id", "Username", "FirstName", "LastName", "Email", "IsActive", "ProfileId", "UserType")
        row = (
            PLATFORM_ID,
            "platform@sandbox.example",
            "Market",
            "Platform",
            "p@acme.com",
            True,
            PROFILE_ID,
            "Standard",
        )
        self.load("User", names, [row])
        self.load("PermissionSetAssignment", ("PermissionSetId", "AssigneeId"), [(PROFILE_SET_ID, PLATFORM_ID)])
