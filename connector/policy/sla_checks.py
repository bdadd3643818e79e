"""Do the promises of a policy fit together, and with its statuses and teams?"""

from __future__ import annotations

from collections.abc import Iterator

from connector.policy.loader import Loaded
from connector.policy.model import ROLES
from connector.policy.problem import Problem
from connector.policy.sla import span_of_time


def problems(loaded: Loaded) -> Iterator[Problem]:
    """Everything that makes a promise unusable."""
    for name, promise in loaded.file.sla.promise.items():
        here = ("sla", "promise", name)
        for status in promise.statuses:
            if status not in loaded.file.status:
                advice = f"write one of {', '.join(loaded.file.status)}"
                yield Problem(f"there is no status {status!r}", loaded.where(*here, "statuses"), advice)
        for role in promise.roles:
            if role not in ROLES:
                yield Problem(
                    f"there is no role {role!r}", loaded.where(*here, "roles"), f"write one of {', '.join(ROLES)}"
                )
        for team in promise.teams:
            if team not in loaded.file.teams:
                advice = f"add [teams.{team}], or write one of {', '.join(loaded.file.teams) or 'the teams you add'}"
                yield Problem(f"there is no team {team!r}", loaded.where(*here, "teams"), advice)
        for what, key, advice in _wrong_terms(loaded, name):
            yield Problem(f"the promise {name!r} {what}", loaded.where(*here, key), advice)


def _wrong_terms(loaded: Loaded, name: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong, under which key, and what to do."""
    sla, promise = loaded.file.sla, loaded.file.sla.promise[name]
    if not (promise.statuses or promise.roles or promise.requests):
        yield "starts with nothing", "roles", "say `roles`, `statuses` or requests = true"
    if promise.requests and (promise.statuses or promise.roles):
        yield "starts with stays and with requests", "requests", "make two promises of it"
    if not span_of_time(promise.limit):
        yield "leaves no time", "limit", "write a limit above zero, for example 48h"
    if promise.clock == "business" and promise.limit.endswith("d"):
        yield (
            "counts business hours in days",
            "limit",
            "a working day is as long as the org says: write hours, like 16h",
        )
    if promise.hours and promise.clock != "business":
        yield "names business hours but counts elapsed time", "hours", 'say clock = "business", or take `hours` away'
    if not promise.counts:
        yield "can be kept by nothing", "counts", "say what counts as follow-up, for example conversation and mail"
    warn = sla.warn if promise.warn is None else promise.warn
    if warn >= 1:
        yield "warns when it is too late", "warn", "write a share of the limit below 1, for example 0.8"
