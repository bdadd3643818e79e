"""Which status an open lead ought to have, and since when: a second implementation, from the specification alone.

It imports nothing of connector, holds no state and looks for nothing clever: every question is asked of the whole
history again. It speaks the words of the preset demand-gen. Times are anything that compares.

    ought(lead) -> {"status": "LAL", "since": when, "cycle": 1}    or None: to be left alone

    lead = {"status", "created", "tracked", "modified", "bought", "complete", "interactions": [when, …],
            "rows": [{"at", "by", "before", "after"}, …]}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

RANKS = {"Raw": 0, "Inquiry": 1, "MAQL": 2, "LAL": 3, "MQL": 4, "SAL": 5, "SQL": 6}
ENDS = ("Re-Market", "Disqualified")
REVIEWED = ("LAL", "MQL", "SAL", "SQL")
ATTEMPTS = ("left vmail", "no answer", "callback", "busy")
FAULTS = ("wrong number", "disconnected")
GONE = ("no longer with company",)
CONVERTED = "closed - converted"

Lead = Mapping[str, Any]
Step = dict[str, Any]
"""One value that held: `word` as stored, `status` it means (None: none), `is_disposition`, `since`, `by`, `hole`."""


def ought(lead: Lead) -> dict[str, Any] | None:
    """What the lead ought to be; None where it has to be left alone."""
    steps = history(lead)
    now = steps[-1]
    before = this_cycle(steps)[:-1]
    if now["is_disposition"]:
        status, since = after_disposition(lead, now, before)
    elif not plain(now["word"]):
        worked = any(step["is_disposition"] or step["status"] in REVIEWED for step in before)
        bought = lead["bought"] and lead["complete"] and not lead["interactions"] and not worked
        status, since = ("Raw" if bought else None), now["since"]
    else:
        status, since = now["status"], now["since"]
    if status is None or status == "SQL":
        return None
    seen: list[str] = []
    while status not in seen:
        seen.append(status)
        reviewed = any(step["is_disposition"] or step["status"] in REVIEWED for step in before)
        if (status == "Inquiry" and reviewed) or (
            status == "Raw" and any(step["status"] in REVIEWED for step in before)
        ):
            status, since = "Re-Market", now["since"]
        elif status == "Inquiry" and lead["bought"] and lead["complete"] and not lead["interactions"]:
            status, since = "Raw", now["since"]
        elif status == "Raw" and lead["interactions"]:
            status, since = "Inquiry", "moved on"
    return {"status": status, "since": goes_on(status, since, now, before), "cycle": cycle(steps)}


def after_disposition(lead: Lead, now: Step, before: Sequence[Step]) -> tuple[str | None, Any]:
    """First match: what a disposition makes way for."""
    word = plain(now["word"])
    statuses = [step["status"] for step in before if step["status"]]
    last = statuses[-1] if statuses else None
    reviewed = any(step["is_disposition"] or step["status"] in REVIEWED for step in before)
    heard = [at for at in lead["interactions"] if now["since"] is None or at > now["since"]]
    if word in FAULTS and last:
        return last, now["since"]
    if word in GONE and not heard:
        return "Disqualified", now["since"]
    if last == "Disqualified":
        return "Disqualified", now["since"]
    if last == "Re-Market":
        return "LAL", now["since"]
    if last == "Raw":
        return "Raw", now["since"]
    if lead["bought"] and not lead["interactions"] and not reviewed:
        return ("Raw", now["since"]) if lead["complete"] else (None, None)
    if last is None or RANKS[last] < RANKS["LAL"]:
        return "LAL", now["since"]
    return last, now["since"]


def goes_on(status: str, since: Any, now: Step, before: Sequence[Step]) -> Any:
    """A correction to what was there before continues it; what is no status is passed over."""
    if since == "moved on" or now["status"] == status:
        return since
    for step in reversed(before):
        if step["status"] == status:
            return step["since"]
        if step["status"]:
            break
    return since


def history(lead: Lead) -> list[Step]:
    """Every value that held, oldest first; the last one holds now."""
    rows = [row for row in lead["rows"] if row["before"] != row["after"]]
    first = rows[0]["before"] if rows else lead["status"]
    rows = without_second_thoughts(rows)
    steps = [step(first, lead["created"] if lead["tracked"] else None)]
    for row in rows:
        if row["before"] != steps[-1]["word"]:
            steps.append(step(row["before"], None, hole=True))
        steps.append(step(row["after"], row["at"], row["by"]))
    if steps[-1]["word"] != lead["status"]:
        steps.append(step(lead["status"], None, hole=True))
    return merged(without_nowhere(steps))


def without_nowhere(steps: Sequence[Step]) -> list[Step]:
    """A blank, or a word that nobody knows, is nowhere: who comes back to where they were before it never left."""
    for back, one in enumerate(steps):
        first = back
        while first > 1 and is_nowhere(steps[first - 1]) and not steps[first - 1]["hole"]:
            first -= 1
        statuses = [step["status"] for step in steps[:first] if not step["is_disposition"]]
        if first < back and one["status"] and not one["hole"] and statuses and statuses[-1] == one["status"]:
            return without_nowhere([*steps[:first], *steps[back:]])
    return list(steps)


def is_nowhere(step: Step) -> bool:
    return not step["status"] and not step["is_disposition"]


def merged(steps: Sequence[Step]) -> list[Step]:
    """What means the same status is one stay, unless a hole lies between."""
    whole = [steps[0]]
    for one in steps[1:]:
        same = one["word"] == whole[-1]["word"] or (one["status"] and one["status"] == whole[-1]["status"])
        if same and not one["hole"]:
            whole[-1] = {**whole[-1], "word": one["word"]}
        else:
            whole.append(one)
    return whole


def without_second_thoughts(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows by which the same user went somewhere and back within ten minutes are left out, until there are none.

    Who comes back to another spelling of it has changed that.
    """
    for last in range(len(rows)):
        for first in range(last):
            part = rows[first : last + 1]
            users = {row["by"] for row in part}
            quick = rows[last]["at"] - rows[first]["at"] <= timedelta(minutes=10)
            chained = all(a["after"] == b["before"] for a, b in pairwise(part))
            if (
                means(rows[first]["before"]) == means(rows[last]["after"])
                and users != {None}
                and len(users) == 1
                and quick
                and chained
            ):
                left, back = rows[first]["before"], rows[last]["after"]
                respelled = [{**rows[last], "before": left}] if left != back else []
                return without_second_thoughts([*rows[:first], *respelled, *rows[last + 1 :]])
    return list(rows)


