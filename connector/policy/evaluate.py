"""How good the suggestions are: `python -m connector.policy.evaluate FILE` scores them on phrases that were held aside.

The file lists phrases that are dispositions, each with a class, real statuses that must not match, and `families`:
which classes lead to the same action. A suggestion is right if it is of the family of the phrase's class. Rows under
`either` (a status in one CRM, a call result in the next) are not scored.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from connector.errors import ConnectorError, PolicyError
from connector.policy.dispositions import Suggestion, suggest
from connector.tomlfile import TomlFile

_FAMILY = {
    "attempt": "attempt",
    "conversation": "attempt",
    "fault": "phone_fault",
    "closes": "left_company",
    "opt_out": "refused",
    "junk": "junk",
}
_FAMILY_OF_PHRASE = {"Bad Email": "mail_fault", "Dupe": "duplicate"}
"""Phrases of the corpus that stand in a kind for what they do, and in a family of their own for what they are."""


class Score(msgspec.Struct, frozen=True):
    """What came of it. `right`: dispositions recognised; `wrong`: given another family; `missed`: nothing suggested;
    `false_positives`: real statuses for which something was suggested. Each row says phrase and suggestion."""

    dispositions: int
    statuses: int
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()

    @property
    def precision(self) -> float:
        """The share of suggestions that are right; 1 if there are none."""
        made = len(self.right) + len(self.wrong) + len(self.false_positives)
        return len(self.right) / made if made else 1.0

    @property
    def recall(self) -> float:
        """The share of dispositions that are recognised."""
        return len(self.right) / self.dispositions if self.dispositions else 1.0


def score(
    held: Mapping[str, Any], suggested: Callable[[str], Suggestion | None] = suggest, least: float = 0.0
) -> Score:
    """Scores suggestions of at least that confidence on a held-aside set."""
    rows: dict[str, list[str]] = {"right": [], "wrong": [], "missed": [], "false_positives": []}
    for row in held["disposition"]:
        found = _sure(suggested(row["phrase"]), least)
        families = {_family_of(held, name) for name in (row["class"], *row.get("also", ()))}
        outcome = "missed" if found is None else "right" if _family(found) in families else "wrong"
        rows[outcome].append(f"{row['phrase']} → {found or 'nothing'} (is {row['class']})")
    for row in held["status"]:
        if found := _sure(suggested(row["phrase"]), least):
            rows["false_positives"].append(f"{row['phrase']} → {found}")
    listed = {name: tuple(texts) for name, texts in rows.items()}
    return Score(len(held["disposition"]), len(held["status"]), **listed)


def report(score: Score) -> str:
    """The score in lines for people."""
    lines = [
        f"{score.dispositions} dispositions, {score.statuses} real statuses",
        f"precision        {score.precision:.3f}",
        f"recall           {score.recall:.3f}",
        f"false positives  {len(score.false_positives)} of {score.statuses} real statuses",
    ]
    for title, rows in (
        ("real statuses that matched", score.false_positives),
        ("wrong family", score.wrong),
        ("not recognised", score.missed),
    ):
        lines += ["", f"{title}: {len(rows)}", *(f"  {row}" for row in rows)]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Prints the report of the file named; answers the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m connector.policy.evaluate FILE\n")
        return 1
    try:
        held = TomlFile.read(Path(arguments[0]), PolicyError)
    except ConnectorError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return wrong.exit_code
    sys.stdout.write(report(score(held.data)) + "\n")
    return 0


def _sure(found: Suggestion | None, least: float) -> Suggestion | None:
    return found if found is not None and found.confidence >= least else None


def _family(found: Suggestion) -> str:
    return _FAMILY_OF_PHRASE.get(found.phrase, _FAMILY[found.kind])


def _family_of(held: Mapping[str, Any], name: str) -> str:
    return next(str(family) for family, classes in held["families"].items() if name in classes)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
