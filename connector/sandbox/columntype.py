"""What type a column of texts has, by everything that stands in it. Knows nothing of any CRM."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(?:\.(\d{1,12}))?$")
_DATE = re.compile(r"\d{4}-\d\d-\d\d$")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


class Kind(StrEnum):
    """The type of a column."""

    FLAG = "flag"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    TEXT = "text"


class Guess:
    """Watches the values of one column; `kind` is what they all are. A column without values is text.

    `longest` is the length of the longest text, `scale` the most decimals of a number. Numbers with leading zeros are
    text (telephone codes, postal codes), and so is anything that one value does not fit.
    """

    def __init__(self) -> None:
        self._may = [Kind.FLAG, Kind.NUMBER, Kind.DATE, Kind.DATETIME]
        self._empty = True
        self.longest = 0
        self.scale = 0

    def see(self, value: str) -> None:
        """One more value; empty ones say nothing."""
        if not value:
            return
        self._empty = False
        self.longest = max(self.longest, len(value))
        if self._may:
            self._may = [kind for kind in self._may if self._fits(kind, value)]

    @property
    def kind(self) -> Kind:
        """What all values seen so far are."""
        return Kind.TEXT if self._empty or not self._may else self._may[0]

    def _fits(self, kind: Kind, value: str) -> bool:
        if kind is Kind.FLAG:
            return value.lower() in ("true", "false")
        if kind is Kind.NUMBER:
            matched = _NUMBER.match(value)
            if matched:
                self.scale = max(self.scale, len(matched.group(2) or ""))
            return matched is not None
        try:
            if kind is Kind.DATE:
                return bool(_DATE.match(value)) and date.fromisoformat(value) is not None
            return bool(_DATETIME.match(value)) and datetime.fromisoformat(value) is not None
        except ValueError:
            return False
