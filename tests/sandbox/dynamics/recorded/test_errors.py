"""Every recorded error body is what the sandbox answers in that situation: status, code, message."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.catalogue import Key
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.rules import DuplicateRule, Limits
from tests.sandbox.dynamics.recorded.exchange import RECORDED
from tests.sandbox.dynamics.webapi import Api, refusal

NOBODY = "00000000-0000-0000-0000-00000000dead"


def _recorded() -> list[dict[str, str]]:
    with (RECORDED / "error_bodies.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _closed_reason(web: Any, org: Org) -> Any:
    return web.patch(f"leads({web.made('leads', {'lastname': 'a'})})", {"statuscode": 4}, If_Match="*")


def _range(web: Any, org: Org) -> Any:
    return web.call("POST", "leads", json={"lastname": "a", "leadqualitycode": 77})


def _stale(web: Any, org: Org) -> Any:
    return web.patch(f"leads({web.made('leads', {'lastname': 'a'})})", {"subject": "s"}, If_Match='W/"1"')


def _no_member(web: Any, org: Org) -> Any:
    return Api(web.sandbox, org.sessions.open(NOBODY, None).token).get("leads")


def _no_privilege(web: Any, org: Org) -> Any:
    roles.assign(org, base.INTEGRATION_ID, ["prvReadContact"])
    return web.get("leads")


def _no_role(web: Any, org: Org) -> Any:
    roles.strip(org, base.INTEGRATION_ID)
    return web.get("leads")


def _unknown_key(web: Any, org: Org) -> Any:
    key = Key(name="mail", schema_name="Mail", label="Mail", attributes=("emailaddress1",), id=NOBODY)
    org.define(org.entities["lead"].changed(keys=(key,)))
    return web.get("leads(emailaddress1='a@x.example')")


def _taken(web: Any, org: Org) -> Any:
    return web.patch(f"leads({web.made('leads', {'lastname': 'a'})})", {"subject": "s"}, If_None_Match="*")


def _duplicate(web: Any, org: Org) -> Any:
    org.rules.duplicate_rule = (DuplicateRule(table="lead"),)
    lead = {"lastname": "a", "emailaddress1": "a@x.example"}
    web.made("leads", lead)
    return web.call("POST", "leads", json=lead, headers={"MSCRM.SuppressDuplicateDetection": "false"})


def _limited(**limits: int) -> Callable[[Any, Org], Any]:
    def ask(web: Any, org: Org) -> Any:
        org.protection.limits = org.rules.limits = Limits(**limits)
        return [web.get("WhoAmI") for _ in range(3)][-1]

    return ask


def _too_many_at_once(web: Any, org: Org) -> Any:
    with org.protection.admitted(base.INTEGRATION_ID, org.clock()):
        org.protection.limits = Limits(concurrent=1)
        return web.get("WhoAmI")


def _expired(web: Any, org: Org) -> Any:
    link = web.body("leads", "", "odata.track-changes")["@odata.deltaLink"]
    now = org.clock()
    org.clock = lambda: now + timedelta(days=8)
    return web.call("GET", link)


SITUATIONS: dict[str, Callable[[Any, Org], Any]] = {
    "0x80044331": lambda web, org: web.call("POST", "tasks", json={"subject": "x" * 201}),
    "0x8004431A": _range,
    "0x80048408": _closed_reason,
    "Could not find": lambda web, org: web.ask("accounts", "$select=Name"),
    "Invalid property": lambda web, org: web.call("POST", "accounts", json={"Name": "a"}),
    "Error identified": lambda web, org: web.call(
        "POST", "contacts", json={"parentcustomerid@odata.bind": "/accounts"}
    ),
    "Stream": lambda web, org: web.call(
        "POST", "$batch", data=b"--b\n\n--b--\n", headers={"Content-Type": "multipart/mixed;boundary=b"}
    ),
    "0x80060888": lambda web, org: web.get(web.root.replace("/v9.2", "/v7.0") + "/leads"),
    "0x80072560": _no_member,
    "0x80040220": _no_privilege,
    "0x80042F09": _no_role,
    "0x80040217": lambda web, org: web.get(f"leads({NOBODY})"),
    "0x80060891": _unknown_key,
    "0x8006088a": lambda web, org: web.get("Account"),
    "0x80060882": _stale,
    "0x80040237": _taken,
    "0x80040333": _duplicate,
    "0x80072322": _limited(requests=2),
    "0x80072321": _limited(execution_ms=1, cost_ms=5),
    "0x80072326": _too_many_at_once,
    "0x80044352": _expired,
}
"""How to get each error: by code, or by the beginning of its text where a code has several."""
PARAPHRASED = ("0x8004431A", "0x80048408", "0x80060888", "0x80042F09", "0x80072321", "0x80072322", "0x80072326")
"""Texts that name values of their own situation, or whose real text is not known."""


@pytest.mark.parametrize("real", _recorded(), ids=lambda row: f"{row['code']} {row['message'][:20]}")
def test_the_error_is_as_recorded(web: Any, new_org: Org, real: dict[str, str]) -> None:
    """Status (where it is known) and code equal; the message equal, or in the parts that are known."""
    found = [key for key in SITUATIONS if key == real["code"] or key in real["message"]]
    assert len(found) == 1, found
    answer = SITUATIONS[found[0]](web, new_org)
    status, code, text = refusal(answer)
    assert code == real["code"]
    if real["http_status"].isdecimal():
        assert status == int(real["http_status"])
    if real["code"] not in PARAPHRASED:
        known = real["message"].replace("<guid>", NOBODY).strip(". ")
        assert all(part in text for part in _parts(known)), text


def _parts(known: str) -> list[str]:
    """What of a recorded message must be there: all between the places where it was shortened."""
    shortened = known.replace("(Id=" + NOBODY, "... ").replace(":'contacts'", "...")
    return [part.strip(" )") for part in shortened.split("...") if part.strip(" )")]


@pytest.mark.parametrize("code", ["0x80072322", "0x80072321", "0x80072326"])
def test_every_429_tells_when_to_come_again(web: Any, new_org: Org, code: str) -> None:
    """Retry-After in whole seconds."""
    answer = SITUATIONS[code](web, new_org)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
