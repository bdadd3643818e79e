"""What an unknown value of a status field looks like: a call disposition, or junk. Suggests only, never acts.

How a value is compared with the phrases of `mappings/dispositions.toml`, the surest way first:

1. the same letters and digits, whatever the case, spacing and punctuation;
2. the same words in any order, once abbreviations are read as what they stand for, and numbers, dates and small words
   are left out;
3. nothing but phrases: `No answer, left VM`;
4. the same words with one typo in a long word;
5. a phrase of several words, and one more word that says nothing of a funnel: `Left voicemail Bob`.

A real status must never match, so every word has to be accounted for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from connector.policy.loader import preset_path
from connector.policy.spelling import is_typo
from connector.policy.wording import fold_phrase
from connector.policy.words import Reader

SAME_TEXT, SAME_WORDS, NO_WORDS, SEVERAL, TYPO, WITH_MORE = 1.0, 0.95, 0.9, 0.85, 0.8, 0.6

Entry = tuple[str, str]
"""Kind and phrase, as the corpus calls them."""


class Suggestion(msgspec.Struct, frozen=True):
    """What a value looks like.

    `kind`: attempt, conversation, fault, closes, opt_out or junk (as in the corpus); `phrase`: the corpus's wording;
    `confidence`: between 0 and 1, by the way in which it was found.
    """

    kind: str
    phrase: str
    confidence: float

    def __str__(self) -> str:
        kind = "junk" if self.kind == "junk" else f"call disposition, {self.kind.replace('_', ' ')}"
        return f"{self.phrase} ({kind})"


def suggest(value: str | None) -> Suggestion | None:
    """What `value` looks like; None if it is blank, or like nothing we know."""
    if not value or not value.strip():
        return None
    return _shipped().suggest(value)


class Corpus:
    """The phrases of a corpus file, ready to be compared with."""

    def __init__(self, file: Mapping[str, Any]) -> None:
        words = file["words"]
        self._reader = Reader(words["small"], file["abbreviations"])
        self._funnel = frozenset(words["funnel"])
        self._not_more = self._funnel.union(words["negations"])
        self._same_text: dict[str, Entry] = {}
        self._same_words: dict[tuple[str, ...], Entry] = {}
        for kind, phrases in file["phrases"].items():
            for phrase, variants in phrases.items():
                for text in (phrase, *variants):
                    self._add(text, (kind, phrase))

    def suggest(self, value: str) -> Suggestion | None:
        """See the function of the same name."""
        if entry := self._same_text.get(_text(value)):
            return Suggestion(*entry, SAME_TEXT)
        if not any(letter.isalpha() for letter in value):
            return Suggestion("junk", "a number, a date or signs", NO_WORDS)
        words = self._reader.words(value)
        found = next(self._ways(words), None) if words else None
        return Suggestion(*found[0], found[1]) if found else None

    def _add(self, text: str, entry: Entry) -> None:
        if entry[0] == "junk" or "#" not in text:  # as a text, "Bad #" would be "bad"; as words it is a bad number
            self._same_text.setdefault(_text(text), entry)
        if entry[0] != "junk" and (words := self._reader.words(text)):
            self._same_words.setdefault(tuple(sorted(words)), entry)

    def _ways(self, words: list[str]) -> Iterator[tuple[Entry, float]]:
        ways = (
            (self._entry, SAME_WORDS),
            (self._only_phrases, SEVERAL),
            (self._with_a_typo, TYPO),
            (self._with_one_more, WITH_MORE),
        )
        for way, confidence in ways:
            if entry := way(words):
                yield entry, confidence

    def _entry(self, words: list[str]) -> Entry | None:
        return self._same_words.get(tuple(sorted(words)))

    def _only_phrases(self, words: list[str]) -> Entry | None:
        """The first phrase, if the words are nothing but phrases one after the other."""
        first: Entry | None = None
        at = 0
        while at < len(words):
            for end in range(len(words), at, -1):
                if entry := self._entry(words[at:end]):
                    first, at = first or entry, end
                    break
            else:
                return None
        return first

    def _with_a_typo(self, words: list[str]) -> Entry | None:
        if self._funnel.intersection(words):
            return None
        sound = sorted(words)
        entries = {entry for known, entry in self._same_words.items() if _one_typo(known, sound)}
        return min(entries) if len({kind for kind, _ in entries}) == 1 else None

    def _with_one_more(self, words: list[str]) -> Entry | None:
        """A phrase of at least two words, and one more before or after it."""
        if len(words) < 3:
            return None
        for more, rest in ((words[-1], words[:-1]), (words[0], words[1:])):
            if more not in self._not_more and (entry := self._entry(rest)):
                return entry
        return None


@cache
def _shipped() -> Corpus:
    return Corpus(tomllib.loads(preset_path("dispositions").read_text(encoding="utf-8")))


def _text(value: str) -> str:
    return fold_phrase(value) or "".join(value.split())


def _one_typo(known: tuple[str, ...], words: list[str]) -> bool:
    """Whether both hold the same words but for one, and that one is a typo. A lone word must be a long one."""
    if len(known) != len(words) or (len(known) == 1 and len(known[0]) < 7):
        return False
    meant = list(known)
    typed = []
    for word in words:
        if word in meant:
            meant.remove(word)
        else:
            typed.append(word)
    return len(typed) == 1 and is_typo(typed[0], meant[0])
