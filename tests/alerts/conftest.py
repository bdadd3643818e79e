"""One mail server and one web hook for all tests of a module, emptied for each; a scene for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.receivers import Hook, Mailbox, hook, mailbox
from tests.alerts.scene import Scene


@pytest.fixture(scope="session")
def _mailbox() -> Iterator[Mailbox]:
    with mailbox() as one:
        yield one


@pytest.fixture(scope="session")
def _hook() -> Iterator[Hook]:
    with hook() as one:
        yield one


@pytest.fixture
def box(_mailbox: Mailbox) -> Mailbox:
    """A mail server, empty, up and willing."""
    _mailbox.down()
    fresh = Mailbox(_mailbox.port)
    _mailbox.__dict__.update({**fresh.__dict__})
    _mailbox.up()
    return _mailbox


@pytest.fixture
def chat(_hook: Hook) -> Hook:
    """A web hook, empty, up and willing."""
    _hook.down()
    fresh = Hook(_hook.port)
    _hook.__dict__.update({**fresh.__dict__})
    _hook.up()
    return _hook


@pytest.fixture
def scene(tmp_path: Path, box: Mailbox, chat: Hook) -> Scene:
    """An org without leads yet."""
    return Scene(tmp_path, box, chat)
