"""People, cases and policies for tests: said in a line, complete where it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from connector.case import OrgFacts
from connector.model import (
    CONTACT,
    FIELDS,
    LEAD,
    OBJECTS,
    Activity,
    Conversion,
    Evidence,
    Membership,
    Opportunity,
    OwnWrite,
    Person,
    Ref,
    StatusChange,
)
from connector.policy import Policy
from connector.policy.layers import Layer
from connector.policy.loader import read

ORG = "acme"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """A time from `2026-02-01` or `2026-02-01T10:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ref(object: str = LEAD, id: str = "1") -> Ref:
    return Ref(ORG, object, id)


def person(object: str = LEAD, id: str = "1", **fields: Any) -> Person:
    fields = {"created_at": at("2026-01-01"), "modified_at": at("2026-03-20"), **fields}
    return Person(ref=ref(object, id), person_id=hash((object, id)) & (2**62 - 1), version="v1", **fields)


def change(when: str, before: str | None, after: str | None, by: str | None = "rep") -> StatusChange:
    return StatusChange(at(when), by, before, after)


def changes(*texts: str) -> tuple[StatusChange, ...]:
    """`changes("2026-01-05 Inquiry LAL", …)`: words may be `-` for blank and hold `_` for a space."""
    rows = []
    for text in texts:
        when, before, after, *by = text.split()
        words = [None if word == "-" else word.replace("_", " ") for word in (before, after)]
        rows.append(change(when, words[0], words[1], by[0] if by else "rep"))
    return tuple(rows)


def own(
    rule: str,
    when: str,
    before: str | None,
    after: str | None,
    *,
    of: Ref | None = None,
    field: str = "status",
    **more: Any,
) -> OwnWrite:
    return OwnWrite(of or ref(), field, before, after, rule, at(when), **more)


def evidence(who: Person, **facts: Any) -> Evidence:
    return Evidence(key=1, person=who, **facts)


def conversion(when: str, **facts: Any) -> Conversion:
    facts = {"lead_id": "L", "status": "Closed - Converted", "created_at": at("2026-01-01"), **facts}
    return Conversion(at=at(when), **facts)


def opportunity(kind: str, created: str, closed: str | None = None, **facts: Any) -> Opportunity:
    """`kind`: open, won or lost. A closed one without its own time was closed when it was created."""
    ends = None if kind == "open" else at(closed or created)
    facts = {"id": f"{kind} {created}", "name": f"{kind} deal", "type": None, "via": "role", **facts}
    return Opportunity(is_open=kind == "open", is_won=kind == "won", created_at=at(created), closed_at=ends, **facts)


def activity(
    kind: str, when: str, direction: str = "", outcome: str = "", by: str | None = "rep", about: str = ""
) -> Activity:
    return Activity(at(when), kind, direction, outcome, f"{kind} {when}", by, about)


def membership(campaign: str, type: str = "Email", **facts: Any) -> Membership:
    facts = {"active": True, "responded": False, "created_at": at("2026-01-10"), **facts}
    return Membership(campaign_id=campaign, campaign=campaign, type=type, **facts)


def org(lacks: Iterable[str] = (), *, tracked: bool = True, **facts: Any) -> OrgFacts:
    """An org that has every field but those it `lacks`, by name or as `contact.status`."""
    lacking = set(lacks)
    writable = frozenset(
        (on, field) for on in OBJECTS for field in FIELDS if field not in lacking and f"{on}.{field}" not in lacking
    )
    since = LONG_AGO if tracked else None
    facts = {"converting": frozenset({"Closed - Converted"}), "tracked_since": {LEAD: since, CONTACT: since}, **facts}
    return OrgFacts(writable=writable, **facts)


def policy(preset: str = "demand-gen", **tables: Any) -> Policy:
    """A preset with tables of its own on top, as an org whose leads convert by `Closed - Converted` has it."""
    return _made(preset, tables) if tables else _plain(preset)


@lru_cache
def _plain(preset: str) -> Policy:
    return _made(preset, {})


def _made(preset: str, tables: Mapping[str, Any]) -> Policy:
    loaded = read(tables=Layer("test", {"extends": preset, **tables}))
    return loaded.policy.for_org(["Closed - Converted"])
