"""What one value of the status field means, and what is stored for a status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

from connector.model import LEAD, OBJECTS
from connector.policy.claims import table_of
from connector.policy.model import Phrase, PolicyFile
from connector.policy.wording import fold, fold_phrase


class Meaning(StrEnum):
    """What kind of thing a value in the status field is."""

    STATUS = "status"
    """A status of the policy, as it should be written, or an org value that means one."""
    DRIFTED = "drifted"
    """A status, but for case or spacing."""
    RETIRED = "retired"
    """An old value with a successor in [remap]."""
    DISPOSITION = "disposition"
    """A call disposition."""
    CONVERTED = "converted"
    """A value that converts leads."""
    BLANK = "blank"
    UNMAPPED = "unmapped"


class Place(msgspec.Struct, frozen=True):
    """What one value of the status field means.

    `name` is the policy's status (for a retired value its successor; for a disposition its default, None if the policy
    has none). `text` is what should be stored on this object: for a status the value itself, for a drifted one its
    right spelling, for a retired value or a disposition the text of `name`; None where nothing may be written.
    """

    meaning: Meaning
    name: str | None = None
    text: str | None = None
    phrase: Phrase | None = None
    disposition: str | None = None
    """The canonical wording of the disposition, e.g. `Left Vmail`."""


_BLANK = Place(Meaning.BLANK)
_UNMAPPED = Place(Meaning.UNMAPPED)
_MOST_REMEMBERED = 200_000


class Places:
    """Every value's meaning, per object and record type.

    What wins, from first to last: the org's converting values; the statuses' own names; [values] and [remap] of the
    record type, of the object, of any object; dispositions.
    """

    def __init__(
        self,
        file: PolicyFile,
        converting: frozenset[str] = frozenset(),
        offered: Mapping[tuple[str, str | None], Iterable[str]] | None = None,
    ) -> None:
        self._file = file
        self._converting = {fold(text) for text in converting}
        self._spelling = _spellings(offered or {})
        self._roles = {role: name for name, status in file.status.items() for role in status.roles}
        self._written: dict[tuple[str, str], str] = {
            (name, on): self._spell(on, status.text_on(on, name))
            for name, status in file.status.items()
            for on in status.on
        }
        self._record_types = {table_of(key)[1] for key in (*file.values, *file.remap)}
        self._tables: dict[tuple[str, str], dict[str, tuple[str, Place]]] = {}
        self._phrases = {on: dict(self._place_phrases(on)) for on in OBJECTS}
        self._known: dict[tuple[str, str | None, str | None], Place] = {}

    def of(self, object: str, text: str | None, record_type: str | None) -> Place:
        """See `Policy.place`."""
        key = (object, text, record_type)
        place = self._known.get(key)
        if place is None:
            place = self._find(object, text, record_type)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[key] = place
        return place

    def written(self, name: str, object: str) -> str | None:
        """See `Policy.written`."""
        if object == LEAD and name == self._roles.get("converts"):
            return None
        return self._written.get((name, object))

    def _find(self, object: str, text: str | None, record_type: str | None) -> Place:
        folded = fold(text) if text else ""
        if not text or not folded:
            return _BLANK
        if object == LEAD and folded in self._converting:
            return Place(Meaning.CONVERTED, self._roles.get("converts"), text)
        spelled, place = self._table(object, record_type).get(folded, ("", _UNMAPPED))
        if place.meaning is Meaning.STATUS:
            if object == LEAD and place.name == self._roles.get("converts"):
                return Place(Meaning.CONVERTED, place.name, text)
            if spelled == text or not self._is_current(object, spelled, place.name):
                return Place(Meaning.STATUS, place.name, text)
            return Place(Meaning.DRIFTED, place.name, spelled)
        if place.meaning is Meaning.UNMAPPED:
            return self._phrases.get(object, {}).get(fold_phrase(text), place)
        return place

    def _table(self, object: str, record_type: str | None) -> dict[str, tuple[str, Place]]:
        folded = fold(record_type or "")
        if folded not in self._record_types:
            folded = ""
        table = self._tables.get((object, folded))
        if table is None:
            table = self._tables[object, folded] = self._build(object, folded)
        return table

    def _build(self, object: str, record_type: str) -> dict[str, tuple[str, Place]]:
        """folded value → (its right spelling, its place), the least specific first so that the others overwrite it."""
        table: dict[str, tuple[str, Place]] = {}
        for key in (("any", ""), (object, ""), (object, record_type)):
            table.update(self._place_values(object, key))
        for name, status in self._file.status.items():
            if self._is_on(object, name):
                texts = {name, status.text_on(object, name)}
                table.update((fold(text), self._as_status(object, text, name)) for text in sorted(texts))
        return table

    def _place_values(self, object: str, key: tuple[str, str]) -> Iterator[tuple[str, tuple[str, Place]]]:
        for table, is_remap in ((self._file.values, False), (self._file.remap, True)):
            for name_of_table, pairs in table.items():
                if table_of(name_of_table) == key:
                    for text, name in pairs.items():
                        if key[0] == "any" and not self._is_on(object, name):
                            continue
                        if is_remap:
                            yield fold(text), (text, Place(Meaning.RETIRED, name, self.written(name, object)))
                        else:
                            yield fold(text), self._as_status(object, text, name)

    def _is_on(self, object: str, name: str) -> bool:
        """Whether the object may be in the status; a lead is in the one that converts by being converted."""
        return object in self._file.status[name].on or (object == LEAD and name == self._roles.get("converts"))

    def _as_status(self, object: str, text: str, name: str) -> tuple[str, Place]:
        spelled = self._spell(object, text)
        return spelled, Place(Meaning.STATUS, name, spelled)

    def _place_phrases(self, object: str) -> Iterator[tuple[str, Place]]:
        for wording, phrase in self._file.dispositions.phrases.items():
            role = "closed" if phrase.effect == "closes" else "disposition default"
            name = phrase.status or self._roles.get(role)
            text = self.written(name, object) if name else None
            yield fold_phrase(wording), Place(Meaning.DISPOSITION, name, text, phrase, wording)

    def _is_current(self, object: str, text: str, name: str | None) -> bool:
        """Whether people can still pick that text. Another spelling of one that was retired is no worse than it."""
        if text == self._written.get((name or "", object)):
            return True
        listed = {on for on, _ in self._spelling}
        return object not in listed or (object, fold(text)) in self._spelling

    def _spell(self, object: str, text: str) -> str:
        """`text` as the org's picklist spells it; as the policy does where the picklist lacks it."""
        spellings = self._spelling.get((object, fold(text)), ())
        return text if not spellings or text in spellings else spellings[0]


def _spellings(offered: Mapping[tuple[str, str | None], Iterable[str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], set[str]] = {}
    for (on, _), texts in offered.items():
        for text in texts:
            found.setdefault((on, fold(text)), set()).add(text)
    return {key: tuple(sorted(texts)) for key, texts in found.items()}
