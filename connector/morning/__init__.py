"""The digest of the morning: how last night went, who waits with whom and for how long, and what could not be told.

mirror ──▶ work list ─┐
ledger ──▶ last night ┼─▶ contents ─▶ plain, html, short ─▶ sending: once per org and local day
       ──▶ untold     ─┘
"""

from connector.morning.contents import Morning
from connector.morning.gather import gather, local_day
from connector.morning.sending import UNTIL, Sending, due_now, send

__all__ = ["UNTIL", "Morning", "Sending", "due_now", "gather", "local_day", "send"]
