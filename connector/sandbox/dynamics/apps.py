"""App registrations in the tenant: who may ask for tokens, with which secret or certificate."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.dynamics.base import INTEGRATION_APP_ID
from connector.sandbox.dynamics.stamps import instant

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org


class App(msgspec.Struct, kw_only=True):
    """One app registration. `secrets` maps client secrets to the instant they expire at (None: never); `certificates`
    are PEM. Whether it may enter the environment is another matter: that needs an application user of its client id.
    """

    client_id: str
    secrets: dict[str, str | None] = {}
    certificates: list[str] = []

    def accepts(self, secret: str, now: datetime) -> str:
        """ "" if the secret is good, else "wrong" or "expired"."""
        found = next((one for one in self.secrets if secrets.compare_digest(one.encode(), secret.encode())), None)
        if found is None:
            return "wrong"
        ends = self.secrets[found]
        return "expired" if ends is not None and instant(ends) <= now else ""


def save(org: "Org", app: App) -> App:
    """Register an app, or change the one of that client id."""
    org.settings["apps"] = {**org.settings.get("apps", {}), app.client_id: msgspec.to_builtins(app)}
    return app


def find(org: "Org", client_id: str) -> App | None:
    """The app of that client id."""
    found = org.settings.get("apps", {}).get(client_id.lower())
    return msgspec.convert(found, App) if found else None


def register(org: "Org", certificate: str | None = None, client_id: str = INTEGRATION_APP_ID) -> tuple[App, str]:
    """An app with a fresh secret, and with a certificate if one is given; without a client id the one whose application
    user is the integration user. Returns the app and the secret.
    """
    secret = f"{secrets.token_urlsafe(3)}8Q~{secrets.token_urlsafe(24)}"
    known = find(org, client_id) or App(client_id=client_id.lower())
    known.secrets = {**known.secrets, secret: None}
    if certificate is not None:
        known.certificates = [*known.certificates, certificate]
    return save(org, known), secret


def thumbprints(pem: str) -> set[str]:
    """How the header of a client assertion may name a certificate: `x5t` (SHA-1) and `x5t#S256`."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificate

    der = load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    digests = (hashlib.sha1(der, usedforsecurity=False).digest(), hashlib.sha256(der).digest())
    return {base64.urlsafe_b64encode(one).decode().rstrip("=") for one in digests}
