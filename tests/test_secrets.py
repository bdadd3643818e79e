"""Secrets are read by reference and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import ConfigError
from connector.secrets import Secret


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
