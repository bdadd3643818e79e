"""The number of calls that is promised before applying is close to what applying takes."""

from __future__ import annotations

import pytest

from connector.adapters.salesforce.calls import calls_for, way
from connector.model import LEAD, Ref
from connector.ports import Adapter, Table, Update, Way
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.world import SalesforceWorld


@pytest.mark.parametrize(
    ("updates", "expected"),
    [(1, Way("rows", 200)), (2_000, Way("rows", 200)), (2_001, Way("bulk", 50_000)), (10**6, Way("bulk", 50_000))],
)
def test_the_way_follows_from_the_number(updates: int, expected: Way) -> None:
    """Collections to 2,000 records, bulk above."""
    assert way(updates, 2_000) == expected


@pytest.mark.parametrize(("updates", "bulk_above"), [(1, 2_000), (3, 2_000), (403, 2_000), (1_000, 900)])
def test_no_apply_takes_fewer_calls(world: SalesforceWorld, updates: int, bulk_above: int) -> None:
    """Canary, rereads and writes take as many calls as estimated, give or take a poll."""
    world.crm.load("Lead", ("LastName", "Company", "Status"), [(f"D{n}", "A", "Inquiry") for n in range(updates)])
    asked = world.adapter()
    refs = [Ref(world.org, LEAD, one) for page in asked.ids(Table.LEAD) for one in page]
    adapter = world.adapter(bulk_above=bulk_above)
    sent = adapter.way(updates)
    canary, rest = refs[:3], refs[3:]
    list(adapter.snapshot(canary))
    write(adapter, sent, canary)
    list(adapter.reread(canary, ["status"]))
    list(adapter.snapshot(canary))
    for at in range(0, len(rest), sent.size):
        write(adapter, sent, rest[at : at + sent.size])
    taken = adapter.budget().ours
    assert adapter.calls_for(updates) <= taken <= adapter.calls_for(updates) + 4


def write(adapter: Adapter, sent: Way, refs: list[Ref]) -> None:
    """One batch, as apply sends it."""
    list(adapter.reread(refs, ["status"]))
    list(adapter.write([Update(ref, {"status": "SQL"}) for ref in refs], sent, Remembered()))


def test_logging_in_is_a_call() -> None:
    """A given token costs none."""
    assert calls_for(1, 2_000, login=True) == calls_for(1, 2_000, login=False) + 1
    assert calls_for(0, 2_000, login=True) == 0
