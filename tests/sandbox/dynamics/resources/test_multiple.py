"""CreateMultiple, UpdateMultiple, UpsertMultiple, and DeleteMultiple that is not there."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.catalogue import Key
from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.webapi import refusal

NS = "Microsoft.Dynamics.CRM"
NOBODY = "00000000-0000-0000-0000-00000000dead"


def multiple(web: Any, message: str, *targets: dict[str, Any], table: str = "leads", kind: str = "lead") -> Any:
    """Send the targets, each with its type."""
    rows = [{"@odata.type": f"{NS}.{kind}", **one} for one in targets]
    return web.call("POST", f"{table}/{NS}.{message}", json={"Targets": rows})


def test_created_rows_have_their_ids_in_order(web: Any) -> None:
    """200 with the recorded body."""
    answer = multiple(web, "CreateMultiple", {"lastname": "A", "subject": "a"}, {"lastname": "B", "subject": "b"})
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["@odata.context", "Ids"]
    assert body["@odata.context"] == f"{web.root}/$metadata#{NS}.CreateMultipleResponse"
    assert [web.body(f"leads({id})", "$select=lastname")["lastname"] for id in body["Ids"]] == ["A", "B"]


def test_updated_rows_name_their_key(web: Any) -> None:
    """204, and each row has its own values."""
    ids = multiple(web, "CreateMultiple", {"lastname": "A"}, {"lastname": "B"}).json()["Ids"]
    answer = multiple(web, "UpdateMultiple", *({"leadid": id, "statuscode": 2} for id in ids))
    assert (answer.status_code, answer.text) == (204, "")
    assert [row["statuscode"] for row in web.value("leads", "$select=statuscode")] == [2, 2]


def test_one_bad_row_undoes_all(web: Any) -> None:
    """The error does not say which target it was."""
    answer = multiple(web, "CreateMultiple", {"lastname": "A"}, {"lastname": "x" * 51}, {"lastname": "C"})
    assert refusal(answer)[:2] == (400, "0x80044331")
    assert web.value("leads") == []


def test_missing_rows_are_named_together(web: Any) -> None:
    """404 "Lead With Ids = … Do Not Exist", and the row that is there stays as it was."""
    [id] = multiple(web, "CreateMultiple", {"lastname": "A"}).json()["Ids"]
    answer = multiple(web, "UpdateMultiple", {"leadid": id, "lastname": "Z"}, {"leadid": NOBODY, "lastname": "Z"})
    assert refusal(answer) == (404, "0x80040217", f"Lead With Ids = {NOBODY} Do Not Exist")
    assert web.value("leads")[0]["lastname"] == "A"


def test_upserts_make_or_change(web: Any, new_org: Org) -> None:
    """By id and by alternate key; 204 either way."""
    key = Key(name="mailkey", schema_name="MailKey", label="Mail", attributes=("emailaddress1",), id=NOBODY)
    new_org.define(new_org.entities["lead"].changed(keys=(key,)))
    named = "leads(emailaddress1='a@x.example')"
    for subject in ("made", "changed"):
        targets = [
            {"@odata.id": f"leads({NOBODY})", "lastname": "by id", "subject": subject},
            {"@odata.id": named, "lastname": "by key", "subject": subject},
        ]
        assert multiple(web, "UpsertMultiple", *targets).status_code == 204
        rows = web.value("leads", "$select=lastname,subject,emailaddress1&$orderby=lastname,leadid")
        assert [(row["lastname"], row["subject"]) for row in rows] == [("by id", subject), ("by key", subject)]
        assert rows[1]["emailaddress1"] == "a@x.example"


@pytest.mark.parametrize(
    ("message", "target"),
    [
        ("CreateMultiple", {"@odata.type": None, "lastname": "A"}),
        ("CreateMultiple", {"@odata.type": f"{NS}.contact", "lastname": "A"}),
        ("UpdateMultiple", {"lastname": "A"}),
        ("UpsertMultiple", {"lastname": "A"}),
        ("UpsertMultiple", {"@odata.id": f"contacts({NOBODY})", "lastname": "A"}),
    ],
)
def test_targets_must_say_what_they_are(web: Any, message: str, target: dict[str, Any]) -> None:
    """Type, key or `@odata.id` missing or of another table: 400 0x80048d19."""
    assert refusal(multiple(web, message, target))[:2] == (400, "0x80048d19")


def test_tables_offer_what_the_messages_say(web: Any) -> None:
    """Tasks have no UpsertMultiple; whoever asks sdkmessagefilters knows before."""
    query = (
        "$select=sdkmessagefilterid&$filter=sdkmessageid/name eq @m and primaryobjecttypecode eq @t&@m='{}'&@t='task'"
    )
    assert len(web.value("sdkmessagefilters", query.format("UpdateMultiple"))) == 1
    assert web.value("sdkmessagefilters", query.format("UpsertMultiple")) == []
    answer = multiple(web, "UpsertMultiple", {"@odata.id": f"tasks({NOBODY})"}, table="tasks", kind="task")
    assert refusal(answer)[0] == 404


def test_delete_multiple_is_for_elastic_tables(web: Any) -> None:
    """With the recorded message."""
    answer = multiple(web, "DeleteMultiple", {"leadid": NOBODY})
    assert refusal(answer)[2] == "DeleteMultiple has not yet been implemented."
