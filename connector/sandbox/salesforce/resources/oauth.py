"""`/services/oauth2/…`: tokens by JWT bearer, client credentials and refresh token, as a connected app allows."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import jwt

from connector.sandbox.salesforce import apps, base
from connector.sandbox.salesforce.apps import App
from connector.sandbox.salesforce.http import Answer, Call, Route

_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
_NO_STORE = {"Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private"}
Form = Mapping[str, str]


class _RefusedError(Exception):
    """Why there is no token: OAuth's error code and description."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.answer = Answer(status, {"error": code, "error_description": description}, _NO_STORE)


def token(call: Call) -> Answer:
    """`POST /services/oauth2/token`, a form. Errors are an object, not REST's array [I stackexchange 207685]."""
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)) or call.query
    try:
        grant = form.get("grant_type")
        if not grant:
            raise _RefusedError("invalid_request", "grant type is missing")
        if grant == _JWT:
            return _by_jwt(call, form)
        if grant == "client_credentials":
            return _by_credentials(call, form)
        if grant == "refresh_token":
            return _by_refresh(call, form)
        if grant == "password":
            raise _RefusedError("invalid_grant", "authentication failure")
        raise _RefusedError("unsupported_grant_type", "grant type not supported")
    except _RefusedError as refused:
        return refused.answer


def _by_jwt(call: Call, form: Form) -> Answer:
    assertion = form.get("assertion", "")
    try:
        claims: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise _RefusedError("invalid_grant", "invalid assertion") from None
    app = _app(call, str(claims.get("iss")))
    if app.certificate is None:
        raise _RefusedError("invalid_grant", "user hasn't approved this consumer")
    try:
        certificate = _public_key(app.certificate)
        jwt.decode(assertion, certificate, ["RS256"], options={"verify_aud": False, "verify_exp": False})
    except jwt.PyJWTError:
        raise _RefusedError("invalid_grant", "invalid assertion") from None
    if str(claims.get("aud")).rstrip("/") not in (*_AUDIENCES, call.base_url):
        raise _RefusedError("invalid_grant", "audience is invalid")
    try:
        expires = float(claims["exp"])
    except (KeyError, TypeError, ValueError):
        raise _RefusedError("invalid_grant", "invalid assertion") from None
    if expires <= call.org.clock().timestamp():
        raise _RefusedError("invalid_grant", "invalid assertion")
    return _granted(call, app, str(claims.get("sub")))


def _public_key(pem: str) -> Any:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(pem.encode()).public_key()


def _by_credentials(call: Call, form: Form) -> Answer:
    app = _client(call, form)
    if app.run_as is None:
        raise _RefusedError("invalid_grant", "no client credentials user enabled")
    return _granted(call, app, app.run_as)


def _by_refresh(call: Call, form: Form) -> Answer:
    app = _client(call, form)
    given = form.get("refresh_token", "")
    username = app.refresh_tokens.get(given)
    if username is None:
        raise _RefusedError("invalid_grant", "expired access/refresh token")
    if not app.rotate:
        return _granted(call, app, username)
    fresh = f"5Aep861{secrets.token_urlsafe(48)}"
    app.refresh_tokens = {fresh: username, **{key: name for key, name in app.refresh_tokens.items() if key != given}}
    apps.save(call.org, app)
    call.org.sessions.end_of(app.client_id)
    answer = _granted(call, app, username)
    answer.body["refresh_token"] = fresh
    return answer


