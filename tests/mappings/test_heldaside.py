"""The held-aside phrases are what their header says; the matcher is scored on them elsewhere."""

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).with_name("heldaside.toml")


@pytest.fixture(scope="module")
def held() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def letters(phrase: str) -> str:
    return "".join(c for c in phrase.casefold() if c.isalnum() or c == "#")


def test_there_are_enough_phrases_of_both_kinds(held: dict[str, Any]) -> None:
    """At least 80 dispositions and 50 real statuses, 130 together, every one with its source."""
    assert len(held["disposition"]) >= 80
    assert len(held["status"]) >= 50
    assert all(row["source"] for row in held["disposition"] + held["status"])


def test_every_class_belongs_to_exactly_one_family(held: dict[str, Any]) -> None:
    """Scoring by family is only possible when no class is in two of them and none is missing."""
    classes = [name for family in held["families"].values() for name in family]
    assert len(classes) == len(set(classes))
    used = {name for row in held["disposition"] for name in [row["class"], *row.get("also", [])]}
    assert used == set(classes)


def test_no_phrase_has_two_meanings(held: dict[str, Any]) -> None:
    """The same letters are never a disposition in one row and a status, or another class, in the next."""
    meanings = defaultdict(set)
    for row in held["disposition"]:
        meanings[letters(row["phrase"])].add(row["class"])
    for row in held["status"]:
        meanings[letters(row["phrase"])].add("status")
    for row in held["either"]:
        meanings[letters(row["phrase"])].add("either")
    assert {phrase for phrase, found in meanings.items() if len(found) > 1} == set()
