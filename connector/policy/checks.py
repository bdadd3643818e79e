"""Does a policy fit together? What `connector policy check` says without looking at an org.

Errors stop every command; warnings are shown by `policy check` and counted by the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from connector.model import CONTACT, FIELDS, LEAD, OBJECTS, Person
from connector.policy import score_checks, sla_checks
from connector.policy.claims import covers, table_of
from connector.policy.loader import Loaded
from connector.policy.model import ROLES
from connector.policy.problem import Problem
from connector.policy.scoring import BAR
from connector.policy.wording import fold, fold_phrase

_EXITS = frozenset({"recycle", "closed", "customer"})


def errors(loaded: Loaded, bar: int = BAR) -> list[Problem]:
    """Everything that makes the policy unusable. `bar`: the bar of the score, if two people moved it."""
    found: list[Problem] = list(score_checks.bar(loaded, bar))
    for check in _CHECKS:
        found.extend(check(loaded))
    return found


def warnings(loaded: Loaded, today: date) -> list[Problem]:
    """What should be mended, but stops nothing: an unsigned or stale definition, unsigned evidence, unknown teams, and
    points that nobody has reviewed."""
    found = [*_definition(loaded, today), *_evidence(loaded), *_teams(loaded)]
    return [*found, *score_checks.warnings(loaded, today)]


def _names(loaded: Loaded) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in loaded.file.status:
        where = loaded.where("status", name)
        if not name.strip():
            yield Problem("a status needs a name", where, "name it")
        elif (other := seen.setdefault(fold(name), name)) != name:
            yield Problem(f"{name!r} and {other!r} are the same but for case or spacing", where, "keep one of them")


def _roles(loaded: Loaded) -> Iterator[Problem]:
    holders: dict[str, str] = {}
    for name, status in loaded.file.status.items():
        where = loaded.where("status", name, "roles")
        for role in status.roles:
            if role not in ROLES:
                yield Problem(f"there is no role {role!r}", where, f"write one of {', '.join(ROLES)}")
            elif (other := holders.setdefault(role, name)) != name:
                advice = 'take it from one of them; a policy without a preset\'s statuses says extends = "none"'
                yield Problem(f"{other!r} and {name!r} both have the role {role!r}", where, advice)
    for role in ("entry", "recycle"):
        if role not in holders:
            advice = f'give one status roles = ["{role}"], or start from a preset with extends = "demand-gen"'
            yield Problem(f"no status has the role {role!r}", loaded.where("status"), advice)


def _ranks(loaded: Loaded) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    for name, status in loaded.file.status.items():
        where = loaded.where("status", name, "rank")
        if status.rank is None:
            if status.roles and not _EXITS.intersection(status.roles):
                role = status.roles[0]
                yield Problem(
                    f"{name!r} has the role {role!r}, so it needs a rank", where, "say its place, e.g. rank = 3"
                )
        elif _EXITS.intersection(status.roles):
            yield Problem(f"{name!r} is a way out of the forward path and can't have a rank", where, "take `rank` away")
        elif (other := seen.setdefault(status.rank, name)) != name:
            yield Problem(f"{other!r} and {name!r} have the same rank {status.rank}", where, "give each its own")


def _written(loaded: Loaded) -> Iterator[Problem]:
    """What is written for a status must be readable as that status again."""
    for on in OBJECTS:
        texts: dict[str, str] = {}
        for name, status in loaded.file.status.items():
            if on not in status.on:
                continue
            text = status.text_on(on, name)
            if (other := texts.setdefault(fold(text), name)) != name:
                where = loaded.where("status", name, "write", on)
                what = f"{other!r} and {name!r} would both be written as {text!r} on a {on}: it could not be read back"
                yield Problem(what, where, "give each status a value of its own")


def _tables(loaded: Loaded) -> Iterator[Problem]:
    for kind, section in (("values", loaded.file.values), ("remap", loaded.file.remap)):
        for table in section:
            on, slash, record_type = table.partition("/")
            if on not in (*OBJECTS, "any") or (slash and (on == "any" or not record_type.strip())):
                advice = f'write [{kind}.any], [{kind}.lead], [{kind}.contact] or [{kind}."lead/Record Type"]'
                yield Problem(f"{table!r} is not an object", loaded.where(kind, table), advice)


def _one_place(loaded: Loaded) -> Iterator[Problem]:
    """Every value of the status field stands in exactly one place."""
    said = [
        (kind, table, text, name)
        for kind, section in (("values", loaded.file.values), ("remap", loaded.file.remap))
        for table, pairs in section.items()
        for text, name in pairs.items()
    ]
    for at, (kind, table, text, _) in enumerate(said):
        for other_kind, other_table, other_text, _ in said[:at]:
            if fold(text) == fold(other_text) and _clash(
                loaded, (kind, table, text), (other_kind, other_table, other_text)
            ):
                what = f"{text!r} is also in {loaded.where(other_kind, other_table, other_text)}"
                advice = "a value has one place (compared without case and spacing): keep one of them"
                yield Problem(what, loaded.where(kind, table, text), advice)
    for kind, table, text, name in said:
        if (status := _status_called(loaded, table, text)) and (kind == "remap" or status != name):
            what = f"{text!r} is the status {status!r} itself"
            yield Problem(what, loaded.where(kind, table, text), "take this line away, or give the status another name")


def _clash(loaded: Loaded, one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    if one[0] == other[0]:
        return table_of(one[1]) == table_of(other[1])
    overlap = covers(one[1], other[1]) or covers(other[1], one[1])
    return overlap and loaded.layer(*one) == loaded.layer(*other)


def _status_called(loaded: Loaded, table: str, text: str) -> str | None:
    objects = OBJECTS if table == "any" else (table.partition("/")[0],)
    for name, status in loaded.file.status.items():
        for on in objects:
            if on in status.on and fold(text) in (fold(name), fold(status.text_on(on, name))):
                return name
    return None


def _phrases(loaded: Loaded) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for wording, phrase in loaded.file.dispositions.phrases.items():
        key = ("dispositions", "phrases", wording)
        if not fold_phrase(wording):
            yield Problem(f"{wording!r} has no letters or digits to compare", loaded.where(*key), "take it away")
        elif (other := seen.setdefault(fold_phrase(wording), wording)) != wording:
            advice = "phrases are compared without case, spacing and punctuation: keep one of them"
            yield Problem(f"{wording!r} and {other!r} are the same phrase", loaded.where(*key), advice)
        if phrase.status is not None and phrase.status not in loaded.file.status:
            yield _no_status(loaded, phrase.status, *key, "status")
        for other_key in _statuses_like(loaded, wording):
            if loaded.is_later(key, other_key):
                what = f"{wording!r} is also in {loaded.where(*other_key)}"
                yield Problem(
                    what, loaded.where(*key), "a value is a status or a disposition, not both: keep one of them"
                )


def _statuses_like(loaded: Loaded, wording: str) -> Iterator[tuple[str, ...]]:
    folded = fold_phrase(wording)
    for name in loaded.file.status:
        if fold_phrase(name) == folded:
            yield ("status", name)
    for kind, section in (("values", loaded.file.values), ("remap", loaded.file.remap)):
        for table, pairs in section.items():
            yield from ((kind, table, text) for text in pairs if fold_phrase(text) == folded)


def _targets(loaded: Loaded) -> Iterator[Problem]:
    """A remap is a write: its successor must be a value that may be written on that object."""
    for kind, section in (("values", loaded.file.values), ("remap", loaded.file.remap)):
        for table, pairs in section.items():
            for text, name in pairs.items():
                for what, advice in _wrong_target(loaded, kind, table, name):
                    yield Problem(what, loaded.where(kind, table, text), advice)


def _wrong_target(loaded: Loaded, kind: str, table: str, name: str) -> Iterator[tuple[str, str]]:
    status, converts = loaded.file.status[name], loaded.policy.role("converts")
    on = table.partition("/")[0]
    is_write = kind == "remap"
    if is_write and name == converts and on in (LEAD, "any"):
        yield (
            f"{name!r} converts: a lead gets it by being converted, never by a write",
            f"put contacts' values into [remap.{CONTACT}], and choose another successor for leads",
        )
    elif on == "any" and is_write and set(status.on) != set(OBJECTS):
        yield f"{name!r} is only for a {status.on[0]}", f"put the line into [remap.{status.on[0]}]"
    elif on in OBJECTS and on not in status.on and not (on == LEAD and name == converts):
        yield f"{name!r} is not a status of a {on}", f'choose one that has on = ["{object}"]'


def _moves(loaded: Loaded) -> Iterator[Problem]:
    for index, move in enumerate(loaded.file.forbidden):
        named = (*(("from", name) for name in move.from_), ("to", move.to), ("instead", move.instead))
        for key, name in named:
            if name not in loaded.file.status:
                yield _no_status(loaded, name, "forbidden", str(index), key)
        if move.instead == move.to:
            where = loaded.where("forbidden", str(index), "instead")
            yield Problem(
                f"{move.to!r} is forbidden and stands in `instead` too", where, "say where the person belongs"
            )


def _scope(loaded: Loaded) -> Iterator[Problem]:
    known = {*Person.__struct_fields__, *FIELDS, *loaded.file.facts, "account_type"} - score_checks.NO_FIELDS
    for on, scope in loaded.file.scope.items():
        for table in ("where", "leave_out"):
            for name in getattr(scope, table):
                if name not in known:
                    advice = "write a field of ours, or list the mapping's name for it under `facts`"
                    yield Problem(f"there is no field {name!r}", loaded.where("scope", on, table, name), advice)


def _sources(loaded: Loaded) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, group in loaded.file.sources.items():
        for text in dict.fromkeys((name, *group.values)):
            if (other := seen.setdefault(fold(text), name)) != name:
                what = f"the lead source {text!r} is in {other!r} and in {name!r}"
                yield Problem(what, loaded.where("sources", name, "values"), "a raw value belongs to one group")


def _no_status(loaded: Loaded, name: str, *key: str) -> Problem:
    return Problem(f"there is no status {name!r}", loaded.where(*key), f"write one of {', '.join(loaded.file.status)}")


_CHECKS: tuple[Callable[[Loaded], Iterator[Problem]], ...] = (
    _names,
    _roles,
    _ranks,
    _written,
    _tables,
    _one_place,
    _phrases,
    _targets,
    _moves,
    _scope,
    _sources,
    score_checks.problems,
    sla_checks.problems,
)


def _definition(loaded: Loaded, today: date) -> Iterator[Problem]:
    definition = loaded.file.definition
    for key, meaning in (
        ("version", "has no version"),
        ("date", "has no date"),
        ("sales", "is not signed by sales"),
        ("marketing", "is not signed by marketing"),
    ):
        if not getattr(definition, key):
            where = loaded.where("definition", key)
            yield Problem(
                f"the lead definition {meaning}", where, f"agree on it, then fill {key!r} in your policy file"
            )
    if definition.date and definition.date + timedelta(days=definition.stale_after_days) < today:
        what = f"the lead definition is of {definition.date}, older than {definition.stale_after_days} days"
        yield Problem(what, loaded.where("definition", "date"), "agree on it anew, then change version and date")
    if not definition.owner:
        advice = "name who owns the prospect database"
        yield Problem("nobody owns the prospect database", loaded.where("definition", "owner"), advice)


def _evidence(loaded: Loaded) -> Iterator[Problem]:
    if loaded.file.evidence.complete and not loaded.file.evidence.signed_by:
        where = loaded.where("evidence", "complete")
        yield Problem("nobody vouches for complete evidence", where, "write who does into `signed_by`")


def _teams(loaded: Loaded) -> Iterator[Problem]:
    for name, status in loaded.file.status.items():
        if status.team and status.team not in loaded.file.teams:
            advice = f"add [teams.{status.team}] with the departments, titles, users or queues that are in it"
            yield Problem(f"there is no team {status.team!r}", loaded.where("status", name, "team"), advice)
