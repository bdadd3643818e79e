"""Logging in by secret or certificate, against the sandbox's token service; and what is said when it fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import responses

from connector.adapters.dynamics.budget import Requests
from connector.adapters.dynamics.login import AUTHORITY, log_in
from connector.adapters.web.transport import Transport
from connector.errors import ConfigError, LoginFailed, Throttled, Unanswered
from connector.ports import Table
from connector.sandbox.dynamics.apps import register
from connector.sandbox.keys import key_pair
from tests.adapters.dynamics.wire import NOW, org
from tests.adapters.dynamics.world import DynamicsWorld

CONFIGURATION = f"{AUTHORITY}/acme.example/v2.0/.well-known/openid-configuration"
TOKEN = f"{AUTHORITY}/acme.example/oauth2/v2.0/token"


def attempt(folder: Path, answer: dict[str, Any], status: int = 200, **changes: Any) -> Any:
    """A login that the token endpoint answers so."""
    endpoints = {"authorization_endpoint": f"{AUTHORITY}/authorize", "token_endpoint": TOKEN, "issuer": AUTHORITY}
    responses.get(CONFIGURATION, json=endpoints)
    responses.post(TOKEN, json=answer, status=status)
    return log_in(org(folder, **changes), Transport(Requests()), lambda: NOW)


def test_a_secret_opens_the_environment(world: DynamicsWorld) -> None:
    """By secret over https, with a certificate authority of our own."""
    assert world.renewable().count(Table.LEAD) == 0


@pytest.mark.trap("D37")
def test_the_environments_bundle_does_not_win(world: DynamicsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our authority is trusted although REQUESTS_CA_BUNDLE names others, for the token as for the data."""
    import certifi

    monkeypatch.setitem(os.environ, "REQUESTS_CA_BUNDLE", certifi.where())
    assert world.renewable().count(Table.LEAD) == 0


def test_a_certificate_opens_the_environment(world: DynamicsWorld) -> None:
    """By a signed claim instead of a secret."""
    key, certificate = key_pair()
    register(world.crm, certificate)
    (world.folder / "key.pem").write_text(key)
    (world.folder / "cert.pem").write_text(certificate)
    login = {"login": "certificate", "client_secret": None, "key": "file:key.pem", "certificate": "file:cert.pem"}
    assert world.renewable(**login).count(Table.LEAD) == 0


def test_a_token_that_ends_is_renewed(world: DynamicsWorld) -> None:
    """Sessions that end on the way cost one login each, and nothing else."""
    adapter = world.renewable()
    for number in range(3):
        world.add(Table.LEAD, last_name=f"Doe {number}")
        world.crm.sessions.end_all()
        assert adapter.count(Table.LEAD) == number + 1


@responses.activate
def test_a_token_says_how_long_it_lives(tmp_path: Path) -> None:
    """It is renewed five minutes before its end; the scope is the environment's."""
    grant = attempt(tmp_path, {"access_token": "t", "token_type": "Bearer", "expires_in": 3599})
    assert grant.token == "t"
    assert (grant.until - NOW).total_seconds() == 3599 - 300
    assert "scope=https%3A%2F%2Facme.crm.dynamics.com%2F.default" in str(responses.calls[1].request.body)


@responses.activate
@pytest.mark.trap("D37")
@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AADSTS7000215: Invalid client secret provided.", "secret's value"),
        ("AADSTS7000222: The provided client secret keys are expired.", "make a new one"),
        ("AADSTS700016: Application was not found in the directory.", "client_id"),
        ("AADSTS90002: Tenant not found.", "tenant"),
        ("AADSTS99999: Something new.", "docs/connect-dynamics.md"),
    ],
)
def test_errors_that_msal_returns_are_told(tmp_path: Path, code: str, advice: str) -> None:
    """msal gives errors back as an answer; each becomes an error that says what to do, without the secret."""
    refusal = {"error": "invalid_client", "error_description": f"{code}\r\nTrace ID: 1"}
    with pytest.raises(LoginFailed) as raised:
        attempt(tmp_path, refusal, 401)
    assert advice in raised.value.next
    assert code.partition(":")[0] in raised.value.what
    assert "s3cret" not in str(raised.value)


@responses.activate
@pytest.mark.parametrize(
    ("error", "kind"),
    [("temporarily_unavailable", Unanswered), ("server_error", Unanswered), ("invalid_request", LoginFailed)],
)
def test_what_may_pass_is_tried_again(tmp_path: Path, error: str, kind: type[Exception]) -> None:
    """A token service that is down for a moment is no mistake of ours."""
    with pytest.raises(kind):
        attempt(tmp_path, {"error": error, "error_description": "AADSTS1: x"}, 503 if kind is Unanswered else 400)


@responses.activate
@pytest.mark.trap("D37")
def test_a_429_is_not_remembered(tmp_path: Path) -> None:
    """msal would give the same 429 again without asking; we ask again."""
    busy = {"error": "throttled", "error_description": "AADSTS90055: throttled, too many requests"}
    with pytest.raises(Throttled):
        attempt(tmp_path, busy, 429)
    responses.reset()
    assert attempt(tmp_path, {"access_token": "t", "expires_in": 3599}).token == "t"


@responses.activate
def test_an_unknown_tenant_is_told(tmp_path: Path) -> None:
    """An authority that does not know the tenant answers before any secret is shown to it."""
    responses.get(CONFIGURATION, status=400, json={"error": "invalid_tenant", "error_description": "AADSTS90002: no"})
    with pytest.raises(LoginFailed, match="tenant") as raised:
        log_in(org(tmp_path), Transport(Requests()), lambda: NOW)
    assert "tenant" in raised.value.next


@responses.activate
def test_a_key_that_is_none_is_told(tmp_path: Path) -> None:
    """Text that is no key is said to be none, naming the configuration's key."""
    (tmp_path / "key").write_text("no key")
    login = {"login": "certificate", "client_secret": None, "key": "file:key", "certificate": "file:key"}
    with pytest.raises(ConfigError) as raised:
        attempt(tmp_path, {}, **login)
    assert str(raised.value).startswith("key: ")


def test_an_app_that_is_no_user_is_told(world: DynamicsWorld) -> None:
    """The token is good, but the environment does not know its owner: what to do stands there."""
    app, secret = register(world.crm, client_id="11111111-2222-3333-4444-555555555555")
    (world.folder / "other").write_text(secret)
    with pytest.raises(LoginFailed) as raised:
        world.renewable(client_id=app.client_id, client_secret="file:other").count(Table.LEAD)
    assert "application user" in raised.value.next
