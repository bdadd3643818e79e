"""The tenant's token service: instance discovery, OpenID configuration, and tokens for a secret or a certificate."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import jwt

from connector.sandbox.dynamics import apps
from connector.sandbox.dynamics.apps import App
from connector.sandbox.dynamics.base import TENANT_ID
from connector.sandbox.dynamics.http import Answer, Call, Route

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_PLAIN = "application/json; charset=utf-8"
_TENANTS = frozenset({TENANT_ID, "sandbox.example"})
_SCOPE = re.compile(r"(https?://[^/]+)/\.default$")
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
Form = Mapping[str, str]


class _RefusedError(Exception):
    """Why there is no token: HTTP status, OAuth's error, and the AADSTS number with its text."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status, self.error, self.number, self.text = status, error, number, text

    def answer(self, call: Call) -> Answer:
        """The error body of Entra."""
        trace, now = str(uuid4()), datetime.now(UTC)
        correlation = call.header("client-request-id") or str(uuid4())
        shown = f"{now:%Y-%m-%d %H:%M:%SZ}"
        body = {
            "error": self.error,
            "error_description": f"AADSTS{self.number}: {self.text} Trace ID: {trace} Correlation ID: {correlation}"
            f" Timestamp: {shown}",
            "error_codes": [self.number],
            "timestamp": shown,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{call.base_url}/error?code={self.number}",
        }
        return Answer(self.status, body, media_type=_PLAIN)


def instance(call: Call) -> Answer:
    """`GET /common/discovery/instance`: where the OpenID configuration of an authority is."""
    asked = urlsplit(call.query.get("authorization_endpoint", ""))
    tenant = asked.path.strip("/").partition("/")[0] or "common"
    endpoint = f"{call.base_url}/{tenant}/v2.0/.well-known/openid-configuration"
    host = urlsplit(call.base_url).netloc
    known = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
    body = {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": [known]}
    return Answer(200, body, media_type=_PLAIN)


def configuration(call: Call) -> Answer:
    """`GET /{tenant}/v2.0/.well-known/openid-configuration`."""
    try:
        tenant = _tenant(call)
    except _RefusedError as refused:
        return refused.answer(call)
    base = f"{call.base_url}/{tenant}"
    body = {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": "EU",
    }
    return Answer(200, body, media_type=_PLAIN)


def token(call: Call) -> Answer:
    """`POST /{tenant}/oauth2/v2.0/token`, a form: client credentials by secret or by client assertion."""
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        tenant = _tenant(call)
        if form.get("grant_type") != "client_credentials":
            text = f"The provided grant type '{form.get('grant_type', '')}' is not supported."
            raise _RefusedError(400, "unsupported_grant_type", 70003, text)
        app = _app(call, form, tenant)
        _authenticate(call, form, app)
        _scope(call, form)
    except _RefusedError as refused:
        return refused.answer(call)
    minutes = call.org.rules.limits.token_minutes
    session = call.org.sessions.open(app.client_id, call.org.clock() + timedelta(minutes=minutes))
    seconds = minutes * 60 - 1
    body = {
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": session.token,
    }
    return Answer(200, body, {"Cache-Control": "no-store, no-cache"}, media_type=_PLAIN)


def _tenant(call: Call) -> str:
    tenant = call.args["tenant"]
    if tenant.lower() not in _TENANTS:
        text = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
        raise _RefusedError(400, "invalid_request", 90002, text)
    return tenant


def _app(call: Call, form: Form, tenant: str) -> App:
    client_id = form.get("client_id", "")
    if not client_id:
        text = "The request body must contain the following parameter: 'client_id'."
        raise _RefusedError(400, "invalid_request", 900144, text)
    app = apps.find(call.org, client_id)
    if app is None:
        text = f"Application with identifier '{client_id}' was not found in the directory '{tenant}'."
        raise _RefusedError(400, "unauthorized_client", 700016, text)
    return app


def _authenticate(call: Call, form: Form, app: App) -> None:
    if form.get("client_assertion_type") == _ASSERTION:
        _check_assertion(call, form.get("client_assertion", ""), app)
        return
    if "client_secret" not in form:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise _RefusedError(401, "invalid_client", 7000218, text)
    why = app.accepts(form["client_secret"], call.org.clock())
    if why == "expired":
        text = f"The provided client secret keys for app '{app.client_id}' are expired."
        raise _RefusedError(401, "invalid_client", 7000222, text)
    if why:
        text = (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value,"
            f" not the client secret ID, for a secret added to app '{app.client_id}'."
        )
        raise _RefusedError(401, "invalid_client", 7000215, text)


def _check_assertion(call: Call, assertion: str, app: App) -> None:
    """A client assertion: signed with a registered certificate, for this endpoint, by and for this app, in time.

    Its times are the machine's, not the environment's: the token service is not part of the environment.
    """
    try:
        header = jwt.get_unverified_header(assertion)
        named = str(header.get("x5t#S256") or header.get("x5t") or "").rstrip("=")
        pem = next((one for one in app.certificates if named in apps.thumbprints(one)), None)
        if pem is None:
            text = (
                "The certificate with identifier used to sign the client assertion is not registered on application."
                f" [Reason - The key was not found., Thumbprint of key used by client: '{named}']"
            )
            raise _RefusedError(401, "invalid_client", 700027, text)
        claims: dict[str, Any] = jwt.decode(
            assertion,
            _public_key(pem),
            ["RS256", "PS256"],
            audience=f"{call.base_url}/{call.args['tenant']}/oauth2/v2.0/token",
            options={"require": ["exp", "iss", "sub", "aud"]},
        )
    except jwt.ExpiredSignatureError:
        text = "Client assertion is not within its valid time range."
        raise _RefusedError(401, "invalid_client", 700024, text) from None
    except jwt.InvalidAudienceError:
        text = "Client assertion audience claim does not match the token endpoint."
        raise _RefusedError(401, "invalid_client", 700023, text) from None
    except jwt.PyJWTError as error:
        text = f"Client assertion contains an invalid signature. [Reason - {error}]"
        raise _RefusedError(401, "invalid_client", 700027, text) from None
    if {str(claims["iss"]).lower(), str(claims["sub"]).lower()} != {app.client_id}:
        text = f"Issuer and subject of the client assertion must be '{app.client_id}'."
        raise _RefusedError(401, "invalid_client", 700021, text)


def _public_key(pem: str) -> Any:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(pem.encode()).public_key()


def _scope(call: Call, form: Form) -> None:
    """The scope must be `<this environment>/.default`, without another slash. Any local name stands for this host."""
    scope = form.get("scope", "")
    found = _SCOPE.match(scope)
    if found is None:
        if scope.startswith(("http://", "https://")) and scope.endswith("/.default"):
            raise _no_resource(scope.removesuffix("/.default"))
        text = (
            f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with"
        )
        raise _RefusedError(400, "invalid_scope", 1002012, f"{text} /.default suffixed to the resource identifier.")
    here, there = urlsplit(call.base_url).hostname or "", urlsplit(found[1]).hostname or ""
    if here != there and not {here, there} <= _LOCAL:
        raise _no_resource(found[1])


def _no_resource(name: str) -> _RefusedError:
    text = f"The resource principal named {name} was not found in the tenant named sandbox."
    return _RefusedError(400, "invalid_resource", 500011, text)


ROUTES = [
    Route("/common/discovery/instance", session=False, GET=instance),
    Route("/{tenant}/v2.0/.well-known/openid-configuration", session=False, GET=configuration),
    Route("/{tenant}/oauth2/v2.0/token", session=False, POST=token),
]
