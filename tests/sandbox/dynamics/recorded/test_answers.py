"""Answers of the sandbox beside recorded and documented ones, key by key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.sandbox.dynamics.base import ADMIN_ID
from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.recorded.exchange import RECORDED, message
from tests.sandbox.dynamics.webapi import refusal

LEAD = "00000000-0000-0000-0000-000000000001"


def document(name: str) -> dict[str, Any]:
    """A recorded JSON document without its source."""
    found: dict[str, Any] = json.loads((RECORDED / name).read_text(encoding="utf-8"))
    return {key: value for key, value in found.items() if key != "_source"}


def rooted(value: Any, root: str) -> Any:
    """The recorded value with this sandbox's address."""
    return json.loads(json.dumps(value).replace("[root]", root))


@pytest.fixture
def lead(new_org: Org) -> str:
    """A lead of the administrator with the recorded id."""
    columns = ["leadid", "firstname", "lastname", "createdon", "ownerid", "ownerid__type"]
    new_org.load("lead", columns, [[LEAD, "A", "B", "2023-04-07T21:59:01Z", ADMIN_ID, "systemuser"]])
    return LEAD


def test_an_annotated_page_is_as_recorded(web: Any, new_org: Org, lead: str) -> None:
    """Same keys in the same order, at the top and in the row; values equal but for names and versions."""
    real = document("annotated_read.json")
    new_org.load("lead", ["lastname"], [[f"n{number}"] for number in range(5_001)])
    select = "$select=fullname,statuscode,createdon,_ownerid_value&$count=true"
    mine = web.body("leads", select, 'odata.include-annotations="*",odata.maxpagesize=1')
    assert list(mine) == list(real)
    row, real_row = mine["value"][0], real["value"][0]
    assert row["leadid"] == lead
    assert list(row) == list(real_row)
    own = ("@odata.etag", "_ownerid_value", "_ownerid_value@OData.Community.Display.V1.FormattedValue")
    assert {key: row[key] for key in row if key not in own} == {
        key: real_row[key] for key in real_row if key not in own
    }
    changing = ("value", "@odata.nextLink", "@Microsoft.Dynamics.CRM.globalmetadataversion")
    assert {key: mine[key] for key in mine if key not in changing} == {
        key: value for key, value in rooted(real, web.root).items() if key not in changing
    }


def test_a_delta_is_as_recorded(web: Any) -> None:
    """A changed row, then a deletion; context and delta link in the recorded form."""
    real = rooted(document("change_tracking_delta_response.json"), web.root)
    gone = web.made("accounts", {"name": "gone"})
    columns = "name,accountnumber,telephone1,fax"
    link = web.body("accounts", f"$select={columns}", "odata.track-changes")["@odata.deltaLink"]
    kept = web.made("accounts", {"name": "Monte"})
    web.call("DELETE", f"accounts({gone})")
    mine = web.call("GET", link).json()
    assert list(mine) == list(real)
    assert mine["@odata.context"] == real["@odata.context"]
    assert [list(row) for row in mine["value"]] == [list(row) for row in real["value"]]
    assert mine["value"][0] == {
        **real["value"][0], "@odata.etag": mine["value"][0]["@odata.etag"], "fax": None, "accountid": kept
    }  # fmt: skip
    assert mine["value"][1] == {**real["value"][1], "id": gone}
    start = real["@odata.deltaLink"].partition("919058")[0]
    assert mine["@odata.deltaLink"].startswith(start)


@pytest.mark.parametrize("name", ["create", "update"])
def test_bulk_actions_are_answered_as_recorded(web: Any, lead: str, name: str) -> None:
    """Status and body."""
    step = document("bulk_actions.json")[name]
    method, url = step["request"].split()
    answer = web.call(method, url.replace("[root]", web.root), json=step["body"])
    assert answer.status_code == step["status"]
    if name == "create":
        body = answer.json()
        assert list(body) == list(step["response"])
        assert body["@odata.context"] == rooted(step["response"], web.root)["@odata.context"]
        assert len(body["Ids"]) == len(step["body"]["Targets"])


def test_delete_multiple_is_refused_as_recorded(web: Any) -> None:
    """On a standard table."""
    step = document("bulk_actions.json")["delete_standard_table"]
    method, url = step["request"].split()
    answer = web.call(method, url.replace("[root]", web.root), json={"Targets": []})
    assert refusal(answer)[2] == step["error_message"]


def test_the_audit_is_as_recorded(web: Any, lead: str) -> None:
    """The list of what happened to a lead, and the details of one change, with the recorded keys."""
    real = document("audit_samples.json")
    assert web.patch(f"leads({lead})", {"statuscode": 2}).status_code == 204
    query = real["list"]["request"].partition("?")[2].replace("<guid>", lead)
    [row] = web.value("audits", query)
    assert [key for key in row if key != "@odata.etag"] == list(real["list"]["row"])
    assert (row["operation"], row["action"], row["objecttypecode"]) == (2, 2, "lead")
    details = web.body(f"audits({row['auditid']})/Microsoft.Dynamics.CRM.RetrieveAuditDetails")
    recorded = rooted(real["details"]["response"], web.root)
    assert list(details) == list(recorded)
    assert details["@odata.context"] == recorded["@odata.context"]
    mine, theirs = details["AuditDetail"], recorded["AuditDetail"]
    assert list(mine) == list(theirs)
    assert (mine["OldValue"], mine["NewValue"]) == (theirs["OldValue"], theirs["NewValue"])


def test_a_conditional_write_is_answered_as_recorded(web: Any, lead: str) -> None:
    """204 with OData-EntityId for the right etag; then 412 with the recorded body for the same, now stale one."""
    text = (RECORDED / "optimistic_concurrency.http.txt").read_text(encoding="utf-8").partition("\n")[2]
    ask, good, stale = text.split("\nHTTP/1.1 ")
    _, headers, body = message(ask)
    headers["If-Match"] = web.body(f"leads({lead})")["@odata.etag"]
    answer = web.call("PATCH", f"leads({lead})", data=body, headers=headers)
    assert f"{answer.status_code} {answer.reason}" == good.splitlines()[0]
    _, told, _ = message(good.partition("\n# stale")[0])
    assert all(answer.headers[name] == text.replace("[root]", web.root) for name, text in told.items())
    answer = web.call("PATCH", f"leads({lead})", data=body, headers=headers)
    line, told, real = message(stale)
    assert f"{answer.status_code} {answer.reason}" == line
    assert answer.json() == json.loads(real)
    assert all(answer.headers[name] == text for name, text in told.items())


def test_an_alert_task_is_accepted_as_composed(web: Any, new_org: Org, lead: str) -> None:
    """The task with all its binds; it hangs on the lead and on its owner."""
    text = (RECORDED / "alert_task.http.txt").read_text(encoding="utf-8").partition("\n")[2]
    _, headers, body = message(text.partition("\nHTTP/1.1")[0])
    body = body.replace("00000000-0000-0000-0000-000000000002", ADMIN_ID)
    answer = web.call("POST", "tasks", data=body.strip(), headers=headers)
    assert answer.status_code == 204, answer.text
    [task] = web.value(f"leads({lead})/Lead_Tasks", "$select=category,prioritycode,scheduledend,_ownerid_value")
    assert (task["category"], task["prioritycode"], task["_ownerid_value"]) == ("connector-sla", 2, ADMIN_ID)
    assert task["scheduledend"] == "2026-01-02T17:00:00Z"
