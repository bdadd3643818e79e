"""`connector policy check|show|diff|unlock-bar`: is the policy sound, does it cover the org, where does each value come
from, and what would another one do?"""

from __future__ import annotations

import json as encoding
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.times import timezone
from connector.cli.whatif import diff, unlock_bar

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.policy.coverage import Unmapped
    from connector.policy.loader import Loaded
    from connector.policy.problem import Problem

policy = typer.Typer(name="policy", help="Check and show the policy.", no_args_is_help=True, rich_markup_mode=None)


@policy.command()
def check(context: typer.Context, json: Json = False) -> None:
    """Is the policy sound, and does it say what every value in the org means? Exits 1 if not."""
    from connector.orgcheck import absent_names, idle_nights
    from connector.policy import checks

    out = Output(json=json)
    org = opened(context)
    loaded = org.unchecked_policy()
    errors = [*checks.errors(loaded, org.bar()), *rule_errors(loaded)]
    warnings = [*checks.warnings(loaded, org.now().date()), *([] if errors else rule_warnings(loaded))]
    unmapped = None
    if not errors:
        errors, unmapped = against_org(org, loaded)
        warnings += [*absent_names(org, loaded), *idle_nights(org, loaded)]
    _say(out, errors, warnings)
    if unmapped:
        _say_unmapped(out, unmapped, timezone(org))
    elif unmapped is None and not errors:
        out.say("the org's own values and states were not compared: run `connector sync` first")
    out.say(
        f"policy {loaded.file.name!r}: {plural(len(errors), 'error')}, {plural(len(warnings), 'warning')}, "
        f"{plural(len(unmapped or ()), 'unknown value')}"
    )
    people = Counter[str]()
    for one in unmapped or ():  # leads and contacts may carry the same text
        people[one.value] += one.people
    out.answer(
        {
            "policy": loaded.file.name,
            "errors": [_problem(problem) for problem in errors],
            "warnings": [_problem(problem) for problem in warnings],
            "unmapped": dict(people),
        }
    )
    if errors:
        raise Ends(1)


def _say(out: Output, errors: Sequence[Problem], warnings: Sequence[Problem]) -> None:
    for kind, problems in (("error", errors), ("warning", warnings)):
        for problem in problems:
            out.say(f"{kind}: {problem.where}: {problem.what}", style="red" if kind == "error" else "yellow")
            out.say(f"  next: {problem.next}")


def _say_unmapped(out: Output, unmapped: Sequence[Unmapped], zone: str) -> None:
    columns = ("object", "value", "people", "last used", "looks like", "sure")
    rows = [
        (one.object, one.value, one.people, local(one.last_used, zone), one.suggestion or "–", one.confidence)
        for one in unmapped
    ]
    out.table(columns, rows, title="values in the org that the policy does not know; their people are left alone")
    out.say("next: say what each means under [values], [remap] or [dispositions.phrases] of the policy")


@policy.command()
def show(
    context: typer.Context,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
    json: Json = False,
) -> None:
    """Print the whole policy as it is in force."""
    out = Output(json=json)
    loaded = opened(context).unchecked_policy()
    values = [(_key(each.key), each.value, each.where) for each in loaded.origins()]
    for key, value, where in values:
        said = encoding.dumps(value, ensure_ascii=False, default=str)
        out.say(f"{key} = {said}" + (f"    # {where}" if origin else ""))
    if origin:
        out.answer({"policy": {key: {"value": value, "origin": where} for key, value, where in values}})
    else:
        out.answer({"policy": loaded.file.model_dump(mode="json", by_alias=True)})


policy.command()(diff)
policy.command()(unlock_bar)


def rule_errors(loaded: Loaded) -> list[Problem]:
    """What is wrong under [rules] and [night]: a rule or an option that does not exist."""
    from connector.errors import PolicyError
    from connector.judge import load
    from connector.policy.problem import Problem

    try:
        load(loaded.policy, loaded.where)
    except PolicyError as error:
        return [Problem(error.what, error.where, error.next)]
    return []


def rule_warnings(loaded: Loaded) -> list[Problem]:
    """Rules that nights may apply, but that are off."""
    from connector.judge import load
    from connector.policy.problem import Problem

    where = loaded.where("night", "rules")
    return [
        Problem(
            f"the rule {name} is off, so nights have nothing of it to apply",
            where,
            f"take it out of [night] rules, or switch it on: [rules.{name}] on = true",
        )
        for name in load(loaded.policy, loaded.where).off
        if name in loaded.file.night.rules
    ]


def against_org(org: OpenOrg, loaded: Loaded) -> tuple[list[Problem], list[Unmapped] | None]:
    """What the org, as it was read last, refuses of the policy, and its status values that the policy does not know.

    No problem and None while nothing was synced.
    """
    from connector.errors import NotFound
    from connector.policy.coverage import crossings, unmapped

    try:
        mirror = org.reading
    except NotFound:
        return [], None
    facts = mirror.org_facts()
    policy = org.policy.for_org(facts.converting, facts.offered)
    counts = {
        (c.object, c.record_type, c.status, c.is_converted): (c.people, c.last_modified)
        for c in mirror.counts.statuses()
    }
    return crossings(loaded, policy, facts.states), unmapped(policy, counts)


def _key(key: tuple[str, ...]) -> str:
    from connector.tomlfile import key_text

    return key_text(key)


def _problem(problem: Problem) -> dict[str, Any]:
    return {"what": problem.what, "where": problem.where, "next": problem.next}
