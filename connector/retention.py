"""Clearing away what the ledger need not keep any longer, for one org, by `[org.retention]`."""

from __future__ import annotations

from connector.openorg import OpenOrg
from connector.store.ledger import Keep, Spent


def spent(org: OpenOrg) -> Spent:
    """What would be cleared away now. Reads only."""
    return org.ledger.retention.spent(_keep(org))


def clear(org: OpenOrg) -> Spent:
    """Clears it away. Raises LeaseHeld if another command is at work on the org, LeaseLost."""
    with org.lease() as lease:
        return org.ledger.retention.clear(_keep(org), lease)


def _keep(org: OpenOrg) -> Keep:
    config = org.config.retention
    return Keep(plans=config.plans, alerts=config.alerts, nights=config.nights, runs=config.runs)
