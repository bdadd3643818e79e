"""What the policy needs in the CRM against what is there: the steps that add what is missing, and doing them."""

from connector.schema.apply import Provisioned, apply, permitted
from connector.schema.plan import steps
from connector.schema.retire import Retirement, joined, retire, retirements
from connector.schema.wanted import Wanted, fitted, wanted

__all__ = [
    "Provisioned",
    "Retirement",
    "Wanted",
    "apply",
    "fitted",
    "joined",
    "permitted",
    "retire",
    "retirements",
    "steps",
    "wanted",
]
