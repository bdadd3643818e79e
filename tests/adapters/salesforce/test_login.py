"""Each way of logging in works against a token endpoint that checks it, and each refusal says what to do."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from connector.adapters.salesforce.login import log_in
from connector.errors import ConfigError, LoginFailed
from connector.ports import Table
from connector.sandbox.keys import key_pair
from connector.sandbox.salesforce.apps import App, register, save
from connector.sandbox.salesforce.base import INTEGRATION_USERNAME
from tests.adapters.salesforce.wire import NOW, URL, org, transport
from tests.adapters.salesforce.world import SalesforceWorld

TOKEN = f"{URL}/services/oauth2/token"


@pytest.fixture(scope="session")
def keys() -> tuple[str, str]:
    """A private key and its certificate."""
    return key_pair()


def app_of(world: SalesforceWorld, certificate: str | None = None, **changes: Any) -> App:
    """An app registered in the org."""
    app = register(world.crm, certificate)
    for name, value in changes.items():
        setattr(app, name, value)
    return save(world.crm, app)


def stored(world: SalesforceWorld, name: str, text: str) -> str:
    """A secret in a file, by reference."""
    (world.folder / name).write_text(text)
    return f"file:{name}"


def test_jwt_bearer(world: SalesforceWorld, keys: tuple[str, str]) -> None:
    """The private key, by reference, signs us in."""
    app = app_of(world, keys[1])
    adapter = world.adapter(
        login="jwt", client_id=app.client_id, username=INTEGRATION_USERNAME, key=stored(world, "key.pem", keys[0])
    )
    assert adapter.count(Table.LEAD) == 0


def test_jwt_with_the_wrong_key(world: SalesforceWorld, keys: tuple[str, str]) -> None:
    """A key that the app does not know is refused with advice."""
    app = app_of(world, keys[1])
    other = stored(world, "key.pem", key_pair()[0])
    adapter = world.adapter(login="jwt", client_id=app.client_id, username=INTEGRATION_USERNAME, key=other)
    with pytest.raises(LoginFailed) as caught:
        adapter.count(Table.LEAD)
    assert caught.value.next


@pytest.mark.parametrize("text", ["not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_an_unreadable_key_names_the_setting(world: SalesforceWorld, text: str) -> None:
    """A key that is no key names the place in connector.toml, and shows none of it."""
    key = stored(world, "key.pem", text)
    adapter = world.adapter(login="jwt", client_id="x", username="u", key=key)
    with pytest.raises(ConfigError) as caught:
        adapter.count(Table.LEAD)
    assert "key" in caught.value.where
    assert "AAAA" not in str(caught.value)


def test_client_credentials(world: SalesforceWorld) -> None:
    """Id and secret of the app log its run-as user in."""
    app = app_of(world)
    secret = stored(world, "secret", app.client_secret)
    adapter = world.adapter(login="client_credentials", client_id=app.client_id, client_secret=secret)
    assert adapter.count(Table.LEAD) == 0


def test_client_credentials_with_a_wrong_secret(world: SalesforceWorld) -> None:
    """A wrong secret is refused, and the secret is not repeated."""
    app = app_of(world)
    adapter = world.adapter(
        login="client_credentials", client_id=app.client_id, client_secret=stored(world, "secret", "hunter2hunter2")
    )
    with pytest.raises(LoginFailed) as caught:
        adapter.count(Table.LEAD)
    assert "hunter2" not in str(caught.value)


def by_refresh_token(world: SalesforceWorld, app: App) -> tuple[str, dict[str, Any]]:
    """A refresh token of the app, and the configuration that logs in by it."""
    token = next(iter(app.refresh_tokens))
    return token, {
        "login": "refresh_token",
        "client_id": app.client_id,
        "client_secret": stored(world, "secret", app.client_secret),
        "refresh_token": stored(world, "refresh", token),
    }


def test_refresh_token(world: SalesforceWorld) -> None:
    """A refresh token that does not rotate logs in again and again, and is left as it is."""
    app = app_of(world)
    token, changes = by_refresh_token(world, app)
    for _ in range(2):
        assert world.adapter(**changes).count(Table.LEAD) == 0
    assert (world.folder / "refresh").read_text() == token


@pytest.mark.trap("S4")
def test_a_rotated_refresh_token_is_kept_before_it_is_needed(world: SalesforceWorld) -> None:
    """Each login makes the old refresh token useless; the new one is stored, so that the next process gets in."""
    app = app_of(world, rotate=True)
    token, changes = by_refresh_token(world, app)
    for _ in range(3):
        assert world.adapter(**changes).count(Table.LEAD) == 0
    assert (world.folder / "refresh").read_text() != token


@responses.activate
def test_a_rotated_token_that_cannot_be_stored_stops_before_it_is_used(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the new refresh token cannot be stored, the access token is not used: better no run than a lost login."""
    responses.post(TOKEN, json={"access_token": "a", "instance_url": URL, "refresh_token": "fresh"})
    given = org(tmp_path, login="refresh_token", client_id="x", refresh_token="env:REFRESH_OF_TEST")
    monkeypatch.setenv("REFRESH_OF_TEST", "old")
    with pytest.raises(ConfigError):
        log_in(given, transport(), lambda: NOW)


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (400, {"error": "invalid_grant", "error_description": "user hasn't approved this consumer"}, "pre-authorize"),
        (400, {"error": "invalid_grant", "error_description": "audience is invalid"}, "audience"),
        (400, {"error": "invalid_grant", "error_description": "expired access/refresh token"}, "authorize the app"),
        (400, {"error": "invalid_grant", "error_description": "user is locked"}, "unlock"),
        (400, {"error": "invalid_grant"}, "settings"),
        (401, {"error": "invalid_client", "error_description": "invalid client credentials"}, "client_secret"),
        (400, {"error": "invalid_client_id", "error_description": "client identifier invalid"}, "consumer key"),
        (400, {"error": "inactive_user"}, "activate"),
        (404, "<html>no such page</html>", "settings"),
    ],
)
def test_a_refusal_says_what_to_do(tmp_path: Any, status: int, body: Any, advice: str) -> None:
    """Salesforce's own words come with what an admin has to change, also when the description is missing."""
    responses.post(TOKEN, status=status, **({"json": body} if isinstance(body, dict) else {"body": body}))
    given = org(tmp_path, login="client_credentials", client_id="x", client_secret="file:secret")
    with pytest.raises(LoginFailed) as caught:
        log_in(given, transport(), lambda: NOW)
    assert advice in caught.value.next


