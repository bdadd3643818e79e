"""From what the CRM recorded to what happened: clean stays of one person, oldest first.

rows.py    status changes of one record in order, our own writes and observations among them
own.py     which of our writes are corrections, and which promotions
stays.py   the rows walked into spans: corrections put right, reverted and undone values left out
joined.py  a contact continues the lead it was converted from; spans become stays with a cycle
"""

from connector.timeline.cycles import Cycles, count_cycles
from connector.timeline.joined import Timeline, read
from connector.timeline.own import is_correction
from connector.timeline.rows import KNOWN
from connector.timeline.stays import standing

__all__ = ["KNOWN", "Cycles", "Timeline", "count_cycles", "is_correction", "read", "standing"]
