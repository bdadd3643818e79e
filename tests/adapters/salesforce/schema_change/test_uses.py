"""What still names a status value, as far as the API tells, and what does not tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.adapters.salesforce.schema_change import uses as using
from connector.provisioning import Carried, Use
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.permissions import revoke
from connector.sandbox.salesforce.sample import fill
from connector.sandbox.server import Sandbox
from tests.adapters.salesforce.world import SalesforceWorld


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[SalesforceWorld]:
    """A small sample org, in which admins built things around the old statuses."""
    org = Org()
    fill(org, 60)
    with Sandbox(org) as sandbox:
        yield SalesforceWorld(sandbox, tmp_path)
    org.close()


def test_everything_that_names_a_value_is_found(sample: SalesforceWorld) -> None:
    """List views, reports, rules and processes, by value; and it is said what no API tells."""
    found = sample.adapter().provisioner().uses("lead", ["Open - Not Contacted", "Inquiry", "Never Heard Of"])
    assert {use.kind for use in found.found} >= {"list view", "report", "workflow rule", "assignment rule"}
    assert Use("Open - Not Contacted", "list view", "Untouched Leads") in found.found
    assert Use("Inquiry", "list view", "Untouched Leads") not in found.found
    assert not [use for use in found.found if use.value == "Never Heard Of"]
    assert any("Apex" in text for text in found.not_searched)


def test_what_may_not_be_searched_is_said(sample: SalesforceWorld) -> None:
    """Without the right to read metadata the rest is still searched."""
    revoke(sample.crm, "ModifyAllData")
    found = sample.adapter().provisioner().uses("lead", ["Open - Not Contacted"])
    assert Use("Open - Not Contacted", "list view", "Untouched Leads") in found.found
    assert any(text.startswith("assignment rules: INSUFFICIENT_ACCESS") for text in found.not_searched)


def test_too_many_of_a_kind_are_not_searched(sample: SalesforceWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each definition is a call: beyond a number the admin searches, and is told so."""
    monkeypatch.setattr(using, "MOST", 1)
    found = sample.adapter().provisioner().uses("lead", ["Open - Not Contacted"])
    assert any(text.startswith("list views: there are more than 1") for text in found.not_searched)


def test_carriers_are_counted_in_the_org(bare: SalesforceWorld) -> None:
    """Open, converted and deleted leads apart; other spellings count, since the CRM compares without case."""
    hand = Options(user_id=ADMIN_ID, auto_assign=False)
    row = {"LastName": "A", "Company": "B", "Status": "Working - Contacted"}
    rows = [row, row, {**row, "Status": "WORKING - CONTACTED"}, row]
    made = [done.id or "" for done in bare.crm.insert("Lead", rows, hand)]
    bare.crm.delete("Lead", made[:1], hand)
    bare.convert(made[3])
    (working, closed) = bare.adapter().provisioner().carried("lead", ["Working - Contacted", "Closed - Converted"])
    assert working == Carried("Working - Contacted", writable=2, converted=0, deleted=1)
    assert closed == Carried("Closed - Converted", writable=0, converted=1, deleted=0)
