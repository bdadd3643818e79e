"""Every rule has a manual, and every example in it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.judge.loading import modules
from tests.rules.example import Example, examples, run


@pytest.mark.parametrize("example", examples(), ids=lambda example: f"{example.rule}: {example.text}"[:90])
def test_example(example: Example) -> None:
    """What a manual promises is what the rule does: exactly these fields change, and these findings are found."""
    fields, findings, changed, found = run(example)
    assert changed == fields
    assert findings <= found


@pytest.mark.parametrize("name", modules())
def test_manual(name: str) -> None:
    """Every rule says what it does, why, and how to undo it, with examples, and has tests of its own."""
    manual = modules()[name].__doc__ or ""
    for heading in ("Why", "Example"):
        assert f"\n{heading}\n    " in manual
    assert "\nHow to undo\n    " in manual or "\nNothing to undo\n    " in manual
    assert "\n" not in manual.partition("\n\n")[0], "the first line says in one sentence what the rule does"
    assert (Path(__file__).parent / f"test_{name.replace('-', '_')}.py").exists()


def test_turns() -> None:
    """No two rules have the same turn."""
    orders = [module.ORDER for module in modules().values()]
    assert len(set(orders)) == len(orders)
