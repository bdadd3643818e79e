"""How promises stand: a second implementation, from the specification alone. Time is walked through, never computed.

It imports nothing of connector and speaks the words of the preset demand-gen. Times are aware datetimes.

    promises(life, terms, now) -> "worked met due 04-01 09:00 stop 03-31 10:00, …"

    life  = {"entries": [{"at", "by", "value", "rule"}, …], "works": [{"at", "kind", "direction", "outcome", "by", "id",
             "about", "late"}, …], "owner", "owners": [(before, sync, next sync), …], "teams": {user: team},
             "read": when, "force": when, "told": bool, "tracked": bool, "known": when}
    terms = {"name", "on": status or "request", "hours", "office": Office or None, "business": bool, "counts", "by"}
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.oracle.clock import Office
from tests.oracle.lead_status import after_disposition, step, without_second_thoughts

TEAMS = {"MAQL": "ldr", "LAL": "ldr", "MQL": "sales", "SAL": "sales"}
DIRECT = ("contact form", "demo", "quote")
PROMOTIONS = ("qualify", "contact-status")
BY_DEAL = ("SQL", "Customer", "Re-Market")
"""Promotions to these rest on an opportunity that somebody opened or closed."""
EARLIER = timedelta(hours=4)
MACHINES = timedelta(minutes=5)
"""A machine's answer and the request that it answers are written in either order."""
FOREVER = timedelta(days=60)
FORGOTTEN = timedelta(days=90)

Life = Mapping[str, Any]
Terms = Mapping[str, Any]
Time = dict[str, Any]
"""One time in a status: `status`, `since` (None: unknown), `until` (None: now), `ours` (we ended it by a promotion)."""
Stand = dict[str, Any]
"""How one promise stands: `name`, `of` (what it is about), `state`, `due`, `stop`, `level`."""


def promises(life: Life, terms: Sequence[Terms], now: datetime) -> str:
    """All of them, as the hand-worked cases say them."""
    found = stands(life, terms, now)
    for one in found:
        if (one["name"], one["of"], one["due"]) in broken(life, terms, now) and one["stop"]:
            one["state"] = "breached"
    return ", ".join(map(line, found))


def broken(life: Life, terms: Sequence[Terms], now: datetime) -> set[tuple[Any, ...]]:
    """What was broken when the CRM was read last, still open or kept late: as it was then."""
    read = life["read"]
    if read is None or read > now or life["force"] is None or life["entries"][0]["at"] > read:
        return set()
    then = [before for before, _, seen in life["owners"] if seen > read]
    known = {
        **life,
        "works": [work for work in life["works"] if not work["late"]],
        "owner": then[0] if then else life["owner"],
        "owners": [one for one in life["owners"] if one[2] <= read],
    }
    found = stands(known, terms, read)
    return {(one["name"], one["of"], one["due"]) for one in found if one["state"] == "breached"}


def stands(life: Life, terms: Sequence[Terms], now: datetime) -> list[Stand]:
    """All promises, by what is known in `life`."""
    whole = times(life, now)
    told = [one for n in range(len(whole)) for term in terms if (one := on_time(whole[n:], term, life, now))]
    asked = [
        work
        for work in sorted(life["works"], key=lambda work: (work["at"], work["id"]))
        if work["kind"] == "form" and work["about"] in DIRECT and work["at"] <= now
    ]
    return told + [one for request in asked for term in terms if (one := on_request(request, term, life, now))]


def line(one: Stand) -> str:
    """As the cases say it."""
    words = [one["name"], one["state"]]
    words += ["due", short(one["due"])] if one["due"] else []
    words += ["stop", short(one["stop"])] if one["stop"] else []
    return " ".join([*words, one["level"]]).strip()


