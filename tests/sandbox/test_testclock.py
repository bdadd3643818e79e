"""The test clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.errors import Abort
from connector.sandbox.testclock import FileClock, clock_from_environment, system_clock


def test_follows_its_file(tmp_path: Path) -> None:
    """The clock stands at the instant in the file and moves when the file is written again."""
    file = tmp_path / "clock"
    file.write_text("2026-03-02T09:00:00Z\n")
    clock = FileClock(file)
    assert clock() == clock() == datetime(2026, 3, 2, 9, tzinfo=UTC)
    file.write_text("2026-03-02T12:00:00+02:00 ")
    assert clock() == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_environment_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONNECTOR_CLOCK names the file; without it the system's time is told."""
    file = tmp_path / "clock"
    file.write_text("2026-03-02")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(file))
    assert clock_from_environment()() == datetime(2026, 3, 2, tzinfo=UTC)
    monkeypatch.delenv("CONNECTOR_CLOCK")
    assert abs(clock_from_environment()() - system_clock()) < timedelta(minutes=1)


def test_says_what_is_wrong(tmp_path: Path) -> None:
    """A missing file, or one without an instant, is named with what to write into it."""
    file = tmp_path / "clock"
    with pytest.raises(Abort, match="clock"):
        FileClock(file)
    file.write_text("soon")
    with pytest.raises(Abort, match=r"does not hold a time.*\n.*write one instant"):
        FileClock(file)
