"""Traps of CreateMultiple, UpdateMultiple and UpsertMultiple."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.catalogue import Key
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.rules import RowFault
from tests.sandbox.dynamics.webapi import refusal

NS = "Microsoft.Dynamics.CRM"
NOBODY = "00000000-0000-0000-0000-00000000dead"


def multiple(web: Any, message: str, targets: list[dict[str, Any]], kind: str = "lead") -> Any:
    """Send the targets, each with its type."""
    rows = [{"@odata.type": f"{NS}.{kind}", **one} for one in targets]
    return web.call("POST", f"{kind}s/{NS}.{message}", json={"Targets": rows})


@pytest.mark.trap("D2")
def test_keys_in_small_letters_bind_nothing(web: Any, new_org: Org) -> None:
    """A body whose keys were all put into small letters loses `leadId@odata.bind`: 400, no row."""
    kind = "leadtoopportunitysalesprocess"
    [message] = web.value("sdkmessages", "$select=sdkmessageid&$filter=name eq 'CreateMultiple'")
    new_org.load("sdkmessagefilter", ["sdkmessageid", "primaryobjecttypecode"], [[message["sdkmessageid"], kind]])
    bind = f"/leads({web.made('leads', {'lastname': 'a'})})"
    path = f"{kind}es/{NS}.CreateMultiple"
    target = {"@odata.type": f"{NS}.{kind}", "leadId@odata.bind": bind}
    lowered = {name.lower(): value for name, value in target.items()}
    assert refusal(web.call("POST", path, json={"Targets": [lowered]}))[:2] == (400, "0x80048d19")
    assert web.value(f"{kind}es") == []
    assert web.call("POST", path, json={"Targets": [target]}).status_code == 200


@pytest.mark.trap("D3")
def test_a_key_repeated_in_the_body_fails_for_new_rows_only(web: Any, new_org: Org) -> None:
    """400 "An unexpected error occurred." the first time; once the row is there the same body is accepted."""
    key = Key(name="mailkey", schema_name="MailKey", label="Mail", attributes=("emailaddress1",), id=NOBODY)
    new_org.define(new_org.entities["lead"].changed(keys=(key,)))
    mail = "a@x.example"
    target = {"@odata.id": f"leads(emailaddress1='{mail}')", "emailaddress1": mail, "lastname": "a"}
    assert refusal(multiple(web, "UpsertMultiple", [target])) == (400, "0x80040216", "An unexpected error occurred.")
    stripped = {name: value for name, value in target.items() if name != "emailaddress1"}
    assert multiple(web, "UpsertMultiple", [stripped]).status_code == 204
    assert multiple(web, "UpsertMultiple", [target]).status_code == 204


@pytest.mark.trap("D22")
def test_one_missing_row_or_plugin_fails_the_whole_set(web: Any, new_org: Org) -> None:
    """The error is that of the set: it does not say which target it was, and the good ones are undone with it."""
    ids = [web.made("leads", {"lastname": name}) for name in "abc"]
    targets = [{"leadid": id, "subject": "s"} for id in ids]
    gone = refusal(multiple(web, "UpdateMultiple", [*targets, {"leadid": NOBODY, "subject": "s"}]))
    assert gone == (404, "0x80040217", f"Lead With Ids = {NOBODY} Do Not Exist")
    new_org.rules.row_fault = (RowFault(table="lead", ids=(ids[1],), status=400, code="0x80040265", message="plug-in"),)
    plugin = refusal(multiple(web, "UpdateMultiple", targets))
    assert plugin == (400, "0x80040265", "plug-in")
    assert [row["subject"] for row in web.value("leads", "$select=subject")] == [None] * 3


@pytest.mark.trap("D24")
def test_bulk_updates_know_no_etag(web: Any) -> None:
    """An If-Match with the set guards nothing: a salesperson's edit in between is overwritten."""
    id = web.made("leads", {"lastname": "a", "subject": "read"})
    etag = web.body(f"leads({id})")["@odata.etag"]
    web.patch(f"leads({id})", {"subject": "edited"})
    body = {"Targets": [{"@odata.type": f"{NS}.lead", "leadid": id, "subject": "corrected"}]}
    answer = web.call("POST", f"leads/{NS}.UpdateMultiple", json=body, headers={"If-Match": etag})
    assert answer.status_code == 204
    assert web.body(f"leads({id})")["subject"] == "corrected"
