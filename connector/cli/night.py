"""`connector run` and `connector status`: one unattended pass, and what to know of it in the morning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Choice, Ends, Json
from connector.cli.ending import Ending
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.sofar import LEFT, UNSURE, broken_off, so_far
from connector.cli.times import timezone
from connector.errors import ConnectorError

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.store.ledger import Night

NIGHTS = typer.Option(min=1, max=60, help="How many nights.")


def run(context: typer.Context, json: Json = False) -> None:
    """One unattended pass: sync, judge, write what the policy's [night] allows, leave the rest as a plan, send alerts.

    Exits 3 if nothing was written because somebody has to look first, 4 if some records failed or were in conflict.
    """
    from connector.night import night
    from connector.store.ledger import NightEnd

    out = Output(json=json)
    org = opened(context)
    with out.progress() as progress, Ending() as ending:
        done = night(org, asked=ending.asked, wait=ending.wait, progress=progress)
    for line in _lines(org, done):
        out.say(line)
    out.answer(_answer(org, done))
    if done.outcome in (NightEnd.PARKED, NightEnd.CANARY):
        raise Ends(3)
    if done.told.get("failed") or done.told.get("conflicts"):
        raise Ends(4)


def status(context: typer.Context, nights: Annotated[int, NIGHTS] = 1, json: Json = False) -> None:
    """What to know in the morning: how the last night ended, what it wrote, what waits for somebody. Reads only.

    Without --org it tells of every org of the configuration.
    """
    from connector.config import read
    from connector.openorg import OpenOrg

    choice: Choice = context.obj
    config = read(choice.config)
    if choice.org is not None or len(config.org) == 1:
        out = Output(json=json)
        out.answer(_morning(out, opened(context), nights))
        return
    out, answers, unreadable = Output(json=json), [], False
    for one in config.org:
        try:
            answers.append(_morning(out, context.with_resource(OpenOrg(config, one)), nights))
        except ConnectorError as error:  # one org that cannot be read hides none of the others
            unreadable = True
            out.say(f"{one.name}: {error}", style="red")
            answers.append({"org": one.name, "error": str(error)})
        out.say()
    out.answer({"orgs": answers})
    if unreadable:
        raise Ends(1)


def _morning(out: Output, org: OpenOrg, nights: int) -> dict[str, Any]:
    """One org's last nights, told; the answer of --json."""
    from connector.slapass import overdue

    has_ledger, found = org.has_ledger, org.ledger.nights.latest(nights)
    late = overdue(org)
    synced = org.reading.notes.synced_at() if org.has_mirror else None
    if not has_ledger:
        out.say(f"{org.name}: there is no ledger yet ({org.ledger_place}), so nothing was done yet: connector sync")
    elif not found:
        out.say(f"{org.name}: no unattended pass has run yet; connector run makes one, connector serve one every night")
    for done in found:
        for line in _lines(org, done):
            out.say(line)
        out.say()
    if late is not None:
        out.say(late.text, style="red")
    parked = org.ledger.parked_rules()
    for rule, why in parked.items():
        out.say(f"the rule {rule} is parked: {why}", style="yellow")
    if synced is None:
        out.say("the mirror is empty: nothing has been read from the CRM to the end yet; connector sync does it")
    else:
        out.say(f"the mirror is as of {local(synced, timezone(org))}")
    unfinished = [plan.id for plan in org.ledger.plans.unfinished()]
    if unfinished:
        out.say(f"begun and not ended: {', '.join(unfinished)} (connector resume)", style="yellow")
    return {
        "org": org.name,
        "ledger": has_ledger,
        "nights": [_answer(org, done) for done in found],
        "overdue_hours": late.late.total_seconds() / 3600 if late is not None else None,
        "parked_rules": parked,
        "synced_at": synced,
        "interrupted": unfinished,
    }


def _lines(org: OpenOrg, night: Night) -> list[str]:
    """One night in ten lines at most."""
    told, zone = _told(org, night), org.reading.org_facts().timezone if org.has_mirror else "UTC"
    how = night.outcome or ("at work" if _is_at_work(org, night) else "died")
    when = f"{local(night.ended, zone)}" if night.ended else f"begun {local(night.started, zone)}"
    lines = [f"night of {local(night.due, zone)} · {org.name} · {how} · {when}"]
    if how == "died":
        lines += [f"  {line}" for line in broken_off(org, night)]
    if night.why and not (night.waiting and night.why.startswith(f"plan {night.waiting} waits")):  # told below
        lines += [f"  {line.strip()}" for line in night.why.splitlines()[:3]]
    if told:
        people = f"{plural(told.get('people', 0), 'person', 'people')} in scope"
        read = f"read {plural(told.get('read', 0), 'row')}; {people}" if night.ended is not None else people
        lines.append(f"  {read}")
        lines += [f"  {line}" for line in _written(night.plan, told)]
    if told.get("never attended"):
        new = ", ".join(told["never attended"])
        lines.append(f"  not written unattended before a person has applied them once: {new}")
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


def _written(plan: str, told: Mapping[str, Any]) -> Iterator[str]:
    """What came of each plan that it wrote, or wanted to, by the plan's own id: those that it went on with, its own."""
    done = {one["plan"]: one for one in told.get("written", ())}
    if "written" not in told and "applied" in told:  # nights so far were added up
        done = {plan: told}
    for other in (one for one in done if one != plan or not told.get("changes")):
        yield f"went on with plan {other} → {_counts(done[other])}"
    if told.get("changes"):
        planned = ", ".join(f"{count:,} {rule}" for rule, count in sorted(told["changes"].items()))
        yield f"plan {plan}: {planned} → {_counts(done.get(plan, {}))}"
    elif not done:
        yield "nothing was to be written" if "changes" in told else "nothing was written"


def _counts(done: Mapping[str, Any]) -> str:
    from connector.store.ledger import OUTCOMES

    names = [*OUTCOMES.values(), UNSURE, LEFT]
    if not any(done.get(name) for name in names):
        return "nothing was written"
    return ", ".join(f"{done[name]:,} {name}" for name in names if done.get(name) or name == names[0])


def _told(org: OpenOrg, night: Night) -> Mapping[str, Any]:
    """Its numbers; of one that has no end, what is known of it so far."""
    return night.told if night.ended is not None else so_far(org, night)


def _is_at_work(org: OpenOrg, night: Night) -> bool:
    """Whether a process that lives is at it now: it is the last one, and its lease is held."""
    from connector.slapass import NIGHT_LEASE

    if night.ended is not None or NIGHT_LEASE not in org.ledger.runs.at_work():
        return False
    return night.number == org.ledger.nights.latest()[0].number


def _answer(org: OpenOrg, night: Night) -> dict[str, Any]:
    return {
        "org": org.name,
        "night": night.number,
        "due": night.due,
        "started": night.started,
        "ended": night.ended,
        "at_work": _is_at_work(org, night),
        "outcome": night.outcome,
        "why": night.why,
        "plan": night.plan or None,
        "waiting": night.waiting or None,
        **_told(org, night),
    }
