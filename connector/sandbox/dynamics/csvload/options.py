"""Numbers of options as files have them: the number itself, or its label. Labels that are new become options."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Entity, Option
from connector.sandbox.dynamics.metadata.parse import next_value

OPTION_PREFIX = 10_000
"""That of the default publisher, in whose name new options are made."""


class OptionReader:
    """Reads one choice column; `options` grows with every label that it did not know."""

    def __init__(self, attribute: Attribute) -> None:
        self._attribute = attribute
        self.options: list[Option] = list(attribute.options)

    @property
    def grown(self) -> bool:
        """Whether there are more options than the column has."""
        return len(self.options) > len(self._attribute.options)

    @property
    def name(self) -> str:
        """The column's name."""
        return self._attribute.name

    def told(self, entity: str) -> str:
        """For people: which options were added."""
        new = self.options[len(self._attribute.options) :]
        shown = ", ".join(repr(one.label) for one in new[:8]) + (" …" if len(new) > 8 else "")
        return f"{entity}.{self.name}: {len(new)} new options: {shown}"

    def number(self, text: str, state: int | None = None) -> int | None:
        """The number that a text means; None for none. `state`: the state that a status reason must belong to.

        Raises ValueError for a state that there is not: states cannot be added.
        """
        if not text:
            return None
        if text.lstrip("-").isdigit():
            return int(text)
        for one in self.options:
            if one.label == text and (state is None or one.state == state):
                return one.value
        if self._attribute.type in ("State", "Boolean"):
            raise ValueError(text)
        made = Option(value=next_value(self.options, OPTION_PREFIX), label=text, managed=False)
        if self._attribute.type == "Status":
            made = replace(made, state=state or 0)
        self.options.append(made)
        return made.value


def with_options(entity: Entity, readers: Iterable[OptionReader]) -> Entity:
    """The table with the options that its files brought."""
    for reader in readers:
        if reader.grown:
            attribute = entity.by_name[reader.name]
            entity = entity.with_attribute(replace(attribute, options=tuple(reader.options)))
    return entity
