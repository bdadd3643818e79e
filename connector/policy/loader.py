"""From files to a policy: defaults < the CRM's own default statuses < preset < policy file < connector.toml < flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from connector.errors import PolicyError
from connector.mistakes import mistake
from connector.policy.claims import forget_values
from connector.policy.layers import Layer, Merged, subtable
from connector.policy.model import PolicyFile
from connector.policy.policy import Policy
from connector.policy.scoring import BAR
from connector.policy.wording import fold
from connector.tomlfile import Key, TomlFile

DEFAULT_PRESET = "demand-gen"
STANDS_ALONE = "none"
_NOT_PRESETS = frozenset({"defaults", "dispositions", "salesforce", "dynamics"})


class Origin(NamedTuple):
    """One value of a policy, and where it was said: `file:line`, `connector.toml:7`, or `default`."""

    key: Key
    value: Any
    where: str


class Loaded:
    """A policy and where every value of it was said."""

    def __init__(self, file: PolicyFile, merged: Merged) -> None:
        self.file = file
        self.policy = Policy(file)
        self._merged = merged

    def where(self, *key: str) -> str:
        """File, line and key of a value, as errors name it."""
        return self._merged.where(key)

    def layer(self, *key: str) -> str:
        """The name of the layer that said the value; the empty text for a default."""
        layer = self._merged.origin(key)
        return layer.name if layer else ""

    def is_later(self, key: Key, other: Key) -> bool:
        """Whether `key` was said by the same layer as `other` or by a later one."""
        return self._merged.order(key) >= self._merged.order(other)

    def origins(self) -> Iterator[Origin]:
        """Every value of the policy in the order of the model, defaults included, with where it was said."""
        content = self.file.model_dump(mode="json", by_alias=True)
        for key, value in _leaves(content, ()):
            layer = self._merged.origin(key)
            said = layer is not None and _is_said(layer.data, key)
            where = layer.where(key).rpartition(" [")[0] if layer and said else "default"
            yield Origin(key, value, where or (layer.name if layer else "default"))


def load(
    path: Path | None = None,
    *,
    tables: Layer | None = None,
    flags: Layer | None = None,
    statuses: Layer | None = None,
    bar: Callable[[], int] | None = None,
) -> Loaded:
    """Reads a policy and checks it.

    Args:
        path: the policy file; without one the preset demand-gen
        tables: the `[policy]` tables of connector.toml
        flags: what was given on the command line
        statuses: the CRM's default statuses, from the mapping: `{"lead": {"Open - Not Contacted": "entry", …}}`,
            status value → role; what the policy says about a value wins
        bar: asked for the bar of the score that two people unlocked, if the policy's is not the locked one

    Raises:
        PolicyError: a file is missing or is not TOML; a key is unknown or has a wrong value; or the policy
            contradicts itself (see `connector.policy.checks`). Names file, line and key.
    """
    from connector.policy.checks import errors

    loaded = read(path, tables=tables, flags=flags, statuses=statuses)
    allowed = bar() if bar is not None and loaded.file.score.bar != BAR else BAR
    if wrong := errors(loaded, allowed):
        first, *rest = wrong
        more = f" (and {len(rest)} more: `connector policy check` lists them)" if rest else ""
        raise PolicyError(first.what + more, where=first.where, next=first.next)
    return loaded


def read(
    path: Path | None = None,
    *,
    tables: Layer | None = None,
    flags: Layer | None = None,
    statuses: Layer | None = None,
) -> Loaded:
    """Like `load`, but only what each value may be is checked, not whether the values fit together."""
    merged = Merged()
    given = [layer for layer in (tables, flags) if layer]
    for layer in given if path else ():
        if "extends" in layer.data:
            what = "`extends` says what the policy starts from, but there is a policy file already"
            raise PolicyError(what, where=layer.where(("extends",)), next=f"say it in {path}")
    for layer in (_preset("defaults"), *_chain(path, tables), *given):
        forget_values(merged, layer.data)
        merged.lay(layer)
    if statuses:
        _lay_statuses(merged, statuses)
    try:
        file = PolicyFile.model_validate(merged.data)
    except ValidationError as wrong:
        raise _translate(wrong, merged) from None
    _refuse_unknown_targets(file, merged)
    return Loaded(file, merged)


def presets() -> tuple[str, ...]:
    """The names of the presets that come with connector."""
    names = {path.stem for path in _mappings().glob("*.toml")}
    return tuple(sorted(names - _NOT_PRESETS))


def preset_path(name: str) -> Path:
    """Where the file `name`.toml that comes with connector is. It may not exist."""
    return _mappings() / f"{name}.toml"


def _mappings() -> Path:
    package = Path(__file__).parents[1]
    inside = package / "mappings"
    return inside if inside.is_dir() else package.parent / "mappings"


def _layer_of(path: Path) -> Layer:
    file = TomlFile.read(path, PolicyError)
    return Layer(str(path), file.data, file)


def _preset(name: str) -> Layer:
    file = TomlFile.read(preset_path(name), PolicyError, f"{name}.toml")
    return Layer(name, file.data, file)


def _chain(path: Path | None, tables: Layer | None) -> list[Layer]:
    """The policy file and all it extends, the lowest first."""
    chain: list[Layer] = []
    seen: list[str] = []
    if path:
        chain.append(_layer_of(path))
        seen.append(str(path.resolve()))
        above, folder = chain[0], path.parent
    else:
        above, folder = tables or Layer("default", {}), Path()
    while (base := _extended(above)) != STANDS_ALONE:
        below = _find(base, folder, above)
        if str(below.resolve()) in seen:
            raise PolicyError(
                f"{base!r} extends itself in the end", where=above.where(("extends",)), next="break the circle"
            )
        seen.append(str(below.resolve()))
        above, folder = _preset(base) if base in presets() else _layer_of(below), below.parent
        chain.append(above)
    return chain[::-1]


def _extended(layer: Layer) -> str:
    extends = layer.data.get("extends")
    if extends is None:
        return STANDS_ALONE if _is_whole(layer.data) else DEFAULT_PRESET
    if not isinstance(extends, str):
        raise PolicyError(
            "`extends` is the name of a preset or a path, as text", where=layer.where(("extends",)), next=_choices()
        )
    return extends


def _is_whole(data: Mapping[str, Any]) -> bool:
    """Whether the statuses of one file are a whole vocabulary: somebody can enter it and be handed back."""
    roles = {role for status in subtable(data, ("status",)).values() for role in _roles_of(status)}
    return {"entry", "recycle"} <= roles


def _roles_of(status: Any) -> list[str]:
    roles = status.get("roles") if isinstance(status, dict) else None
    return [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []


def _find(base: str, folder: Path, layer: Layer) -> Path:
    if base in presets():
        return preset_path(base)
    if base.endswith(".toml"):
        return folder / base
    raise PolicyError(f"there is no preset {base!r}", where=layer.where(("extends",)), next=_choices())


def _choices() -> str:
    return f"write one of {', '.join(presets())}, a path ending in .toml, or {STANDS_ALONE!r}"


def _lay_statuses(merged: Merged, statuses: Layer) -> None:
    """Adds the CRM's default statuses where the policy has the role and says nothing about the value."""
    names = subtable(merged.data, ("status",))
    roles = {role: name for name, status in names.items() for role in _roles_of(status)}
    spoken = {fold(name) for name in names}
    for kind in ("values", "remap"):
        section = merged.data.get(kind)
        for pairs in section.values() if isinstance(section, dict) else ():
            spoken |= {fold(text) for text in pairs}
    added = {
        on: {text: roles[role] for text, role in pairs.items() if role in roles and fold(text) not in spoken}
        for on, pairs in statuses.data.items()
    }
    values = {on: pairs for on, pairs in added.items() if pairs}
    if values:
        merged.lay(Layer(statuses.name, {"values": values}, statuses.file, statuses.prefix, ("values",)))


