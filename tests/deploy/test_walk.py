"""The walk itself, through connector as it is installed here: `make image-test` does the same with the image."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.process import Process
from tests.deploy.scene import scene
from tests.deploy.walk import walk


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_process(tmp_path: Path) -> None:
    """It comes up, reloads, is met amid its writes and ends; the next night goes on; the CRM is as it ought to be."""
    said: list[str] = []
    with scene(tmp_path, people=5_000) as made:
        process = Process()
        try:
            walk(process, made, said.append)
        finally:
            process.close()
    assert len(said) == 6
