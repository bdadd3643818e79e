"""Reading a TOML file so that every later error can say file, key and line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connector.errors import BadInput, ConfigError

Key = tuple[str, ...]
"""The way to a value through a file's tables: `("status", "Re-Market", "rank")`. Places in arrays are `"0"`, `"1"` …"""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def key_text(key: Sequence[str]) -> str:
    """The key as TOML writes it: `status."Re-Market".rank`."""
    return ".".join(part if _BARE.fullmatch(part) else text(part) for part in key)


def text(value: str) -> str:
    """The text as TOML writes it, in quotes. TOML escapes what JSON does, and DEL besides."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


class TomlFile:
    """A TOML file: its tables, and on which line each key stands."""

    def __init__(self, name: str, text: str, error: type[BadInput] = ConfigError) -> None:
        """Parses `text`; `name` is how errors call the file. Raises `error` with line and column if it is not TOML."""
        self.name = name
        self._text = text
        self._lines: dict[Key, int] | None = None
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as wrong:
            raise _not_toml(name, text, str(wrong), error) from None

    @classmethod
    def read(cls, path: Path, error: type[BadInput] = ConfigError, name: str = "") -> TomlFile:
        """Reads the file at `path`. Raises `error` if it is not there, not readable, not UTF-8 or not TOML."""
        shown = name or str(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise error("there is no such file", where=shown, next="check the path") from None
        except UnicodeDecodeError as wrong:
            raise error(f"the file is not UTF-8 text ({wrong})", where=shown, next="save it as UTF-8") from None
        except OSError as wrong:
            raise error(
                f"the file cannot be read: {wrong.strerror}", where=shown, next="check its permissions"
            ) from None
        return cls(shown, text, error)

    def line(self, key: Key) -> int | None:
        """The line of `key`, or of the nearest table around it; None if nothing of it stands in the file."""
        if self._lines is None:
            self._lines = _find_lines(self._text)
        for length in range(len(key), 0, -1):
            if (found := self._lines.get(key[:length])) is not None:
                return found
        return None

    def where(self, key: Key) -> str:
        """File, line and key, as errors name them: `policy.toml:12 [status.MQL.rank]`.

        Tables of an array that have a name are called by it, `[org.acme.url]`, and not by their place.
        """
        line = self.line(key)
        place = f"{self.name}:{line}" if line else self.name
        return f"{place} [{key_text(self._named(key))}]" if key else place

    def _named(self, key: Key) -> Key:
        way: list[str] = []
        node: Any = self.data
        for part in key:
            shown = part
            if isinstance(node, dict):
                node = node.get(part)
            elif isinstance(node, list) and part.isdecimal() and int(part) < len(node):
                node = node[int(part)]
                name = node.get("name") if isinstance(node, dict) else None
                shown = name if isinstance(name, str) and name else part
            else:
                node = None
            way.append(shown)
        return tuple(way)


def _not_toml(name: str, text: str, message: str, error: type[BadInput]) -> BadInput:
    found = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", message)
    what = message[: found.start()].strip() if found else message
    if found and found.group(1):
        where = f"{name}:{found.group(1)}:{found.group(2)}"
    else:
        _, _, last = text.rpartition("\n")
        where = f"{name}:{text.count(chr(10)) + 1}:{len(last) + 1}"
    return error(f"this is not TOML: {what}", where=where, next="texts stand in quotes, tables in [brackets]")


_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$")
_PAIR = re.compile(r"""\s*((?:[A-Za-z0-9_.\-\s]|"(?:[^"\\]|\\.)*"|'[^']*')+?)\s*=""")


def _find_lines(text: str) -> dict[Key, int]:
    """Where each key stands. Reads headers and `key =` lines; what stands inside a value belongs to its key."""
    lines: dict[Key, int] = {}
    table: Key = ()
    counts: dict[Key, int] = {}
    rows = text.splitlines()
    at = 0
    while at < len(rows):
        row = rows[at]
        header = _HEADER.match(row)
        if header and (key := parse_key(header.group(2))) is not None:
            key = _within_arrays(key, counts)
            if header.group(1) == "[[":
                counts[key] = counts.get(key, -1) + 1
                key = (*key, str(counts[key]))
            table = key
            for length in range(1, len(key) + 1):
                lines.setdefault(key[:length], at + 1)
            at += 1
            continue
        pair = _PAIR.match(row)
        key = parse_key(pair.group(1)) if pair else None
        if key is None:
            at += 1
            continue
        end = _value_end(rows, at)
        for length in range(1, len(key) + 1):
            lines.setdefault(table + key[:length], at + 1)
        at = end + 1
    return lines


def _within_arrays(key: Key, counts: dict[Key, int]) -> Key:
    """The way to a table whose header names arrays of tables before it: the last table of each is meant."""
    way: Key = ()
    for part in key[:-1]:
        way = (*way, part)
        if way in counts:
            way = (*way, str(counts[way]))
    return (*way, key[-1])


def parse_key(text: str) -> Key | None:
    """The key that `text` is in TOML (`status."Re-Market"`), or None if it is none."""
    try:
        node: Any = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return None
    key: list[str] = []
    while isinstance(node, dict):
        ((part, node),) = node.items()
        key.append(part)
    return tuple(key)


def _value_end(rows: Sequence[str], start: int) -> int:
    """The last line of the value that begins on line `start`: the first at which key and value parse."""
    for end in range(start, min(len(rows), start + 500)):
        try:
            tomllib.loads("\n".join(rows[start : end + 1]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return start
