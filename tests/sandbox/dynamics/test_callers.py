"""Who gets in: tokens, application users, roles, and acting for somebody else."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api, refusal


def test_no_token_and_a_worthless_one_answer_401(api: Api) -> None:
    """An empty body, and the tenant in the challenge from which clients learn it."""
    for header in ("", "Bearer nonsense", "Basic abc"):
        answer = api.get("WhoAmI", Authorization=header)
        assert (answer.status_code, answer.content) == (401, b"")
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith("Bearer authorization_uri=")
        assert base.TENANT_ID in challenge
        assert f"resource_id={api.sandbox.url}/" in challenge


def test_a_token_ends_and_using_it_does_not_prolong_it(org: Org) -> None:
    """Sixty minutes after it was given out, whatever was done with it."""
    began = datetime(2026, 3, 2, 9, tzinfo=UTC)
    session = org.sessions.open("app", began + timedelta(minutes=60))
    assert org.sessions.find(session.token, began + timedelta(minutes=59)) == session
    assert org.sessions.find(session.token, began + timedelta(minutes=60)) is None


def test_a_good_token_is_not_enough() -> None:
    """No application user, a disabled one, one without a role: each refused by the environment with its own code."""
    with Sandbox(Org()) as box:
        unknown = box.org.sessions.open("00000000-0000-0000-0000-000000000042", None).token
        assert refusal(Api(box, unknown).get("WhoAmI")) == (
            403,
            "0x80072560",
            "The user is not a member of the organization.",
        )
        api = Api(box)
        roles.strip(box.org, base.INTEGRATION_ID)
        assert refusal(api.get("WhoAmI"))[:2] == (403, "0x80042F09")
        roles.assign(box.org, base.INTEGRATION_ID, ["prvReadLead"])
        assert api.get("WhoAmI").status_code == 200
        box.org.load("systemuser", ["systemuserid"], [])
        box.org.storage.db.execute(
            "UPDATE systemuser SET isdisabled = 1 WHERE systemuserid = ?", (base.INTEGRATION_ID,)
        )
        assert refusal(api.get("WhoAmI"))[:2] == (403, "0x8004A112")


@pytest.mark.parametrize(
    ("header", "value"), [("MSCRMCallerID", base.ADMIN_ID), ("CallerObjectId", base.fixed_id("entra-Admin"))]
)
def test_acting_for_somebody_else(api: Api, header: str, value: str) -> None:
    """With the privilege, the other user is who writes; an unknown one is refused."""
    assert api.get("WhoAmI", **{header: value}).json()["UserId"] == base.ADMIN_ID
    assert refusal(api.get("WhoAmI", **{header: "x"}))[:2] == (403, "0x80072560")


def test_acting_for_somebody_else_takes_a_privilege() -> None:
    """Without prvActOnBehalfOfAnotherUser it is refused; so is bypassing custom logic without its privilege."""
    with Sandbox(Org()) as box:
        api = Api(box)
        roles.assign(box.org, base.INTEGRATION_ID, ["prvReadLead", "prvCreateLead"])
        status, code, message = refusal(api.get("WhoAmI", MSCRMCallerID=base.ADMIN_ID))
        assert (status, code) == (403, "0x80040220")
        assert "prvActOnBehalfOfAnotherUser" in message
        for header, value in (
            ("MSCRM.BypassBusinessLogicExecution", "CustomSync,CustomAsync"),
            ("MSCRM.BypassCustomPluginExecution", "true"),
        ):
            answer = api.call("POST", "leads", json={"lastname": "L"}, headers={header: value})
            assert refusal(answer)[:2] == (403, "0x80040220")
        assert api.call("POST", "leads", json={"lastname": "L"}).status_code == 204
