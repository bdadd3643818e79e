"""A sandbox environment seen from behind, for the adapter's contract and its traps.

Users' hands go through the environment's own engine (`org.create`, `org.update` …), never through the adapter; the
adapter under test talks to the real wire protocol on loopback.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from connector.adapters.dynamics import connect
from connector.adapters.dynamics.adapter import DynamicsAdapter
from connector.config import OrgConfig
from connector.mapping import Mapping, load
from connector.model import FIELDS, Kind, Ref
from connector.ports import Table
from connector.sandbox.dynamics.apps import register
from connector.sandbox.dynamics.base import ADMIN_ID, TENANT_ID
from connector.sandbox.dynamics.catalogue import Attribute, Entity, Option
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.metadata.create import with_new_column
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.qualify import qualify
from connector.sandbox.dynamics.rules import ValidationRule
from connector.sandbox.faults import Faults
from connector.sandbox.server import Sandbox
from tests.adapters.contract import ODD

ORG = "acme"
FIRST = 727_000_000
"""The first of our own options' numbers."""
STATUSES = ("Inquiry", "SQL", "Raw", "MQL", "Left Vmail", ODD, 'Ünï,"x"')
WORDS = ("Busy", "Not ready", "#N/A", "null")
_HUMAN = Options(user_id=ADMIN_ID)
_SYSTEM = Options(user_id=ADMIN_ID, system=True)
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.NUMBER: {"type": "Decimal", "precision": 2, "min": 0, "max": 1e9},
    Kind.WHOLE: {"type": "Integer", "min": 0, "max": 1e9},
    Kind.FLAG: {
        "type": "Boolean",
        "default": 0,
        "options": (Option(value=0, label="No"), Option(value=1, label="Yes")),
    },
    Kind.DATE: {"type": "DateTime", "format": "DateOnly", "behavior": "DateOnly"},
    Kind.DATETIME: {"type": "DateTime", "format": "DateAndTime", "behavior": "UserLocal"},
    Kind.TEXT: {"type": "Picklist"},
}


def columns_of_ours(mapping: Mapping, object: str) -> Iterator[Attribute]:
    """The columns that the mapping names as writable, as an admin would have created them."""
    table = mapping.object(object)
    for name in sorted(table.writable):
        api = table.field(name).api
        if not api.startswith("conn_"):
            continue
        given = dict(_TYPES[FIELDS[name]])
        if given["type"] == "Picklist":
            words = STATUSES if name == "status" else WORDS
            given["options"] = tuple(
                Option(value=FIRST + at, label=word, managed=False) for at, word in enumerate(words)
            )
        yield Attribute(name=api, schema_name=api, label=name.replace("_", " ").title(), custom=True, **given)


def environment_with_columns(path: Path) -> Path:
    """A snapshot of an environment as on its first day, with the columns and status reasons of ours, audited."""
    org, mapping = Org(), load("dynamics")
    for name in ("lead", "contact"):
        for made in columns_of_ours(mapping, name):
            org.define(with_new_column(org.entities[mapping.object(name).api], made))
    lead = org.entities["lead"]
    reasons = lead.by_name["statuscode"]
    own = tuple(Option(value=FIRST + at, label=text, state=0, managed=False) for at, text in enumerate(STATUSES))
    org.define(lead.with_attribute(replace(reasons, options=(*reasons.options, *own))))
    org.update(org.entities["organization"], _first(org, "organization"), {"isauditenabled": True}, _SYSTEM)
    org.snapshot(path)
    org.close()
    return path


def _first(org: Org, table: str) -> str:
    entity = org.entities[table]
    (found,) = org.storage.reader().execute(f'SELECT "{entity.primary_id}" FROM "{table}"').fetchone()
    return str(found)


