"""A sandbox org seen from behind, for the adapter's contract and its traps.

Users' hands go through the org's own engine (`org.insert`, `org.update` …), never through the adapter; the adapter
under test talks to the org's real wire protocol on loopback.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.adapters.salesforce import connect
from connector.adapters.salesforce.adapter import SalesforceAdapter
from connector.config import OrgConfig
from connector.mapping import Mapping, load
from connector.model import FIELDS, Kind, Ref
from connector.ports import Table
from connector.sandbox.faults import Faults
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.catalogue.types import FieldType
from connector.sandbox.salesforce.convert import Conversion, convert_lead
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.merge import merge
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import ValidationRule
from connector.sandbox.server import Sandbox

ORG = "acme"
REP = "rep@acme.example"
_HUMAN = Options(user_id=ADMIN_ID, auto_assign=False)
_SYSTEM = Options(user_id=ADMIN_ID, auto_assign=False, system=True)
_TYPES = {
    Kind.TEXT: {"type": "string", "length": 255},
    Kind.NUMBER: {"type": "double", "precision": 18, "scale": 2},
    Kind.WHOLE: {"type": "double", "precision": 18, "scale": 0},
    Kind.FLAG: {"type": "boolean", "nillable": False, "default": False, "defaulted": True},
    Kind.DATE: {"type": "date"},
    Kind.DATETIME: {"type": "datetime"},
}


def fields_of_ours(mapping: Mapping, object: str) -> list[FieldType]:
    """The custom fields that the mapping names as writable, as an admin would have created them."""
    table = mapping.object(object)
    return [
        FieldType(
            name=table.field(name).api,
            label=name.replace("_", " ").title(),
            custom=True,
            permissionable=True,
            tracked=name == "status",
            **_TYPES[FIELDS[name]],  # type: ignore[arg-type]
        )
        for name in sorted(table.writable)
        if table.field(name).api.endswith("__c")
    ]


def org_with_fields(path: Path) -> Path:
    """A snapshot of an org as on its first day, with the fields of ours."""
    org, mapping = Org(), load("salesforce")
    for name in ("lead", "contact"):
        for made in fields_of_ours(mapping, name):
            org.add_field(mapping.object(name).api, made)
    org.snapshot(path)
    org.close()
    return path


@dataclass
class Waits:
    """Stands for `time.sleep`: remembers the waits and does not wait, but for a breath while a job works."""

    seconds: list[float] = field(default_factory=list)
    then: Callable[[float], None] | None = None

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if self.then is not None:
            self.then(seconds)


@dataclass
class SalesforceWorld:
    """A served sandbox org from behind."""

    sandbox: Sandbox[Org]
    folder: Path
    mapping: Mapping = field(default_factory=lambda: load("salesforce"))
    org: str = ORG
    waits: Waits = field(default_factory=Waits)

    @property
    def crm(self) -> Org:
        """The org itself."""
        return self.sandbox.org

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.sandbox.faults

    def config(self, **changes: Any) -> OrgConfig:
        """The org's table of connector.toml: by token over http unless changed."""
        token = self.folder / "token"
        token.write_text(self.sandbox.token)
        given = {"name": ORG, "url": self.sandbox.url, "login": "token", "token": f"file:{token}", "bulk_above": 20}
        return OrgConfig.model_validate({**given, "base": self.folder, **changes})

    def adapter(self, **changes: Any) -> SalesforceAdapter:
        """A new adapter, as a new process would make it."""
        return connect(self.config(**changes), self.mapping, lambda: datetime.now(UTC), sleep=self.waits)

    def add(self, table: Table, **columns: Any) -> str:
        """A user creates a row."""
        (made,) = self.crm.insert(self._api(table), [self._record(table, columns)], _SYSTEM)
        assert made.id is not None, made.errors
        return made.id

    def edit(self, table: Table, id: str, **columns: Any) -> None:
        """A user changes a row."""
        (done,) = self.crm.update(self._api(table), [{"Id": id, **self._record(table, columns)}], _HUMAN)
        assert done.success, done.errors

    def delete(self, table: Table, id: str) -> None:
        """A user deletes a row."""
        (done,) = self.crm.delete(self._api(table), [id], _HUMAN)
        assert done.success, done.errors

    def merge(self, table: Table, loser: str, winner: str) -> None:
        """A user merges two people."""
        merge(self.crm, self._api(table), winner, [loser])

    def convert(self, lead: str) -> str:
        """A user converts a lead."""
        done = convert_lead(
            self.crm,
            Conversion(lead_id=lead, converted_status="Closed - Converted", do_not_create_opportunity=True),
            ADMIN_ID,
        )
        assert done.contact_id is not None, done.error
        return done.contact_id

    def value(self, ref: Ref, field: str) -> str | None:
        """What the org's own table holds."""
        column = self.mapping.object(ref.object).field(field)
        query = f'SELECT "{column.api}" FROM "{self._api(Table(ref.object))}" WHERE "Id" = ?'
        (found,) = self.crm.storage.reader().execute(query, (ref.id,)).fetchone()
        return None if found is None else str(found)

    def refuse(self, id: str) -> None:
        """A validation rule that this record alone breaks."""
        self.crm.rules.validation_rule.append(ValidationRule("Lead", "A budget is required: now", {"Id": id}))

    def colleague(self) -> str:
        """A rep, made when first asked for."""
        found = self.crm.storage.reader().execute('SELECT "Id" FROM User WHERE Username = ?', (REP,)).fetchone()
        if found is not None:
            return str(found[0])
        profile = self.crm.storage.reader().execute('SELECT ProfileId FROM User WHERE "Id" = ?', (ADMIN_ID,))
        record = {
            "Username": REP,
            "LastName": "Rep",
            "Email": REP,
            "Alias": "rep",
            "ProfileId": profile.fetchone()[0],
            "TimeZoneSidKey": "America/New_York",
            "LocaleSidKey": "en_US",
            "EmailEncodingKey": "UTF-8",
            "LanguageLocaleKey": "en_US",
            "IsActive": True,
        }
        (made,) = self.crm.insert("User", [record], _SYSTEM)
        assert made.id is not None, made.errors
        return made.id

    def touch_task(self, id: str) -> None:
        """The rep writes something into it."""
        self._task(id, Description="I am on it")

    def complete_task(self, id: str) -> None:
        """The rep is through with it."""
        self._task(id, Status="Completed")

    def completed(self, id: str) -> bool:
        """As the org's own table says, recycle bin included."""
        found = self.crm.storage.reader().execute('SELECT IsClosed FROM Task WHERE "Id" = ?', (id,)).fetchone()
        return bool(found and found[0])

    def _task(self, id: str, **fields: Any) -> None:
        rep = Options(user_id=self.colleague(), auto_assign=False, system=True)
        (done,) = self.crm.update("Task", [{"Id": id, **fields}], rep)
        assert done.success, done.errors

    def _api(self, table: Table) -> str:
        found = self.mapping.table(table)
        assert found is not None
        return found.api

    def _record(self, table: Table, columns: dict[str, Any]) -> dict[str, Any]:
        found = self.mapping.table(table)
        assert found is not None
        return {found.field(name).api: value for name, value in columns.items()}
