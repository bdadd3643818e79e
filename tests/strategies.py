"""Hypothesis strategies: people with every kind of history, for laws over all presets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from connector.clock import Calendar, Holiday, Hours
from connector.model import (
    CONTACT,
    LEAD,
    Activity,
    Conversion,
    Evidence,
    Membership,
    Opportunity,
    Ref,
    StatusChange,
    Twin,
    User,
)
from connector.policy import Policy
from tests.people import NOW, ORG, at, org, person, policy

CONVERTED = "Closed - Converted"
START = at("2025-01-01")
_DAYS = (NOW - START).days - 1

PRESETS = ("demand-gen", "services-firm", "simple")
DISPOSITIONS = ("Left Vmail", "no answer", "Callback", "Wrong Number", "No longer with company")
USERS = ("rep", "ldr", "marketing", None)

TABLES: tuple[dict[str, Any], ...] = (
    {},
    {"evidence": {"complete": True}},
    {"dispositions": {"keep": "ledger"}, "evidence": {"complete": True}},
    {"customer": {"reenter": "entry"}, "score": {"least_behaviour": 5}},
    {"rules": {"junk": {"on": True}, "source": {"first_source": True}}, "opportunities": {"via_account": True}},
    {
        "sla": {
            "effective_from": at("2025-07-01"),
            "promise": {
                "worked": {"clock": "business", "limit": "16h"},
                "followed_up": {"counts": ["conversation", "call", "mail", "attempt", "task"], "by": "anyone"},
            },
        },
        "dispositions": {"keep": "ledger"},
        "rules": {"junk": {"on": True}},
    },
)
ENTRY = {"demand-gen": "Inquiry", "services-firm": "New", "simple": "MQL"}


def _policy(preset: str, tables: dict[str, Any]) -> Policy:
    if "customer" in tables:
        tables = {**tables, "customer": {"reenter": ENTRY[preset]}}
    return policy(preset, **tables)


POLICIES = {(preset, i): _policy(preset, tables) for preset in PRESETS for i, tables in enumerate(TABLES)}


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Every preset, with and without complete evidence and the rules that are off."""
    return POLICIES[draw(st.sampled_from(sorted(POLICIES)))]


