"""Moves between statuses."""

from __future__ import annotations

from connector.model import Stay
from connector.policy.loader import load
from connector.report.moves import Moves

POLICY = load().policy


def stays(*names: str | None) -> list[Stay]:
    return [Stay(id=n, status=name or "?", name=name, since=None) for n, name in enumerate(names)]


def told(*histories: list[Stay]) -> dict[tuple[str, str], tuple[int, str]]:
    moves = Moves(POLICY)
    for history in histories:
        moves.add(history)
    return {(move.before, move.after): (move.people, move.kind) for move in moves}


def test_every_move_is_counted_once_per_time() -> None:
    """Two people who went the same way are two."""
    assert told(stays("Inquiry", "MAQL"), stays("Inquiry", "MAQL"))["Inquiry", "MAQL"] == (2, "forward")


def test_a_jump_is_a_skip_and_a_step_back_a_return() -> None:
    """Inquiry to MQL leaves out two ranks; MQL to LAL goes back; Re-Market is a way out."""
    found = told(stays("Inquiry", "MQL", "LAL", "Re-Market"))
    assert found == {
        ("Inquiry", "MQL"): (1, "skip"),
        ("MQL", "LAL"): (1, "return"),
        ("LAL", "Re-Market"): (1, "out"),
    }


def test_dispositions_are_passed_over() -> None:
    """A word that is no status is no place to come from."""
    assert told(stays("LAL", None, "LAL", "MQL")) == {("LAL", "MQL"): (1, "forward")}
