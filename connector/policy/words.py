"""The words of a value that somebody typed: abbreviations spelled out, numbers, dates and small words left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_SIGNS = (("n't", " not"), ("'s", ""), ("'", ""), ("w/", " with "), ("&", " and "), ("#", " number "))
_NUMBER = re.compile(r"x?\d+(?:st|nd|rd|th|x|am|pm)?|\d+\w?")


class Reader:
    """Reads texts as words, by the tables [words] and [abbreviations] of the corpus."""

    def __init__(self, small: Iterable[str], abbreviations: Mapping[str, str]) -> None:
        self._small = frozenset(small)
        self._spelled_out = {tuple(short.split()): tuple(long.split()) for short, long in abbreviations.items()}

    def words(self, text: str) -> list[str]:
        """The words that count, in their order."""
        plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
        for sign, meaning in _SIGNS:
            plain = plain.replace(sign, meaning)
        return self._spell_out([word for word in re.findall(r"[^\W_]+", plain) if word not in self._small])

    def _spell_out(self, words: list[str]) -> list[str]:
        read: list[str] = []
        at = 0
        while at < len(words):
            for length in (2, 1):
                if (long := self._spelled_out.get(tuple(words[at : at + length]))) is not None:
                    read.extend(word for word in long if word not in self._small)
                    at += length
                    break
            else:
                if not _NUMBER.fullmatch(words[at]):
                    read.append(words[at])
                at += 1
        return read
