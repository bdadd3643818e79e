"""Layers of a policy: tables merge by key, arrays replace, and of every value it stays known where it came from.

A value of the status field has one place: where a later layer says what a value means, everything that earlier
layers said about the same value (without case and spacing) falls away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from connector.errors import PolicyError
from connector.policy.wording import fold, fold_phrase
from connector.tomlfile import Key, TomlFile, parse_key


class Layer(msgspec.Struct, frozen=True):
    """One layer: what it says, what it is called, and the file it stands in (None: not in a file).

    `prefix`: the tables around the policy in that file (`("policy",)` in connector.toml).
    """

    name: str
    data: dict[str, Any]
    file: TomlFile | None = None
    prefix: Key = ()

    def where(self, key: Key) -> str:
        """File, line and key of a value of this layer."""
        if self.file:
            return self.file.where(self.prefix + key)
        return TomlFile(self.name, "").where(key)


class Merged:
    """Layers laid over each other, the first lowest."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self._origins: dict[Key, Layer] = {}
        self._layers: list[Layer] = []

    def lay(self, layer: Layer) -> None:
        """Lays `layer` over what is there."""
        without = layer.data.get("without")
        for index, path in enumerate(without if isinstance(without, list) else ()):
            self._drop(str(path), layer.where(("without", str(index))))
        self._layers.append(layer)
        _forget_values(self, layer.data)
        self._merge(self.data, layer.data, (), layer)

    def origin(self, key: Key) -> Layer | None:
        """The layer that said the value of `key`, or the nearest table around it. None: a default."""
        for length in range(len(key), 0, -1):
            if (found := self._origins.get(key[:length])) is not None:
                return found
        return None

    def where(self, key: Key) -> str:
        """File, line and key of a value, as errors name it."""
        layer = self.origin(key)
        return layer.where(key) if layer else TomlFile("policy", "").where(key)

    def order(self, key: Key) -> int:
        """How late the layer that said `key` was laid; -1 for a default."""
        layer = self.origin(key)
        return next((at for at, each in enumerate(self._layers) if each is layer), -1)

    def rename(self, key: Key, name: str) -> None:
        """Gives a key another spelling; its place among the others is kept."""
        table = _table(self.data, key[:-1])
        renamed = {name if old == key[-1] else old: value for old, value in table.items()}
        table.clear()
        table.update(renamed)
        for old in [each for each in self._origins if each[: len(key)] == key]:
            self._origins[(*key[:-1], name, *old[len(key) :])] = self._origins.pop(old)

    def _merge(self, into: dict[str, Any], data: dict[str, Any], at: Key, layer: Layer) -> None:
        for name, value in data.items():
            key = (*at, name)
            self._origins[key] = layer
            if isinstance(value, dict):
                table = into.get(name)
                if not isinstance(table, dict):
                    table = into[name] = {}
                self._merge(table, value, key, layer)
            else:
                into[name] = value

    def _drop(self, path: str, where: str) -> None:
        key = parse_key(path) or (path,)
        table = _table(self.data, key[:-1])
        if key[-1] not in table:
            what = f"`without` names {path}, but nothing that is inherited is called so"
            raise PolicyError(what, where=where, next='write the path as in `policy show`, e.g. status."Re-Market"')
        del table[key[-1]]


def _forget_values(merged: Merged, data: dict[str, Any]) -> None:
    """Takes away what lower layers said about the values that `data` speaks of."""
    for kind in ("values", "remap"):
        for name, pairs in _tables(data, kind):
            spoken = {fold(text) for text in pairs}
            for other in ("values", "remap"):
                for lower, there in _tables(merged.data, other):
                    if covers(name, lower):
                        _forget(there, spoken)
    for name, group in _tables(data, "sources"):
        spoken = {fold(text) for text in group.get("values", ()) if isinstance(text, str)}
        for lower, there in _tables(merged.data, "sources"):
            if lower != name:
                there["values"] = [text for text in there.get("values", ()) if fold(text) not in spoken]
    phrases = _table(data, ("dispositions", "phrases"))
    _respell(merged, ("dispositions", "phrases"), phrases, fold_phrase)


def covers(name: str, other: str) -> bool:
    """Whether the table `name` of [values] or [remap] (`any`, `lead`, `lead/Type`) speaks of all that `other` does."""
    return name in ("any", other) or other.startswith(f"{name}/")


def _forget(pairs: dict[str, Any], spoken: set[str]) -> None:
    for text in [text for text in pairs if fold(text) in spoken]:
        del pairs[text]


def _respell(merged: Merged, at: Key, names: Mapping[str, Any], folding: Callable[[str], str]) -> None:
    spoken = {folding(name): name for name in names}
    for name in list(_table(merged.data, at)):
        spelled = spoken.get(folding(name), name)
        if spelled != name and spelled not in _table(merged.data, at):
            merged.rename((*at, name), spelled)


def _tables(data: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, pairs) for name, pairs in _table(data, (kind,)).items() if isinstance(pairs, dict)]


def _table(data: dict[str, Any], key: Key) -> dict[str, Any]:
    """The table at `key`; an empty one if there is none (or something else, which the model will complain about)."""
    node: Any = data
    for part in key:
        node = node.get(part) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}