@dataclass
class Waits:
    """Stands for `time.sleep`: remembers the waits and does not wait."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass
class DynamicsWorld:
    """A served sandbox environment from behind."""

    sandbox: Sandbox[Org]
    folder: Path
    mapping: Mapping = field(default_factory=lambda: load("dynamics"))
    org: str = ORG
    waits: Waits = field(default_factory=Waits)

    @property
    def crm(self) -> Org:
        """The environment itself."""
        return self.sandbox.org

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.sandbox.faults

    def config(self, **changes: Any) -> OrgConfig:
        """The org's table of connector.toml: by token over http unless changed."""
        token = self.folder / "token"
        token.write_text(self.sandbox.token)
        given = {"name": ORG, "crm": "dynamics", "url": self.sandbox.url, "login": "token", "token": f"file:{token}"}
        if changes.get("login", "token") != "token":
            del given["token"]
        return OrgConfig.model_validate({**given, "base": self.folder, **changes})

    def adapter(self, **changes: Any) -> DynamicsAdapter:
        """A new adapter, as a new process would make it."""
        return connect(self.config(**changes), self.mapping, lambda: datetime.now(UTC), sleep=self.waits)

    def renewable(self, **changes: Any) -> DynamicsAdapter:
        """An adapter that logs in by secret, over https, and can do so again."""
        app, secret = register(self.crm)
        (self.folder / "secret").write_text(secret)
        login = {
            "url": self.sandbox.https_url,
            "authority": self.sandbox.https_url,
            "ca_file": self.sandbox.ca_file,
            "login": "client_credentials",
            "tenant": TENANT_ID,
            "client_id": app.client_id,
            "client_secret": "file:secret",
        }
        return self.adapter(**{**login, **changes})

    def add(self, table: Table, **columns: Any) -> str:
        """A user creates a row; one of a closed state is made open, and closed then, as people have to."""
        record = self._record(table, columns)
        names = ("statecode", "statuscode") if record.get("statecode") else ()
        pair = {name: record.pop(name) for name in names}
        made = self.crm.create(self.entity(table), record, _HUMAN).id
        if pair:
            self.crm.update(self.entity(table), made, pair, _HUMAN)
        return made

    def edit(self, table: Table, id: str, **columns: Any) -> None:
        """A user changes a row."""
        self.crm.update(self.entity(table), id, self._record(table, columns), _HUMAN)

    def delete(self, table: Table, id: str) -> None:
        """A user deletes a row."""
        self.crm.delete(self.entity(table), id, _HUMAN)

    def merge(self, table: Table, loser: str, winner: str) -> None:
        """A user merges two people: the loser stays, closed, and names the winner."""
        entity = self.entity(table)
        closed = {"statecode": 2, "statuscode": 7} if table is Table.LEAD else {"statecode": 1, "statuscode": 2}
        link = {"merged": True, "masterid@odata.bind": f"/{entity.set_name}({winner})"}
        self.crm.update(entity, loser, {**closed, **link}, _SYSTEM)

    def convert(self, lead: str) -> str:
        """A user qualifies a lead."""
        made = dict(qualify(self.crm, lead, {"CreateAccount": True, "CreateContact": True, "Status": 3}, _HUMAN))
        return made["contact"]

    def value(self, ref: Ref, field: str) -> str | None:
        """What the environment's own table holds; an option by its label."""
        column = self.mapping.object(ref.object).field(field).api
        entity = self.entity(Table(ref.object))
        row = self.crm.get(entity, ref.id)
        assert row is not None, ref
        stored, attribute = row[column], entity.by_name[column]
        option = next((one for one in attribute.options if one.value == stored), None)
        if attribute.type in ("Picklist", "Status") and option is not None:
            return option.label
        return None if stored is None else str(stored)

    def refuse(self, id: str) -> None:
        """A plug-in that this record alone meets."""
        rule = ValidationRule("lead", "A budget is required: now", {"leadid": id}, on="update")
        self.crm.rules.validation_rule = (*self.crm.rules.validation_rule, rule)

    def colleague(self) -> str:
        """A user that is not us."""
        return ADMIN_ID

    def touch_task(self, id: str) -> None:
        """A colleague writes something into a task."""
        self.crm.update(self.crm.entities["task"], id, {"description": "I called them"}, _HUMAN)

    def complete_task(self, id: str) -> None:
        """A colleague completes a task."""
        self.crm.update(self.crm.entities["task"], id, {"statecode": 1, "statuscode": 5}, _HUMAN)

    def completed(self, id: str) -> bool:
        """Whether the task is there as completed."""
        row = self.crm.get(self.crm.entities["task"], id)
        return row is not None and row["statecode"] == 1

    def entity(self, table: Table) -> Entity:
        """The table behind one of ours."""
        found = self.mapping.table(table)
        assert found is not None
        return self.crm.entities[found.api]

    def _record(self, table: Table, columns: dict[str, Any]) -> dict[str, Any]:
        """A body of the Web API: labels as numbers, a status with its state."""
        found, entity = self.mapping.table(table), self.entity(table)
        assert found is not None
        record: dict[str, Any] = {}
        for name, value in columns.items():
            attribute = entity.by_name[found.field(name).api.partition(".")[0]]
            if value is not None and attribute.type in ("Picklist", "Status"):
                option = next(one for one in attribute.options if one.label == value)
                record[attribute.name] = option.value
                if attribute.type == "Status":
                    record["statecode"] = option.state
            else:
                record[attribute.name] = value
        return record
