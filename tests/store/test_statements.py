"""SQL as every PostgreSQL that is still maintained takes it, not only the newest, which the other tests run on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STORE = Path(__file__).resolve().parents[2] / "connector" / "store"


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the stores' code, with where it stands; what is filled in is an x."""
    for path in sorted(STORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.name}:{node.lineno}", node.value
            elif isinstance(node, ast.JoinedStr):
                parts = [str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values]
                yield f"{path.name}:{node.lineno}", "".join(parts)


def after_parenthesis(text: str) -> str:
    """What follows the parenthesis that `text` begins in."""
    depth = 1
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return text[at + 1 :]
    return "AS (open)"


def test_subqueries_have_a_name() -> None:
    """Before PostgreSQL 16, `FROM (SELECT …)` without a name after it is an error of syntax."""
    found = [
        where
        for where, text in texts()
        for begin in re.finditer(r"\b(?:FROM|JOIN) \((?=SELECT|VALUES|x)", text)
        if not re.match(r"\s*AS ", after_parenthesis(text[begin.end() :]))
    ]
    assert found == []
