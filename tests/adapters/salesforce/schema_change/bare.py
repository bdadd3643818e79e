"""A sandbox org that has none of our fields yet, and the line of `connector schema` over it: look, plan, apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import requests

from connector import schema
from connector.adapters.salesforce.adapter import SalesforceAdapter
from connector.mapping import Mapping, load
from connector.policy import Policy
from connector.provisioning import SchemaStep, Setup, StepKind
from connector.schema import Provisioned
from tests.adapters.salesforce.world import SalesforceWorld
from tests.policy.laid import laid

FEW = frozenset({"status", "disposition", "wake_up_date", "status_entered_at"})
"""Fields enough for most tests: one of each way to be made."""


def mapping_of(names: frozenset[str] = FEW) -> Mapping:
    """The mapping, with only these fields to write, so that a run is short."""
    whole = load("salesforce")
    tables = {
        name: msgspec.structs.replace(table, writable=table.writable & names) for name, table in whole.tables.items()
    }
    return msgspec.structs.replace(whole, tables=tables)


class Killed(BaseException):
    """The process dies here. Not an Exception: nothing in the product may catch it."""


@dataclass
class Death:
    """When a process dies, by the number of its requests. `writes` alone are counted if it says so."""

    at: int
    carried_out: bool
    writes: bool = True


class Process:
    """One process of the product: an adapter of its own, which may die at a request."""

    def __init__(self, world: SalesforceWorld, policy: str = "", death: Death | None = None, **config: Any) -> None:
        self.world = world
        self.loaded = laid(policy)
        self.adapter: SalesforceAdapter = world.adapter(**config)
        self.requests = 0
        transport = self.adapter._session.transport
        self._real = transport.request
        self._death = death
        transport.request = self._request  # type: ignore[method-assign]

    def policy(self) -> Policy:
        """The policy, as it is for the org."""
        return schema.fitted(self.loaded.policy, self.adapter.schema())

    def look(self, user: str | None = None, converted: str | None = None) -> tuple[Setup, list[SchemaStep]]:
        """What is there, and the steps that are left."""
        there = self.adapter.schema(fresh=True)
        provisioner = self.adapter.provisioner()
        setup = provisioner.setup(user)
        wanted = schema.wanted(self.policy(), self.world.mapping, provisioner.is_custom)
        return setup, schema.steps(there, setup, wanted, converted)

    def steps(self, **how: Any) -> list[SchemaStep]:
        """The steps that are left."""
        return self.look(**how)[1]

    def apply(self, guard: Callable[[], None] = lambda: None, **how: Any) -> Provisioned:
        """Does them."""
        return schema.apply(lambda: self.look(**how), self.adapter.provisioner(), guard)

    def do(self, kind: StepKind, **how: Any) -> None:
        """Does the steps of one kind."""
        for step in self.steps(**how):
            if step.kind is kind:
                self.adapter.provisioner().change_schema(step, lambda: None)

    def _request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        death = self._death
        counts = death is None or not death.writes or is_write(method, kwargs)
        self.requests += counts
        dies = death is not None and counts and self.requests == death.at
        if dies and not (death and death.carried_out):
            raise Killed
        answer = self._real(method, url, *args, **kwargs)
        if dies:
            raise Killed
        return answer


def is_write(method: str, request: dict[str, Any]) -> bool:
    """Whether a request changes anything: readMetadata is a POST that does not."""
    return method != "GET" and b"readMetadata" not in (request.get("data") or b"")


def made(world: SalesforceWorld) -> dict[str, Any]:
    """Everything that changing the schema may have made in the org, without ids and stamps."""
    org = world.crm
    query = "SELECT {} FROM {} ORDER BY 1, 2"
    fields = {
        name: {field.name: field for field in org.objects[name].fields if field.custom} for name in ("Lead", "Contact")
    }
    reader = org.storage.reader()
    sets = [row[0] for row in reader.execute("SELECT Id FROM PermissionSet WHERE Name = 'Connector_Fields'")]
    rows = {
        "sets": len(sets),
        "access": reader.execute(
            query.format("Field, PermissionsRead, PermissionsEdit", "FieldPermissions WHERE ParentId = ?").replace(
                "ORDER BY 1, 2", "ORDER BY 1"
            ),
            sets[:1] or [""],
        ).fetchall(),
        "assigned": reader.execute(
            "SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId = ? ORDER BY 1", sets[:1] or [""]
        ).fetchall(),
        "statuses": reader.execute(query.format("SortOrder, ApiName, IsConverted, IsDefault", "LeadStatus")).fetchall(),
    }
    tracked = {name: sorted(f.name for f in org.objects[name].fields if f.tracked) for name in fields}
    return {**rows, "fields": fields, "tracked": tracked, "mapping": org.settings.get("lead mapping", {})}
