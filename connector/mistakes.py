"""What pydantic says about a file, in plain words: which key, what stands there, what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,39}$"
_PATTERNS: Final = {
    NAME_PATTERN: "a short name of a-z, 0-9, - and _, at most 40, that begins with a letter or a digit, like acme",
    r"^(\d{1,3}\.\d)?$": "a version, like 62.0",
}
_EXPECTED: Final = {
    "string_type": 'text in quotes, like "…"',
    "int_type": "a whole number, like 5",
    "int_parsing": "a whole number, like 5",
    "int_from_float": "a whole number, like 5",
    "float_type": "a number, like 0.5",
    "float_parsing": "a number, like 0.5",
    "bool_type": "true or false, without quotes",
    "bool_parsing": "true or false, without quotes",
    "tuple_type": 'a list in brackets, like ["…", "…"]',
    "list_type": 'a list in brackets, like ["…", "…"]',
    "frozen_set_type": 'a list in brackets, like ["…", "…"]',
    "dict_type": "a table of its own, in [brackets]",
    "model_type": "a table of its own, in [brackets]",
    "model_attributes_type": "a table of its own, in [brackets]",
    "path_type": "a path, as text in quotes",
    "date_type": "a date, like 2026-01-31",
    "date_parsing": "a date, like 2026-01-31",
    "date_from_datetime_parsing": "a date, like 2026-01-31",
    "date_from_datetime_inexact": "a date without a time, like 2026-01-31",
    "datetime_type": "a time, like 2026-01-31T09:00:00Z",
    "datetime_parsing": "a time, like 2026-01-31T09:00:00Z",
    "datetime_from_date_parsing": "a time, like 2026-01-31T09:00:00Z",
    "time_type": "a time of day, like 20:00",
    "time_parsing": "a time of day, like 20:00",
}
_LIMITS: Final = {
    "greater_than": ("gt", "more than {}"),
    "greater_than_equal": ("ge", "{} or more"),
    "less_than": ("lt", "less than {}"),
    "less_than_equal": ("le", "{} or less"),
    "multiple_of": ("multiple_of", "a multiple of {}"),
    "string_too_short": ("min_length", "text of at least {} characters"),
    "string_too_long": ("max_length", "text of at most {} characters"),
    "literal_error": ("expected", "one of {}"),
    "enum": ("expected", "one of {}"),
}
_LONGEST: Final = 60


class Mistake(NamedTuple):
    """The first mistake: the way to its key in the file, what is wrong, and how many others there are.

    `unknown`: there is no such key.
    """

    key: tuple[str, ...]
    what: str
    others: int
    unknown: bool = False


def mistake(
    wrong: ValidationError,
    model: type[BaseModel],
    data: Mapping[str, Any],
    *,
    hidden: Sequence[str] = (),
    unknown: str = "there is no key {!r} here",
) -> Mistake:
    """The first mistake in `data`, unknown keys before all others: they often are why something else is missing.

    Args:
        wrong: what pydantic said of `data`
        model: what `data` should have been
        data: the tables of the file
        hidden: names of keys whose values are secret and are never repeated
        unknown: how an unknown key is told; its name goes into the braces
    """
    found: dict[tuple[str, ...], list[Any]] = {}
    for error in wrong.errors(include_url=False):
        found.setdefault(_way(error["loc"], data, error["type"]), []).append(error)
    strangers = [key for key, errors in found.items() if errors[0]["type"] == "extra_forbidden"]
    key = next(iter(strangers), next(iter(found)))
    if strangers:
        what = unknown.format(key[-1])
        near = get_close_matches(key[-1], _keys(model, key[:-1]), n=1, cutoff=0.6)
        what += f"; did you mean {near[0]!r}?" if near else ""
    else:
        what = _said(key, found[key], hidden=bool(set(key) & set(hidden)))
    return Mistake(key, what, len(found) - 1, bool(strangers))


def _way(loc: Sequence[str | int], data: Any, kind: str) -> tuple[str, ...]:
    """The part of `loc` that is in the file: pydantic also names the kinds of value that it tried."""
    way: list[str] = []
    node = data
    for at, part in enumerate(loc):
        if _holds(node, part):
            node = node[part]
        elif kind != "missing" or at + 1 < len(loc):
            continue
        way.append(str(part))
    return tuple(way)


def _holds(node: Any, part: str | int) -> bool:
    if isinstance(node, (list, tuple)):
        return isinstance(part, int) and part < len(node)
    return isinstance(node, Mapping) and part in node


def _said(key: tuple[str, ...], errors: Sequence[Any], *, hidden: bool) -> str:
    first = errors[0]
    if first["type"] == "missing":
        return f"{key[-1]!r} is missing"
    if first["type"] in ("value_error", "assertion_error"):
        return str(first["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, "))
    if first["type"] == "too_short" and not first["input"]:
        return "the list is empty: write at least one"
    expected = list(dict.fromkeys(filter(None, map(_expected, errors))))
    if not expected:
        return str(first["msg"])
    seen = "" if hidden else _seen(first["input"])
    return f"{seen or 'what is written'} is not {' or '.join(expected)}"


def _expected(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"text of the form {context['pattern']}")
    if kind in ("too_short", "too_long"):
        least = kind == "too_short"
        return f"a list of at {'least' if least else 'most'} {context['min_length' if least else 'max_length']}"
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return words.format(context[name])
    return _EXPECTED.get(kind, "")


def _seen(value: Any) -> str:
    """What stands there, if it is short; what is in a table or a list is not repeated."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    text = repr(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _keys(annotation: Any, way: Sequence[str]) -> list[str]:
    """The keys that the table at the end of the way may have."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _keys(inner[0], way)
    if origin in (Union, UnionType):
        return [key for one in inner for key in _keys(one, way)]
    if origin in (tuple, list, dict) and inner and way:
        return _keys(inner[1] if origin is dict else inner[0], way[1:])
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return []
    fields = {
        field.alias or name: field.annotation for name, field in annotation.model_fields.items() if not field.exclude
    }
    if not way:
        return list(fields)
    return _keys(fields[way[0]], way[1:]) if way[0] in fields else []
