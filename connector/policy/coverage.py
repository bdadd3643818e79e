"""Does the policy cover an org: is every value that records carry mapped, and does it agree about what converts?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from connector.model import LEAD
from connector.policy.dispositions import TYPO, suggest
from connector.policy.loader import Loaded
from connector.policy.place import Meaning
from connector.policy.policy import Policy
from connector.policy.problem import Problem
from connector.policy.spelling import is_typo
from connector.policy.wording import fold

Counted = Mapping[tuple[str, str | None, str | None, bool], tuple[int, datetime | None]]
"""(object, record type, status text, is converted) → (how many people, when one of them was last changed)."""


class Unmapped(msgspec.Struct, frozen=True):
    """A value that the policy does not know; the people who carry it are left alone.

    `suggestion` is what it looks like, in words, and `confidence` (0 to 1) how sure that is; None if like nothing.
    """

    object: str
    value: str
    people: int
    last_used: datetime | None
    suggestion: str | None
    confidence: float | None


def unmapped(policy: Policy, counts: Counted) -> list[Unmapped]:
    """Every value found in the org that the policy does not map, the most frequent first. Converted leads don't count:
    whatever they carry, they are converted."""
    found: dict[tuple[str, str], tuple[int, datetime | None]] = {}
    for (on, record_type, text, is_converted), (people, last) in counts.items():
        if text is None or is_converted or policy.place(on, text, record_type).meaning is not Meaning.UNMAPPED:
            continue
        before, before_last = found.get((on, text), (0, None))
        latest = max((at for at in (last, before_last) if at is not None), default=None)
        found[on, text] = (before + people, latest)
    ordered = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    return [Unmapped(on, text, people, last, *_suggest(policy, on, text)) for (on, text), (people, last) in ordered]


def contradictions(loaded: Loaded, converting: Iterable[str]) -> list[Problem]:
    """Values that convert leads in the org but are something else in the policy. The org wins: nothing is written."""
    return list(_contradictions(loaded, frozenset(map(fold, converting))))


def crossings(loaded: Loaded, policy: Policy, states: Mapping[tuple[str, str], str]) -> list[Problem]:
    """Lines of [remap] that would close or open records: such a line is refused, and its people are left alone.

    `policy`: as it is for the org. `states`: (object, status text) → the state that the CRM binds it to; empty where a
    CRM has no states.
    """
    found: list[Problem] = []
    for table, pairs in loaded.file.remap.items():
        for text in pairs:
            if what := next(_crossed(policy, states, table, text), ""):
                advice = "[remap] closes and opens nobody: name a status of the same state"
                found.append(Problem(what, loaded.where("remap", table, text), advice))
    return found


def _crossed(policy: Policy, states: Mapping[tuple[str, str], str], table: str, text: str) -> Iterator[str]:
    on, _, record_type = table.partition("/")
    for (object, value), state in states.items():
        if on in (object, "any") and fold(value) == fold(text):
            after = policy.place(object, value, record_type or None).text
            becomes = states.get((object, after), "") if after is not None else ""
            if becomes and becomes != state:
                yield f"on a {object} {value!r} belongs to the state {state}, its successor {after!r} to {becomes}"


def _suggest(policy: Policy, on: str, text: str) -> tuple[str | None, float | None]:
    for name, status in policy.file.status.items():
        if on in status.on and is_typo(fold(text), fold(name)):
            return f"{name} (a status, misspelled)", TYPO
    found = suggest(text)
    return (str(found), found.confidence) if found else (None, None)


def _contradictions(loaded: Loaded, converting: frozenset[str]) -> Iterator[Problem]:
    converts = loaded.policy.role("converts")
    for name, status in loaded.file.status.items():
        if LEAD in status.on and name != converts and fold(status.text_on(LEAD, name)) in converting:
            what = f"in this org {status.text_on(LEAD, name)!r} converts leads, so {name!r} could never be written"
            yield Problem(what, loaded.where("status", name), "give it the role `converts`, or another value to write")
    for kind, section in (("values", loaded.file.values), ("remap", loaded.file.remap)):
        for table, pairs in section.items():
            for text, name in pairs.items():
                if table.partition("/")[0] in (LEAD, "any") and fold(text) in converting and name != converts:
                    what = f"in this org {text!r} converts leads, but here it means {name!r}"
                    yield Problem(
                        what, loaded.where(kind, table, text), "take the line away: the org decides what converts"
                    )
