"""Record ids: 15 case-sensitive characters, or 18 of which the last three spell the case of the first fifteen."""

import threading

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_VALID = frozenset(BASE62)
_CASE = {ord(char): "1" if char.isupper() else "0" for char in BASE62}
_SPELLED = {format(bits, "05b")[::-1]: char for bits, char in enumerate(_CHECK)}
POD = "5g0000"
"""Follows the key prefix in every id that the sandbox makes; six more characters count upwards."""


def checksum(id15: str) -> str:
    """The three characters that turn a 15-character id into its 18-character form."""
    case = id15.translate(_CASE)
    return _SPELLED[case[:5]] + _SPELLED[case[5:10]] + _SPELLED[case[10:15]]


def to18(text: str) -> str | None:
    """The 18-character form of a 15- or 18-character id, or None when the text is no id.

    An 18-character id whose letters lost their case is put right from its checksum, as the real server does.
    """
    if not _VALID.issuperset(text):
        return None
    if len(text) == 15:
        return text + checksum(text)
    if len(text) != 18:
        return None
    if text[15:] == checksum(text[:15]):
        return text
    return _recased(text)


def _recased(text: str) -> str | None:
    tail = text[15:].upper()
    if any(char not in _CHECK for char in tail):
        return None
    chars = []
    for place, char in enumerate(text[:15]):
        upper = _CHECK.index(tail[place // 5]) >> (place % 5) & 1
        if upper and not char.isalpha():
            return None
        chars.append(char.upper() if upper else char.lower())
    return "".join(chars) + tail


def number_of(id18: str) -> int | None:
    """The running number in an id that a sandbox made, or None for an id from elsewhere and for no id."""
    if id18[3:9] != POD:
        return None
    number = 0
    for char in id18[9:15]:
        number = number * 62 + BASE62.index(char)
    return number


class IdSource:
    """Gives out fresh ids, one running number per key prefix. Ids rise in code-point order, as SQLite compares them."""

    def __init__(self, counters: dict[str, int] | None = None) -> None:
        self.counters = counters or {}
        self._lock = threading.Lock()

    def next(self, prefix: str) -> str:
        """One fresh 18-character id."""
        return self.take(prefix, 1)[0]

    def take(self, prefix: str, count: int) -> list[str]:
        """`count` fresh ids in rising order."""
        with self._lock:
            first = self.counters.get(prefix, 0) + 1
            self.counters[prefix] = first + count - 1
        return [_id(prefix, number) for number in range(first, first + count)]

    def above(self, id18: str) -> None:
        """Make sure that no id given out later equals `id18` or comes before it."""
        number = number_of(id18)
        if number is not None:
            with self._lock:
                self.counters[id18[:3]] = max(self.counters.get(id18[:3], 0), number)


def _id(prefix: str, number: int) -> str:
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    id15 = prefix + POD + digits
    return id15 + checksum(id15)
