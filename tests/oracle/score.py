"""What somebody's score is and where it moves them: a second implementation, from the specification alone.

It imports nothing of connector and looks for nothing clever: every day is added up anew, and the crossing of the bar is
found by living through everything again. It speaks the words of the preset demand-gen; the points are given.

    points(who, deeds, weights, now) -> {"fit": {...}, "behaviour": {...}}        whole points by line
    ought(who, deeds, weights, now)  -> {"status": "MAQL", "crossed": when, …}    where they belong

    who     = {"title": …, "employees": …, "status": "Inquiry", "bounced": False, "twin": None,
               "stays": [(status, since), …]      the last one is the present status; a since may be None
               "watched": since when a change of status would be known, or None}
    deed    = {"at": when, "what": "pricing"}     what: the line it earns points on, or anything else
    weights = {"fit": {name: (field, values, points)}, "lines": {what: (points, half life or None, days to zero or None,
               most or None)}, "direct": {what, …}}
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

BAR, AT_LEAST_DONE = 100, 20
RANKS = {"Raw": 0, "Inquiry": 1, "MAQL": 2, "LAL": 3, "MQL": 4, "SAL": 5, "SQL": 6}
REVIEWED = ("LAL", "MQL", "SAL", "SQL")
WAYS_OUT = ("Re-Market", "Disqualified", "Customer", "SQL")
DISPOSITION = "what came of a call"
"""Stands for the status of a stay that was a call disposition: somebody worked them."""
COOL_OFF = timedelta(days=30)
REQUESTS_LAST = timedelta(days=90)

Who = Mapping[str, Any]
Deeds = Sequence[Mapping[str, Any]]


def points(who: Who, deeds: Deeds, weights: Mapping[str, Any], now: datetime) -> dict[str, dict[str, int]]:
    """Whole points by line; lines without any are left out."""
    fit = {name: worth for name, (field, values, worth) in weights["fit"].items() if who[field] in values and worth}
    done: dict[str, int] = {}
    for what, (worth, half, zero, most) in weights["lines"].items():
        total = 0.0
        for deed in deeds:
            if deed["what"] == what and deed["at"] <= now:
                nights = (now.date() - deed["at"].date()).days
                left = math.exp(-math.log(2) * nights / half) if half else max(0.0, (zero - nights) / zero)
                total += worth * left
        if most is not None:
            total = min(total, most)
        if (whole := half_up(total)) != 0:
            done[what] = whole
    return {"fit": fit, "behaviour": done}


def half_up(value: float) -> int:
    return math.floor(value + 0.5)


def is_close_call(who: Who, deeds: Deeds, weights: Mapping[str, Any], now: datetime) -> bool:
    """Whether some line lies on the edge between two whole numbers, where the last bit of a float decides."""
    for what, (worth, half, zero, most) in weights["lines"].items():
        total = 0.0
        for deed in deeds:
            if deed["what"] == what and deed["at"] <= now:
                nights = (now.date() - deed["at"].date()).days
                total += worth * (math.exp(-math.log(2) * nights / half) if half else max(0.0, (zero - nights) / zero))
        total = total if most is None else min(total, most)
        if abs(total - math.floor(total) - 0.5) < 1e-6:
            return True
    return False


def reaches(who: Who, deeds: Deeds, weights: Mapping[str, Any], now: datetime) -> bool:
    """At least 100 points, and at least 20 of them for what they did."""
    made = points(who, deeds, weights, now)
    done = sum(made["behaviour"].values())
    return sum(made["fit"].values()) + done >= BAR and done >= AT_LEAST_DONE


def crossed(
    who: Who, deeds: Deeds, weights: Mapping[str, Any], now: datetime, others: Sequence[tuple[datetime, Who]] = ()
) -> datetime | None:
    """Lives through all deeds: the last moment at which somebody below the bar came to reach it.

    `others`: until when they were somebody else, and who, oldest first: a new title is a moment of a life too.
    """
    crossing = None
    lived: list[Mapping[str, Any]] = []
    moments = [(deed["at"], "deed", deed) for deed in deeds] + [(until, "facts", None) for until, _ in others]
    for when, what, deed in sorted(moments, key=lambda one: (one[0], one[1])):
        if when > now:
            break
        before = next((then for until, then in others if until >= when), who)
        after = next((then for until, then in others if until > when), who)
        was = reaches(before, lived, weights, when)
        if what == "deed":
            assert deed is not None
            lived.append(deed)
        if not was and reaches(after, lived, weights, when):
            crossing = when
    return crossing


def counting(who: Who, deeds: Deeds) -> list[Mapping[str, Any]]:
    """Only what was done after the last return to Re-Market, or after they were a customer."""
    stays = who["stays"]
    for i in range(len(stays) - 1, -1, -1):
        name, since = stays[i]
        if name == "Re-Market":
            at_the_latest = since or who["watched"]
            return [deed for deed in deeds if at_the_latest is not None and deed["at"] > at_the_latest]
        if name == "Customer" and i + 1 < len(stays):
            return [deed for deed in deeds if deed["at"] > stays[i + 1][1]]
    return list(deeds)


def open_requests(who: Who, deeds: Deeds, weights: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    """Direct requests of the last 90 days that nobody has acted on since."""
    found = []
    stays = who["stays"]
    for deed in counting(who, deeds):
        if deed["what"] not in weights["direct"] or not now - REQUESTS_LAST < deed["at"] <= now:
            continue
        acted = False
        for i, (name, since) in enumerate(stays):
            if (name in (*REVIEWED, DISPOSITION) or name in WAYS_OUT) and since is not None and since >= deed["at"]:
                acted = True
            if (RANKS.get(name, 0) >= RANKS["MQL"] or name in WAYS_OUT) and i + 1 < len(stays):
                ends = stays[i + 1][1]
                if ends is None or ends > deed["at"]:
                    acted = True
        if not acted:
            found.append(deed)
    return sorted(found, key=lambda one: one["at"])


def ought(who: Who, deeds: Deeds, weights: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Where they belong. `alerts`: what somebody is told instead; `finding`: why nobody acts."""
    status = who["stays"][-1][0]
    since = who["stays"][-1][1]
    deeds = [deed for deed in deeds if deed["at"] <= now]
    after = counting(who, deeds)
    asked = open_requests(who, deeds, weights, now)
    to = None
    if asked and (status == "Re-Market" or RANKS.get(status, 99) < RANKS["MQL"]):
        to = "MQL"
    elif status in ("Inquiry", "Re-Market") and not who["bounced"] and reaches(who, after, weights, now):
        to = "MAQL"
        returned = since or who["watched"]
        if status == "Re-Market" and (returned is None or now < returned + COOL_OFF):
            to = None
    finding = to is not None and who["twin"] in ("Customer", "SQL")
    return {
        "status": status if to is None or finding else to,
        "finding": finding,
        "asked": [deed["at"] for deed in asked] if status in ("Disqualified", "Customer", "SQL") else [],
        "crossed": crossed(who, after, weights, now),
    }
