"""docs/sandbox.md says what the faults file knows."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from connector.sandbox.faults import Fault, Faults
from connector.sandbox.salesforce import customizations, rules
from connector.sandbox.salesforce.bulk.rules import BulkRules
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
COUNTERS = {"seen", "hits", "met"}
TABLES = {
    "limits": rules.Limits,
    "row_lock": rules.RowLock,
    "row_fault": rules.RowFault,
    "validation_rule": rules.ValidationRule,
    "duplicate_rule": rules.DuplicateRule,
    "automation": rules.Automation,
    "assignment_entry": customizations.AssignmentEntry,
    "list_view": customizations.ListView,
    "report": customizations.Report,
    "workflow_rule": customizations.WorkflowRule,
    "apex_trigger": customizations.ApexTrigger,
    "bulk": BulkRules,
}


def keys(kind: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(kind)} - COUNTERS


def test_every_key_of_a_wire_fault_is_explained() -> None:
    """The two tables under [[fault]] name every key."""
    section = PAGE.partition("### `[[fault]]`")[2].partition("```toml")[0]
    assert keys(Fault) == set(re.findall(r"`(\w+)`", first_cells(section)))


def first_cells(section: str) -> str:
    """The first cell of every row of a section's tables."""
    return " ".join(re.findall(r"^\| (`.*?) \|", section, re.M))


@pytest.mark.parametrize("name", TABLES)
def test_every_key_of_the_orgs_tables_is_explained(name: str) -> None:
    """The row of each table names every key that it takes."""
    row = next(line for line in PAGE.splitlines() if re.match(rf"\| `\[+{name}\]+` \|", line))
    assert keys(TABLES[name]) <= set(re.findall(r"`(\w+)`", row))


def test_every_table_has_its_row() -> None:
    """No table of the org is left out."""
    assert {field.name for field in msgspec.structs.fields(rules.Rules)} == set(TABLES)


def test_the_examples_are_valid(tmp_path: Path) -> None:
    """Every TOML block of the page is a faults file that an org accepts."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    assert len(blocks) == 2
    for block in blocks:
        assert tomllib.loads(block)
        file = tmp_path / "faults.toml"
        file.write_text(block)
        org = Org()
        Sandbox(org, faults=Faults.read(file))
        org.close()
