"""How texts that people typed are compared: what counts as the same word, and what `*` matches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_WILD: Final = re.compile(r"[*?]")


def fold(text: str) -> str:
    """`text` without case and spacing: `" re-market "` and `"Re - Market"` fold to the same."""
    return unicodedata.normalize("NFKC", "".join(_plain(text).split()))


def fold_phrase(text: str) -> str:
    """`text` without case, spacing and punctuation, as dispositions are compared: `"Left V-mail!"` → `"leftvmail"`."""
    return unicodedata.normalize("NFKC", "".join(letter for letter in _plain(text) if letter.isalnum()))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def wildcard(pattern: str) -> str:
    """`pattern` as a regular expression: `*` stands for any text, `?` for one character, all else for itself."""
    escaped = re.escape(pattern.strip().casefold())
    return "(?s:" + escaped.replace(r"\*", ".*").replace(r"\?", ".") + ")"


class Patterns:
    """Some patterns (see `wildcard`; without case and outer spacing) and whether a text matches any of them.

    A blank text matches only the patterns `*` and the empty one.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        folded = {pattern.strip().casefold() for pattern in patterns}
        self._whole = frozenset(one for one in folded if not _WILD.search(one))
        self._beginnings = tuple(one[:-1] for one in folded if one.endswith("*") and not _WILD.search(one[:-1]))
        self._endings = tuple(one[1:] for one in folded if one.startswith("*") and not _WILD.search(one[1:]))
        self._parts = tuple(one[1:-1] for one in folded if _is_part(one))
        rest = [
            one
            for one in folded
            if _WILD.search(one.removesuffix("*")) and _WILD.search(one.removeprefix("*")) and not _is_part(one)
        ]
        self._rest = re.compile("|".join(map(wildcard, sorted(rest)))).fullmatch if rest else None
        self._known: dict[str | None, bool] = {}

    def match(self, text: str | None) -> bool:
        """Whether any pattern matches the whole of `text`."""
        known = self._known.get(text)
        if known is None:
            known = self._find((text or "").strip().casefold())
            if len(self._known) < 10_000:
                self._known[text] = known
        return known

    def _find(self, text: str) -> bool:
        """Most patterns are a word, its beginning, its end or a part: only what is left needs a regular expression."""
        if text in self._whole or text.startswith(self._beginnings) or text.endswith(self._endings):
            return True
        for part in self._parts:
            if part in text:
                return True
        return self._rest is not None and self._rest(text) is not None


def _is_part(pattern: str) -> bool:
    """Whether it stands for every text that has a certain word in it: `*word*`."""
    return len(pattern) > 1 and pattern[0] == pattern[-1] == "*" and not _WILD.search(pattern[1:-1])