def means(word: str | None) -> tuple[str, str | None]:
    """The status that a word is; of what is none, the word."""
    status = step(word, None)["status"]
    return ("status", status) if status else ("word", word)


def this_cycle(steps: Sequence[Step]) -> list[Step]:
    """From the last time somebody left Re-Market for a forward status."""
    return list(steps[max((i for i, _ in ways_back(steps)), default=0) :])


def cycle(steps: Sequence[Step]) -> int:
    """One, and one more for each way back."""
    return 1 + len(ways_back(steps))


def ways_back(steps: Sequence[Step]) -> list[tuple[int, Step]]:
    found = []
    for i, one in enumerate(steps):
        earlier = [other["status"] for other in steps[:i] if other["status"]]
        if one["status"] in RANKS and earlier and earlier[-1] == "Re-Market":
            found.append((i, one))
    return found


def step(word: str | None, since: Any, by: str | None = None, *, hole: bool = False) -> Step:
    known = {plain(status): status for status in (*RANKS, *ENDS)}
    status = "SQL" if plain(word) == CONVERTED else known.get(plain(word))
    is_disposition = status is None and plain(word) in (*ATTEMPTS, *FAULTS, *GONE)
    return {"word": word, "status": status, "is_disposition": is_disposition, "since": since, "by": by, "hole": hole}


def plain(word: str | None) -> str:
    return re.sub(r"\s+", " ", word or "").strip().lower()
