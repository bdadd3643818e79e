"""Connected apps: who may log in through them, with which certificate or secret."""

import secrets
from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.salesforce.base import INTEGRATION_USERNAME

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


class App(msgspec.Struct, kw_only=True):
    """One connected app. `approved` are the usernames pre-authorized for it; client credentials log in as `run_as`.

    `certificate` is PEM, for JWT bearer. `refresh_tokens` maps a token to its username; with `rotate` each use gives a
    new one. `jwt_tokens` makes its access tokens JWTs, which SOAP refuses.
    """

    client_id: str
    client_secret: str
    certificate: str | None = None
    run_as: str | None = INTEGRATION_USERNAME
    approved: list[str] = msgspec.field(default_factory=lambda: [INTEGRATION_USERNAME])
    refresh_tokens: dict[str, str] = {}
    rotate: bool = False
    jwt_tokens: bool = False
    scope: str = "api refresh_token"


def save(org: "Org", app: App) -> App:
    """Register an app, or change the one of that client id."""
    org.settings["apps"] = {**org.settings.get("apps", {}), app.client_id: msgspec.to_builtins(app)}
    return app


def find(org: "Org", client_id: str) -> App | None:
    """The app of that client id."""
    found = org.settings.get("apps", {}).get(client_id)
    return msgspec.convert(found, App) if found else None


def register(org: "Org", certificate: str | None = None) -> App:
    """A new app with a fresh id, secret and one refresh token of the integration user."""
    token = f"5Aep861{secrets.token_urlsafe(48)}"
    return save(
        org,
        App(
            client_id=f"3MVG9{secrets.token_urlsafe(48)}",
            client_secret=secrets.token_hex(32).upper(),
            certificate=certificate,
            refresh_tokens={token: INTEGRATION_USERNAME},
        ),
    )
