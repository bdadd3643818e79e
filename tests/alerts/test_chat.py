"""A message to a chat goes out at most once, and whoever is in doubt says so."""

from __future__ import annotations

import sys

import pytest

from connector.alerts.chat import receiver, room, send
from connector.alerts.sent import Sent
from connector.errors import ConfigError
from connector.store.ledger import Told
from tests.alerts.receivers import Hook


def sent(chat: Hook) -> Sent:
    """One message."""
    return send(receiver(chat.url, "chat"), "acme: 1 promise broken", "Zoë <b>&amp;</b>\nsecond line")


def test_it_arrives(chat: Hook) -> None:
    """Title and text, letter for letter."""
    assert sent(chat) == Sent(Told.SENT)
    (message,) = chat.messages
    assert (message["title"], message["message"]) == ("acme: 1 promise broken", "Zoë <b>&amp;</b>\nsecond line")


@pytest.mark.parametrize(
    ("status", "state"),
    [(403, Told.FAILED), (429, Told.FAILED), (503, Told.FAILED), (500, Told.UNKNOWN), (504, Told.UNKNOWN)],
)
def test_what_an_answer_means(chat: Hook, status: int, state: Told) -> None:
    """A refusal may be sent again; a receiver that broke may have got it."""
    chat.status = status
    assert sent(chat) == Sent(state, f"127.0.0.1 answered HTTP {status}")


def test_no_answer_is_no_answer(chat: Hook) -> None:
    """A receiver that hangs up may have got it."""
    chat.hangs_up = True
    assert sent(chat).state is Told.UNKNOWN
    assert len(chat.messages) == 1


def test_nobody_there(chat: Hook) -> None:
    """Nothing was sent, and the plug-in is left as it was."""
    chat.down()
    assert sent(chat).state is Told.FAILED
    module = sys.modules["apprise.plugins.custom_json"]
    assert module.requests is sys.modules["requests"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense://secret", "not an address that Apprise knows"),
        ("", "not an address that Apprise knows"),
        ("slack://secret", "not an address that Apprise knows"),
        ("json://chat.acme.com/secret", "json:// is not encrypted"),
        ("mailto://secret:secret@acme.com", "mailto:// is not encrypted"),
    ],
)
def test_addresses_that_are_refused(url: str, said: str) -> None:
    """Unknown ones, and those without encryption to another machine; the address is not repeated."""
    with pytest.raises(ConfigError) as caught:
        receiver(url, "[[org.alerts.chat]] sales")
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_chat_may_take_less() -> None:
    """Discord takes 2,000 characters."""
    assert room(receiver("discord://1234567890/token", "chat")) == 2_000
    assert room(receiver("jsons://chat.acme.com/hook", "chat")) == 6_000
