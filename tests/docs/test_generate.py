"""Generated pages are what the code says."""

from __future__ import annotations

import ast

from docs.generate import ROOT, pages, traps


def test_pages_are_up_to_date() -> None:
    """Every generated page stands in docs/ as it would be written now; else `make docs` writes it."""
    made = pages()
    assert ROOT / "docs" / "traps.md" in made
    stale = [path.name for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == []


def test_every_mark_names_a_trap() -> None:
    """A test cannot be about a trap that is not in the list."""
    known = {trap.id for trap in traps.traps()}
    for folder in traps.SIDES.values():
        assert set(traps.claims(ROOT / folder)) <= known


def test_marks_are_found() -> None:
    """Marks are found on a test, on a whole module, and on single parameters."""
    text = (
        'pytestmark = pytest.mark.trap("S1")\n'
        '@pytest.mark.trap("S2", "S3")\ndef test_a():\n    """A claim.\n\n    More."""\n'
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.trap("S4"))])\ndef test_b(x): ...\n'
        '@pytest.mark.trap("S5")\ndef helper(): ...\n'
    )
    found = list(traps._marked(ast.parse(text), "tests/x.py"))
    assert [(trap, claim.name) for trap, claim in found] == [
        ("S1", "test_a"),
        ("S2", "test_a"),
        ("S3", "test_a"),
        ("S1", "test_b"),
        ("S4", "test_b"),
    ]
    assert found[0][1].claim == "A claim."


def test_what_is_missing_says_so() -> None:
    """A trap without a test says why, or that it is not yet there."""
    assert traps._cell([], "comes later") == "no: comes later"
    assert traps._cell([], "") == "not yet"
