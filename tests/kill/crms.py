"""What the kill tests need of a CRM: an org of people, what disturbs the plan, and what is left at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest

from connector.mapping import load
from connector.sandbox.dynamics import base as dynamics_base
from connector.sandbox.dynamics.dml.request import Options as DynamicsOptions
from connector.sandbox.dynamics.org import Org as DynamicsOrg
from connector.sandbox.dynamics.rules import ValidationRule as DynamicsRule
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import ValidationRule
from tests.adapters.dynamics.ours import OPEN, add_columns, add_status_reasons
from tests.adapters.salesforce.world import fields_of_ours

OLD = ("Left Vmail", "Attempting Contact", "Old - Nurture", "Open - Not Contacted")
"""What the leads of the scene have as their status, in turn."""
EDITED = "Working - Contacted"
"""What a colleague writes meanwhile."""
AFTER = "Inquiry"

Left = dict[str, Any]
Changes = Counter[tuple[str, str, str]]
"""(record, before, after) of every change of a status → how often."""


class Ids(NamedTuple):
    """The people of an org."""

    leads: list[str]
    contacts: list[str]


class Crm(Protocol):
    """One CRM. `ways`: each way of writing, by what it is called, with the `bulk_above` that leads to it."""

    name: str
    ways: Mapping[str, int]

    def empty(self) -> Any:
        """An org with the fields of ours, and statuses for the scene."""

    def people(self, org: Any, statuses: Sequence[str], contacts: int) -> Ids:
        """Leads of these statuses, and contacts without one."""

    def opened(self, snapshot: Path) -> Any:
        """The org of a snapshot, anew."""

    def disturb(self, org: Any, edited: str, deleted: str) -> None:
        """A colleague edits one lead and deletes another."""

    def refuse(self, org: Any, lead: str) -> None:
        """From now on the CRM refuses every update of this lead."""

    def left(self, org: Any) -> Left:
        """All rows and history, without stamps of time."""

    def changes(self, left: Left) -> Changes:
        """What the history says of lead statuses."""

    def statuses(self, org: Any) -> list[str]:
        """The status of every lead, by id."""


class Salesforce:
    """Collections, and bulk jobs."""

    name = "salesforce"
    ways: Mapping[str, int] = {"rest": 2_000, "bulk": 100}
    _human = Options(user_id=ADMIN_ID, auto_assign=False)
    _stamps = frozenset(
        {"SystemModstamp", "LastModifiedDate", "LastActivityDate", "LastViewedDate", "LastReferencedDate"}
    )
    _tables = ("Lead", "Contact", "Task", "Event", "CampaignMember", "Account", "Opportunity")
    _histories: Mapping[str, str] = {"LeadHistory": "LeadId", "ContactHistory": "ContactId"}

    def empty(self) -> Org:
        org, mapping = Org(), load("salesforce")
        for name in ("lead", "contact"):
            for made in fields_of_ours(mapping, name):
                org.add_field(mapping.object(name).api, made)
        return org

    def people(self, org: Org, statuses: Sequence[str], contacts: int) -> Ids:
        leads = [{"LastName": f"L{n}", "Company": "C", "Status": text} for n, text in enumerate(statuses)]
        people = [{"LastName": f"P{n}"} for n in range(contacts)]
        found = [org.insert(*rows, self._human) for rows in (("Lead", leads), ("Contact", people)) if rows[1]]
        assert all(result.success for results in found for result in results)
        ids = [[str(result.id) for result in results] for results in found]
        return Ids(ids[0], ids[1] if contacts else [])

    def opened(self, snapshot: Path) -> Org:
        return Org.from_snapshot(snapshot)

    def disturb(self, org: Org, edited: str, deleted: str) -> None:
        assert all(done.success for done in org.update("Lead", [{"Id": edited, "Status": EDITED}], self._human))
        org.delete("Lead", [deleted], self._human)

    def refuse(self, org: Org, lead: str) -> None:
        org.rules.validation_rule.append(ValidationRule("Lead", "Needs a budget", {"Id": lead}))

    def left(self, org: Org) -> Left:
        crm: Left = {name: self._rows(org, name) for name in self._tables}
        for name, parent in self._histories.items():
            columns = (parent, "Field", "OldValue", "NewValue")
            rows = self._rows(org, name)
            crm[name] = sorted(Counter(tuple(str(row[column]) for column in columns) for row in rows).items())
        return crm

    def changes(self, left: Left) -> Changes:
        rows = dict(left["LeadHistory"]).items()
        return Counter({(row[0], row[2], row[3]): count for row, count in rows if row[1] == "Status"})

    def statuses(self, org: Org) -> list[str]:
        rows = org.storage.reader().execute('SELECT "Status" FROM "Lead" ORDER BY "Id"').fetchall()
        return [str(status) for (status,) in rows]

    def _rows(self, org: Org, name: str) -> list[dict[str, Any]]:
        cursor = org.storage.reader().execute(f'SELECT * FROM "{name}" ORDER BY "Id"')
        columns = [column[0] for column in cursor.description]
        return [{c: v for c, v in zip(columns, row, strict=True) if c not in self._stamps} for row in cursor]


class Dynamics:
    """Batches of rows, several at a time."""

    name = "dynamics"
    ways: Mapping[str, int] = {"batch": 2_000}
    _human = DynamicsOptions(user_id=dynamics_base.ADMIN_ID)
    _stamps = frozenset({"modifiedon", "versionnumber"})
    _tables = ("lead", "contact", "task", "phonecall", "appointment", "email", "account", "opportunity")

    def empty(self) -> DynamicsOrg:
        org = DynamicsOrg()
        add_columns(org, load("dynamics"), ["Raw", AFTER, "SQL"])
        add_status_reasons(org, [(text, OPEN) for text in (*OLD, EDITED, AFTER, "Zombie", "Old")])
        return org

    def people(self, org: DynamicsOrg, statuses: Sequence[str], contacts: int) -> Ids:
        numbers = {one.label: one.value for one in org.entities["lead"].by_name["statuscode"].options}
        leads = [{"lastname": f"L{n}", "statuscode": numbers[text]} for n, text in enumerate(statuses)]
        people = [{"lastname": f"P{n}"} for n in range(contacts)]
        made = (("lead", leads), ("contact", people))
        found = [[org.create(org.entities[name], row, self._human).id for row in rows] for name, rows in made]
        return Ids(found[0], found[1])

    def opened(self, snapshot: Path) -> DynamicsOrg:
        return DynamicsOrg.from_snapshot(snapshot)

    def disturb(self, org: DynamicsOrg, edited: str, deleted: str) -> None:
        lead = org.entities["lead"]
        number = next(one.value for one in lead.by_name["statuscode"].options if one.label == EDITED)
        org.update(lead, edited, {"statuscode": number}, self._human)
        org.delete(lead, deleted, self._human)

    def refuse(self, org: DynamicsOrg, lead: str) -> None:
        org.rules.validation_rule = (
            *org.rules.validation_rule,
            DynamicsRule("lead", "Needs a budget", {"leadid": lead}),
        )

    def left(self, org: DynamicsOrg) -> Left:
        crm: Left = {name: self._rows(org, name) for name in self._tables}
        query = "SELECT objectid, action, userid, changedata FROM audit"
        crm["audit"] = sorted(Counter(org.storage.reader().execute(query).fetchall()).items())
        crm["labels"] = {one.value: one.label for one in org.entities["lead"].by_name["statuscode"].options}
        return crm

    def changes(self, left: Left) -> Changes:
        found: Changes = Counter()
        for (id, action, _, data), count in left["audit"]:
            for one in _changed(data) if action == 2 else ():
                if one["logicalName"] == "statuscode":
                    before, after = (left["labels"][int(one[name])] for name in ("oldValue", "newValue"))
                    found[id, before, after] += count
        return found

    def statuses(self, org: DynamicsOrg) -> list[str]:
        labels = {one.value: one.label for one in org.entities["lead"].by_name["statuscode"].options}
        rows = org.storage.reader().execute("SELECT statuscode FROM lead ORDER BY leadid").fetchall()
        return [labels[number] for (number,) in rows]

    def _rows(self, org: DynamicsOrg, name: str) -> list[dict[str, Any]]:
        cursor = org.storage.reader().execute(f'SELECT * FROM "{name}" ORDER BY 1')
        columns = [column[0] for column in cursor.description]
        return [{c: v for c, v in zip(columns, row, strict=True) if c not in self._stamps} for row in cursor]


def _changed(data: str) -> list[dict[str, str]]:
    return list(json.loads(data)["changedAttributes"])


CRMS: Mapping[str, Crm] = {crm.name: crm for crm in (Salesforce(), Dynamics())}
WAYS = [(crm.name, way) for crm in CRMS.values() for way in crm.ways]
"""Every CRM with each of its ways of writing."""
AT_FIRST = [pytest.param(*one, marks=pytest.mark.long) if one[1] == "bulk" else one for one in WAYS]
"""The same, jobs in bulk left to the long tests."""