def times(least: datetime = START, most: datetime = NOW - timedelta(hours=1)) -> st.SearchStrategy[datetime]:
    """Times to the second; many fall close together, some on the same second."""
    span = int((most - least).total_seconds())
    near = st.integers(0, max(0, span // 86400)).map(lambda days: least + timedelta(days=days))
    far = st.integers(0, max(0, span)).map(lambda seconds: least + timedelta(seconds=seconds))
    return st.one_of(near, far)


def statuses(known: Policy, on: str) -> st.SearchStrategy[str | None]:
    """Values of a status field: the policy's own, misspelt, dispositions, unknown ones and blanks."""
    written = [text for name in known.file.status if (text := known.written(name, on))]
    return st.one_of(
        st.sampled_from(written),
        st.sampled_from(written),
        st.sampled_from(DISPOSITIONS),
        st.sampled_from([*(text.lower() + " " for text in written), "Prospecting", None]),
    )


@st.composite
def histories(
    draw: st.DrawFn, known: Policy, on: str, least: datetime = START
) -> tuple[tuple[StatusChange, ...], str | None]:
    """Status changes, oldest first, and the status now. Most are a chain; now and then a row is missing."""
    value = draw(statuses(known, on))
    moments = sorted(draw(st.lists(times(least), max_size=6)))
    minutes = draw(st.lists(st.integers(1, 15), min_size=len(moments), max_size=len(moments)))
    rows: list[StatusChange] = []
    for moment, minute in zip(moments, minutes, strict=True):
        close = draw(st.booleans()) and bool(rows)
        when = rows[-1].at + timedelta(minutes=minute) if close else moment
        returns = close and draw(st.booleans())
        after = rows[-1].before if returns else draw(statuses(known, on))
        by = rows[-1].by if returns else draw(st.sampled_from(USERS))
        if after != value and when < NOW:
            rows.append(StatusChange(max(when, rows[-1].at if rows else when), by, value, after))
            value = after
    rows.sort(key=lambda row: row.at)
    if rows and draw(st.integers(0, 7)) == 0:
        del rows[draw(st.integers(0, len(rows) - 1))]
    return tuple(rows), value


TOPICS = ("", "", "pricing", "case study", "demo", "contact form", "webinar")


@st.composite
def activities(draw: st.DrawFn) -> tuple[Activity, ...]:
    """What happened, a meeting that is still to come among it."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["call", "mail", "meeting", "form", "task", "list_mail", "bounce", "other"]))
        outcome = draw(st.sampled_from(["connected", "held", "voicemail", "open", ""]))
        when = draw(st.one_of(times(), times(NOW - timedelta(days=60)), times(NOW, NOW + timedelta(days=30))))
        about = draw(st.sampled_from(TOPICS))
        found.append(
            Activity(when, kind, draw(st.sampled_from(["in", "out", ""])), outcome, f"a{number}", "rep", about)
        )
    return tuple(sorted(found, key=lambda one: one.at))


@st.composite
def opportunities(draw: st.DrawFn) -> tuple[Opportunity, ...]:
    """Deals: open, won and lost; renewals and those of the account among them."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        created = draw(times())
        is_open = draw(st.booleans())
        closed = None if is_open else draw(st.one_of(st.none(), times(created)))
        found.append(
            Opportunity(
                f"o{number}",
                f"Deal {number}",
                draw(st.sampled_from([None, "New Business", "Renewal"])),
                is_open,
                not is_open and draw(st.booleans()),
                created,
                closed,
                draw(st.sampled_from(["role", "conversion", "account"])),
            )
        )
    return tuple(sorted(found, key=lambda one: one.created_at))


@st.composite
def memberships(draw: st.DrawFn) -> tuple[Membership, ...]:
    """Campaigns, ABM ones among them; now and then one that the CRM's clock, ahead of ours, dates a little later."""
    found = []
    ahead = times(NOW + timedelta(seconds=1), NOW + timedelta(hours=1))
    long_past = NOW - timedelta(days=3)  # of a day that may not be over yet, a sync has noted more than the day
    for number in range(draw(st.integers(0, 2))):
        responded = draw(st.booleans())
        created = draw(st.one_of(times(), times(), ahead))
        found.append(
            Membership(
                f"c{number}",
                draw(st.sampled_from(["Newsletter", "ABM Spring", "Website: contact form"])),
                draw(st.sampled_from(["Email", "Webinar"])),
                draw(st.booleans()),
                responded,
                created,
                draw(st.one_of(st.none(), times(min(created, long_past), long_past), ahead)) if responded else None,
            )
        )
    return tuple(sorted(found, key=lambda one: one.created_at))


@st.composite
def conversions(draw: st.DrawFn, known: Policy) -> Conversion | None:
    """The lead a contact came from, if it came from one."""
    if draw(st.booleans()):
        return None
    rows, last = draw(histories(known, LEAD))
    created = min((row.at for row in rows), default=START)
    converted = draw(times(max((row.at for row in rows), default=START)))
    if draw(st.integers(0, 4)):
        rows = (*rows, StatusChange(converted, "rep", last, CONVERTED))
    return Conversion(
        lead_id="L",
        at=converted,
        status=CONVERTED,
        created_at=created,
        changes=rows,
        activities=draw(activities()),
        account_was_new=draw(st.sampled_from([True, False, None])),
        opportunity_id=draw(st.sampled_from([None, None, "o0"])),
    )


OWNERS = (
    None,
    User("u1", "Jo Smith", title="Sales Rep"),
    User("u2", "Al Young", title="Marketing Manager"),
    User("u3", "Sam Ng", title="Account Executive", active=False),
    User("q1", "Marketing Queue", kind="queue"),
)


CALENDAR = Calendar(
    [Hours("Office", "Europe/Berlin", (((480, 1050),),) * 5 + ((), ()), is_default=True)],
    [Holiday("outing", at("2026-02-09").date())],
)
USERS_KNOWN = {"rep": User("rep", "Lena Ray", title="LDR"), "u1": OWNERS[1], "ldr": User("ldr", "Max Ro", title="SDR")}

TWINS = (
    (),
    (),
    (Twin(Ref(ORG, LEAD, "2"), "Inquiry"),),
    (Twin(Ref(ORG, CONTACT, "3"), "Customer"),),
)


@st.composite
def evidences(draw: st.DrawFn, known: Policy) -> Evidence:
    """All that may be known about a lead or contact."""
    on = draw(st.sampled_from([LEAD, CONTACT]))
    rows, current = draw(histories(known, on))
    first = min((row.at for row in rows), default=NOW - timedelta(days=40))
    converted = draw(conversions(known)) if on == CONTACT else None
    if converted is not None and draw(st.booleans()):
        rows, current = (), None
    who = person(
        on,
        created_at=draw(times(START, first)),
        modified_at=draw(times(max([first, *(row.at for row in rows)]))),
        status=current,
        source=draw(st.sampled_from([None, "Website", "ZoomInfo", "Barter"])),
        email=draw(st.sampled_from([None, "jo@acme.com", "test@test.com"])),
        disposition=draw(st.sampled_from([None, "Wrong Number", "Left Vmail"])),
        status_reason=draw(st.sampled_from([None, "No budget"])),
        wake_up_date=draw(st.sampled_from([None, at("2026-06-01").date()])),
        status_entered_at=draw(st.one_of(st.none(), times())),
        status_since_is_estimate=draw(st.sampled_from([None, True, False])),
        cycle=draw(st.sampled_from([None, 1, 2, 5])),
        is_bounced=draw(st.sampled_from([False, False, True])),
        title=draw(st.sampled_from([None, "CEO", "Head of Operations", "Student"])),
        employees=draw(st.sampled_from([None, 10, 200, 9000])),
        industry=draw(st.sampled_from([None, "Manufacturing"])),
        score=draw(st.sampled_from([None, 0.0, 48.0, 99.0, 130.0])),
        converted_from="L" if converted else None,
        owner_id=draw(st.sampled_from([None, "rep", "u1"])),
        sla_due_at=draw(st.sampled_from([None, None, at("2026-01-01")])),
    )
    return Evidence(
        key=1,
        person=who,
        changes=rows,
        activities=draw(activities()),
        memberships=draw(memberships()),
        opportunities=draw(opportunities()),
        owner=draw(st.sampled_from(OWNERS)),
        twins=draw(st.sampled_from(TWINS)),
        conversion=converted,
    )


orgs = st.sampled_from(
    [
        org(),
        org(tracked=False),
        org(["disposition"]),
        org(["contact.status", "status_reason"]),
        org(["status_entered_at", "status_since_is_estimate", "cycle"]),
        org(["status_since_is_estimate", "wake_up_date"], tracked=False, timezone="America/New_York"),
        org(calendar=CALENDAR, users=USERS_KNOWN, first_apply=at("2026-02-01")),
        org(calendar=CALENDAR, users=USERS_KNOWN),
    ]
)
