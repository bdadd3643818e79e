"""What Prometheus is told. Names begin with `connector_`; every one has the org.

A registry of its own, so that nothing of the Python process or of other libraries mixes in but what is listed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from connector.ports import Budget


class Metrics:
    """Everything that is counted."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        by_job = ("org", "job")
        self._runs = self._counter("runs", "Jobs ended, by how.", (*by_job, "result"))
        self._seconds = Histogram(
            "connector_job_seconds", "How long jobs took.", by_job, registry=self.registry,
            buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400),
        )  # fmt: skip
        self._success = self._gauge("last_success_timestamp_seconds", "When a job last ended well.", by_job)
        self._people = self._gauge("people", "People in scope.", ("org",))
        self._changes = self._counter("changes", "Changes by rule, as planned by nights.", ("org", "rule"))
        self._outcomes = self._counter("outcomes", "Changes by what became of them.", ("org", "outcome"))
        self._findings = self._gauge("findings", "Standing findings.", ("org", "name"))
        self._waiting = self._gauge("waiting_changes", "Changes that wait for somebody to apply them.", ("org",))
        self._alerts = self._counter("alerts", "Alerts raised.", ("org", "promise", "level"))
        self._sent = self._counter("alerts_sent", "Alerts told.", ("org", "channel"))
        self._promises = self._gauge("promises", "Follow-up promises by state.", ("org", "promise", "state"))
        self._calls = self._counter("api_calls", "API calls made by connector.", ("org",))
        self._left = self._gauge("api_calls_left", "API calls of the org's day that are left, as last heard.", ("org",))
        self._lag = self._gauge("mirror_age_seconds", "How old the mirror is.", ("org",))
        self._up = self._gauge("up", "1 while the process takes jobs.", ())

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"connector_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, labels: tuple[str, ...]) -> Gauge:
        return Gauge(f"connector_{name}", text, labels, registry=self.registry)

    def ended(self, org: str, job: str, result: str, seconds: float, at: datetime) -> None:
        """A job has ended."""
        self._runs.labels(org, job, result).inc()
        self._seconds.labels(org, job).observe(seconds)
        if result == "done":
            self._success.labels(org, job).set(at.timestamp())

    def planned(
        self, org: str, people: int, changes: Mapping[str, int], findings: Mapping[str, int], waiting: int
    ) -> None:
        """What a night found."""
        self._people.labels(org).set(people)
        self._waiting.labels(org).set(waiting)
        for rule, count in changes.items():
            self._changes.labels(org, rule).inc(count)
        for name, count in findings.items():
            self._findings.labels(org, name).set(count)

    def outcomes(self, org: str, outcomes: Mapping[str, int]) -> None:
        """What became of changes."""
        for outcome, count in outcomes.items():
            self._outcomes.labels(org, outcome).inc(count)

    def raised(self, org: str, promise: str, level: str) -> None:
        """An alert."""
        self._alerts.labels(org, promise, level).inc()

    def sent(self, org: str, channel: str, count: int) -> None:
        """Alerts were told."""
        self._sent.labels(org, channel).inc(count)

    def promises(self, org: str, states: Mapping[tuple[str, str], int]) -> None:
        """How promises stand: (promise, state) → how many."""
        for (promise, state), count in states.items():
            self._promises.labels(org, promise, state).set(count)

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
