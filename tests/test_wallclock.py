"""The one place that tells the time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.errors import ConfigError
from connector.wallclock import clock, sleep


def test_a_test_clock_says_what_its_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read each time, so that a test may move it on."""
    file = tmp_path / "clock"
    file.write_text("2026-03-02T10:00:00+01:00")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(file))
    now = clock(loopback=True)
    assert now() == datetime(2026, 3, 2, 9, tzinfo=UTC)
    file.write_text("2026-03-03T09:00:00Z")
    assert now() == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_test_clock_is_refused_for_a_real_org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's real data is judged at an invented time."""
    monkeypatch.setenv("CONNECTOR_CLOCK", str(tmp_path / "clock"))
    with pytest.raises(ConfigError, match="not on this machine"):
        clock(loopback=False)


@pytest.mark.parametrize("text", ["", "noon", "2026-03-02T09:00:00"])
def test_a_file_without_a_time_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """An empty file, words, or a time without zone are refused at once."""
    file = tmp_path / "clock"
    file.write_text(text)
    monkeypatch.setenv("CONNECTOR_CLOCK", str(file))
    with pytest.raises(ConfigError, match="CONNECTOR_CLOCK"):
        clock(loopback=True)


def test_without_a_test_clock_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's time, aware and to the second."""
    monkeypatch.delenv("CONNECTOR_CLOCK", raising=False)
    moment = clock(loopback=False)()
    assert moment.tzinfo is UTC
    assert moment.microsecond == 0


def test_waiting_goes_by_the_test_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes are over when the file says so, and not one look earlier."""
    file = tmp_path / "clock"
    file.write_text("2026-03-02T09:00:00Z")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(file))
    times = iter(("09:05", "09:09", "09:10"))
    sleep(600, lambda seconds: file.write_text(f"2026-03-02T{next(times)}:00Z"))
    assert next(times, None) is None


def test_without_a_test_clock_it_waits_as_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real seconds, all at once."""
    monkeypatch.delenv("CONNECTOR_CLOCK", raising=False)
    waited: list[float] = []
    sleep(600, waited.append)
    assert waited == [600]
