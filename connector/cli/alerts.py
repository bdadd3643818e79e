"""`connector alerts`: what was raised and whom it reached; `--send` is one SLA pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Ends, Json
from connector.cli.morning import morning
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.times import timezone
from connector.cli.told import UNTOLD, told, whom, words
from connector.errors import BadInput, NotFound

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.slapass import Passed
    from connector.store.ledger import Delivery, Raised

    _Told = tuple[Raised, list[Delivery]]

LISTED = 50
"""Alerts listed on a screen."""
CLEARED = "(its text was cleared away)"
_BY_URGENCY = ("failed", "pending", "sending", "unknown", "sent", "taken_back", "left", "given_up", "moot")


def alerts(
    context: typer.Context,
    send: Annotated[bool, typer.Option("--send", help="Judge who is due, raise what is new, and tell it.")] = False,
    digest: Annotated[
        bool, typer.Option("--digest", help="Show the digest of the morning; with --send send it, once a day.")
    ] = False,
    test: Annotated[bool, typer.Option("--test", help="Send a test message on every channel.")] = False,
    state: Annotated[
        str | None, typer.Option("--state", help="Only those of this state: pending, failed, unknown, sent …")
    ] = None,
    level: Annotated[str | None, typer.Option("--level", help="Only this level: tell, warn, breach, escalate.")] = None,
    promise: Annotated[str | None, typer.Option("--promise", help="Only this promise.")] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=0, help="How many, newest first; 0: all. [default: 50; all with --json]"),
    ] = None,
    json: Json = False,
) -> None:
    """List the alerts that were raised, and how far each got on each channel."""
    out = Output(json=json)
    _check(state, level)
    org = opened(context)
    _check_promise(org, promise)
    if test:
        _test(out, org)
        return
    if digest:
        morning(out, org, send=send)
        return
    passed = _send(out, org) if send else None
    wanted = [
        (one, deliveries)
        for one, deliveries in _raised(org)
        if (level is None or one.alert.level == level)
        and (promise is None or one.alert.promise == promise)
        and (state is None or state in _states(deliveries))
    ]
    most = (len(wanted) if json else LISTED) if limit is None else limit or len(wanted)
    _table(out, org, wanted[:most], wanted)
    if passed is None and not wanted:
        out.say("none; connector alerts --send judges who is due and tells what is new")
    out.answer({"alerts": [_alert(org, *one) for one in wanted[:most]], **(_passed(passed) if passed else {})})
    if passed is not None and passed.problems:
        raise Ends(4)


def _check(state: str | None, level: str | None) -> None:
    from connector.model import LEVELS

    for option, given, known in (("--state", state, (*_BY_URGENCY, UNTOLD)), ("--level", level, LEVELS)):
        if given is not None and given not in known:
            raise BadInput(f"{given!r} is none of them", where=option, next=f"write one of {', '.join(known)}")


def _check_promise(org: OpenOrg, promise: str | None) -> None:
    """A promise that the policy no longer has may still have alerts; so may news, which are no promises."""
    if promise is None or promise in org.policy.promises.all:
        return
    known = sorted({*org.policy.promises.all, *(one.alert.promise for one in org.ledger.alerts.latest())})
    if promise not in known:
        raise BadInput(
            f"{promise!r} is neither a promise of the policy nor anything that was told of",
            where="--promise",
            next=f"write one of {', '.join(known)}",
        )


def _send(out: Output, org: OpenOrg) -> Passed:
    from connector.slapass import sla_pass

    passed = sla_pass(org)
    told = ", ".join(f"{plural(count, 'alert')} by {channel}" for channel, count in passed.sent.items() if count)
    out.say(f"{org.name}: {plural(len(passed.raised), 'new alert')}; told: {told or 'nothing'}")
    for line in _untold(org):
        out.say(line)
    if passed.tasks_taken_back or passed.tasks_left:
        out.say(
            f"{plural(passed.tasks_taken_back, 'task')} taken back, {passed.tasks_left:,} left because somebody has "
            "touched them: the promise was followed up, or was broken since and another task says so"
        )
    if passed.warning:
        out.say(f"warning: {passed.warning}", style="yellow")
    for problem in passed.problems:
        out.say(f"warning: {problem}", style="yellow")
    return passed


def _untold(org: OpenOrg) -> Iterator[str]:
    """Why something is still to be told: no channel is set up, or it is quiet hours."""
    from zoneinfo import ZoneInfo

    from connector.alerts.quiet import ends
    from connector.alerts.raising import TASK, channels

    config, zone = org.config.alerts, timezone(org)
    on = channels(config)
    if not on:
        yield "no channel is set up, so alerts are only listed; docs/alerts.md says how to set up mail, chats and tasks"
    until = ends(config.quiet, org.now(), ZoneInfo(zone))
    waiting = {one.alert for channel in on if channel != TASK for one in org.ledger.deliveries.waiting(channel)}
    if until is not None and waiting:
        yield f"{plural(len(waiting), 'alert')} not told yet; quiet hours end {local(until, zone)}"


def _test(out: Output, org: OpenOrg) -> None:
    from connector.slapass import trial

    tried = trial(org)
    if not tried:
        raise NotFound(
            "no channel is on", where="[org.alerts]", next="docs/alerts.md says how to set up mail, chats and tasks"
        )
    words = {True: "sent", False: "not sent", None: "not tried"}
    out.table(("channel", "", "note"), [(one.channel, words[one.ok], one.note) for one in tried])
    out.answer({"channels": [{"channel": one.channel, "ok": one.ok, "note": one.note} for one in tried]})
    if any(one.ok is False for one in tried):
        raise Ends(4)


def _raised(org: OpenOrg) -> list[tuple[Raised, list[Delivery]]]:
    raised = org.ledger.alerts.latest()
    deliveries = org.ledger.deliveries.of([one.number for one in raised])
    return [(one, deliveries[one.number]) for one in raised]


def _states(deliveries: Sequence[Delivery]) -> set[str]:
    return {one.state.name.lower() for one in deliveries} or {UNTOLD}


def _state(deliveries: Sequence[Delivery]) -> str:
    states = _states(deliveries)
    return next((state for state in _BY_URGENCY if state in states), UNTOLD)


def _table(out: Output, org: OpenOrg, shown: Sequence[_Told], wanted: Sequence[_Told]) -> None:
    if out.json or not shown:
        return
    zone = timezone(org)
    rows = [
        (
            local(one.alert.at, zone),
            one.alert.level,
            _name(org, one),
            one.ref.id,
            one.alert.text or CLEARED,
            told(deliveries, org.config.alerts),
        )
        for one, deliveries in shown
    ]
    out.table(("since", "level", "who", "record", "what", "told"), rows)
    for note in _notes(wanted):
        out.say(note)
    if len(wanted) > len(shown):
        out.say(f"… and {len(wanted) - len(shown):,} more: connector alerts --limit 0")


def _name(org: OpenOrg, one: Raised) -> str | None:
    try:
        evidence = org.reading.people.standing_for(one.ref)
    except NotFound:  # the mirror may be deleted at any time
        evidence = None
    return (evidence.person.name or None) if evidence is not None else None


def _notes(wanted: Sequence[_Told]) -> list[str]:
    """Why something was not told, each reason once, counted over everything that was asked for."""
    reasons = Counter((one.channel, words(one), one.note) for _, deliveries in wanted for one in deliveries if one.note)
    return [f"{channel} {state} ({count:,}): {note}" for (channel, state, note), count in reasons.items()]


def _alert(org: OpenOrg, one: Raised, deliveries: Sequence[Delivery]) -> Mapping[str, Any]:
    alert = one.alert
    return {
        "person": one.ref.id,
        "object": one.ref.object,
        "person_id": alert.person_id,
        "promise": alert.promise,
        "stay": alert.of,
        "level": alert.level,
        "at": alert.at,
        "due_at": alert.due_at,
        "text": alert.text,
        "raised_at": one.raised_at,
        "storm": one.storm,
        "state": _state(deliveries),
        "channels": {
            each.channel: {
                "state": each.state.name.lower(),
                "at": each.at,
                "tries": each.tries,
                "note": each.note,
                "to": whom(each, org.config.alerts) or None,
            }
            for each in deliveries
        },
    }


def _passed(passed: Passed) -> Mapping[str, Any]:
    return {
        "raised": len(passed.raised),
        "sent": passed.sent,
        "tasks_taken_back": passed.tasks_taken_back,
        "tasks_left": passed.tasks_left,
        "problems": passed.problems,
        "warning": passed.warning,
    }
