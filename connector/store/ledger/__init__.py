"""The ledger: what connector did and saw, and who may work on an org now."""

from connector.store.ledger.alerts import Found, Raised, Way
from connector.store.ledger.approvals import Approval
from connector.store.ledger.batches import Batch
from connector.store.ledger.deliveries import Deliveries, Delivery, Step, Untold
from connector.store.ledger.entry import Entry, Settled
from connector.store.ledger.header import MIGRATE, RULES, UNDO, Alike, Kind, PlanHeader, Share, alike, joined
from connector.store.ledger.identities import Identity
from connector.store.ledger.lease import TTL, Lease
from connector.store.ledger.ledger import Ledger
from connector.store.ledger.nights import ASKED_TO_END, GOOD, HELD_BACK, NEVER_ATTENDED, OUTCOMES, Night, NightEnd
from connector.store.ledger.parked import ParkedRule
from connector.store.ledger.retention import Keep, Spent
from connector.store.ledger.runs import Run
from connector.store.ledger.tables import State, Told

__all__ = [
    "ASKED_TO_END",
    "GOOD",
    "HELD_BACK",
    "MIGRATE",
    "NEVER_ATTENDED",
    "OUTCOMES",
    "RULES",
    "TTL",
    "UNDO",
    "Alike",
    "Approval",
    "Batch",
    "Deliveries",
    "Delivery",
    "Entry",
    "Found",
    "Identity",
    "Keep",
    "Kind",
    "Lease",
    "Ledger",
    "Night",
    "NightEnd",
    "ParkedRule",
    "PlanHeader",
    "Raised",
    "Run",
    "Settled",
    "Share",
    "Spent",
    "State",
    "Step",
    "Told",
    "Untold",
    "Way",
    "alike",
    "joined",
]
