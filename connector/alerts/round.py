"""One pass over the channels: what all of them need, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from connector.alertconfig import AlertsConfig
from connector.alerts.digest import OLDEST, Digest, Entry, storm_of
from connector.alerts.dossier import Dossier, Office, dossier
from connector.model import Evidence
from connector.ports import Adapter, JobState
from connector.store.ledger import Delivery, Lease, Ledger, Raised, Step, Told

LOOKED_AT: Final = 1_000
"""People of a storm of whom owner and source are looked up."""
AT_ONCE: Final = 3
"""Tries that follow each other from pass to pass; later ones wait."""
LONGEST: Final = timedelta(hours=1)


class Round:
    """One pass. `secret` reads a secret by its key and reference, and raises ConfigError."""

    def __init__(
        self,
        config: AlertsConfig,
        org: str,
        office: Office,
        adapter: Adapter,
        lease: Lease,
        secret: Callable[[str, str], str],
    ) -> None:
        self.config = config
        self.org = org
        self.office = office
        self._adapter = adapter
        self.lease = lease
        self.secret = secret
        self._dossiers: dict[int, tuple[Dossier, Evidence | None]] = {}

    @property
    def ledger(self) -> Ledger:
        """The org's ledger."""
        return self.office.ledger

    @property
    def now(self) -> datetime:
        """The time of this pass."""
        return self.office.now

    @cached_property
    def adapter(self) -> Adapter:
        """The CRM that the alerts are about. Raises ConfigError if the login leads to another one by now."""
        self.ledger.crm.expect(self._adapter.schema().org_id)
        return self._adapter

    @cached_property
    def journal(self) -> Guard:
        """What an adapter asks before it writes."""
        return Guard(self.lease)

    def about(self, raised: Raised) -> tuple[Dossier, Evidence | None]:
        """The dossier of an alert, made once per pass, and its person."""
        if raised.number not in self._dossiers:
            self._dossiers[raised.number] = dossier(raised, self.office)
        return self._dossiers[raised.number]

    def commit(self, channel: str, steps: Sequence[Step], named: Sequence[Delivery] = ()) -> None:
        """Commits steps of deliveries."""
        if steps or named:
            self.ledger.deliveries.commit(channel, steps, self.lease, named=named)

    def ready(self, channel: str, waiting: Sequence[Delivery]) -> list[tuple[Delivery, Raised]]:
        """Those of the waiting deliveries that are to be tried now. What has waited for too long is given up."""
        raised = {one.number: one for one in self.ledger.alerts.each([delivery.alert for delivery in waiting])}
        patience = timedelta(days=self.config.give_up_days)
        late = [one for one in waiting if raised[one.alert].raised_at + patience < self.now]
        note = f"could not be sent for {self.config.give_up_days} days"
        self.commit(
            channel,
            [
                Step(alert=one.alert, state=Told.GIVEN_UP, note=f"{note}: {one.note}" if one.note else note)
                for one in late
            ],
        )
        gone = {one.alert for one in late}
        return [
            (one, raised[one.alert])
            for one in waiting
            if one.alert not in gone and (one.again is None or one.again <= self.now)
        ]

    def failed(self, delivery: Delivery, note: str) -> Step:
        """It was certainly not sent; `delivery` as it was before the try."""
        again = None
        if delivery.tries + 1 >= AT_ONCE:
            again = self.now + min(timedelta(minutes=5) * 2 ** min(delivery.tries + 1 - AT_ONCE, 10), LONGEST)
        return Step(alert=delivery.alert, state=Told.FAILED, note=note, again=again)

    def digest(self, raised: Sequence[Raised], unsure: Sequence[Delivery]) -> Digest:
        """These alerts as one message; those of a storm as its summary."""
        stormy = sorted((one for one in raised if one.storm), key=lambda one: (one.alert.at, one.number))
        storm = None
        if stormy:
            oldest = [self._entry(one) for one in stormy[:OLDEST]]
            storm = storm_of(stormy, oldest, [self._owner_and_source(one) for one in stormy[:LOOKED_AT]])
        return Digest(
            org=self.org,
            at=self.now,
            zone=self.office.zone,
            read_at=self.office.mirror.notes.synced_at(),
            entries=tuple(self._entry(one) for one in raised if not one.storm),
            storm=storm,
            unsure=self._unsure(unsure),
        )

    def _unsure(self, deliveries: Sequence[Delivery]) -> tuple[tuple[Entry, str], ...]:
        """The alerts of these deliveries, each with its channel."""
        numbers = sorted({one.alert for one in deliveries})
        entries = {raised.number: self._entry(raised) for raised in self.ledger.alerts.each(numbers)}
        return tuple((entries[one.alert], one.channel) for one in deliveries)

    def _entry(self, raised: Raised) -> Entry:
        return Entry(raised, self.about(raised)[0])

    def _owner_and_source(self, raised: Raised) -> tuple[str, str]:
        evidence = self.office.mirror.people.standing_for(raised.ref)
        if evidence is None:
            return "", ""
        return evidence.owner.name if evidence.owner is not None else "", evidence.person.source or ""


class Guard:
    """`ports.Journal` for tasks, which never go by bulk job."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def still_ours(self) -> None:
        """Raises LeaseLost if another process may be at work."""
        self._lease.check()

    def job(self, job: str, state: JobState) -> None:
        """There are none."""
        raise AssertionError(f"a bulk job for tasks: {job} {state}")
