"""Gathers what the digest of a morning tells, from mirror and ledger: no API call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.alerts.digest import Entry
from connector.alerts.dossier import Dossier
from connector.alerts.notices import ORG
from connector.errors import NotFound
from connector.lastnight import lines_of
from connector.morning.contents import EACH, Morning, Untold
from connector.openorg import OpenOrg
from connector.report.worklist import By, Order
from connector.run import work_list
from connector.slapass import overdue
from connector.store.ledger import Delivery, Raised

SINCE: Final = timedelta(days=1)
"""For how long it is told of an alert that it was given up, or may not have arrived."""


def gather(org: OpenOrg, problems: Sequence[str] = (), day: date | None = None) -> Morning:
    """The digest as of now, of that day (None: of today). Reads only. `problems`: what is wrong beyond what is stored.

    Raises NotFound before the first sync.
    """
    mirror, now = org.reading, org.now()
    if mirror.is_empty():
        raise NotFound("the mirror is empty: nothing has been read from the CRM yet", next="run `connector sync`")
    zone = ZoneInfo(mirror.org_facts().timezone)
    return Morning(
        org=org.name,
        day=day or local_day(now, zone),
        at=now,
        zone=zone,
        read_at=mirror.notes.synced_at(),
        night=tuple(line for night in org.ledger.nights.latest(1) for line in lines_of(org, night)),
        notes=(*problems, *_notes(org)),
        found=work_list(org, By.OWNER, Order.AGE, EACH),
        untold=tuple(_untold(org, troubled(org))),
        address=org.adapter.url,
    )


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """Which day it is there."""
    return now.astimezone(zone).date()


def troubled(org: OpenOrg) -> list[Delivery]:
    """What did not arrive, or may not have, since yesterday; and what is in doubt and was never named."""
    return org.ledger.deliveries.troubled(org.now() - SINCE)


def _notes(org: OpenOrg) -> Iterator[str]:
    if org.reading.notes.is_half_read():
        yield "the last sync broke off, and what follows is of what it has read: run connector sync again"
    late = overdue(org)
    if late is not None:
        yield late.text
    for rule, why in org.ledger.parked_rules().items():
        yield f"the rule {rule} is parked: {why}"
    unfinished = [plan.id for plan in org.ledger.plans.unfinished()]
    if unfinished:
        yield f"begun and not ended: {', '.join(unfinished)} (connector resume)"


def _untold(org: OpenOrg, deliveries: Sequence[Delivery]) -> Iterator[Untold]:
    raised = {one.number: one for one in org.ledger.alerts.each(sorted({one.alert for one in deliveries}))}
    for one in deliveries:
        entry = Entry(raised[one.alert], _about(org, raised[one.alert]))
        yield Untold(entry, one.channel, one.state.name.lower().replace("_", " "), one.note)


def _about(org: OpenOrg, raised: Raised) -> Dossier:
    """As much of a dossier as one line shows."""
    if raised.ref.object == ORG:
        return Dossier(ref=raised.ref, url="", name=f"The org {raised.ref.org}")
    evidence = org.reading.people.standing_for(raised.ref)
    if evidence is None:
        return Dossier(ref=raised.ref, url=org.adapter.url(raised.ref), name=raised.ref.id, gone=True)
    person = evidence.person
    return Dossier(
        ref=person.ref,
        url=org.adapter.url(person.ref),
        name=person.name or person.email or person.ref.id,
        title=person.title or "",
        company=person.company or "",
    )
