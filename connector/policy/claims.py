"""A value of the status field, a phrase or a raw lead source has one place.

Where a later layer says what it means, everything that earlier layers said about the same (without case and spacing)
falls away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.policy.layers import Merged, subtable
from connector.policy.wording import fold, fold_phrase
from connector.tomlfile import Key


def forget_values(merged: Merged, data: dict[str, Any]) -> None:
    """Takes away what lower layers said about the values that `data` speaks of."""
    for kind in ("values", "remap"):
        for name, pairs in _tables(data, kind):
            spoken = {fold(text) for text in pairs}
            for other in ("values", "remap"):
                for lower, there in _tables(merged.data, other):
                    if covers(name, lower):
                        _forget(there, spoken)
    for name, group in _tables(data, "sources"):
        spoken = {fold(text) for text in _listed(group)}
        for lower, there in _tables(merged.data, "sources"):
            if lower != name and any(fold(text) in spoken for text in _listed(there)):
                there["values"] = [text for text in _listed(there) if fold(text) not in spoken]
    phrases = subtable(data, ("dispositions", "phrases"))
    _respell(merged, ("dispositions", "phrases"), phrases, fold_phrase)


def covers(name: str, other: str) -> bool:
    """Whether the table `name` of [values] or [remap] (`any`, `lead`, `lead/Type`) speaks of all that `other` does."""
    return name == "any" or table_of(name) == table_of(other) or other.startswith(f"{name}/")


def table_of(name: str) -> tuple[str, str]:
    """Object and record type of a table of [values] or [remap]; record types are compared without case and spacing."""
    on, _, record_type = name.partition("/")
    return on, fold(record_type)


def _forget(pairs: dict[str, Any], spoken: set[str]) -> None:
    for text in [text for text in pairs if fold(text) in spoken]:
        del pairs[text]


def _listed(group: Mapping[str, Any]) -> list[str]:
    values = group.get("values")
    return [text for text in values if isinstance(text, str)] if isinstance(values, list) else []


def _respell(merged: Merged, at: Key, names: Mapping[str, Any], folding: Callable[[str], str]) -> None:
    spoken: dict[str, str] = {}
    for name in names:
        spoken.setdefault(folding(name), name)
    for name in list(subtable(merged.data, at)):
        spelled = spoken.get(folding(name), name)
        if name not in names and spelled not in subtable(merged.data, at):
            merged.rename((*at, name), spelled)


def _tables(data: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, pairs) for name, pairs in subtable(data, (kind,)).items() if isinstance(pairs, dict)]