def times(life: Life, now: datetime) -> list[Time]:
    """Where the person has been. A word that is no status is the status that it should have been."""
    entries = [entry for entry in life["entries"] if entry["at"] <= now]
    rows = [
        {
            "at": b["at"],
            "by": b["by"] if not b["rule"] else None,
            "before": a["value"],
            "after": b["value"],
            "rule": b["rule"],
        }
        for a, b in itertools.pairwise(entries)
        if a["value"] != b["value"]
    ]
    kept = [row for row in without_second_thoughts(rows) if not row["rule"] or row["rule"] in PROMOTIONS]
    first = {**step(entries[0]["value"], entries[0]["at"] if life["tracked"] else None), "ours": False}
    values = [first] + [{**step(row["after"], row["at"], row["by"]), "ours": bool(row["rule"])} for row in kept]
    values = without_nowhere(values)
    found: list[Time] = []
    for number, value in enumerate(values):
        status, is_word = value["status"], value["is_disposition"]
        if is_word:
            heard = [work["at"] for work in life["works"] if work["kind"] == "form" or talked(work)]
            lead = {"bought": False, "complete": False, "interactions": [at for at in heard if at <= now]}
            status, _ = after_disposition(lead, value, this_round(values[:number]))
        before = len(found) - 1
        while (
            is_word
            and before > 0
            and found[before]["status"] != status
            and (found[before]["word"] or not found[before]["status"])
        ):
            before -= 1
        if found and status and found[before]["status"] == status:
            del found[before + 1 :]
            found[before]["until"] = None
            continue
        if found:
            found[-1].update(until=value["since"], ours=value["ours"])
        found.append({"status": status, "since": value["since"], "until": None, "ours": False, "word": is_word})
    return found


def without_nowhere(values: Sequence[Any]) -> list[Any]:
    """A blank, or a word that nobody knows, is nowhere: who comes back to where they were before it never left."""
    for back, value in enumerate(values):
        first = back
        while first > 1 and not values[first - 1]["status"] and not values[first - 1]["is_disposition"]:
            first -= 1
        statuses = [one["status"] for one in values[:first] if not one["is_disposition"]]
        if first < back and value["status"] and not value["ours"] and statuses and statuses[-1] == value["status"]:
            return without_nowhere([*values[:first], *values[back:]])
    return list(values)


def this_round(values: Sequence[Any]) -> list[Any]:
    """From the last time somebody left Re-Market for a forward status on."""
    begins, last = 0, None
    for number, value in enumerate(values):
        if value["status"] not in (None, "Re-Market", "Disqualified") and last == "Re-Market":
            begins = number
        last = value["status"] or last
    return list(values[begins:])


def talked(work: Mapping[str, Any]) -> bool:
    """Both sides took part. Who rings us, and is not said to have missed us or met a machine, was answered."""
    if work["kind"] == "call" and work["direction"] == "in":
        return work["outcome"] in ("connected", "done")
    return (work["kind"], work["outcome"]) in (("call", "connected"), ("meeting", "held"))


def keeps(work: Mapping[str, Any], terms: Terms, life: Life, team: str | None) -> bool:
    """Whether this work keeps the promise."""
    if talked(work):
        word = "conversation"
    elif work["kind"] == "task" and work["outcome"] == "done":
        word = "task"
    elif work["kind"] == "call" and work["direction"] == "out":
        word = "attempt" if work["outcome"] in ("voicemail", "no_answer", "wrong_number") else "call"
    elif work["kind"] in ("mail", "auto_reply") and work["direction"] == "out":
        word = work["kind"]
    else:
        return False
    if word not in terms["counts"]:
        return False
    theirs = life["teams"].get(work["by"])
    is_ours = work["by"] is not None and (
        work["by"] in owners(work["at"], life) or (theirs is not None and team in (theirs, "any"))
    )
    return terms["by"] == "anyone" or is_ours


def owners(at: datetime, life: Life) -> set[str]:
    """Whose person it may have been then: between the two syncs that saw it change, the one's or the other's. In the
    very second of either sync, too: within a second nobody knows what came first."""
    whose = [before for before, _, _ in life["owners"]] + [life["owner"]]
    starts = [None, *(sync for _, sync, _ in life["owners"])]
    ends = [*(sync for _, _, sync in life["owners"]), None]
    return {
        one
        for one, start, end in zip(whose, starts, ends, strict=True)
        if (start is None or at >= start) and (end is None or at <= end)
    }


