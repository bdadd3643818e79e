"""Merging duplicates over the wire."""

from typing import Any

from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.webapi import Api, refusal


def id_of(url: str) -> str:
    return url.rpartition("(")[2].rstrip(")")


def body(table: str, master: str, subordinate: str, **content: Any) -> dict[str, Any]:
    """The parameters of the action."""
    kind = f"Microsoft.Dynamics.CRM.{table}"
    return {
        "Target": {"@odata.type": kind, f"{table}id": id_of(master)},
        "Subordinate": {"@odata.type": kind, f"{table}id": id_of(subordinate)},
        "UpdateContent": {"@odata.type": kind, **content},
        "PerformParentingChecks": False,
    }


def test_the_subordinate_is_closed_and_its_activities_move(api: Api, org: Org) -> None:
    """It stays as a row, merged, with its master; its tasks and the values chosen are the master's."""
    master, double = api.create("leads", lastname="A"), api.create("leads", lastname="B", Lead_Tasks=[{"subject": "t"}])
    assert api.call("POST", "Merge", json=body("lead", master, double, subject="both")).status_code == 204
    row = api.row(double)
    assert (row["merged"], row["_masterid_value"], row["statecode"]) == (True, id_of(master), 2)
    assert api.row(master)["subject"] == "both"
    query = "SELECT regardingobjectid FROM task WHERE subject = 't'"
    assert org.storage.db.execute(query).fetchall() == [(id_of(master),)]


def test_a_contact_that_was_merged_is_inactive(api: Api) -> None:
    """Contacts close as Inactive."""
    master, double = api.create("contacts", lastname="A"), api.create("contacts", lastname="B")
    assert api.call("POST", "Merge", json=body("contact", master, double)).status_code == 204
    assert (api.row(double)["statecode"], api.row(double)["merged"]) == (1, True)


def test_what_cannot_be_merged_is_refused(api: Api) -> None:
    """A row into itself, one twice, one that is not there, a table without merging."""
    master, double = api.create("leads", lastname="A"), api.create("leads", lastname="B")
    assert refusal(api.call("POST", "Merge", json=body("lead", master, master)))[0] == 400
    api.call("POST", "Merge", json=body("lead", master, double))
    assert refusal(api.call("POST", "Merge", json=body("lead", master, double)))[0] == 400
    gone = "leads(00000000-0000-0000-0000-000000000001)"
    assert refusal(api.call("POST", "Merge", json=body("lead", master, gone)))[0] == 404
    deal = api.create("opportunities", name="x")
    assert refusal(api.call("POST", "Merge", json=body("opportunity", deal, deal)))[0] == 400
