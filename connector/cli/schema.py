"""`connector schema plan|apply|retire`: what the policy needs in the CRM and the org lacks, and adding it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, plural
from connector.errors import NotPermitted

if TYPE_CHECKING:
    from connector.provision import Found, Provisioned, Retirement, Uses
    from connector.provisioning import SchemaStep

schema = typer.Typer(
    name="schema",
    help="Add the fields and values that the policy needs to the CRM.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

User = Annotated[
    str | None,
    typer.Option("--user", help="User name of who is to have access to the fields. [default: connector's own login]"),
]
Converted = Annotated[
    str | None, typer.Option("--converted", help="Which new lead status converts leads, if none does yet.")
]
LAYOUTS = (
    "put the fields that people should see on the page layouts of Lead and Contact; connector does not touch layouts"
)


@schema.command()
def plan(context: typer.Context, user: User = None, converted: Converted = None, json: Json = False) -> None:
    """Show what the org lacks: each step, why, how, and how to take it back. Writes nothing."""
    from connector import provision

    out = Output(json=json)
    found = provision.plan(opened(context), user=user, converted=converted)
    listed(out, found)
    out.answer({"steps": [_step(step) for step in found.steps], "lacks": list(found.setup.lacks)})


@schema.command()
def apply(context: typer.Context, user: User = None, converted: Converted = None, json: Json = False) -> None:
    """Do the steps one by one, each read back. Deletes nothing; stopped half-way, run it again."""
    from connector import provision

    out = Output(json=json)
    org = opened(context)

    def told(step: SchemaStep, failed: str) -> None:
        state = f"failed: {failed}" if failed else "done"
        out.say(f"  {step.what} … {state}", style="red" if failed else None)

    try:
        done = provision.apply(org, user=user, converted=converted, told=told)
    except NotPermitted:
        listed(out, provision.plan(org, user=user, converted=converted))
        raise
    if done.done:
        out.say(f"next: {LAYOUTS}; then connector sync")
    out.say(
        f"{org.name}: {plural(len(done.done), 'step')} done, {len(done.failed)} failed, {len(done.by_hand)} by hand"
    )
    out.answer(_answer(done))
    if done.failed:
        raise Ends(4)


@schema.command()
def retire(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be deactivated.")] = False,
    json: Json = False,
) -> None:
    """Deactivate status values that the policy remaps and no writable record carries. Nothing is deleted."""
    from connector import provision

    out = Output(json=json)
    org = opened(context)
    found, uses = provision.retirable(org) if dry_run else provision.retire(org)
    rows = [(one.object, one.value, one.successor, *_counts(one), _state(one, dry_run=dry_run)) for one in found]
    if rows:
        out.table(("object", "value", "becomes", "writable", "converted", "closed", "deleted", ""), rows)
    named(out, uses)
    gone, stay = sum(one.done for one in found), sum(bool(one.stays) for one in found)
    out.say(f"{org.name}: {plural(gone, 'value')} deactivated, {stay} left as they are")
    out.answer({"retired": [_retirement(one) for one in found], "uses": used(uses), "dry_run": dry_run})
    if any(one.refused for one in found):
        raise Ends(4)


def listed(out: Output, found: Found) -> None:
    """The steps, for people."""
    for number, step in enumerate(found.steps, 1):
        by_hand = _is_by_hand(step)
        out.say(f"{number:>3}. {step.what}", style="yellow" if by_hand else "bold")
        out.say(f"     why: {step.why}")
        if by_hand:
            out.say(f"     by hand: {step.how}")
    for kind, step in {step.kind: step for step in found.steps if not _is_by_hand(step)}.items():
        out.say(f"{kind.value}: {step.how}; take it back {step.undo}")
    if not found.steps:
        out.say("nothing is missing: the org has every field and value that the policy needs", style="green")
    elif found.setup.lacks:
        out.say(f"this login cannot do it: it lacks {', '.join(found.setup.lacks)}", style="red")
        out.say(f"  → give this list to an admin, or let an admin's login run: {_for_admin(found)}")
    else:
        out.say(f"next: {plural(len(found.steps), 'step')}; do them with: connector schema apply")


def named(out: Output, uses: Uses) -> None:
    """What still names a value, and what could not be searched."""
    rows = [(one.value, one.kind, one.name) for one in uses.found]
    if rows:
        out.table(
            ("value", "is named by", ""), rows, title="change these too, or they go on speaking of retired values"
        )
    for missed in uses.not_searched:
        out.say(f"not searched: {missed}", style="yellow")


def used(uses: Uses) -> dict[str, Any]:
    """What names the values, as JSON."""
    found = [{"value": one.value, "kind": one.kind, "name": one.name} for one in uses.found]
    return {"found": found, "not_searched": list(uses.not_searched)}


def _for_admin(found: Found) -> str:
    return f"connector schema apply --user {found.setup.user}"


def _is_by_hand(step: SchemaStep) -> bool:
    from connector.provisioning import StepKind

    return step.kind is StepKind.BY_HAND


def _step(step: SchemaStep) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "object": step.object,
        "field": step.field.api if step.field else step.name,
        "values": list(step.field.values if step.field else step.values),
        "what": step.what,
        "why": step.why,
        "how": step.how,
        "undo": step.undo,
        "reversible": bool(step.undo),
        "by_hand": _is_by_hand(step),
    }


def _answer(done: Provisioned) -> dict[str, Any]:
    return {
        "done": [_step(step) for step in done.done],
        "failed": [{**_step(step), "error": text} for step, text in done.failed],
        "by_hand": [_step(step) for step in done.by_hand],
    }


def _counts(one: Retirement) -> Sequence[int]:
    return one.carried.writable, one.carried.converted, one.carried.closed, one.carried.deleted


def _state(one: Retirement, *, dry_run: bool) -> str:
    if one.stays:
        return f"stays: {one.stays}"
    return "would be deactivated" if dry_run else "deactivated"


def _retirement(one: Retirement) -> dict[str, Any]:
    writable, converted, closed, deleted = _counts(one)
    return {
        "object": one.object,
        "value": one.value,
        "successor": one.successor,
        "writable": writable,
        "converted": converted,
        "closed": closed,
        "deleted": deleted,
        "done": one.done,
        "stays": one.stays,
    }
