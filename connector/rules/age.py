"""Status Entered At, whether it is an estimate, and the cycle are stamped where the org has these fields.

The stamp says when the person came to the status they are in, from the CRM's field history or our own observation.
Where nobody knows, it stays as it is: a date is never invented. A correction takes the time of the entry that it puts
right, so a cleanup starts nobody's clock anew. The cycle is 1 and rises each time the person leaves recycle or customer
for a forward status; it is never lowered.

Why
    "Where are my oldest hot leads?" is one list view, once the date is on the record. A report over field history
    answers it for admins only, and forgets what is older than two years.

Example
    lead status=MQL was="LAL 2026-02-01" since=2026-03-02
        -> status_entered_at=2026-03-02T00:00:00Z cycle=1
    lead status=MQL -> cycle=1
    lead status=MQL was="LAL 2026-02-01" since=2026-03-02 lacks="status_entered_at, cycle" -> unchanged
    lead status=MQL was="Re-Market 2026-02-01" since=2026-03-02 cycle=1
        -> status_entered_at=2026-03-02T00:00:00Z cycle=2
    lead status=MQL cycle=3 -> unchanged
    lead status="Left Vmail" was="LAL 2026-02-01" since=2026-03-02 lacks=disposition -> unchanged
    lead status=Whatever was="LAL 2026-02-01" since=2026-03-02 -> unchanged

How to undo
    `connector undo PLAN`. The stamps that were there before are put back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from connector.case import Beginning, Case, Verdict
from connector.model import Person
from connector.policy import Meaning
from connector.rules._history import day, opens_cycle, stay_as
from connector.rules._options import RuleOptions

ORDER = 90

_KNOWN: Final = frozenset({Meaning.STATUS, Meaning.DRIFTED, Meaning.RETIRED})


class Options(RuleOptions):
    """`[rules.age]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    name = case.place.name
    if case.place.meaning not in _KNOWN or name is None:
        return None
    began = case.began or _beginning(case, name)
    fields: dict[str, Any] = {}
    reasons: list[str] = []
    on, org = person.ref.object, case.org
    if org.has(on, "status_entered_at"):
        _stamp(person, case, name, began, fields, reasons)
    if org.has(on, "cycle"):
        cycle = case.cycles.next if opens_cycle(case, name) else case.cycles.number
        if person.cycle is None or person.cycle < cycle:
            fields["cycle"] = cycle
            reasons.append(f"cycle {cycle}")
    return Verdict(replace(person, **fields), ", ".join(reasons)) if fields else None


def _beginning(case: Case, name: str) -> Beginning:
    """When the status began. If a correction has just given it: as that entry, made right."""
    stay = case.history[-1]
    if stay.name == name:
        return Beginning(stay.since, stay.estimate)
    entry = stay_as(case, name)
    return Beginning(entry.since, entry.estimate or (not stay.status and entry.since is not None))


def _stamp(person: Person, case: Case, name: str, began: Beginning, fields: dict[str, Any], reasons: list[str]) -> None:
    stamp, since = person.status_entered_at, began.since
    if since is None:
        if stamp is None or not _is_stale(case, stamp):
            return
        reasons.append(f"nobody knows since when {name}; {day(stamp)} was an earlier status")
    elif stamp != since:
        reasons.append(f"{name} since {day(since)}")
    if stamp != since:
        fields["status_entered_at"] = since
    estimate = began.estimate and since is not None
    if estimate != bool(person.status_since_is_estimate) and case.org.has(
        person.ref.object, "status_since_is_estimate"
    ):
        fields["status_since_is_estimate"] = estimate
        if not reasons:
            reasons.append(f"{name} since {day(since)}, " + ("an estimate" if estimate else "no estimate"))


def _is_stale(case: Case, stamp: datetime) -> bool:
    """Whether the stamp is older than the stay before this one: it cannot be about where the person is now."""
    if len(case.history) < 2:
        return False
    before = case.history[-2]
    start = before.since if before.since is not None else before.at_least
    return start is not None and stamp < start
