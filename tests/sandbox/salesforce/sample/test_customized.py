"""What the sample org's admins built around the old statuses."""

from pathlib import Path

from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.tooling.metadata import value_set
from connector.sandbox.sample.statuses import LISTED
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api


def test_old_statuses_are_named_everywhere(org: Org) -> None:
    """A list view, a report, an active flow, an active rule, a workflow rule and the assignment rule name one."""
    old = {one.name for one in LISTED if not one.active}

    def named(text: str) -> bool:
        return any(value in text for value in old)

    rules = org.rules
    assert any(named(one.value) for view in rules.list_view for one in view.filters)
    assert any(named(one.value) for report in rules.report for one in report.filters)
    assert any(flow.active and named(str(flow.filters)) for flow in rules.automation)
    assert any(not flow.active and named(str(flow.becomes)) for flow in rules.automation)
    assert any(rule.active and named(rule.condition()) for rule in rules.validation_rule)
    assert any(named(str(rule.criteria)) for rule in rules.workflow_rule)
    assert any(named(str(entry.filters)) for entry in rules.assignment_entry)


def test_the_value_set_is_the_one_of_setup(org: Org) -> None:
    """Deactivated statuses are listed as such, with whether they convert; the lead process offers the active ones."""
    shown = value_set(org, "LeadStatus")["standardValue"]
    assert {(one["valueName"], one["isActive"] is not False, one["converted"]) for one in shown} == {
        (one.name, one.active, one.converts) for one in LISTED
    }
    with Sandbox(org) as sandbox:
        assert Api(sandbox).query("SELECT Name FROM BusinessProcess")["records"][0]["Name"] == "Lead Process"


def test_nothing_of_it_stops_a_correction(org: Org, tmp_path: Path) -> None:
    """Every open lead can be given any status, and the one that it had; nothing but its status moves."""
    copy = Org.from_snapshot(org.snapshot(tmp_path / "copy.db"), clock=org.clock)
    db = copy.storage.db
    steady = 'SELECT "Id", OwnerId, Rating, Fax, Description FROM Lead ORDER BY "Id"'
    before, tasks = db.execute(steady).fetchall(), db.execute("SELECT count(*) FROM Task").fetchone()
    leads = db.execute('SELECT "Id", Status FROM Lead WHERE NOT IsConverted AND NOT IsDeleted').fetchall()
    assert len(leads) > 1_000
    for value in (*(one.name for one in LISTED), None):
        rows = [{"Id": id18, "Status": value or status} for id18, status in leads]
        assert all(result.success for result in copy.update("Lead", rows, Options(auto_assign=False)))
    assert db.execute(steady).fetchall() == before
    assert db.execute("SELECT count(*) FROM Task").fetchone() == tasks
    copy.close()
