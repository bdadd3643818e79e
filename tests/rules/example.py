"""The lines under `Example` in a rule's manual, read as tests.

    lead status="Left Vmail" was="LAL 2026-02-01" since=2026-03-02 -> status=LAL finding=data_fault

Left of the arrow: lead or contact, and what is so, as of 2026-04-01. Right of it: every field that changes (or
`unchanged`) and findings that must be among those found. A line that is indented further continues the one before.

    was, since      earlier statuses with their dates, and since when the current one (the org tracks its history)
    lacks           fields the org has not
    promised        since when promises are in force
    evidence, keep  of the policy; remap and values: `Old=New`
    form, call, responded, campaign, open, won, lost, converted (before, account), owner, twin, bounced: what happened
    demo, pricing, meeting (dates): a demo asked for, a look at the prices, a meeting held
    anything else   an option of the rule, else a field of the person
"""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple

from connector.case import build
from connector.judge import Rules, judge
from connector.judge.loading import Rule, modules
from connector.model import CONTACT, LEAD, Activity, Conversion, Evidence, Judgement, Person, StatusChange, Twin, User
from tests.people import (
    NOW,
    activity,
    at,
    conversion,
    membership,
    opportunity,
    org,
    person,
    policy,
    ref,
)


class Example(NamedTuple):
    rule: str
    text: str


def examples() -> list[Example]:
    return [Example(name, text) for name, module in modules().items() for text in _lines(module.__doc__ or "")]


def _lines(manual: str) -> list[str]:
    _, _, after = manual.partition("\nExample\n")
    found: list[str] = []
    for line in after.splitlines():
        if line.startswith("        ") and found:
            found[-1] += " " + line.strip()
        elif line.startswith("    "):
            found.append(line.strip())
        elif line.strip():
            break
    return found


def run(example: Example) -> tuple[dict[str, str | None], set[str], dict[str, str | None], set[str]]:
    """What is expected (fields, findings), and what judging by that rule alone gives."""
    given, _, expected = example.text.partition(" -> ")
    object, facts = _facts(given)
    _, wanted = _facts("lead " + expected.replace("unchanged", ""))
    findings = {name for name in wanted.pop("finding", "").split(", ") if name}
    judged = _judge(example.rule, object, facts)
    changed = {change.field: change.after for change in judged.changes}
    return dict(wanted), findings, changed, {finding.name for finding in judged.findings}


def _facts(text: str) -> tuple[str, dict[str, str]]:
    object, *pairs = shlex.split(text)
    return object, dict(pair.split("=", 1) for pair in pairs)


def _judge(name: str, object: str, facts: dict[str, str]) -> Judgement:
    module = modules()[name]
    chosen = {key: facts.pop(key) for key in list(facts) if key in module.Options.model_fields}
    rule = Rule(name, module.ORDER, module, module.Options.model_validate(chosen), module.judge)
    tables: dict[str, Any] = {}
    if facts.pop("evidence", "") == "complete":
        tables["evidence"] = {"complete": True}
    if promised := facts.pop("promised", ""):
        tables["sla"] = {"effective_from": at(promised)}
    if keep := facts.pop("keep", ""):
        tables["dispositions"] = {"keep": keep}
    for table in ("remap", "values"):
        if pair := facts.pop(table, ""):
            tables[table] = {"any": dict([pair.split("=")])}
    offered = facts.pop("offered", "")
    record_type = facts.get("record_type")
    has = org(
        facts.pop("lacks", "").split(", "),
        tracked="since" in facts or "was" in facts,
        offered={(object, record_type): frozenset(offered.split(", "))} if offered else {},
    )
    found = _evidence(object, facts)
    case = build(found, policy(**tables), has, NOW)
    return judge(found.person, case, Rules((rule,) if rule.options.on else ()))


def _evidence(object: str, facts: dict[str, str]) -> Evidence:
    happened: dict[str, Any] = {
        "activities": _activities(facts),
        "opportunities": tuple(opportunity(kind, facts.pop(kind)) for kind in ("won", "lost", "open") if kind in facts),
        "memberships": _memberships(facts),
        "owner": _owner(facts.pop("owner", "")),
        "twins": _twins(facts.pop("twin", "")),
        "conversion": _conversion(facts),
    }
    rows = _rows(facts)
    return Evidence(key=1, person=_person(object, facts, rows), changes=rows[1:], **happened)


def _activities(facts: dict[str, str]) -> tuple[Activity, ...]:
    found = []
    if when := facts.pop("form", ""):
        found.append(activity("form", when))
    if when := facts.pop("call", ""):
        found.append(activity("call", when, "out", "connected"))
    found += [activity("form", when, "in", about="demo") for when in _dates(facts.pop("demo", ""))]
    found += [activity("other", when, about="pricing") for when in _dates(facts.pop("pricing", ""))]
    found += [activity("meeting", when, "", "held") for when in _dates(facts.pop("meeting", ""))]
    return tuple(sorted(found, key=lambda one: one.at))


def _dates(text: str) -> list[str]:
    return [when for when in text.split(", ") if when]


def _rows(facts: dict[str, str]) -> tuple[StatusChange, ...]:
    """The first row is no change: it says since when the person is there at all."""
    steps = [text.rsplit(" ", 1) for text in facts.pop("was", "").split(", ") if text]
    since = facts.pop("since", "2026-03-10" if steps else "")
    if since:
        steps.append([facts.get("status", ""), since])
    texts = [None, *(text for text, _ in steps)]
    return tuple(
        StatusChange(at(when), "rep", before or None, text or None)
        for before, (text, when) in zip(texts, steps, strict=False)
    )


def _person(object: str, facts: dict[str, str], rows: tuple[StatusChange, ...]) -> Person:
    fields: dict[str, Any] = {}
    for name, text in facts.items():
        name = "first_source" if name == "first_source_is" else name
        fields[name] = _typed(name, text)
    if fields.pop("bounced", ""):
        fields["is_bounced"] = True
    created = rows[0].at if rows else at("2026-01-01")
    return person(object, created_at=created, **fields)


def _typed(name: str, text: str) -> Any:
    if name == "wake_up_date":
        return at(text).date()
    if name in ("cycle", "employees"):
        return int(text)
    return float(text) if name == "score" else text or None


def _memberships(facts: dict[str, str]) -> tuple[Any, ...]:
    found = []
    if text := facts.pop("campaign", ""):
        name, _, ended = text.partition(", ")
        found.append(membership(name, active=not ended))
    if text := facts.pop("responded", ""):
        name, _, when = text.rpartition(" ")
        found.append(membership(name, name, responded=True, responded_at=at(when)))
    return tuple(found)


def _owner(text: str) -> User | None:
    if not text:
        return None
    name, title, *more = text.split(", ")
    return User("u1", name, title=title, active="inactive" not in more)


def _twins(text: str) -> tuple[Twin, ...]:
    if not text:
        return ()
    object = CONTACT if text.startswith("contact") else LEAD
    deals = (opportunity("open", "2026-02-01"),) if text.endswith("in a deal") else ()
    status = "Customer" if text == "customer" else "Inquiry"
    object = CONTACT if text == "customer" else object
    return (Twin(ref(object, "2"), status, is_converted=text == "converted lead", opportunities=deals),)


def _conversion(facts: dict[str, str]) -> Conversion | None:
    if "converted" not in facts:
        return None
    when, before = facts.pop("converted"), facts.pop("before", None)
    changes = (StatusChange(at(when), "rep", before, "Closed - Converted"),) if before else ()
    return conversion(when, changes=changes, account_was_new=facts.pop("account", "new") == "new")
