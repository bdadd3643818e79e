"""Traps in writing rows."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.rules import Automation, DuplicateRule, Limits, RowFault, Rules
from tests.sandbox.dynamics.webapi import Api, refusal


class Naive:
    """A client that believes in its requests: no etag, no conditions, no second try."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def update(self, url: str, **values: Any) -> None:
        """PATCH; raises on anything but success."""
        answer = self._api.patch(url, values)
        answer.raise_for_status()

    def update_all(self, url: str, times: int) -> None:
        """One request after the other."""
        for number in range(times):
            self.update(url, subject=str(number))


@pytest.fixture
def naive(api: Api) -> Naive:
    return Naive(api)


@pytest.fixture(autouse=True)
def plain(org: Org) -> None:
    """Every test begins without rules."""
    org.rules = Rules()


@pytest.fixture
def lead(api: Api) -> str:
    """The URL of a new lead."""
    return api.create("leads", lastname="L", subject="s")


def stored(org: Org, url: str) -> dict[str, Any]:
    return org.get(org.entities["lead"], url.rpartition("(")[2].rstrip(")")) or {}


@pytest.mark.trap("D1")
def test_a_bind_by_the_columns_name_is_refused(api: Api, lead: str) -> None:
    """The lookup leadid is bound as `leadId`, regardingobjectid as `regardingobjectid_lead_task`; else 400."""
    flow = "leadtoopportunitysalesprocesses"
    for path, wrong, right in (
        (flow, "leadid", "leadId"),
        ("tasks", "regardingobjectid", "regardingobjectid_lead_task"),
        ("leads", "ParentAccountId", None),
    ):
        answer = api.call("POST", path, json={f"{wrong}@odata.bind": lead})
        assert refusal(answer)[:2] == (400, "0x80048d19")
        assert f"An undeclared property '{wrong}' which only has property annotations" in refusal(answer)[2]
        if right:
            assert api.call("POST", path, json={f"{right}@odata.bind": lead}).status_code == 204


@pytest.mark.trap("D19")
def test_a_bare_status_reason_does_not_close_a_lead(naive: Naive, org: Org, lead: str) -> None:
    """Cannot Contact belongs to Disqualified: sent alone it is refused, and the lead stays as it was."""
    with pytest.raises(requests.HTTPError, match="400"):
        naive.update(lead, statuscode=5)
    assert (stored(org, lead)["statecode"], stored(org, lead)["statuscode"]) == (0, 1)
    naive.update(lead, statecode=2, statuscode=5)


@pytest.mark.trap("D20")
@pytest.mark.parametrize("status", [412, 500])
def test_a_duplicate_answers_by_code_not_by_status(api: Api, org: Org, status: int) -> None:
    """0x80040333 comes with 412 here and with 500 there; without the header nothing is looked for."""
    org.rules.duplicate_rule = (DuplicateRule(table="lead", status=status),)
    person = {"lastname": "L", "emailaddress1": f"twin{status}@x.example"}
    api.create("leads", **person)
    answer = api.call("POST", "leads", json=person, headers={"MSCRM.SuppressDuplicateDetection": "false"})
    assert refusal(answer)[:2] == (status, "0x80040333")
    assert api.call("POST", "leads", json=person).status_code == 204


@pytest.mark.trap("D21")
def test_an_upsert_that_lost_the_race_fails_once(naive: Naive, api: Api, org: Org) -> None:
    """Somebody else created the row a moment before: 412 for whoever does not try once more."""
    code, text = "0x80040237", "A record with matching key values already exists."
    org.rules.row_fault = (RowFault(operation="create", status=412, code=code, message=text),)
    url = "leads(aaaaaaaa-0000-4000-8000-000000000001)"
    with pytest.raises(requests.HTTPError, match="412"):
        naive.update(url, lastname="L")
    naive.update(url, lastname="L")
    assert api.row(url)["lastname"] == "L"


@pytest.mark.trap("D23")
def test_an_etag_just_read_may_be_stale(api: Api, org: Org, lead: str) -> None:
    """A plug-in that touches the row first makes a conditional change of state fail although nobody edited it."""
    code, text = "0x80060882", "The version of the existing record doesn't match the RowVersion property provided."
    org.rules.row_fault = (RowFault(table="lead", operation="update", status=412, code=code, message=text),)
    etag = api.row(lead)["@odata.etag"]
    closed = {"statecode": 2, "statuscode": 4}
    assert refusal(api.patch(lead, closed, If_Match=etag)) == (412, code, text)
    assert api.row(lead)["@odata.etag"] == etag
    assert api.patch(lead, closed, If_Match=etag).status_code == 204


@pytest.mark.trap("D28")
def test_a_passing_error_of_the_plugin_host_stops_the_loop(naive: Naive, org: Org, lead: str) -> None:
    """The first try fails with 500 and a text about the sandbox; the second one passes."""
    text = "SandboxFabricRetriableException: The plug-in execution failed because the Sandbox Worker process crashed."
    org.rules.row_fault = (RowFault(operation="update", code="0x80040224", message=text),)
    with pytest.raises(requests.HTTPError, match="500"):
        naive.update(lead, subject="x")
    naive.update(lead, subject="x")
    assert stored(org, lead)["subject"] == "x"


@pytest.mark.trap("D38")
def test_the_same_value_again_is_a_change_to_everybody_else(naive: Naive, api: Api, org: Org, lead: str) -> None:
    """Nothing differs, and yet a flow runs, an audit row is there, and the etag is another one."""
    org.rules.automation = (Automation(table="lead", column="statuscode", task={"subject": "Call"}),)
    id = stored(org, lead)["leadid"]
    before = api.row(lead)
    naive.update(lead, statuscode=before["statuscode"])
    counts = (
        "SELECT count(*) FROM task WHERE regardingobjectid = ?",
        "SELECT count(*) FROM audit WHERE objectid = ? AND operation = 2",
    )
    assert [org.storage.db.execute(query, (id,)).fetchone()[0] for query in counts] == [1, 1]
    assert api.row(lead)["@odata.etag"] != before["@odata.etag"]


@pytest.mark.trap("D39")
def test_a_correction_comes_back_as_a_change(api: Api, lead: str) -> None:
    """The next delta holds our own write; only modifiedby or the etag tells that it is ours."""
    answer = api.get("leads?$select=subject,_modifiedby_value", Prefer="odata.track-changes")
    assert answer.status_code == 200, answer.text
    link = answer.json()["@odata.deltaLink"]
    api.patch(lead, {"subject": "corrected"})
    rows = api.row(link)["value"]
    assert [row["subject"] for row in rows] == ["corrected"]
    assert rows[0]["_modifiedby_value"] == api.row("WhoAmI")["UserId"]


@pytest.mark.trap("D6")
def test_a_throttled_loop_loses_rows(api: Api, org: Org, naive: Naive, lead: str) -> None:
    """The request beyond the limit answers 429 with Retry-After; a client without a second try stops half way."""
    limits = Limits(requests=5)
    before, org.protection = org.protection, type(org.protection)(limits)
    with pytest.raises(requests.HTTPError, match="429") as caught:
        naive.update_all(lead, 10)
    org.protection = before
    assert int(caught.value.response.headers["Retry-After"]) > 0
    assert refusal(caught.value.response)[1] == "0x80072322"
    assert stored(org, lead)["subject"] == "4"
