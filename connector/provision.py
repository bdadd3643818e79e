"""Adding to one org what the policy needs there: look, work out the steps, do them. Beside `run`, which it precedes.

    CRM ──look──▶ steps ──do, one by one, read back──▶ CRM ──look──▶ (no steps)

Nothing is remembered of it: what is done shows in the CRM. So an interrupted `schema apply` is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from connector import schema as wanting
from connector.errors import ConnectorError
from connector.openorg import OpenOrg
from connector.provisioning import Carried, SchemaStep, Setup, Uses
from connector.schema import Provisioned, Retirement
from connector.store.ledger import PlanHeader

__all__ = ["Carried", "Found", "Provisioned", "Retirement", "Uses", "apply", "named", "plan", "retirable", "retire"]


class Found(msgspec.Struct, frozen=True):
    """What is there and what is missing."""

    setup: Setup
    steps: list[SchemaStep]


def plan(org: OpenOrg, *, user: str | None = None, converted: str | None = None) -> Found:
    """What would be added. Reads the CRM; takes no lease.

    `user`: the login name of who is to have access to the fields; None: the login of connector.toml. `converted`: which
    new lead status converts, where none does.
    """
    there = org.adapter.schema(fresh=True)
    provisioner = org.adapter.provisioner()
    setup = provisioner.setup(user)
    wanted = wanting.wanted(wanting.fitted(org.policy, there), org.mapping, provisioner.is_custom)
    return Found(setup, wanting.steps(there, setup, wanted, converted))


def apply(
    org: OpenOrg,
    *,
    user: str | None = None,
    converted: str | None = None,
    told: Callable[[SchemaStep, str], None] = lambda step, failed: None,
) -> Provisioned:
    """Adds it, under the org's lease. Raises NotPermitted before anything is done if a permission is lacking."""

    def look() -> tuple[Setup, list[SchemaStep]]:
        found = plan(org, user=user, converted=converted)
        return found.setup, found.steps

    with org.lease() as lease:
        return wanting.apply(look, org.adapter.provisioner(), lease.check, told)


def retirable(org: OpenOrg) -> tuple[list[Retirement], Uses]:
    """The retired status values that people can still pick, who carries them, and what still names them."""
    there = org.adapter.schema(fresh=True)
    return wanting.retirements(there, wanting.fitted(org.policy, there), org.adapter.provisioner())


def retire(org: OpenOrg) -> tuple[list[Retirement], Uses]:
    """Deactivates those that no writable record carries, under the org's lease."""
    with org.lease() as lease:
        found, uses = retirable(org)
        provisioner = org.adapter.provisioner()
        may_go = [one for one in found if not one.stays]
        if may_go:
            wanting.permitted(provisioner.setup(), [one.step for one in may_go])
        return list(wanting.retire(found, provisioner, lease.check)), uses


def named(org: OpenOrg, plan: PlanHeader) -> Uses:
    """What still names the status values that a plan writes over. Reads the CRM; a CRM that cannot be asked is said."""
    values: dict[str, list[str]] = {}
    for kind in org.ledger.plans.kinds(plan.number):
        if kind.field == "status" and kind.before and kind.before not in values.setdefault(kind.object, []):
            values[kind.object].append(kind.before)
    try:
        provisioner = org.adapter.provisioner()
        return wanting.joined(provisioner.uses(on, texts) for on, texts in values.items())
    except ConnectorError as error:
        return Uses((), (f"anything: the CRM could not be asked ({error.what})",))
