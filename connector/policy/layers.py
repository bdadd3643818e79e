"""Layers of a policy or a mapping: tables merge by key, arrays replace, and each value keeps where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.errors import BadInput, PolicyError
from connector.tomlfile import Key, TomlFile, parse_key


class Layer(msgspec.Struct, frozen=True):
    """One layer: what it says, what it is called, and the file it stands in (None: not in a file).

    `prefix`: the tables around it in that file (`("policy",)` in connector.toml). `below`: the key of the merged tables
    that stands for the layer's own top.
    """

    name: str
    data: dict[str, Any]
    file: TomlFile | None = None
    prefix: Key = ()
    below: Key = ()

    def where(self, key: Key) -> str:
        """File, line and key of a value of this layer."""
        if key[: len(self.below)] == self.below:
            key = key[len(self.below) :]
        if self.file:
            return self.file.where(self.prefix + key)
        return TomlFile(self.name, "").where(key)


class Merged:
    """Layers laid over each other, the first lowest."""

    def __init__(self, error: type[BadInput] = PolicyError) -> None:
        self._error = error
        self.data: dict[str, Any] = {}
        self._origins: dict[Key, Layer] = {}
        self._layers: list[Layer] = []

    def lay(self, layer: Layer) -> None:
        """Lays `layer` over what is there."""
        without = layer.data.get("without")
        for index, path in enumerate(without if isinstance(without, list) else ()):
            self._drop(str(path), layer.where(("without", str(index))))
        self._layers.append(layer)
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
        table = subtable(self.data, key[:-1])
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
        table = subtable(self.data, key[:-1])
        if key[-1] not in table:
            what = f"`without` names {path}, but nothing that is inherited is called so"
            raise self._error(what, where=where, next='write the path as `policy show` does, e.g. status."Re-Market"')
        del table[key[-1]]


def subtable(data: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """The table at `key`; an empty one if there is none (or something else, which the model will complain about)."""
    node: Any = data
    for part in key:
        node = node.get(part) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}
