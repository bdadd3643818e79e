"""Names in a policy that exist nowhere in the org: they match nobody, and quietly change who is judged or how."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

import msgspec

from connector.model import User
from connector.policy.loader import Loaded, presets
from connector.policy.problem import Problem
from connector.policy.wording import Patterns

LISTED: Final = 5
"""So many of the names that exist are listed."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Names that exist in an org as it was read last. `record_types` by object, those that some record has."""

    hours: Collection[str] = ()
    record_types: Mapping[str, Collection[str]] = {}
    users: Collection[User] = ()


def absent(loaded: Loaded, known: Known) -> list[Problem]:
    """Names that the policy's own files say and that nothing in the org is called by. Presets may name what it lacks.

    A list of which nothing is known (no record has a record type, no business hours were read) is not looked at.
    """
    said = [*_hours(loaded, known), *_scopes(loaded, known), *_teams(loaded, known)]
    return [problem for key, problem in said if _is_own(loaded, key)]


def closest(word: str, names: Iterable[str]) -> list[str]:
    """Some of the names, the most similar first."""
    by_fold = {name.casefold(): name for name in sorted(names) if name}
    near = get_close_matches(word.casefold(), by_fold, n=LISTED, cutoff=0.5)
    rest = [fold for fold in by_fold if fold not in near]
    return [by_fold[fold] for fold in (*near, *rest)][:LISTED]


def _is_own(loaded: Loaded, key: tuple[str, ...]) -> bool:
    return loaded.layer(*key) not in ("", "defaults", *presets())


def _hours(loaded: Loaded, known: Known) -> Iterator[tuple[tuple[str, ...], Problem]]:
    names = {name.strip().casefold() for name in known.hours}
    for promise, terms in loaded.file.sla.promise.items():
        if terms.hours and names and terms.hours.strip().casefold() not in names:
            key = ("sla", "promise", promise, "hours")
            yield key, _problem(loaded, key, "no business hours of the org are called", terms.hours, known.hours)


def _scopes(loaded: Loaded, known: Known) -> Iterator[tuple[tuple[str, ...], Problem]]:
    for on, scope in loaded.file.scope.items():
        types = known.record_types.get(on, ())
        key = ("scope", on, "record_types")
        for word in _unmatched(scope.record_types, types):
            yield key, _problem(loaded, key, f"no {on} has a record type like", word, types)
        key = ("scope", on, "owners")
        named = [name for user in known.users for name in (user.name, user.email, user.id) if name]
        for word in _unmatched(scope.owners, named):
            yield key, _problem(loaded, key, "no user or queue is called", word, [user.name for user in known.users])


def _teams(loaded: Loaded, known: Known) -> Iterator[tuple[tuple[str, ...], Problem]]:
    people = [user for user in known.users if user.kind != "queue"]
    queues = [user for user in known.users if user.kind == "queue"]
    has: dict[str, list[tuple[str | None, ...]]] = {
        "users": [(user.name, user.email, user.id) for user in people],
        "queues": [(user.name, user.id) for user in queues],
        "departments": [(user.department,) for user in people],
        "titles": [(user.title,) for user in people],
        "roles": [(user.role,) for user in people],
    }
    for name, team in loaded.file.teams.items():
        for column, rows in has.items():
            key = ("teams", name, column)
            texts = [text for row in rows for text in row if text]
            for word in _unmatched(getattr(team, column), texts):
                shown = {row[0] for row in rows if row[0]}
                yield key, _problem(loaded, key, f"among the {column} of the org there is none like", word, shown)


def _unmatched(words: Iterable[str], texts: Collection[str]) -> Iterator[str]:
    """Those of the words, wildcards included, that match none of the texts; none if there are no texts."""
    for word in words if texts else ():
        pattern = Patterns([word])
        if word.strip() and not any(pattern.match(text) for text in texts):
            yield word


def _problem(loaded: Loaded, key: tuple[str, ...], what: str, word: str, names: Iterable[str]) -> Problem:
    there = set(names)
    more = f" … ({len(there):,} in all)" if len(there) > LISTED else ""
    advice = f"there is: {', '.join(closest(word, there))}{more}" if there else "check the spelling"
    return Problem(f"{what} {word!r}", loaded.where(*key), advice)
