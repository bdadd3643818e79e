"""Promises to one person: which clocks run, what stopped them, and whom to tell. Pure.

spell.py     a time in one status, as promises see it
followup.py  which work counts
then.py      whose person it was, and who was in which team, when it was done
standing.py  how each promise stands
counted.py   what a piece of work was to them, in words
telling.py   what somebody should be told about it
"""

from connector.sla.counted import counted, waiting
from connector.sla.followup import FollowUps, counts_as
from connector.sla.spell import Spell
from connector.sla.standing import clock_of, in_force_since, of_requests, of_spells
from connector.sla.telling import alerts, next_moment

__all__ = [
    "FollowUps",
    "Spell",
    "alerts",
    "clock_of",
    "counted",
    "counts_as",
    "in_force_since",
    "next_moment",
    "of_requests",
    "of_spells",
    "waiting",
]
