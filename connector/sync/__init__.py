"""CRM → mirror: what changed since the last time, or everything, and who is to be judged anew because of it.

sync.py        one sync, from the tables that are needed to the time it is noted under
tables.py      which tables a policy needs, in the order in which they are read
full.py        a full read of one table, proved complete against the org's own count
reconcile.py   what the mirror has and the CRM has not, and the other way round
changes.py     what changed in one table since its mark
orgfacts.py    what judging must know of the org itself
tracking.py    since when the CRM's status history is known to be complete
witness.py     what sync sees and the ledger must remember
"""

from connector.sync.sync import How, Synced, sync

__all__ = ["How", "Synced", "sync"]