def _client(call: Call, form: Form) -> App:
    """The app that authenticates itself, by HTTP Basic or in the form."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    kind, _, encoded = call.header("authorization").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise _RefusedError("invalid_client", "invalid client credentials", 401) from None
    app = _app(call, client_id)
    if not hmac.compare_digest(secret.encode(), app.client_secret.encode()):
        raise _RefusedError("invalid_client", "invalid client credentials")
    return app


def _app(call: Call, client_id: str) -> App:
    app = apps.find(call.org, client_id)
    if app is None:
        raise _RefusedError("invalid_client_id", "client identifier invalid")
    return app


def _granted(call: Call, app: App, username: str) -> Answer:
    query = 'SELECT "Id", IsActive FROM User WHERE Username = ?'
    user = call.org.storage.reader().execute(query, (username,)).fetchone()
    if user is None or username not in app.approved:
        raise _RefusedError("invalid_grant", "user hasn't approved this consumer")
    if not user[1]:
        raise _RefusedError("inactive_user", "user is inactive")
    now = call.org.clock()
    made = _made_token(call, app, user[0]) if app.jwt_tokens else None
    session = call.org.sessions.shared(user[0], app.client_id, now, made)
    issued = str(int(now.timestamp() * 1000))
    identity = call.org.identity_url(call.base_url, user[0])
    signed = hmac.new(app.client_secret.encode(), (identity + issued).encode(), hashlib.sha256).digest()
    body = {
        "access_token": session.token,
        "signature": base64.b64encode(signed).decode(),
        "scope": app.scope,
        "instance_url": call.base_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
        "token_format": "jwt" if app.jwt_tokens else "opaque",
    }
    return Answer(200, body, _NO_STORE)


def _made_token(call: Call, app: App, user_id: str) -> str:
    claims = {"sub": user_id, "iss": call.base_url, "client_id": app.client_id, "jti": secrets.token_hex(8)}
    return jwt.encode(claims, app.client_secret, algorithm="HS256")


def revoke(call: Call) -> Answer:
    """`POST /services/oauth2/revoke`: ends the session, for everyone who shares it [I SalesforcePy #56]."""
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"))) or call.query
    if call.org.sessions.end(form.get("token", "")):
        return Answer(200, None)
    return _RefusedError("unsupported_token_type", "this token type is not supported").answer


def userinfo(call: Call) -> Answer:
    """`GET /services/oauth2/userinfo`: who the token belongs to."""
    user = _user(call)
    return Answer(
        body={
            "sub": call.org.identity_url(call.base_url, user["Id"]),
            "user_id": user["Id"],
            "organization_id": base.ORG_ID,
            "preferred_username": user["Username"],
            "nickname": user["CommunityNickname"],
            "name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "zoneinfo": user["TimeZoneSidKey"],
            "urls": _urls(call),
            "active": bool(user["IsActive"]),
            "user_type": "STANDARD",
            "language": user["LanguageLocaleKey"],
            "locale": user["LocaleSidKey"],
        }
    )


def identity(call: Call) -> Answer:
    """`GET /id/{org}/{user}`: the identity URL of a login."""
    user = _user(call)
    return Answer(
        body={
            "id": call.org.identity_url(call.base_url, user["Id"]),
            "asserted_user": True,
            "user_id": user["Id"],
            "organization_id": base.ORG_ID,
            "username": user["Username"],
            "nick_name": user["CommunityNickname"],
            "display_name": user["Name"],
            "email": user["Email"],
            "first_name": user["FirstName"],
            "last_name": user["LastName"],
            "timezone": user["TimeZoneSidKey"],
            "urls": _urls(call),
            "active": bool(user["IsActive"]),
            "user_type": "STANDARD",
            "language": user["LanguageLocaleKey"],
            "locale": user["LocaleSidKey"],
        }
    )


def _user(call: Call) -> dict[str, Any]:
    cursor = call.org.storage.reader().execute('SELECT * FROM User WHERE "Id" = ?', (call.user_id,))
    names = [column[0] for column in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))


def _urls(call: Call) -> dict[str, str]:
    data = f"{call.base_url}/services/data/v{{version}}"
    soap = f"{call.base_url}/services/Soap"
    return {
        "enterprise": f"{soap}/c/{{version}}/{base.ORG_ID[:15]}",
        "metadata": f"{soap}/m/{{version}}/{base.ORG_ID[:15]}",
        "partner": f"{soap}/u/{{version}}/{base.ORG_ID[:15]}",
        "rest": f"{data}/",
        "sobjects": f"{data}/sobjects/",
        "search": f"{data}/search/",
        "query": f"{data}/query/",
        "profile": f"{call.base_url}/{call.user_id}",
        "tooling_rest": f"{data}/tooling/",
        "custom_domain": call.base_url,
    }


ROUTES = [
    Route("/services/oauth2/token", session=False, POST=token),
    Route("/services/oauth2/revoke", session=False, POST=revoke, GET=revoke),
    Route("/services/oauth2/userinfo", GET=userinfo, POST=userinfo),
    Route("/id/{org}/{user}", GET=identity),
]
