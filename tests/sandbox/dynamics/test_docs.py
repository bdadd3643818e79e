"""docs/sandbox-dynamics.md says what the faults file knows."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from connector.sandbox.dynamics import rules
from connector.sandbox.dynamics.metadata.actions import ACTIONS
from connector.sandbox.dynamics.org import Org
from connector.sandbox.faults import Faults

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox-dynamics.md").read_text(encoding="utf-8")
COUNTERS = {"seen", "hits", "met"}
TABLES = {
    "limits": rules.Limits,
    "row_fault": rules.RowFault,
    "validation_rule": rules.ValidationRule,
    "duplicate_rule": rules.DuplicateRule,
    "automation": rules.Automation,
}


def row(name: str) -> str:
    """The line of the page's table about one table or key of the faults file."""
    return next(line for line in PAGE.splitlines() if re.match(rf"\| `\[*{name}\]*` \|", line))


@pytest.mark.parametrize("name", TABLES)
def test_every_key_is_explained(name: str) -> None:
    """The row of each table names every key that it takes."""
    keys = {field.name for field in msgspec.structs.fields(TABLES[name])} - COUNTERS
    assert keys <= set(re.findall(r"`(\w+)`", row(name)))


def test_every_table_and_key_has_its_row() -> None:
    """No table or key of the environment is left out."""
    for field in msgspec.structs.fields(rules.Rules):
        assert row(field.name)


def test_the_example_is_valid(tmp_path: Path) -> None:
    """The TOML block of the page is a faults file that an environment accepts."""
    [block] = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    assert tomllib.loads(block)
    file = tmp_path / "faults.toml"
    file.write_text(block, encoding="utf-8")
    org = Org()
    org.misbehave(Faults.read(file))
    assert org.rules.limits.requests == 600
    org.close()


def test_every_action_is_named() -> None:
    """Each action that changes metadata stands on the page."""
    assert [name for name in ACTIONS if name not in PAGE] == []