def on_time(rest: Sequence[Time], terms: Terms, life: Life, now: datetime) -> Stand | None:
    """`rest`: this time and all that came after it."""
    time = rest[0]
    if time["status"] != terms["on"]:
        return None
    since, force, name = time["since"], life["force"], terms["name"]
    team = TEAMS[terms["on"]]
    works = [work for work in life["works"] if work["at"] <= now and keeps(work, terms, life, team)]
    if since is None or (force is not None and since < force):
        begun = since or life["known"]
        waits = time["until"] is None and not any(work["at"] >= begun - EARLIER for work in works)
        return stand(name, since, "backlog") if waits else None
    if time["until"] is not None and time["until"] <= since:
        return None
    done = [max(work["at"], since) for work in works if work["at"] >= since - EARLIER]
    ended, later = time, list(rest[1:])
    while ended["until"] and ended["ours"] and later and later[0]["status"] not in (None, *BY_DEAL):
        ended = later.pop(0)
        theirs = [work for work in life["works"] if work["at"] <= now and work["at"] >= ended["since"] - EARLIER]
        done += [max(work["at"], since) for work in theirs if keeps(work, terms, life, TEAMS.get(ended["status"], "-"))]
    followed, left = min(done, default=None), ended["until"]
    is_lost = bool(left) and not any(one["status"] for one in later)
    by_nobody = bool(left is not None and (ended["ours"] or is_lost) and (followed is None or followed > left))
    stops = [at for at in (followed, left) if at is not None]
    return said(name, since, since, min(stops, default=None), terms, life, now, by_nobody=by_nobody)


def stand(name: str, of: Any, state: str, due: Any = None, stop: Any = None, level: str = "") -> Stand:
    return {"name": name, "of": of, "state": state, "due": due, "stop": stop, "level": level}


def on_request(request: Mapping[str, Any], terms: Terms, life: Life, now: datetime) -> Stand | None:
    if terms["on"] != "request":
        return None
    at, force, name = request["at"], life["force"], terms["name"]
    works = [work for work in life["works"] if work["at"] <= now and keeps(work, terms, life, "any")]
    works = [work for work in works if work["at"] >= at - (MACHINES if work["kind"] == "auto_reply" else timedelta(0))]
    answers = (max(work["at"], at) for work in works if work["id"] != request["id"] or talked(work))
    answered = min(answers, default=None)
    if force is None or at < force:
        if answered is not None or at <= now - FORGOTTEN:
            return None
        if force is not None:
            return stand(name, request["id"], "backlog")
    return said(name, request["id"], at, answered, terms, life, now, by_nobody=False)


def said(
    name: str,
    of: Any,
    since: datetime,
    stop: datetime | None,
    terms: Terms,
    life: Life,
    now: datetime,
    *,
    by_nobody: bool,
) -> Stand:
    """How the promise stands: walks from the beginning until twice the limit is used up."""
    runs = runs_when(terms)
    if runs is None:
        return stand(name, of, "void" if stop else "no_clock", stop=stop)
    limit: timedelta = terms["limit"]
    warn, due, escalate = (reached(since, limit * share / 10, runs) for share in (8, 10, 20))
    assert warn is not None
    assert due is not None
    if stop:
        return stand(name, of, "breached" if stop > due else "void" if by_nobody else "met", due, stop)
    state = "breached" if now >= due else "running"
    level = ""
    for word, at in (("warn", warn), ("breach", due), ("escalate", escalate)):
        if life["told"] and at is not None and at <= now:
            level = word
    return stand(name, of, state, due, level=level)


def runs_when(terms: Terms) -> Callable[[datetime], bool] | None:
    """Whether the clock runs at a moment; None: nobody can tell."""
    if not terms["business"]:
        return lambda moment: True
    office: Office | None = terms["office"]
    return office.works if office is not None else None


def reached(since: datetime, limit: timedelta, runs: Callable[[datetime], bool]) -> datetime | None:
    """Minute by minute, and second by second up to the first whole minute."""
    used, at = timedelta(), since
    while used < limit:
        if at - since > FOREVER:
            return None
        tick = timedelta(minutes=1) if at.second == 0 else timedelta(seconds=1)
        if runs(at):
            tick = min(tick, limit - used)
            used += tick
        at += tick
    return at


def short(at: datetime | None) -> str:
    if at is None:
        return ""
    text = f"{at:%Y-%m-%d %H:%M}" + (f":{at:%S}" if at.second else "")
    return text.removeprefix("2026-")
