"""Tokens, as msal asks for them over https, and each refusal of the token service."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from connector.sandbox.dynamics import apps, base
from connector.sandbox.dynamics.apps import App
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.resources.oauth import _ASSERTION as ASSERTION
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api


class Pair:
    """A key with its self-signed certificate, as PEM."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "connector")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        certificate = made.sign(key, hashes.SHA256())
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.sha1 = certificate.fingerprint(hashes.SHA1()).hex()
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        self.key = key.private_bytes(serialization.Encoding.PEM, pkcs8, plain).decode()


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair()


@pytest.fixture(scope="module")
def secret(org: Org, pair: Pair) -> str:
    """The secret of the integration app, which has the certificate, too."""
    return apps.register(org, pair.certificate)[1]


@pytest.fixture(scope="module")
def session(sandbox: Sandbox[Org]) -> Iterator[requests.Session]:
    """A session that trusts the sandbox and nothing the environment names."""
    with requests.Session() as made:
        made.trust_env = False
        made.verify = str(sandbox.ca_file)
        yield made


Credential = Callable[[Pair, str], Any]


@pytest.mark.parametrize(
    "credential",
    [
        lambda pair, secret: secret,
        lambda pair, secret: {"private_key": pair.key, "thumbprint": pair.sha1},
        lambda pair, secret: {"private_key": pair.key, "public_certificate": pair.certificate},
    ],
    ids=["secret", "certificate by SHA-1", "certificate by SHA-256"],
)
@pytest.mark.parametrize("discovery", ["authority", "oidc_authority"])
def test_msal_gets_a_token_that_works(
    sandbox: Sandbox[Org], session: requests.Session, pair: Pair, secret: str, credential: Credential, discovery: str
) -> None:
    """With a secret and with a certificate, found by either kind of authority, unchanged over https."""
    tenant = f"{sandbox.https_url}/{base.TENANT_ID}"
    where: dict[str, Any] = {"authority": tenant, "instance_discovery": False}
    if discovery == "oidc_authority":
        where = {"oidc_authority": f"{tenant}/v2.0"}
    client = msal.ConfidentialClientApplication(
        base.INTEGRATION_APP_ID, client_credential=credential(pair, secret), http_client=session, **where
    )
    found = client.acquire_token_for_client([f"{sandbox.https_url}/.default"])
    assert (found["token_type"], found["expires_in"]) == ("Bearer", 3599)
    assert Api(sandbox, found["access_token"]).row("WhoAmI")["UserId"] == base.INTEGRATION_ID


@pytest.mark.trap("D37")
def test_msal_returns_a_refusal_instead_of_raising_it(
    sandbox: Sandbox[Org], session: requests.Session, secret: str
) -> None:
    """A wrong secret is a dictionary with `error`; whoever takes `access_token` from it fails with KeyError."""
    client = msal.ConfidentialClientApplication(
        base.INTEGRATION_APP_ID,
        client_credential="wrong",
        http_client=session,
        authority=f"{sandbox.https_url}/{base.TENANT_ID}",
        instance_discovery=False,
    )
    found = client.acquire_token_for_client([f"{sandbox.https_url}/.default"])
    assert (found["error"], found["error_codes"]) == ("invalid_client", [7000215])
    with pytest.raises(KeyError):
        found["access_token"]


@pytest.mark.trap("D37")
def test_msal_remembers_a_429_and_asks_no_more(sandbox: Sandbox[Org], session: requests.Session, secret: str) -> None:
    """Until Retry-After has passed the same refusal comes back without a request."""
    fault = sandbox.faults.add(path="oauth2/v2.0/token", status=429, retry_after=60, times=0, body='{"error":"x"}')
    client = msal.ConfidentialClientApplication(
        base.INTEGRATION_APP_ID,
        client_credential=secret,
        http_client=session,
        authority=f"{sandbox.https_url}/{base.TENANT_ID}",
        instance_discovery=False,
    )
    scope = [f"{sandbox.https_url}/.default"]
    assert "access_token" not in client.acquire_token_for_client(scope)
    assert "access_token" not in client.acquire_token_for_client(scope)
    assert fault.hits == 1
    sandbox.faults.wire.remove(fault)


