"""The Salesforce adapter keeps the contract of adapters, over the wire, against the sandbox."""

from __future__ import annotations

from connector.ports import Adapter, Result
from tests.adapters.contract import AdapterContract, World


class TestContract(AdapterContract):
    """`world` is the sandbox's, from conftest.py."""

    def test_a_task_about_a_converted_lead_fails(self, world: World, adapter: Adapter) -> None:
        """Salesforce takes no task about a converted lead; the other ones are made."""
        here, converted = self.lead(world), self.lead(world)
        world.convert(converted.id)
        made = self.made(adapter, [self.task(world, "1:k", converted), self.task(world, "2:k", here)])
        assert [made[key].result for key in ("1:k", "2:k")] == [Result.FAILED, Result.WRITTEN]
