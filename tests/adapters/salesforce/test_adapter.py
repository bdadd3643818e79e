"""The adapter as a whole: what its methods have in common."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from connector.adapters.salesforce.adapter import SalesforceAdapter
from connector.errors import BudgetSpent, CrmFailed, Retry
from connector.model import LEAD, Ref
from connector.ports import Adapter, Table, Update
from connector.sandbox.salesforce.usage import Usage
from tests.adapters.contract import everything
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.world import SalesforceWorld


def exhaust(call: Callable[[], object]) -> None:
    """Calls more often than any budget here allows."""
    for _ in range(20):
        call()


def test_it_is_an_adapter(world: SalesforceWorld) -> None:
    """It offers what the port asks for."""
    adapter: Adapter = world.adapter()
    assert isinstance(adapter, SalesforceAdapter)
    assert adapter.url(Ref("acme", LEAD, "00Q5g0000000001EAA")) == f"{world.sandbox.url}/00Q5g0000000001EAA"


def test_nothing_is_sent_before_the_first_call(world: SalesforceWorld) -> None:
    """Opening an org costs no call and no login."""
    adapter = world.adapter(login="jwt", client_id="x", username="u", key="file:nowhere")
    assert adapter.budget().ours == 0


@pytest.mark.parametrize("code", ["QUERY_TIMEOUT", "INVALID_QUERY_LOCATOR"])
def test_no_retry_gets_out(world: SalesforceWorld, code: str) -> None:
    """What has been tried long enough is a failure of the CRM, with its words, never an error to be retried."""
    world.faults.add(path="COUNT", times=0, status=400, code=code, message="that took too long")
    with pytest.raises(CrmFailed) as caught:
        world.adapter().count(Table.LEAD)
    assert "took too long" in caught.value.what
    assert not isinstance(caught.value, Retry)


@pytest.mark.trap("S27")
def test_the_orgs_own_limit_stops_a_run_cleanly(world: SalesforceWorld) -> None:
    """When the org says its day is spent, reading and writing end with that, and nothing half is left behind."""
    ref = Ref(world.org, LEAD, world.add(Table.LEAD, last_name="Doe", company="A", status="Inquiry"))
    world.crm.usage = Usage(10)
    adapter = world.adapter(api_share=1.0, api_stop_at=1.0)
    with pytest.raises(BudgetSpent):
        exhaust(lambda: everything(adapter.read(Table.LEAD, None)))
    with pytest.raises(BudgetSpent):
        list(adapter.write([Update(ref, {"status": "SQL"})], adapter.way(1), Remembered()))
    assert world.value(ref, "status") == "Inquiry"


def test_a_share_of_the_day_stops_a_run(world: SalesforceWorld) -> None:
    """Our own share stops us long before the org does."""
    world.crm.usage = Usage(100)
    adapter = world.adapter(api_share=0.05)
    with pytest.raises(BudgetSpent):
        exhaust(lambda: adapter.count(Table.USER))
    assert adapter.budget().ours == 5


def test_opening_an_org_imports_no_sdk() -> None:
    """The command line starts fast: the SDK is imported with the first connection, not with the adapter."""
    program = "import sys, connector.adapters.salesforce.adapter; sys.exit('simple_salesforce' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
