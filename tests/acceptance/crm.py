"""The CRM asked over its own API by a client that is not ours: what connector believes does not count here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import requests
from simple_salesforce import Salesforce

NO_ASSIGNMENT = {"Sforce-Auto-Assign": "FALSE"}


class Crm:
    """Somebody at the CRM with simple-salesforce, by https."""

    def __init__(self, https_url: str, token: str, ca_file: str | Path) -> None:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(ca_file)
        self.client = Salesforce(instance_url=https_url, session_id=token, version="59.0", session=session)

    def rows(self, soql: str) -> list[dict[str, Any]]:
        """All rows of a query."""
        found = self.client.query_all(soql)["records"]
        return [{name: value for name, value in row.items() if name != "attributes"} for row in found]

    def count(self, soql: str) -> int:
        """The number a `SELECT COUNT() …` answers."""
        return int(self.client.query(soql)["totalSize"])

    def statuses(self, where: str = "IsConverted = false") -> Counter[str]:
        """Leads per status."""
        found = self.rows(f"SELECT Status, COUNT(Id) n FROM Lead WHERE {where} GROUP BY Status")
        return Counter({row["Status"]: row["n"] for row in found})

    def values(self, field: str = "Status", object: str = "Lead") -> dict[str, str | None]:
        """Id → value of one field."""
        return {row["Id"]: row[field] for row in self.rows(f"SELECT Id, {field} FROM {object}")}

    def history(self, field: str = "Status") -> Counter[str]:
        """Lead id → how often that field was ever changed, as the CRM's own history has it."""
        found = self.rows(f"SELECT LeadId FROM LeadHistory WHERE Field = '{field}'")
        return Counter(row["LeadId"] for row in found)

    def change(self, object: str, id: str, **values: Any) -> None:
        """Somebody edits a record."""
        assert getattr(self.client, object).update(id, values, headers=NO_ASSIGNMENT) == 204

    def delete(self, object: str, id: str) -> None:
        """Somebody deletes a record."""
        assert getattr(self.client, object).delete(id) == 204
