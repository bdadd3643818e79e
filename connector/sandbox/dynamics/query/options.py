"""The query string of a request as the options it asks for; anything doubled or not supported is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from connector.sandbox.dynamics.query.fault import syntax

_KNOWN = frozenset(
    {"$select", "$filter", "$orderby", "$top", "$expand", "$count", "$apply", "$skiptoken", "$deltatoken"}
)
_NESTED = frozenset({"$select", "$filter", "$orderby", "$top", "$expand"})
_ITEM = re.compile(r"([A-Za-z_]\w*(?:/[A-Za-z_$][\w$]*)*)\s*(?:\((.*)\))?\Z", re.DOTALL)
_MOST = 5_000
"""The largest page, and the largest `$top`, of a standard table."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a query asks for. `select` is None where the request does not say; `expand` holds each navigation property
    with options of its own; `others` are the parameters that do not begin with `$` or `@`.
    """

    select: tuple[str, ...] | None = None
    filter: str = ""
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    expand: tuple[tuple[str, Options], ...] = ()
    count: bool = False
    apply: str = ""
    skip_token: str = ""
    delta_token: str = ""
    aliases: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> str:
        """The columns and expanded properties as the context URL lists them; "" for all columns."""
        return ",".join((*(self.select or ()), *(f"{name}({nested.names})" for name, nested in self.expand)))


def read(pairs: Iterable[tuple[str, str]]) -> Options:
    """The options of a query string, already decoded. Raises QueryError."""
    given: dict[str, str] = {}
    aliases: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, value in pairs:
        into = aliases if name.startswith("@") else given if name.startswith("$") else others
        if name.startswith("$") and name not in _KNOWN:
            raise syntax(f"The query parameter {name} is not supported.")
        if name in into:
            raise syntax(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
        into[name] = value
    made = _options(given)
    return Options(
        made.select, made.filter, made.order, made.top, made.expand, _flag(given.get("$count", "")),
        given.get("$apply", ""), given.get("$skiptoken", ""), given.get("$deltatoken", ""), aliases, others,
    )  # fmt: skip


def split(text: str, separator: str) -> list[str]:
    """The text cut at a separator that stands outside quotes and brackets, each part trimmed. Raises QueryError."""
    parts, depth, quoted, start = [], 0, False, 0
    for place, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "([":
            depth += 1
        elif not quoted and char in ")]":
            depth -= 1
        elif not quoted and depth == 0 and char == separator:
            parts.append(text[start:place].strip())
            start = place + 1
        if depth < 0:
            break
    if quoted or depth:
        raise syntax(f"Syntax error at position {len(text)} in '{text}'.")
    return [*parts, text[start:].strip()]


def _options(given: dict[str, str]) -> Options:
    select = given.get("$select")
    return Options(
        select=None if select is None or not select.strip() else tuple(_names(select)),
        filter=given.get("$filter", ""),
        order=tuple(_order(part) for part in split(given["$orderby"], ",")) if "$orderby" in given else (),
        top=_top(given["$top"]) if "$top" in given else None,
        expand=tuple(_expand(part) for part in split(given["$expand"], ",")) if given.get("$expand") else (),
    )


def _names(text: str) -> list[str]:
    names = split(text, ",")
    if not all(names):
        raise syntax(f"Term '{text}' is not valid in a $select or $expand expression.")
    return list(dict.fromkeys(names))


def _order(part: str) -> tuple[str, bool]:
    """`createdon desc` → the path, and whether it is descending."""
    words = part.split()
    if not words or len(words) > 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
        raise syntax(f"Syntax error at position {len(part)} in '{part}'.")
    return words[0], words[-1] == "desc" and len(words) == 2


def _top(text: str) -> int:
    if not text.isdecimal():
        raise syntax(f"Invalid value '{text}' for $top query option found. It must be a non-negative integer.")
    return min(int(text), _MOST)


def _flag(text: str) -> bool:
    if text.lower() not in ("", "true", "false"):
        raise syntax(f"Invalid value '{text}' for $count query option found. Valid values are 'true' or 'false'.")
    return text.lower() == "true"


def _expand(part: str) -> tuple[str, Options]:
    found = _ITEM.match(part)
    if found is None:
        raise syntax(f"Term '{part}' is not valid in a $select or $expand expression.")
    nested: dict[str, str] = {}
    for item in split(found.group(2) or "", ";"):
        name, equals, value = item.partition("=")
        if not item:
            continue
        if not equals or name.strip() not in _NESTED or name.strip() in nested:
            raise syntax(f"The query option '{name.strip()}' is not supported within $expand.")
        nested[name.strip()] = value.strip()
    return found.group(1), _options(nested)
