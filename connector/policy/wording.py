"""How texts that people typed are compared: what counts as the same word, and what `*` matches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


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
        self._any = re.compile("|".join(map(wildcard, patterns)) or r"(?!)")
        self._known: dict[str | None, bool] = {}

    def match(self, text: str | None) -> bool:
        """Whether any pattern matches the whole of `text`."""
        known = self._known.get(text)
        if known is None:
            known = self._any.fullmatch((text or "").strip().casefold()) is not None
            if len(self._known) < 10_000:
                self._known[text] = known
        return known
