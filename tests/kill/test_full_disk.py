"""The ledger's disk is full in the middle of an apply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.crms import CRMS
from tests.kill.forking import Runner
from tests.kill.scene import Scene, applying


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """Where the processes come from."""
    with applying() as runner:
        yield runner


@pytest.mark.parametrize(
    ("crm", "room"),
    [*(("salesforce", room) for room in (4_000, 60_000, 110_000, 200_000, 300_000)), ("dynamics", 200_000)],
)
@pytest.mark.long
def test_full_disk(tmp_path: Path, runner: Runner, crm: str, room: int) -> None:
    """It stops in plain words, and once there is room again, resume ends it as if nothing had been."""
    scene = Scene(CRMS[crm], tmp_path)
    whole, full = tmp_path / "whole", tmp_path / "full"
    whole.mkdir()
    full.mkdir()
    with scene.set(whole) as stage:
        runner.run(stage.job())
        end = stage.left()
    with scene.set(full) as stage:
        stopped = runner.run(stage.job(room=room))
        assert stopped is not None
        assert stopped.kind == "StoreFailed", stopped
        assert f"ledger {full / 'ledger.db'}: " in stopped.error
        assert "→ " in stopped.error
        ended = runner.run(stage.job())
        assert ended is not None
        assert not ended.error, ended.error
        assert stage.left() == end
