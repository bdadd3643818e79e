"""Where most tests of applying begin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.memory import MemoryCrm
from tests.apply.desk import Desk
from tests.store.ledger.open import Clock


@pytest.fixture
def crm() -> MemoryCrm:
    """An empty org."""
    return MemoryCrm()


@pytest.fixture
def desk(tmp_path: Path, crm: MemoryCrm) -> Iterator[Desk]:
    """A process at work on it."""
    with Desk(tmp_path, crm, Clock()).open() as desk:
        yield desk
