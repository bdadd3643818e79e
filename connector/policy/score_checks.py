"""Does `[score]` fit together, is its bar the locked one, and was it reviewed lately?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from connector.model import CONTACT, Person
from connector.policy.loader import Loaded
from connector.policy.problem import Problem
from connector.policy.scoring import BAR

NO_FIELDS: Final = frozenset({"ref", "person_id", "version", "facts"})
"""What a `Person` has that no policy can test."""


def bar(loaded: Loaded, allowed: int = BAR) -> Iterator[Problem]:
    """The bar is the locked one, or that which two people moved it to (`allowed`; see `policy unlock-bar`)."""
    wanted = loaded.file.score.bar
    if wanted in (BAR, allowed):
        return
    what = (
        f"the bar of the score is {BAR} and locked: people have it in their heads, and points of last year could not "
        f"be compared with points of this one; the policy says {wanted}"
    )
    if allowed != BAR:
        what += f", and what two people allowed is {allowed}"
    advice = (
        "take `bar` away and move the points instead; or have two people allow it: "
        f'connector policy unlock-bar --to {wanted} --by NAME --by NAME --because "…"'
    )
    yield Problem(what, loaded.where("score", "bar"), advice)


def problems(loaded: Loaded) -> Iterator[Problem]:
    """Everything that makes the score unusable."""
    score = loaded.file.score
    known = {*Person.__struct_fields__, *loaded.file.facts} - NO_FIELDS
    for table, lines in (("fit", score.fit), ("ideal", score.ideal)):
        for name, line in lines.items():
            if line.field not in known:
                advice = "write a field of ours, or list the mapping's name for it under `facts`"
                where = loaded.where("score", table, name, "field")
                yield Problem(f"there is no field {line.field!r}", where, advice)
    if score.source == "field" and score.field != "score" and score.field not in loaded.file.facts:
        advice = "write `score`, or list the mapping's name of the platform's field under `facts`"
        yield Problem(f"there is no field {score.field!r}", loaded.where("score", "field"), advice)
    if (least := score.ideal_least) is not None and least > len(score.ideal):
        what = f"{least} dimensions must match, but [score.ideal] has {len(score.ideal)}"
        yield Problem(what, loaded.where("score", "ideal_least"), "lower it, or describe more dimensions")
    yield from _reenter(loaded)


def _reenter(loaded: Loaded) -> Iterator[Problem]:
    name = loaded.file.customer.reenter
    if name is None:
        return
    where = loaded.where("customer", "reenter")
    status = loaded.file.status.get(name)
    if status is None:
        yield Problem(f"there is no status {name!r}", where, f"write one of {', '.join(loaded.file.status)}")
    elif status.rank is None or CONTACT not in status.on:
        what = f"a customer cannot begin anew as {name!r}: it is not on the forward path of a contact"
        yield Problem(what, where, "name a status that has a rank and is on contacts, such as the one with role entry")


def warnings(loaded: Loaded, today: date) -> Iterator[Problem]:
    """Points that nobody has reviewed lately, and a role `fit` that nobody can get."""
    if why := not_reviewed(loaded, today):
        advice = "look at who crossed and what became of them, agree, then set `reviewed` and `version`"
        yield Problem(why, loaded.where("score", "reviewed"), advice)
    if loaded.policy.role("fit") is not None and not loaded.file.score.ideal:
        what = f"nobody can become {loaded.policy.role('fit')!r}: the policy describes no ideal client"
        yield Problem(what, loaded.where("score", "ideal"), "say what must hold in [score.ideal.NAME]")


def is_off(loaded: Loaded) -> bool:
    """Whether nobody is scored at all."""
    return loaded.file.rules.get("qualify", {}).get("on", True) is False


def not_reviewed(loaded: Loaded, today: date) -> str:
    """Why the points must be reviewed, for people; empty if they were lately, or nobody is scored."""
    score = loaded.file.score
    if is_off(loaded):
        return ""
    if score.reviewed is None:
        return "nobody has reviewed the points of the score"
    if score.reviewed + timedelta(days=score.review_after_days) < today:
        return (
            f"the points of the score were last reviewed on {score.reviewed}, over {score.review_after_days} days ago"
        )
    return ""
