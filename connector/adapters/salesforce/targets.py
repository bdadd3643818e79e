"""What is written where: our field names to API names and JSON or CSV values, per object.

Only what the describe says is updateable is a target; nothing else is ever sent [wire trap 33].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from connector.errors import NotPermitted
from connector.model import Kind
from connector.ports import Update
from connector.text import from_text

CLEAR = "#N/A"
"""The CSV cell that empties a field; an empty cell leaves it as it is [D datafiles_prepare_csv]."""


class Target(NamedTuple):
    """Where one field of ours is stored."""

    api: str
    kind: Kind


class Targets(NamedTuple):
    """Everything of ours that may be written to one object: `api` is the object, `fields` ours → theirs."""

    api: str
    fields: Mapping[str, Target]

    def record(self, update: Update) -> dict[str, Any]:
        """The update as one record of a collections request; None becomes null, but for a checkbox: false."""
        record: dict[str, Any] = {"attributes": {"type": self.api}, "Id": update.ref.id}
        for field, text in update.values.items():
            target = self._target(field)
            value = from_text(target.kind, text)
            if target.kind in (Kind.DATE, Kind.DATETIME):
                value = text
            record[target.api] = False if value is None and target.kind is Kind.FLAG else value
        return record

    def columns(self, updates: Iterable[Update]) -> list[str]:
        """Our names of all fields these updates touch, in a fixed order."""
        touched = {field for update in updates for field in update.values}
        return [field for field in self.fields if field in touched] + sorted(touched - self.fields.keys())

    def header(self, columns: Sequence[str]) -> list[str]:
        """The CSV header row: Id, then API names."""
        return ["Id", *(self._target(field).api for field in columns)]

    def cells(self, update: Update, columns: Sequence[str]) -> list[str]:
        """The update as one CSV row: a field it does not name stays empty, one it clears says so."""
        cells = [update.ref.id]
        for field in columns:
            if field not in update.values:
                cells.append("")
            else:
                text = update.values[field]
                empty = "false" if self._target(field).kind is Kind.FLAG else CLEAR
                cells.append(empty if text is None else text)
        return cells

    def _target(self, field: str) -> Target:
        try:
            return self.fields[field]
        except KeyError:
            raise NotPermitted(
                f"{field} cannot be written: the org lacks the field or the integration user may not edit it",
                where=self.api,
                next="run: connector check",
            ) from None


def fits_csv(update: Update) -> bool:
    """False if a value would read as `#N/A` in a CSV file though it is meant as that very text: it must go by REST."""
    return not any(text and "#" in text and text.strip().upper() == CLEAR for text in update.values.values())
