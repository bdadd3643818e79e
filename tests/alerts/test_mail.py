"""A mail goes out at most once, and whoever is in doubt says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.alerts.mail import Letter, Server, message, message_id, send, server
from connector.errors import ConfigError
from connector.store.ledger import Told
from tests.alerts.receivers import Mailbox

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LETTER = Letter(
    sender="connector@acme.example",
    to=("a@acme.example", "b@acme.example"),
    subject="acme: 2 promises\nbroken – Köln",
    id=message_id("0a1b", "acme", "connector@acme.example"),
    at=AT,
    plain=".a line that begins with a dot\n..two\nZoë 日本\n" + "long " * 300 + "\n",
    html="<p>Zoë</p>",
)


def there(box: Mailbox) -> Server:
    """The mail server."""
    return server(box.url, "smtp")


def test_it_arrives_as_it_was_written(box: Mailbox) -> None:
    """Both parts, whatever letters and dots are in them, with headers that mail programs understand."""
    assert send(LETTER, there(box)).state is Told.SENT
    (mail,) = box.mails
    assert box.text() == LETTER.plain
    assert box.html().strip() == LETTER.html
    assert str(mail["Subject"]) == "acme: 2 promises broken – Köln"
    assert mail["Message-ID"] == "<connector.acme.0a1b@acme.example>"
    assert mail["Date"].datetime == AT
    assert (mail["Auto-Submitted"], str(mail["From"])) == ("auto-generated", "connector <connector@acme.example>")
    assert box.recipients == [["a@acme.example", "b@acme.example"]]
    assert all(len(line) < 999 for line in message(LETTER).as_bytes().splitlines())


def test_one_of_several_recipients_is_refused(box: Mailbox) -> None:
    """The others get it, and the note names who did not; if all are refused, nothing was sent."""
    box.refuses = {"b@acme.example"}
    sent = send(LETTER, there(box))
    assert (sent.state, sent.note) == (Told.SENT, "refused: b@acme.example (550 no such user)")
    assert sent.to == ("a@acme.example",)
    box.refuses.add("a@acme.example")
    assert send(LETTER, there(box)).state is Told.FAILED
    assert len(box.raw) == 1


def test_a_no_is_a_no(box: Mailbox) -> None:
    """A server that does not take the message says so: it may be sent again."""
    box.answer = "452 no room"
    sent = send(LETTER, there(box))
    assert (sent.state, sent.note) == (Told.FAILED, "127.0.0.1 did not take the mail: 452 no room")


def test_no_answer_is_no_answer(box: Mailbox) -> None:
    """A server that hangs up after the message may have taken it."""
    box.hangs_up = True
    assert send(LETTER, there(box)).state is Told.UNKNOWN
    assert len(box.raw) == 1


def test_nobody_there(box: Mailbox) -> None:
    """Nothing was sent."""
    box.down()
    sent = send(LETTER, there(box))
    assert sent.state is Told.FAILED
    assert sent.note.startswith(f"127.0.0.1:{box.port}: ")


def test_tls_is_asked_for_where_there_is_none(box: Mailbox) -> None:
    """smtps:// to a server without TLS, and a login where none is offered: nothing is sent."""
    assert send(LETTER, server(f"smtps://127.0.0.1:{box.port}", "smtp"), timeout=5).state is Told.FAILED
    assert send(LETTER, server(f"smtp://u:p@127.0.0.1:{box.port}", "smtp")).state is Told.FAILED
    assert box.raw == []


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://mail.acme.com", Server("mail.acme.com", 587, False)),
        ("smtps://mail.acme.com", Server("mail.acme.com", 465, True)),
        ("smtps://u%40acme.com:p%2Fw@mail.acme.com:2465/", Server("mail.acme.com", 2465, True, "u@acme.com", "p/w")),
    ],
)
def test_addresses(url: str, found: Server) -> None:
    """Ports have their usual values; user and password may hold any ASCII character."""
    assert server(url, "smtp") == found


@pytest.mark.parametrize("url", ["mail.acme.com", "http://mail.acme.com", "smtp://", "smtp://u:secret@host:port", ""])
def test_no_address(url: str) -> None:
    """What is no address is told, and not repeated: it may hold a password."""
    with pytest.raises(ConfigError) as caught:
        server(url, "[org.alerts.mail] smtp")
    assert "not the address of a mail server" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("password", ["geheimniß", "%C3%9F-secret"])
def test_a_password_that_cannot_be_sent(password: str) -> None:
    """It is told before anything is tried, and not repeated."""
    with pytest.raises(ConfigError, match="must be ASCII") as caught:
        server(f"smtps://robot:{password}@mail.acme.com", "[org.alerts.mail] smtp")
    assert "geheim" not in str(caught.value)
