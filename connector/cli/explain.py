"""`connector explain RECORD`: why this person has this status, what the rules say, which run changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Json
from connector.cli.explain_clock import day, show_happened, show_promises
from connector.cli.explain_score import show_score
from connector.cli.opened import opened
from connector.cli.output import Output, local
from connector.cli.shown import outcome
from connector.cli.times import NOW, moment, timezone
from connector.cli.told import line

if TYPE_CHECKING:
    from connector.judge.explain import Explanation
    from connector.model import Stay
    from connector.openorg import OpenOrg
    from connector.store.ledger import Entry

LATEST = 10
"""Interactions shown."""


def explain(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="The id of a lead or contact.")],
    now: Annotated[str | None, NOW] = None,
    json: Json = False,
) -> None:
    """Say why a person is where they are: history, evidence, what each rule says, and what connector ever changed."""
    from connector import run

    out = Output(json=json)
    org = opened(context)
    told, writes = run.explain(org, record, moment(now) or org.now())
    zone = timezone(org)
    _person(out, told, zone)
    _history(out, told, zone)
    _evidence(out, told, zone)
    show_happened(out, told, zone)
    show_score(out, told, org.policy)
    show_promises(out, told, zone)
    _rules(out, told)
    _alerts(out, told, org, zone)
    _writes(out, writes, zone)
    out.say(f"in the CRM: {org.adapter.url(told.person.ref)}")
    out.answer(_answer(told, writes))


def _person(out: Output, told: Explanation, zone: str) -> None:
    person = told.person
    name = ", ".join(part for part in (person.name, person.title, person.company) if part)
    out.say(f"{person.ref.object} {person.ref.id}: {name or '(no name)'}", style="bold")
    means = f"means {told.place.name}" if told.place.name else told.place.meaning.value
    out.say(f'status "{person.status or ""}" ({means}), as of {local(told.as_of, zone)}')
    if told.judgement.skipped:
        out.say(f"not judged: {told.judgement.skipped}")
    about = "estimated" if told.cycle_is_estimate else "counted"
    out.say(f"cycle {told.cycle} ({about}); created {local(person.created_at, zone)}; source {person.source or '–'}")
    if told.prior_status:
        out.say(f"was {told.prior_status} before the lead was converted")


def _history(out: Output, told: Explanation, zone: str) -> None:
    rows = [
        (stay.status or "(none)", stay.name or stay.disposition or "?", _since(stay, zone), _by(stay, told))
        for stay in told.stays
    ]
    if rows:
        out.table(("was", "meaning", "since", "set by"), rows, title="history, our own corrections left out")


def _by(stay: Stay, told: Explanation) -> str | None:
    return "connector" if stay.ours else told.users.get(stay.by or "", stay.by)


def _since(stay: Stay, zone: str) -> str:
    if stay.since is None:
        return f"≥ {local(stay.at_least, zone)} or earlier" if stay.at_least else "unknown"
    return local(stay.since, zone) + (" (estimated)" if stay.estimate else "")


def _evidence(out: Output, told: Explanation, zone: str) -> None:
    if told.interactions:
        latest = ", ".join(
            day(at, zone) if at in told.only_days else local(at, zone) for at in told.interactions[-LATEST:]
        )
        out.say(f"interactions: {len(told.interactions)}; latest {latest}")
    else:
        out.say("interactions: none known")
    for deal in told.opportunities:
        state = "open" if deal.is_open else "won" if deal.is_won else "lost"
        out.say(f"opportunity {deal.name!r}: {state}, created {local(deal.created_at, zone)}, through {deal.via}")


def _rules(out: Output, told: Explanation) -> None:
    for change in told.judgement.changes:
        out.say(f"{change.rule} would write {change.field}: {change.before or '(empty)'} → {change.after or '(empty)'}")
        out.say(f"    because {change.because}")
    for finding in told.judgement.findings:
        out.say(f"found {finding.name}: {finding.detail}", style="yellow")
    for hold in told.holds:
        out.say(f"held: {hold.field} is not written as {hold.value!r} again, it was undone")
    if not (told.judgement.changes or told.judgement.findings or told.judgement.alerts):
        out.say("nothing is wrong")
    if told.silent:
        out.say(f"nothing to say: {', '.join(told.silent)}" + (f"; off: {', '.join(told.off)}" if told.off else ""))


def _alerts(out: Output, told: Explanation, org: OpenOrg, zone: str) -> None:
    """What was told of them and to whom, and what is still to be told."""
    raised = org.ledger.alerts.of(told.person.ref)
    deliveries = org.ledger.deliveries.of([one.number for one in raised])
    for one in raised[-LATEST:]:
        out.say(line(one, deliveries[one.number], org.config.alerts, zone))
    keys = {one.key for one in raised}
    for alert in told.judgement.alerts:
        if alert.key not in keys:
            out.say(f"to be told ({alert.level}): {alert.text}", style="yellow")


def _writes(out: Output, writes: list[tuple[str, Entry]], zone: str) -> None:
    rows = [(plan, local(one.at, zone), *_written(one)) for plan, one in writes]
    if rows:
        out.table(("plan", "when", "field", "change", "rule", "outcome"), rows, title="written by connector")


def _written(entry: Entry) -> tuple[str, str, str, str]:
    change = entry.change
    values = f"{change.before or '(empty)'} → {change.after or '(empty)'}"
    return change.field, values, change.rule, outcome(entry)


def _answer(told: Explanation, writes: list[tuple[str, Entry]]) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(told, enc_hook=_table)
    plain["writes"] = [
        {"plan": plan, "outcome": outcome(entry), **msgspec.to_builtins(entry.change)} for plan, entry in writes
    ]
    return plain


def _table(part: Any) -> dict[str, Any]:
    """A table of the policy, as of a disposition's phrase, in plain values."""
    plain: dict[str, Any] = part.model_dump(mode="json")
    return plain