def _translate(wrong: ValidationError, merged: Merged) -> PolicyError:
    """The first mistake as an error that names file, line and key."""
    first = mistake(wrong, PolicyFile, merged.data)
    advice = "docs/policy.md says what it may be"
    if first.unknown:
        advice = "docs/policy.md lists every key; check the spelling"
    more = f" (and {first.others} more)" if first.others else ""
    return PolicyError(first.what + more, where=merged.where(first.key), next=advice)


def _refuse_unknown_targets(file: PolicyFile, merged: Merged) -> None:
    """Nothing can be looked up in a policy whose values mean a status that it does not have."""
    retired = {fold(text): name for pairs in file.remap.values() for text, name in pairs.items()}
    for kind, section in (("values", file.values), ("remap", file.remap)):
        for table, pairs in section.items():
            for text, name in pairs.items():
                if name in file.status:
                    continue
                what, advice = (
                    f"there is no status {name!r}",
                    f"write one of {', '.join(file.status) or '(none listed)'}",
                )
                if fold(name) in retired:
                    what = f"{name!r} is itself retired (→ {retired[fold(name)]!r}): a chain or a loop"
                    advice = f"write the status that {text!r} becomes in the end"
                raise PolicyError(what, where=merged.where((kind, table, text)), next=advice)


def _leaves(node: Any, at: Key) -> Iterator[tuple[Key, Any]]:
    if isinstance(node, Mapping) and node:
        for name, value in node.items():
            yield from _leaves(value, (*at, name))
    else:
        yield at, node


def _is_said(data: Mapping[str, Any], key: Key) -> bool:
    node: Any = data
    for part in key:
        if not isinstance(node, Mapping) or part not in node:
            return False
        node = node[part]
    return True
