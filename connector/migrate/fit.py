"""Whether a migration fits the org and the policy: what each value in use becomes, and what must not be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connector.case import OrgFacts
from connector.errors import MigrationError
from connector.migrate.file import ANY, Pair
from connector.model import LEAD, OBJECTS
from connector.policy import Meaning, Policy
from connector.policy.wording import fold

Value = tuple[str, str | None, str]
"""Object, record type, and a status as it is stored."""


class Fit(msgspec.Struct, frozen=True):
    """What becomes of every status value in use. `inexact`: values that were matched but for case and spacing."""

    becomes: Mapping[Value, Pair]
    inexact: Mapping[Value, Pair]
    unused: tuple[Pair, ...]


def fit(pairs: Sequence[Pair], values: Iterable[Value], policy: Policy, org: OrgFacts) -> Fit:
    """Matches values in use with pairs, exactly first, then without case and spacing.

    Raises MigrationError for a target that converts leads or closes or opens records, that the record type's process
    does not offer, that is misspelt, or that neither the policy nor the org knows. A pair that nobody needs must fit
    one object at least.
    """
    exact = {(pair.table, pair.old): pair for pair in pairs}
    folded = {(pair.table, fold(pair.old)): pair for pair in pairs}
    becomes, inexact = {}, {}
    for object, record_type, text in values:
        tables = (f"{object}/{record_type}", object, ANY)
        found = next((exact[table, text] for table in tables if (table, text) in exact), None)
        loose = next((folded[table, fold(text)] for table in tables if (table, fold(text)) in folded), None)
        pair = found or loose
        if pair is None or pair.new == text:
            continue
        problem = _problem(pair, object, record_type, policy, org) or _crossing(pair, object, text, org)
        if problem is not None:
            raise problem
        becomes[object, record_type, text] = pair
        if found is None:
            inexact[object, record_type, text] = pair
    needed = set(becomes.values())
    unused = tuple(pair for pair in pairs if pair not in needed)
    for pair in unused:
        _check_unused(pair, policy, org)
    return Fit(becomes, inexact, unused)


def _check_unused(pair: Pair, policy: Policy, org: OrgFacts) -> None:
    on, _, record_type = pair.table.partition("/")
    objects = tuple(one for one in OBJECTS if org.has(one, "status")) if on == ANY else (on,)
    problems = [_problem(pair, object, record_type or None, policy, org) for object in objects]
    first = next((problem for problem in problems if problem is not None), None)
    if first is not None and None not in problems:
        raise first


def _problem(pair: Pair, object: str, record_type: str | None, policy: Policy, org: OrgFacts) -> MigrationError | None:
    """Why the target must not be written there, if so."""
    place = policy.place(object, pair.new, record_type)
    listed = org.offered.get((object, None), frozenset())
    offered = org.offered.get((object, record_type)) if record_type else None
    if object == LEAD and (place.meaning is Meaning.CONVERTED or pair.new in org.converting):
        what = f"{pair.new!r} converts a lead, and converting is not writing a value"
        then = "choose another value; leads that should be converted are the finding `needs_conversion`"
    elif offered is not None and pair.new not in offered:
        what = f"{object}s of record type {record_type!r} do not have the status {pair.new!r}"
        then = f"add it to that record type's process, or choose one of: {_some(offered)}"
    elif pair.new in listed or place.meaning is Meaning.STATUS:
        return None
    elif place.meaning is Meaning.DRIFTED and place.text:
        what, then = f"{pair.new!r} is not how the status is spelt", f"write {place.text!r}"
    else:
        what = f"neither the policy nor the org has a {object} status {pair.new!r}{_what(place.meaning)}"
        known = _some(_known(policy, object, listed))
        then = f"correct it, or add it to the policy or to the org's list; there are: {known}"
    return MigrationError(what, where=pair.where, next=then)


def _crossing(pair: Pair, object: str, text: str, org: OrgFacts) -> MigrationError | None:
    """A migration replaces values; it closes and opens nobody."""
    crosses = org.crosses(object, text, pair.new)
    if not crosses:
        return None
    return MigrationError(
        f"{crosses}: a migration closes and opens no {object}s",
        where=pair.where,
        next=f"choose a value of the same state as {text!r}, or close or open these records in the CRM first",
    )


def _what(meaning: Meaning) -> str:
    if meaning is Meaning.DISPOSITION:
        return " (it is a call disposition)"
    return " (it is a retired value)" if meaning is Meaning.RETIRED else ""


def _known(policy: Policy, object: str, listed: Iterable[str]) -> set[str]:
    written = (policy.written(name, object) for name in policy.file.status)
    return {*listed, *(text for text in written if text)}


def _some(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)[:12])
