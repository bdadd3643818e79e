"""What the sample's admins built around the old status reasons."""

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample.values import Choices
from connector.sandbox.sample.statuses import LISTED


def test_old_status_reasons_are_named_by_number(org: Org) -> None:
    """Views, an active flow, one that is off, and a business rule hold the number of a status that nobody uses."""
    choices = Choices(org.entities)
    old = {str(choices.status(one.name)[1]) for one in LISTED if not one.active and not one.converts}
    db = org.storage.db

    def named(sql: str) -> set[str]:
        return {name for name, text in db.execute(sql) if any(number in (text or "") for number in old)}

    assert named("SELECT name, fetchxml FROM savedquery") == {"Untouched Leads", "In Work", "Closed Leads by Source"}
    processes = "SELECT name, coalesce(xaml, '') || coalesce(clientdata, '') FROM workflow"
    assert named(f"{processes} WHERE statecode = 1") == {"Call hot leads", "A closed lead names its company"}
    assert named(f"{processes} WHERE statecode = 0") == {"Remind of untouched leads"}
