"""Getting an access token from Entra ID by the client credentials flow, with msal; or one that is given.

There is no refresh token in this flow: a new token is asked for when the old one is about to end or is refused
[wire §1.1]. msal is made anew for each login, because it keeps tokens and remembers even errors: a token that the CRM
has refused must not come back, nor a 429 that is long over. It sends through our transport, so that certificates,
proxies and timeouts are as everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from connector.adapters.web.grants import Grant
from connector.errors import ConfigError, LoginFailed, Throttled, Unanswered
from connector.secrets import reveal_session

if TYPE_CHECKING:
    from connector.adapters.web.transport import Transport
    from connector.config import OrgConfig

AUTHORITY: Final = "https://login.microsoftonline.com"
EARLY: Final = timedelta(minutes=5)
"""A token is renewed so long before its end."""
_PASSING: Final = ("temporarily_unavailable", "server_error", "service_unavailable")


def log_in(org: OrgConfig, transport: Transport, now: Callable[[], datetime]) -> Grant:
    """Logs in the way `org.login` says. Raises LoginFailed saying what to do, ConfigError for a missing secret.

    Raises Retry if Entra could not be reached or broke; network errors of requests come through.
    """
    if org.login == "token":
        return Grant(org.secret("token").read_token(), org.url)
    answer = _ask(org, transport)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise _refused(org, answer)
    reveal_session(token)
    life = answer.get("expires_in")
    until = now() + timedelta(seconds=float(life)) - EARLY if isinstance(life, (int, float, str)) and life else None
    return Grant(token, org.url, until)


def _ask(org: OrgConfig, transport: Transport) -> Mapping[str, Any]:
    """msal's answer. Its failures are answers too, not exceptions; exceptions mean that it could not even ask."""
    import msal

    where = authority(org)
    try:
        app = msal.ConfidentialClientApplication(
            org.client_id,
            authority=where,
            client_credential=_credential(org),
            http_client=transport,
            instance_discovery=False,
        )
        answer = app.acquire_token_for_client(scopes=[f"{org.url}/.default"])
    except (ValueError, msal.exceptions.MsalError) as error:
        raise _translated(error, org) from error
    if not isinstance(answer, Mapping):
        raise LoginFailed(
            "the login answered something that is no token", where=where, next="check authority and tenant"
        )
    return answer


def authority(org: OrgConfig) -> str:
    """Who issues tokens for this org."""
    return f"{org.authority or AUTHORITY}/{org.tenant}"


def _credential(org: OrgConfig) -> str | dict[str, str]:
    if org.login == "certificate":
        return {"private_key": org.secret("key").read(), "public_certificate": org.secret("certificate").read()}
    return org.secret("client_secret").read()


def _translated(error: Exception, org: OrgConfig) -> Exception:
    """What msal raises, by what it was about to do: read a key, find out where to ask, or ask a service that broke."""
    text = str(error)
    if type(error).__name__ == "MsalServiceError":
        return Unanswered(f"the token service broke: {_first_line(text)}", where=authority(org))
    if "discover" in text.lower() or "authority" in text.lower() or "tenant" in text.lower():
        return LoginFailed(
            f"the authority does not know this tenant: {_first_line(text)}",
            where=authority(org),
            next="check tenant and authority in connector.toml",
        )
    if org.login == "certificate":
        return ConfigError(
            f"the key or certificate cannot be used: {_first_line(text)}",
            where=org.where("key"),
            next="give a private key without a password and its public certificate, both in PEM form",
        )
    return LoginFailed(_first_line(text), where=authority(org), next="check tenant, client_id and authority")


def _refused(org: OrgConfig, answer: Mapping[str, Any]) -> Exception:
    code = str(answer.get("error") or "")
    text = _first_line(str(answer.get("error_description") or code or "the answer holds no access token"))
    if code in _PASSING:
        return Unanswered(text, where=authority(org))
    if "throttl" in text.lower() or "AADSTS90025" in text or "AADSTS90055" in text:
        return Throttled(text, where=authority(org))
    return LoginFailed(text, where=urlsplit(authority(org)).netloc, next=_advice(text, org))


_ADVICE: Final = (
    ("AADSTS7000215", "check client_secret: it must be the secret's value, not its id"),
    ("AADSTS7000222", "the client secret has expired: make a new one in the app registration"),
    ("AADSTS700016", "check client_id and tenant: the app is not registered in this directory"),
    ("AADSTS90002", "check tenant: there is no such directory"),
    ("AADSTS900023", "check tenant: it is neither a directory id nor a domain"),
    ("AADSTS500011", "check url: no environment of this address is known in the directory"),
    ("AADSTS700027", "check certificate and key: the app registration holds another certificate"),
    ("AADSTS7000112", "enable the app registration in the directory"),
    ("AADSTS53003", "a conditional access policy forbids it; ask the directory's administrator"),
)
"""Error codes of Entra ID and what to do about them."""


def _advice(text: str, org: OrgConfig) -> str:
    for code, advice in _ADVICE:
        if f"{code}:" in text or f"{code} " in text:
            return advice
    return f"check login = {org.login!r} of this org and the app registration; see docs/connect-dynamics.md"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:400]
