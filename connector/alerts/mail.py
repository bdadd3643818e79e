"""A mail by SMTP, sent at most once: whoever is in doubt whether it went out says so.

Up to the dot that ends the message nothing has been sent, whatever goes wrong [RFC 5321 §4.1.1.4]. From then on only
the server's answer tells; without one the mail may have arrived.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from connector.alerts.sent import Sent
from connector.config import LOOPBACK
from connector.errors import ConfigError
from connector.store.ledger import Told

TIMEOUT: Final = 60.0
"""Seconds to wait for the mail server."""
_PORTS: Final = {"smtp": 587, "smtps": 465}
_BEGIN, _TAKEN = 354, 250


class Server(NamedTuple):
    """A mail server. `tls`: from the first byte; else STARTTLS is required, unless it is on this machine."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""

    @property
    def is_loopback(self) -> bool:
        """It is on this machine."""
        return self.host in LOOPBACK


def server(url: str, where: str) -> Server:
    """From `smtps://user:password@host:465`. Raises ConfigError, which does not repeat the address."""
    wrong = ConfigError(
        "not the address of a mail server",
        where=where,
        next="write it like smtps://user:password@mail.acme.com:465 or smtp://mail.acme.com:587; "
        "special characters of user and password as %40 and so on",
    )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not host or parts.path not in ("", "/") or parts.query:
        raise wrong
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise ConfigError(
            "user and password of a mail server must be ASCII: others cannot be sent", where=where,
            next="give connector a password of its own without such characters",
        )  # fmt: skip
    return Server(host, port or _PORTS[parts.scheme], parts.scheme == "smtps", user, password)


class Letter(NamedTuple):
    """One mail. `id`: its Message-ID."""

    sender: str
    to: Sequence[str]
    subject: str
    id: str
    at: datetime
    plain: str
    html: str = ""


def message_id(key: str, org: str, sender: str) -> str:
    """The same for the same key: a mail program that gets the message twice shows it once."""
    return f"<connector.{org}.{key}@{sender.rpartition('@')[2]}>"


def message(letter: Letter) -> EmailMessage:
    """As it goes over the wire."""
    mail = EmailMessage()
    mail["From"] = Address("connector", addr_spec=letter.sender)
    mail["To"] = [Address(addr_spec=one) for one in letter.to]
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = letter.id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.plain, cte="quoted-printable")
    if letter.html:
        mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return mail


def send(letter: Letter, to: Server, *, timeout: float = TIMEOUT) -> Sent:
    """Sends it. Never raises what the network or the server does: that is in the answer."""
    try:
        client = _connected(to, timeout)
    except (OSError, smtplib.SMTPException) as error:
        return Sent(Told.FAILED, f"{to.host}:{to.port}: {_words(error)}")
    try:
        return _talk(client, letter, to)
    finally:
        _leave(client)


def _connected(to: Server, timeout: float) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if to.tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=timeout, context=trusted)
    else:
        client = smtplib.SMTP(to.host, to.port, timeout=timeout)
    try:
        client.ehlo_or_helo_if_needed()
        if not to.tls and not to.is_loopback:
            client.starttls(context=trusted)
            client.ehlo()
        if to.user:
            client.login(to.user, to.password)
    except BaseException:
        client.close()
        raise
    return client


def _talk(client: smtplib.SMTP, letter: Letter, to: Server) -> Sent:
    refused: list[str] = []
    taken: list[str] = []
    content = message(letter).as_bytes(policy=SMTP)
    try:
        _expect(client.mail(letter.sender), "the sender was refused")
        for one in letter.to:
            code, words = client.rcpt(one)
            if code not in (250, 251):
                refused.append(f"{one} ({code} {_decoded(words)})")
            else:
                taken.append(one)
        if not taken:
            return Sent(Told.FAILED, f"{to.host} refused every recipient: {'; '.join(refused)}")
        code, words = client.docmd("data")
        if code != _BEGIN:
            return Sent(Told.FAILED, f"{to.host}: {code} {_decoded(words)}")
    except (OSError, smtplib.SMTPException) as error:
        return Sent(Told.FAILED, f"{to.host}: {_words(error)}")
    try:
        client.send(_stuffed(content))
        code, words = client.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Sent(Told.UNKNOWN, f"{to.host} did not say whether it took the mail: {_words(error)}")
    if code != _TAKEN:
        return Sent(Told.FAILED, f"{to.host} did not take the mail: {code} {_decoded(words)}")
    return Sent(Told.SENT, f"refused: {'; '.join(refused)}" if refused else "", to=tuple(taken))


def _expect(answer: tuple[int, bytes], what: str) -> None:
    code, words = answer
    if code != _TAKEN:
        raise smtplib.SMTPResponseException(code, f"{what}: {_decoded(words)}")


def _stuffed(content: bytes) -> bytes:
    """The content with its end: a line that begins with a dot gets another one [RFC 5321 §4.5.2]."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines + (b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n")


def _leave(client: smtplib.SMTP) -> None:
    """What was sent is sent: how we part changes nothing."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return str(error) or type(error).__name__


def _decoded(words: bytes | str) -> str:
    return words if isinstance(words, str) else words.decode("utf-8", "replace")
