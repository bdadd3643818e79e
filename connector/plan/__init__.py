"""A plan: a sealed header over change rows of the ledger. Making one never touches the CRM."""

from connector.plan.approve import approve, permit
from connector.plan.fresh import freshness
from connector.plan.limits import Excess, limits
from connector.plan.park import parked
from connector.plan.seal import About, seal, touched_by, verify

__all__ = ["About", "Excess", "approve", "freshness", "limits", "parked", "permit", "seal", "touched_by", "verify"]
