"""Getting an access token: by JWT bearer, client credentials, refresh token, or one that is given.

All of them are one POST to `{url}/services/oauth2/token` [D Connect REST API, OAuth]. Salesforce does not say when a
session will end, so nobody logs in early: the session logs in again when the CRM says it expired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connector.adapters.salesforce.errors import body_of, from_answer, read_body
from connector.adapters.web.grants import Grant
from connector.errors import ConfigError, LoginFailed, Retry
from connector.secrets import reveal_session

if TYPE_CHECKING:
    from connector.adapters.web.transport import Transport
    from connector.config import OrgConfig

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PRODUCTION = "https://login.salesforce.com"
SANDBOX = "https://test.salesforce.com"
_JWT_LIFE = 180
"""Seconds an assertion is good for; the CRM takes at most five minutes."""


def log_in(org: OrgConfig, transport: Transport, now: Callable[[], datetime]) -> Grant:
    """Logs in the way `org.login` says. Raises LoginFailed saying what to do, ConfigError for a missing secret.

    Raises Retry if the CRM could not be reached or broke; network errors of requests come through.
    """
    if org.login == "token":
        return Grant(org.secret("token").read_token(), org.url)
    answer = _ask(org, transport, _form(org, now))
    _keep_rotated(org, answer)
    token, url = answer.get("access_token"), answer.get("instance_url") or org.url
    if not isinstance(token, str) or not token:
        raise LoginFailed("the answer holds no access token", where=org.url)
    reveal_session(token)
    return Grant(token, str(url).rstrip("/"))


def _form(org: OrgConfig, now: Callable[[], datetime]) -> dict[str, str]:
    if org.login == "jwt":
        return {"grant_type": JWT_BEARER, "assertion": _assertion(org, now())}
    form = {"grant_type": org.login, "client_id": org.client_id or ""}
    if org.client_secret is not None:
        form["client_secret"] = org.secret("client_secret").read()
    if org.login == "refresh_token":
        form["refresh_token"] = org.secret("refresh_token").read()
    return form


def _assertion(org: OrgConfig, now: datetime) -> str:
    """The signed claim that we are the integration user. `exp` as a number; servers take a string too."""
    import jwt

    claims = {
        "iss": org.client_id,
        "sub": org.username,
        "aud": org.audience or _audience(org.url),
        "exp": int(now.timestamp()) + _JWT_LIFE,
    }
    try:
        return jwt.encode(claims, org.secret("key").read(), algorithm="RS256")
    except (jwt.exceptions.PyJWTError, ValueError, TypeError, NotImplementedError) as error:
        raise ConfigError(
            f"the private key cannot be used: {error}",
            where=org.where("key"),
            next="give an RSA key in PEM form without a password, the one whose certificate the app holds",
        ) from error


def _audience(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return SANDBOX if ".sandbox." in host or host.startswith("test.") else PRODUCTION


def _ask(org: OrgConfig, transport: Transport, form: dict[str, str]) -> Mapping[str, Any]:
    where = f"{org.url}/services/oauth2/token"
    response = transport.request("POST", where, data=form, headers={"Accept": "application/json"})
    body = body_of(response)
    if response.status_code < 300:
        if not isinstance(body, Mapping):
            raise LoginFailed("the login answered something that is not JSON", where=where, next="check url")
        return body
    told = read_body(body)
    if response.status_code in (400, 401, 403, 404):
        text = ": ".join(part for part in told if part) or f"HTTP {response.status_code}"
        raise LoginFailed(text, where=org.url, next=_advice(told.code, told.text, org))
    error = from_answer(response.status_code, body, where=where)
    if isinstance(error, Retry):
        raise error
    raise LoginFailed(error.what, where=org.url, next=error.next)


def _keep_rotated(org: OrgConfig, answer: Mapping[str, Any]) -> None:
    """A rotated refresh token is stored, whole and at once, before the access token is used: the old one is dead."""
    fresh = answer.get("refresh_token")
    if org.login != "refresh_token" or not isinstance(fresh, str) or not fresh:
        return
    kept = org.secret("refresh_token")
    if kept.read() != fresh:
        kept.replace(fresh)


_ADVICE = (
    ("approved this consumer", "let an admin pre-authorize the app for this user: Permitted Users → Admin approved"),
    ("admin approved", "assign the app to the user's profile or permission set"),
    ("audience", "set audience: https://login.salesforce.com, or https://test.salesforce.com for a sandbox org"),
    ("expired access/refresh token", "authorize the app once more and store the new refresh token"),
    ("user is locked", "let an admin unlock the integration user"),
    ("inactive", "let an admin activate the integration user"),
    ("no client credentials user", "set the run-as user in the app's client credentials flow"),
    ("not supported on this domain", "client credentials need the org's My Domain as url, not login or test"),
    ("client credentials", "check client_id and client_secret"),
    ("client identifier", "check client_id: it is the app's consumer key"),
    ("assertion", "check that the app holds the certificate of this key, and this machine's time"),
    ("authentication failure", "check the user name, the app's settings and the network ranges of the profile"),
)


def _advice(code: str, text: str, org: OrgConfig) -> str:
    """What to do about an OAuth error; the texts are those of Salesforce's token endpoint."""
    said = f"{code} {text}".replace("_", " ").lower()
    for words, advice in _ADVICE:
        if words in said:
            return advice
    return f"check login = {org.login!r} of this org and the app's settings; see docs/connect-salesforce.md"