def ask(sandbox: Sandbox[Org], tenant: str = base.TENANT_ID, **form: str) -> tuple[int, str, int]:
    """Status, error and AADSTS number of a token request; "" and 0 for success."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{sandbox.url}/{tenant}/oauth2/v2.0/token", data=form, timeout=30)
    body = answer.json()
    return answer.status_code, body.get("error", ""), next(iter(body.get("error_codes", [])), 0)


def form(sandbox: Sandbox[Org], **changes: str | None) -> dict[str, str]:
    """A good request with some fields changed, or left out if None."""
    good = {
        "client_id": base.INTEGRATION_APP_ID,
        "grant_type": "client_credentials",
        "scope": f"{sandbox.url}/.default",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def test_each_refusal_has_its_number(sandbox: Sandbox[Org], secret: str) -> None:
    """Unknown tenant and app, missing and expired secret, other grants, and scopes of other resources."""
    good = form(sandbox, client_secret=secret)
    assert ask(sandbox, **good) == (200, "", 0)
    assert ask(sandbox, "other-tenant", **good) == (400, "invalid_request", 90002)
    assert ask(sandbox, **good | {"client_id": str(uuid4())}) == (400, "unauthorized_client", 700016)
    assert ask(sandbox, **good | {"grant_type": "password"}) == (400, "unsupported_grant_type", 70003)
    assert ask(sandbox, **form(sandbox)) == (401, "invalid_client", 7000218)
    assert ask(sandbox, **form(sandbox, client_id=None)) == (400, "invalid_request", 900144)
    assert ask(sandbox, **good | {"scope": f"{sandbox.url}//.default"}) == (400, "invalid_resource", 500011)
    assert ask(sandbox, **good | {"scope": "https://other.crm.dynamics.com/.default"})[2] == 500011
    assert ask(sandbox, **good | {"scope": f"{sandbox.url}/user_impersonation"})[2] == 1002012
    other = apps.save(sandbox.org, App(client_id=str(uuid4()), secrets={"old": "2020-01-01T00:00:00Z"}))
    expired = form(sandbox, client_id=other.client_id, client_secret="old")
    assert ask(sandbox, **expired) == (401, "invalid_client", 7000222)


def assertion(sandbox: Sandbox[Org], pair: Pair, key: str | None = None, **changes: Any) -> dict[str, str]:
    """A request with a client assertion, some of whose claims are changed."""
    endpoint, now = f"{sandbox.url}/{base.TENANT_ID}/oauth2/v2.0/token", int(time.time())
    claims = {"aud": endpoint, "iss": base.INTEGRATION_APP_ID, "sub": base.INTEGRATION_APP_ID, "exp": now + 600}
    header = {"x5t": changes.pop("x5t", sorted(apps.thumbprints(pair.certificate), key=len)[0])}
    signed = jwt.encode({**claims, "jti": str(uuid4()), **changes}, key or pair.key, "RS256", headers=header)
    return form(sandbox, client_assertion_type=ASSERTION, client_assertion=signed)


def test_a_client_assertion_is_checked(sandbox: Sandbox[Org], pair: Pair, secret: str) -> None:
    """Signature, certificate, audience, issuer and time: each wrong one is refused."""
    assert ask(sandbox, **assertion(sandbox, pair)) == (200, "", 0)
    stranger = Pair()
    assert ask(sandbox, **assertion(sandbox, pair, stranger.key)) == (401, "invalid_client", 700027)
    assert ask(sandbox, **assertion(sandbox, pair, x5t="unknown")) == (401, "invalid_client", 700027)
    assert ask(sandbox, **assertion(sandbox, pair, aud="https://else.example/token"))[2] == 700023
    assert ask(sandbox, **assertion(sandbox, pair, sub=str(uuid4())))[2] == 700021
    assert ask(sandbox, **assertion(sandbox, pair, exp=int(time.time()) - 600))[2] == 700024


def test_an_authority_is_found_by_instance_discovery(sandbox: Sandbox[Org], session: requests.Session) -> None:
    """The discovery endpoint leads to the OpenID configuration, whose endpoints are on the host that was called."""
    endpoint = f"{sandbox.https_url}/{base.TENANT_ID}/oauth2/v2.0/authorize"
    url = f"{sandbox.https_url}/common/discovery/instance"
    found = session.get(url, params={"authorization_endpoint": endpoint, "api-version": "1.0"}, timeout=30).json()
    known = session.get(found["tenant_discovery_endpoint"], timeout=30).json()
    assert known["token_endpoint"] == f"{sandbox.https_url}/{base.TENANT_ID}/oauth2/v2.0/token"
    assert known["issuer"] == f"{sandbox.https_url}/{base.TENANT_ID}/v2.0"