@responses.activate
def test_a_login_that_answers_html(tmp_path: Any) -> None:
    """A success that is not JSON (a captive portal) is no login."""
    responses.post(TOKEN, body="<html>Welcome to the hotel</html>")
    given = org(tmp_path, login="client_credentials", client_id="x", client_secret="file:secret")
    with pytest.raises(LoginFailed):
        log_in(given, transport(), lambda: NOW)


@responses.activate
@pytest.mark.parametrize(
    ("url", "audience"),
    [
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_the_audience_follows_from_the_address(tmp_path: Any, keys: tuple[str, str], url: str, audience: str) -> None:
    """A sandbox org wants another audience than a production org; it is told from the address."""
    import jwt

    responses.post(f"{url}/services/oauth2/token", json={"access_token": "a", "instance_url": url})
    (tmp_path / "key").write_text(keys[0])
    given = org(tmp_path, url=url, login="jwt", client_id="x", username="u@acme", key="file:key")
    log_in(given, transport(), lambda: NOW)
    form = dict(pair.split("=") for pair in str(responses.calls[0].request.body).split("&"))
    claims = jwt.decode(form["assertion"], options={"verify_signature": False})
    assert (claims["aud"], claims["sub"], claims["iss"]) == (audience, "u@acme", "x")
    assert 0 < int(claims["exp"]) - NOW.timestamp() <= 300
