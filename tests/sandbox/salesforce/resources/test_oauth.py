"""Logins, by every flow, and what is refused."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests

from connector.sandbox.keys import key_pair
from connector.sandbox.salesforce import apps
from connector.sandbox.salesforce.apps import App
from connector.sandbox.salesforce.base import INTEGRATION_ID, INTEGRATION_USERNAME, ORG_ID
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """A private key and its certificate, made once."""
    return key_pair()


@pytest.fixture
def app(org: Org, keys: tuple[str, str]) -> App:
    """A connected app with that certificate."""
    return apps.register(org, keys[1])


def login(sandbox: Sandbox[Org], **form: str) -> requests.Response:
    return requests.post(f"{sandbox.url}/services/oauth2/token", data=form, timeout=30)


def assertion(org: Org, app: App, key: str, **claims: Any) -> str:
    """A JWT as simple-salesforce makes it: exp is a text."""
    expires = str(int((org.clock() + timedelta(minutes=3)).timestamp()))
    usual = {"iss": app.client_id, "sub": INTEGRATION_USERNAME, "aud": "https://login.salesforce.com", "exp": expires}
    return jwt.encode({**usual, **claims}, key, algorithm="RS256")


def works(sandbox: Sandbox[Org], token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{sandbox.url}/services/data/v59.0/limits", headers=headers, timeout=30).status_code == 200


@pytest.mark.parametrize("expiry", [str, int])
def test_jwt_bearer(sandbox: Sandbox[Org], org: Org, app: App, keys: tuple[str, str], expiry: type) -> None:
    """A signed assertion gives a token that works; URLs in the answer are on the caller's host."""
    moment = expiry(int((org.clock() + timedelta(minutes=3)).timestamp()))
    answer = login(sandbox, grant_type=JWT, assertion=assertion(org, app, keys[0], exp=moment))
    body = answer.json()
    assert answer.status_code == 200
    assert works(sandbox, body["access_token"])
    assert body["access_token"].startswith(f"{ORG_ID[:15]}!")
    assert body["instance_url"] == sandbox.url
    assert body["id"] == f"{sandbox.url}/id/{ORG_ID}/{INTEGRATION_ID}"
    assert body["issued_at"].isdigit()
    assert (body["token_type"], body["token_format"]) == ("Bearer", "opaque")
    assert "refresh_token" not in body
    assert "no-store" in answer.headers["Cache-Control"]


def test_jwt_refusals(sandbox: Sandbox[Org], org: Org, app: App, keys: tuple[str, str]) -> None:
    """A foreign signature, audience, app, user and an old assertion are each refused with 400 in OAuth's own shape."""
    stranger = key_pair()[0]
    past = int((org.clock() - timedelta(minutes=1)).timestamp())
    cases = [
        (assertion(org, app, stranger), "invalid_grant", "invalid assertion"),
        (assertion(org, app, keys[0], aud="https://example.com"), "invalid_grant", "audience is invalid"),
        (assertion(org, app, keys[0], iss="nobody"), "invalid_client_id", "client identifier invalid"),
        (
            assertion(org, app, keys[0], sub="admin@sandbox.example"),
            "invalid_grant",
            "user hasn't approved this consumer",
        ),
        (assertion(org, app, keys[0], exp=past), "invalid_grant", "invalid assertion"),
        ("nonsense", "invalid_grant", "invalid assertion"),
    ]
    for text, error, description in cases:
        answer = login(sandbox, grant_type=JWT, assertion=text)
        assert answer.status_code == 400
        assert answer.json() == {"error": error, "error_description": description}


def test_client_credentials(sandbox: Sandbox[Org], app: App) -> None:
    """By Basic and in the form; a wrong secret is no client."""
    grant = {"grant_type": "client_credentials"}
    in_form = login(sandbox, **grant, client_id=app.client_id, client_secret=app.client_secret)
    by_basic = requests.post(
        f"{sandbox.url}/services/oauth2/token", data=grant, auth=(app.client_id, app.client_secret), timeout=30
    )
    assert works(sandbox, in_form.json()["access_token"])
    assert works(sandbox, by_basic.json()["access_token"])
    wrong = login(sandbox, **grant, client_id=app.client_id, client_secret="guess")
    assert wrong.json()["error"] == "invalid_client"


def test_no_run_as_user(sandbox: Sandbox[Org], org: Org, app: App) -> None:
    """Client credentials need a user to run as, and an active one."""
    form = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": app.client_secret}
    org.storage.db.execute("UPDATE User SET IsActive = 0 WHERE Username = ?", (INTEGRATION_USERNAME,))
    assert login(sandbox, **form).json()["error"] == "inactive_user"
    app.run_as = None
    apps.save(org, app)
    assert login(sandbox, **form).json()["error_description"] == "no client credentials user enabled"


def test_refresh_tokens_rotate(sandbox: Sandbox[Org], org: Org, app: App) -> None:
    """With rotation each use gives a new refresh token, ends the old session, and kills the old token."""
    old = next(iter(app.refresh_tokens))
    form = {"grant_type": "refresh_token", "client_id": app.client_id, "client_secret": app.client_secret}
    plain = login(sandbox, **form, refresh_token=old).json()
    assert "refresh_token" not in plain
    app.rotate = True
    apps.save(org, app)
    rotated = login(sandbox, **form, refresh_token=old).json()
    assert works(sandbox, rotated["access_token"])
    assert not works(sandbox, plain["access_token"])
    again = login(sandbox, **form, refresh_token=old)
    assert (again.status_code, again.json()["error_description"]) == (400, "expired access/refresh token")
    assert login(sandbox, **form, refresh_token=rotated["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "invalid_grant"),
        ({"grant_type": "x"}, "unsupported_grant_type"),
    ],
)
def test_other_grants(sandbox: Sandbox[Org], form: dict[str, str], error: str) -> None:
    """A missing, a blocked and an unknown grant."""
    assert login(sandbox, **form).json()["error"] == error


def test_sessions_end(sandbox: Sandbox[Org], org: Org, app: App) -> None:
    """A session ends two hours after its last use; the next login opens another; revoking ends it at once."""
    form = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": app.client_secret}
    now = org.clock()
    first = login(sandbox, **form).json()["access_token"]
    assert login(sandbox, **form).json()["access_token"] == first
    org.clock = lambda: now + timedelta(hours=1, minutes=59)
    assert works(sandbox, first)
    org.clock = lambda: now + timedelta(hours=4)
    assert not works(sandbox, first)
    second = login(sandbox, **form).json()["access_token"]
    assert second != first
    requests.post(f"{sandbox.url}/services/oauth2/revoke", data={"token": second}, timeout=30)
    assert not works(sandbox, second)
    assert works(sandbox, sandbox.token)


def test_who_am_i(sandbox: Sandbox[Org], api: Any) -> None:
    """userinfo and the identity URL name the user; the latter takes the token in the query as well."""
    info = api.get("/services/oauth2/userinfo").json()
    assert (info["user_id"], info["organization_id"]) == (INTEGRATION_ID, ORG_ID)
    assert info["preferred_username"] == INTEGRATION_USERNAME
    identity = requests.get(info["sub"], params={"format": "json", "oauth_token": sandbox.token}, timeout=30).json()
    assert (identity["username"], identity["id"]) == (INTEGRATION_USERNAME, info["sub"])


def test_a_bad_token_is_401(sandbox: Sandbox[Org]) -> None:
    """Without a session, REST answers its array with INVALID_SESSION_ID."""
    answer = requests.get(
        f"{sandbox.url}/services/data/v59.0/sobjects", headers={"Authorization": "Bearer x"}, timeout=30
    )
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
