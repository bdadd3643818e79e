"""Settings that would only show when they are needed are told by `connector check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.check import State, settings
from connector.secrets import Secret


def test_a_secret_that_everybody_reads_or_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file open to all and a variable that is not set have a line each; a file of one's own has none."""
    monkeypatch.delenv("ACME_UNSET", raising=False)
    for name, mode in (("open", 0o644), ("own", 0o600)):
        (tmp_path / name).write_text("a token")
        (tmp_path / name).chmod(mode)
    given = [Secret(reference, key="here", base=tmp_path) for reference in ("file:open", "file:own", "env:ACME_UNSET")]
    opened, unset = settings.secrets(given)
    assert (opened.state, opened.next) == (State.NOTE, f"chmod 600 {tmp_path / 'open'}")
    assert (unset.state, unset.name) == (State.NOTE, "secret env:ACME_UNSET")
    assert "is not set" in unset.found
    assert "a token" not in str(opened)


@pytest.mark.parametrize(
    ("users", "state", "said"),
    [(None, State.BLIND, "eve"), (1, State.OK, "eve"), (0, State.NOTE, "no active user"), (2, State.NOTE, "2 active")],
)
def test_the_fallback_is_one_active_user(users: int | None, state: State, said: str) -> None:
    """One is right; none and several are told; before a sync nobody knows."""
    line = settings.fallback("eve", users)
    assert line.state is state
    assert said in line.found
