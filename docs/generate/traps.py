"""The table of traps: which of them the sandbox springs and which the adapter is shown to survive."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docs.generate import ROOT

PAGE = "traps.md"
SIDES = {"sandbox": "tests/sandbox", "adapter": "tests/adapters"}
_HEAD = """\
# Traps

What goes wrong in production orgs, by number. Each trap should have two tests: the sandbox **springs** it on a
client that does not expect it, so that we know it is there; and our adapter **survives** it. A test says which trap it
is about with `@pytest.mark.trap("S16")`. This page is made by `make docs` from those marks.

"""


class Trap(NamedTuple):
    """A trap: its number, what goes wrong, and by side why a test is missing."""

    id: str
    title: str
    reasons: dict[str, str]


class Claim(NamedTuple):
    """A test about a trap: its file below the checkout, its name and its claim."""

    path: str
    name: str
    claim: str


def page() -> str:
    """The page in Markdown."""
    found = {side: claims(ROOT / folder) for side, folder in SIDES.items()}
    rows = ["| trap | what goes wrong | the sandbox springs it | the adapter survives it |", "|---|---|---|---|"]
    for trap in traps():
        cells = (_cell(found[side].get(trap.id, []), trap.reasons.get(side, "")) for side in SIDES)
        rows.append(f"| {trap.id} | {trap.title} | {' | '.join(cells)} |")
    return _HEAD + _summary(found) + "\n".join(rows) + "\n"


def traps() -> list[Trap]:
    """All traps, in order."""
    text = (Path(__file__).parent / "traps.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text).items()
    return [Trap(name, one["title"], {side: one[side] for side in SIDES if side in one}) for name, one in listed]


def claims(folder: Path) -> dict[str, list[Claim]]:
    """The tests below a folder by the trap that they are about."""
    found: dict[str, list[Claim]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for trap, claim in _marked(module, path.relative_to(ROOT).as_posix()):
            found.setdefault(trap, []).append(claim)
    return found


def _marked(module: ast.Module, path: str) -> Iterator[tuple[str, Claim]]:
    whole = [name for node in module.body if isinstance(node, ast.Assign) for name in _names(node, "pytestmark")]
    for node in ast.walk(module):
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test"):
            continue
        claim = Claim(path, node.name, (ast.get_docstring(node) or "").partition("\n")[0])
        for name in dict.fromkeys([*whole, *(name for one in node.decorator_list for name in _traps_in(one))]):
            yield name, claim


def _names(node: ast.Assign, variable: str) -> list[str]:
    named = any(isinstance(target, ast.Name) and target.id == variable for target in node.targets)
    return list(_traps_in(node.value)) if named else []


def _traps_in(node: ast.AST) -> Iterator[str]:
    """The ids in every `…mark.trap("…")` of an expression."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "trap":
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def _cell(tests: list[Claim], reason: str) -> str:
    if not tests:
        return f"no: {reason}" if reason else "not yet"
    return "<br>".join(f"[{_escaped(one.claim or one.name)}](../{one.path})" for one in tests)


def _escaped(text: str) -> str:
    """A claim as it may stand in a cell and in a link."""
    return text.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")


def _summary(found: dict[str, dict[str, list[Claim]]]) -> str:
    total = len(traps())
    sprung, survived = (sum(trap.id in found[side] for trap in traps()) for side in SIDES)
    return f"Sprung by the sandbox: {sprung} of {total}. Survived by the adapter: {survived} of {total}.\n\n"
