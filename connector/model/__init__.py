"""The common model: what a lead, a contact and what happened to them are, whichever CRM holds them.

Imports nothing of ours but errors. Records are frozen. Times are aware UTC datetimes floored to seconds.
Records hold no cycles, so the garbage collector need not look at them (`gc=False`): that halves the time of reading.
Status texts are always the CRM's own text exactly as stored (Salesforce: the API value; Dynamics: the
base-language label); only `Policy.place` says what such a text means.

    fields.py     objects, fields, records
    evidence.py   a person, and all that the CRM knows about them
    ours.py       what we wrote, what was undone, what syncs saw, stays
    judgement.py  what judging comes to
    promises.py   follow-ups and alerts
"""

from connector.model.evidence import (
    Activity,
    Conversion,
    Evidence,
    Membership,
    Opportunity,
    Person,
    StatusChange,
    Twin,
    User,
)
from connector.model.fields import CONTACT, FIELDS, LEAD, OBJECTS, Kind, Ref, Scalar
from connector.model.judgement import AND, FINDINGS, Change, Finding, Judgement, Part, Score
from connector.model.ours import Hold, Observation, OwnWrite, Stay
from connector.model.promises import CROSSING, LEVELS, Alert, Promise, PromiseState, Waiting, is_same_stay

__all__ = [
    "AND",
    "CONTACT",
    "CROSSING",
    "FIELDS",
    "FINDINGS",
    "LEAD",
    "LEVELS",
    "OBJECTS",
    "Activity",
    "Alert",
    "Change",
    "Conversion",
    "Evidence",
    "Finding",
    "Hold",
    "Judgement",
    "Kind",
    "Membership",
    "Observation",
    "Opportunity",
    "OwnWrite",
    "Part",
    "Person",
    "Promise",
    "PromiseState",
    "Ref",
    "Scalar",
    "Score",
    "StatusChange",
    "Stay",
    "Twin",
    "User",
    "Waiting",
    "is_same_stay",
]
