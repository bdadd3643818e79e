"""Secrets are read by reference and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import ConfigError
from connector.secrets import HIDDEN, SESSIONS, Secret, hidden, hidden_in, reveal, reveal_session


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """env:NAME is the variable; leading zeros are kept, because it is never taken for a number."""
    monkeypatch.setenv("S", "00123")
    assert Secret("env:S", key="token", base=tmp_path).read() == "00123"


def test_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    """file:PATH is relative to the configuration; a line end at its end is not part of the secret."""
    (tmp_path / "t").write_text("abc\n")
    assert Secret("file:t", key="token", base=tmp_path).read() == "abc"


def test_a_missing_one_is_named_not_guessed(tmp_path: Path) -> None:
    """A variable or file that is not there is an error naming it."""
    with pytest.raises(ConfigError, match="NOT_SET_AT_ALL"):
        Secret("env:NOT_SET_AT_ALL", key="token", base=tmp_path).read()
    with pytest.raises(ConfigError, match="nowhere"):
        Secret("file:nowhere", key="token", base=tmp_path).read()


def test_a_secret_never_shows_its_value(tmp_path: Path) -> None:
    """Its text form is the reference."""
    (tmp_path / "t").write_text("hush")
    assert "hush" not in repr(Secret("file:t", key="token", base=tmp_path))


def test_a_rotated_secret_is_replaced_whole(tmp_path: Path) -> None:
    """A new refresh token is stored for its owner only, in one step."""
    (tmp_path / "t").write_text("old")
    secret = Secret("file:t", key="refresh_token", base=tmp_path)
    secret.replace("new")
    assert secret.read() == "new"
    assert (tmp_path / "t").stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigError, match="cannot be written"):
        Secret("env:S", key="refresh_token", base=tmp_path).replace("new")


@pytest.mark.parametrize("wrong", ["tok\u0142en", "tok\u00f6n", "tok en", "tok\ten", "\ufefftoken"])
def test_what_no_header_can_hold_is_no_token(tmp_path: Path, wrong: str) -> None:
    """The error names the reference, the key and which character it is; it does not repeat the token."""
    (tmp_path / "t").write_text(wrong, encoding="utf-8")
    secret = Secret("file:t", key="connector.toml:4 token", base=tmp_path)
    assert secret.read() == wrong
    with pytest.raises(ConfigError) as raised:
        secret.read_token()
    assert "file:t is no token: its character" in str(raised.value)
    assert raised.value.where == "connector.toml:4 token"
    assert raised.value.next
    assert wrong not in str(raised.value)
    (tmp_path / "t").write_text("00D5g!AQ0.aQ_x-y~/+=")
    assert secret.read_token() == "00D5g!AQ0.aQ_x-y~/+="


def test_bytes_that_are_no_text_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of a variable as of a file."""
    monkeypatch.setenv("S", "abc\udcff")
    with pytest.raises(ConfigError, match="env:S is not text"):
        Secret("env:S", key="token", base=tmp_path).read()
    (tmp_path / "t").write_bytes(b"abc\xff")
    with pytest.raises(ConfigError, match="it is not text"):
        Secret("file:t", key="token", base=tmp_path).read()


def test_a_secret_within_a_secret() -> None:
    """The longer one is replaced whole: what it has more than the shorter does not stand there."""
    reveal("hush-hush")
    reveal("hush-hush-0123456789")
    assert hidden("a hush-hush-0123456789 b hush-hush c") == f"a {HIDDEN} b {HIDDEN} c"


def test_in_whatever_is_written_as_json() -> None:
    """In keys, lists and tables, and where quotes would be written otherwise."""
    reveal('qu"ote\\d')
    told = {"a": ['x qu"ote\\d'], 'qu"ote\\d': {"n": 1, "none": None, "at": Path('/qu"ote\\d')}}
    assert hidden_in(told) == {"a": [f"x {HIDDEN}"], HIDDEN: {"n": 1, "none": None, "at": f"/{HIDDEN}"}}


def test_sessions_are_forgotten_in_the_end() -> None:
    """A process that lives for weeks remembers the latest, not all."""
    for number in range(SESSIONS + 1):
        reveal_session(f"session-{number:05}-given")
    assert hidden("session-00200-given") == HIDDEN
    assert hidden("session-00000-given") == "session-00000-given"
