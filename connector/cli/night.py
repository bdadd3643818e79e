"""`connector run` and `connector status`: one unattended pass, and what to know of it in the morning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Choice, Ends, Json
from connector.cli.ending import Ending
from connector.cli.opened import opened
from connector.cli.output import Output, local
from connector.cli.times import timezone
from connector.errors import ConnectorError
from connector.lastnight import is_at_work, lines_of, told_of

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.store.ledger import Night

PAUSES = (1, 2, 4, 8, 15, *(30,) * 19)
"""Seconds between two tries while another command is at work on the org: ten minutes in all."""
NIGHTS = typer.Option(min=1, max=60, help="How many nights.")


def run(context: typer.Context, json: Json = False) -> None:
    """One unattended pass: sync, judge, write what the policy's [night] allows, leave the rest as a plan, send alerts.

    Another command at work on the org (a sync that cron began in the same minute) is waited for, ten minutes at most;
    then the night is written down as one that did not take place, told, and it exits 1.

    Exits 3 if nothing was written and somebody has to look first: the plan is parked, the canary stopped it, the API
    calls were gone before anything was written, or all that waits is of rules that no person has applied yet. Exits 4
    if some records failed or were in conflict. A night that stopped after some writing, or because its process was
    asked to end, exits 0: the next one goes on.
    """
    from connector.night import patient_night
    from connector.store.ledger import NightEnd

    out = Output(json=json)
    org = opened(context)
    with out.progress() as progress, Ending() as ending:
        done = patient_night(org, PAUSES, asked=ending.asked, wait=ending.wait, progress=progress)
    for line in lines_of(org, done):
        out.say(line)
    out.answer(_answer(org, done))
    if done.outcome in (NightEnd.PARKED, NightEnd.CANARY, NightEnd.IDLE) and not done.may_go_on:
        raise Ends(3)
    if done.outcome is NightEnd.DONE and done.waits_for_a_first_time:
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
    from connector.alerts.refused import lines as refused
    from connector.alerts.refused import untold
    from connector.slapass import overdue

    has_ledger, found = org.has_ledger, org.ledger.nights.latest(nights)
    late = overdue(org)
    synced = org.reading.notes.synced_at() if org.has_mirror else None
    if not has_ledger:
        out.say(f"{org.name}: there is no ledger yet ({org.ledger_place}), so nothing was done yet: connector sync")
    elif not found:
        out.say(f"{org.name}: no unattended pass has run yet; connector run makes one, connector serve one every night")
    for done in found:
        for line in lines_of(org, done):
            out.say(line)
        out.say()
    if late is not None:
        out.say(late.text, style="red")
    parked = org.ledger.parked_rules()
    for rule, why in parked.items():
        out.say(f"the rule {rule} is parked: {why}", style="yellow")
    alerts = untold(org.ledger.deliveries, org.now())
    for line in refused(alerts):
        out.say(line, style="red")
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
        "alerts_untold": [
            {"channel": one.channel, "state": one.state.name.lower(), "count": one.count, "note": one.note}
            for one in alerts
        ],
        "synced_at": synced,
        "interrupted": unfinished,
    }


def _answer(org: OpenOrg, night: Night) -> dict[str, Any]:
    return {
        "org": org.name,
        "night": night.number,
        "due": night.due,
        "started": night.started,
        "ended": night.ended,
        "at_work": is_at_work(org, night),
        "outcome": night.outcome,
        "why": night.why,
        "plan": night.plan or None,
        "waiting": night.waiting or None,
        **told_of(org, night),
    }
