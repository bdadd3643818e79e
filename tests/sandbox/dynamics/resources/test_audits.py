"""Audit over the wire: the list, the details, and the history of a row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.org import Org
from connector.sandbox.faults import Faults
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api, refusal

HISTORY = "RetrieveRecordChangeHistory(Target=@target,PagingInfo=@paginginfo)"


def changed(api: Api) -> str:
    """The id of a lead that was contacted, given away and disqualified."""
    url = api.create("leads", lastname="L")
    api.patch(url, {"statuscode": 2})
    api.patch(url, {"ownerid@odata.bind": f"/systemusers({base.ADMIN_ID})", "donotemail": True})
    api.patch(url, {"statecode": 2, "statuscode": 5})
    return url.rpartition("(")[2].rstrip(")")


def rows(api: Api, id: str) -> list[dict[str, Any]]:
    """The audit rows of a lead, newest first, as documented clients ask for them."""
    query = (
        "audits?$select=_objectid_value,objecttypecode,createdon,operation,action,attributemask,_userid_value"
        f"&$filter=objecttypecode eq 'lead' and _objectid_value eq {id}&$orderby=versionnumber desc"
    )
    found: list[dict[str, Any]] = api.row(query)["value"]
    return found


def details(api: Api, row: dict[str, Any]) -> dict[str, Any]:
    """The audit details of an audit row."""
    found: dict[str, Any] = api.row(f"audits({row['auditid']})/Microsoft.Dynamics.CRM.RetrieveAuditDetails")
    return found["AuditDetail"]  # type: ignore[no-any-return]


def test_the_details_tell_the_values_in_their_own_types(api: Api) -> None:
    """Numbers, flags and lookups before and after; what was empty is left out."""
    state, update, assign, contacted, made = rows(api, changed(api))
    assert [row["action"] for row in (state, update, assign, contacted, made)] == [41, 2, 13, 2, 1]
    found = details(api, contacted)
    assert found["@odata.type"] == "#Microsoft.Dynamics.CRM.AttributeAuditDetail"
    assert found["OldValue"] == {"@odata.type": "#Microsoft.Dynamics.CRM.lead", "statuscode": 1}
    assert found["NewValue"] == {"@odata.type": "#Microsoft.Dynamics.CRM.lead", "statuscode": 2}
    assert details(api, assign)["NewValue"]["_ownerid_value"] == base.ADMIN_ID
    assert details(api, update)["NewValue"]["donotemail"] is True
    assert list(details(api, made)["OldValue"]) == ["@odata.type"]


@pytest.mark.trap("D30")
def test_the_history_of_a_row_tells_neither_who_nor_when(api: Api) -> None:
    """RetrieveRecordChangeHistory has old and new values, newest first, and no AuditRecord: the list of audits has."""
    id = changed(api)
    info = '{"PageNumber":1,"Count":2,"ReturnTotalRecordCount":true}'
    answer = api.row(f"{HISTORY}?@target={{'@odata.id':'leads({id})'}}&@paginginfo={info}")
    found = answer["AuditDetailCollection"]
    assert (found["MoreRecords"], found["TotalRecordCount"]) == (True, 5)
    first = found["AuditDetails"][0]
    assert first["NewValue"]["statuscode"] == 5
    with pytest.raises(KeyError):
        first["AuditRecord"]["createdon"]
    newest = rows(api, id)[0]
    assert newest["_userid_value"] == base.INTEGRATION_ID
    assert newest["createdon"]


def test_the_history_comes_in_pages_and_by_column(api: Api) -> None:
    """The last page says so; the history of a column has its changes only."""
    id = changed(api)
    target = f"@target={{'@odata.id':'leads({id})'}}"
    page = api.row(f'{HISTORY}?{target}&@paginginfo={{"PageNumber":3,"Count":2}}')["AuditDetailCollection"]
    assert (page["MoreRecords"], len(page["AuditDetails"]), page["TotalRecordCount"]) == (False, 1, -1)
    path = "RetrieveAttributeChangeHistory(Target=@target,AttributeLogicalName='statuscode',PagingInfo=@p)"
    found = api.row(f"{path}?{target}&@p=null")["AuditDetailCollection"]["AuditDetails"]
    assert [one["NewValue"]["statuscode"] for one in found] == [5, 2, 1]


def test_audit_takes_its_privileges() -> None:
    """prvReadAuditSummary for rows and details, prvReadRecordAuditHistory for the history."""
    with Sandbox(Org()) as box:
        api = Api(box)
        id = changed(api)
        row = rows(api, id)[0]
        roles.assign(box.org, base.INTEGRATION_ID, ["prvReadLead"])
        history = f"{HISTORY}?@target={{'@odata.id':'leads({id})'}}&@paginginfo=null"
        paths = ["audits", f"audits({row['auditid']})/Microsoft.Dynamics.CRM.RetrieveAuditDetails", history]
        for path in paths:
            assert refusal(api.get(path))[:2] == (403, "0x80040220")
        roles.assign(box.org, base.INTEGRATION_ID, ["prvReadLead", "prvReadAuditSummary"])
        assert [api.get(path).status_code for path in paths] == [200, 200, 403]


def test_audit_rows_come_a_little_late() -> None:
    """With `audit_lag` a change is there before its audit row, which appears when so many seconds have passed."""
    now = [datetime(2026, 3, 2, 9, tzinfo=UTC)]
    with Sandbox(Org(clock=lambda: now[0]), faults=Faults(own={"audit_lag": 30})) as box:
        api = Api(box)
        id = changed(api)
        assert api.row(f"leads({id})")["statecode"] == 2
        assert rows(api, id) == []
        now[0] += timedelta(seconds=29)
        assert rows(api, id) == []
        now[0] += timedelta(seconds=1)
        assert len(rows(api, id)) == 5


def test_bad_arguments_are_refused(api: Api) -> None:
    """No target, and a target that is no JSON."""
    assert refusal(api.get(f"{HISTORY}?@paginginfo=null"))[:2] == (400, "0x80040203")
    assert refusal(api.get(f"{HISTORY}?@target={{x&@paginginfo=null"))[:2] == (400, "0x80040203")
