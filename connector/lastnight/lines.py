"""What a person wants to know of a night in the morning, in ten lines: how it ended, what it wrote, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from connector.lastnight.sofar import LEFT, UNSURE, broken_off, so_far
from connector.words import local, plural

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.store.ledger import Night

REASONS: Final = 5
"""Lines of a reason that are shown."""


def lines_of(org: OpenOrg, night: Night) -> list[str]:
    """One night in ten lines, some more where a long reason is told."""
    from connector.alerts.notices import held_back
    from connector.store.ledger import NEVER_ATTENDED

    told, zone = told_of(org, night), org.reading.org_facts().timezone if org.has_mirror else "UTC"
    how = night.outcome or ("at work" if is_at_work(org, night) else "died")
    when = f"{local(night.ended, zone)}" if night.ended else f"begun {local(night.started, zone)}"
    lines = [f"night of {local(night.due, zone)} · {org.name} · {how} · {when}"]
    if how == "died":
        lines += [f"  {line}" for line in broken_off(org, night)]
    if night.why and not (night.waiting and night.why.startswith(f"plan {night.waiting} waits")):  # told below
        lines += [f"  {line}" for line in reason(night.why)]
    if told:
        people = f"{plural(told.get('people', 0), 'person', 'people')} in scope"
        read = f"read {plural(told.get('read', 0), 'row')}; {people}" if night.ended is not None else people
        lines.append(f"  {read}")
        lines += [f"  {line}" for line in _written(night.plan, told)]
    if told.get(NEVER_ATTENDED):
        lines.append(f"  {held_back(told, night.waiting)}")
    if night.outcome == "parked" and told.get("changes") and "connector " not in night.why:
        lines.append(f"  plan {night.plan} can be written by hand: connector apply {night.plan}")
    if night.waiting:
        waiting = plural(told.get("waiting_changes", 0), "change")
        lines.append(f"  plan {night.waiting} waits for you: {waiting} (connector show {night.waiting})")
    if told.get("findings"):
        most = sorted(told["findings"].items(), key=lambda one: (-one[1], one[0]))[:5]
        lines.append("  findings: " + ", ".join(f"{count:,} {name}" for name, count in most))
    if told.get("calls"):
        lines.append(f"  {plural(told['calls'], 'API call')}")
    if told.get("cleared"):
        cleared = ", ".join(f"{count:,} {name}" for name, count in told["cleared"].items() if count)
        lines.append(f"  cleared away by [org.retention]: {cleared}")
    if told.get("not cleared"):
        lines.append(f"  what is spent could not be cleared away: {told['not cleared']}")
    return lines


def reason(why: str) -> list[str]:
    """The first lines of a reason and its last one, which says what to do: the command that approves a plan."""
    lines = [line.strip() for line in why.splitlines()]
    if len(lines) <= REASONS:
        return lines
    return [*lines[: REASONS - 2], f"… and {len(lines) - REASONS + 1} more", lines[-1]]


def _written(plan: str, told: Mapping[str, Any]) -> Iterator[str]:
    """What came of each plan that it wrote, or wanted to, by the plan's own id: those that it went on with, its own."""
    from connector.store.ledger import HELD_BACK

    done = {one["plan"]: one for one in told.get("written", ())}
    if "written" not in told and "applied" in told:  # nights so far were added up
        done = {plan: told}
    for other in (one for one in done if one != plan or not told.get("changes")):
        yield f"went on with plan {other} → {_counts(done[other])}"
    if told.get("changes"):
        planned = ", ".join(f"{count:,} {rule}" for rule, count in sorted(told["changes"].items()))
        yield f"plan {plan}: {planned} → {_counts(done.get(plan, {}))}"
    elif not done:
        yield "nothing was to be written" if "changes" in told and not told.get(HELD_BACK) else "nothing was written"


def _counts(done: Mapping[str, Any]) -> str:
    from connector.store.ledger import OUTCOMES

    names = [*OUTCOMES.values(), UNSURE, LEFT]
    if not any(done.get(name) for name in names):
        return "nothing was written"
    return ", ".join(f"{done[name]:,} {name}" for name in names if done.get(name) or name == names[0])


def told_of(org: OpenOrg, night: Night) -> Mapping[str, Any]:
    """Its numbers; of one that has no end, what is known of it so far."""
    return night.told if night.ended is not None else so_far(org, night)


def is_at_work(org: OpenOrg, night: Night) -> bool:
    """Whether a process that lives is at it now: it is the last one, and its lease is held."""
    from connector.slapass import NIGHT_LEASE

    if night.ended is not None or NIGHT_LEASE not in org.ledger.runs.at_work():
        return False
    return night.number == org.ledger.nights.latest()[0].number
