"""What Prometheus is told. Names begin with `connector_`; every one has the org.

A registry of its own, so that nothing of the Python process or of other libraries mixes in but what is listed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from connector.model import PromiseState
from connector.ports import Budget
from connector.store.ledger import OUTCOMES, Told, Untold

STANDINGS: Final = (*(state.value for state in PromiseState), "warned")
"""How a promise can stand; each is told, so that a rate is never of a number that is not there."""


class Metrics:
    """Everything that is counted."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._by_org: list[Counter | Gauge | Histogram] = []
        self._orgs: set[str] = set()
        ProcessCollector(registry=self.registry)
        by_job = ("org", "job")
        self._runs = self._counter("runs", "Jobs ended, by how.", (*by_job, "result"))
        self._seconds = Histogram(
            "connector_job_seconds", "How long jobs took.", by_job, registry=self.registry,
            buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400),
        )  # fmt: skip
        self._by_org.append(self._seconds)
        self._success = self._gauge("last_success_timestamp_seconds", "When a job last ended well.", by_job)
        self._people = self._gauge("people", "People judged, that is, in scope, as of the last night.", ("org",))
        self._changes = self._counter("changes", "Changes by rule, as planned by nights.", ("org", "rule"))
        self._outcomes = self._counter("outcomes", "Changes by what became of them.", ("org", "rule", "outcome"))
        self._findings = self._gauge("findings", "Standing findings.", ("org", "name"))
        self._waiting = self._gauge("waiting_changes", "Changes that wait for somebody to apply them.", ("org",))
        self._alerts = self._counter("alerts", "Alerts raised.", ("org", "promise", "level"))
        self._sent = self._counter("alerts_sent", "Alerts told.", ("org", "channel"))
        self._waiting_alerts = self._gauge(
            "alerts_waiting", "Alerts that were not told, by state.", ("org", "channel", "state")
        )
        self._channels: dict[str, set[str]] = {}
        self._promises = self._gauge("promises", "Follow-up promises by how they stand.", ("org", "promise", "state"))
        self._found: dict[str, set[str]] = {}
        self._standing: dict[str, set[str]] = {}
        self._calls = self._counter("api_calls", "API calls made by connector.", ("org",))
        self._left = self._gauge("api_calls_left", "API calls of the org's day that are left, as last heard.", ("org",))
        self._lag = self._gauge("mirror_age_seconds", "How old the mirror is.", ("org",))
        self._up = self._gauge("up", "1 while the process takes jobs.", ())

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        made = Counter(f"connector_{name}", text, labels, registry=self.registry)
        self._by_org.append(made)
        return made

    def _gauge(self, name: str, text: str, labels: tuple[str, ...]) -> Gauge:
        made = Gauge(f"connector_{name}", text, labels, registry=self.registry)
        if labels:
            self._by_org.append(made)
        return made

    def keep(self, orgs: Set[str]) -> None:
        """Drops whatever was told of other orgs: they are no longer in the configuration."""
        for gone in self._orgs - orgs:
            for one in self._by_org:
                one.remove_by_labels({"org": gone})
            self._found.pop(gone, None)
            self._standing.pop(gone, None)
            self._channels.pop(gone, None)
        self._orgs &= orgs

    def succeeded(self, org: str, job: str, at: datetime) -> None:
        """A job ended well then, in this process or in another one."""
        self._success.labels(org, job).set(at.timestamp())

    def ended(self, org: str, job: str, result: str, seconds: float, at: datetime | None) -> None:
        """A job has ended. `at`: what time it was when it began; None: it did not come so far as to know."""
        self._orgs.add(org)
        self._runs.labels(org, job, result).inc()
        self._seconds.labels(org, job).observe(seconds)
        if result == "done" and at is not None:
            self.succeeded(org, job, at)

    def planned(self, org: str, changes: Mapping[str, int]) -> None:
        """What a night wanted to write, by rule."""
        for rule, count in changes.items():
            self._changes.labels(org, rule).inc(count)

    def found(self, org: str, people: int, findings: Mapping[str, int], waiting: int) -> None:
        """What the last night found. A finding that it did not find any more is 0."""
        self._people.labels(org).set(people)
        self._waiting.labels(org).set(waiting)
        names = self._found.setdefault(org, set())
        names.update(findings)
        for name in names:
            self._findings.labels(org, name).set(findings.get(name, 0))

    def outcomes(self, org: str, outcomes: Mapping[str, Mapping[str, int]]) -> None:
        """What became of changes: rule → outcome → how many."""
        for rule, counts in outcomes.items():
            for outcome in OUTCOMES.values():  # each, so that a rate is never of a number that is not there
                self._outcomes.labels(org, rule, outcome).inc(counts.get(outcome, 0))

    def raised(self, org: str, promise: str, level: str) -> None:
        """An alert."""
        self._alerts.labels(org, promise, level).inc()

    def sent(self, org: str, channel: str, count: int) -> None:
        """Alerts were told."""
        self._sent.labels(org, channel).inc(count)

    def untold(self, org: str, found: Sequence[Untold]) -> None:
        """Alerts that wait, were refused, or given up lately. A channel that has none any more is 0."""
        names = self._channels.setdefault(org, set())
        names.update(one.channel for one in found)
        counts = {(one.channel, one.state): one.count for one in found}
        for channel in names:
            for state in (Told.PENDING, Told.FAILED, Told.GIVEN_UP):
                self._waiting_alerts.labels(org, channel, state.name.lower()).set(counts.get((channel, state), 0))

    def promises(self, org: str, states: Mapping[tuple[str, str], int]) -> None:
        """How promises stand: (promise, state) → how many. Those that none is in any more are 0."""
        names = self._standing.setdefault(org, set())
        names.update(promise for promise, _ in states)
        for promise in names:
            for state in (*STANDINGS, *(state for name, state in states if name == promise)):
                self._promises.labels(org, promise, state).set(states.get((promise, state), 0))

    def budget(self, org: str, budget: Budget) -> None:
        """API calls, as last heard."""
        self._calls.labels(org).inc(budget.ours)
        if budget.allowed is not None and budget.used is not None:
            self._left.labels(org).set(budget.allowed - budget.used)

    def lag(self, org: str, seconds: float) -> None:
        """How old the mirror is."""
        self._lag.labels(org).set(seconds)

    def up(self, taking: bool) -> None:
        """Whether the process takes jobs."""
        self._up.set(int(taking))

    def text(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self.registry)
