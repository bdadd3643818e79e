"""How often a person has gone round."""

from __future__ import annotations

import pytest

from connector.timeline import Cycles, count_cycles
from tests.people import opportunity, own, ref
from tests.timeline.reading import lead, timeline


@pytest.mark.parametrize(
    ("status", "rows", "cycle"),
    [
        ("MQL", ("2026-02-01 LAL MQL",), 1),
        ("Inquiry", ("2026-02-01 Re-Market Inquiry",), 2),
        ("MAQL", ("2026-02-01 Re-Market Inquiry", "2026-02-02 Inquiry Re-Market", "2026-02-03 Re-Market MAQL"), 3),
        ("Disqualified", ("2026-02-01 Re-Market Disqualified",), 1),
        ("Left Vmail", ("2026-02-01 Re-Market Left_Vmail",), 1),
        ("MQL", ("2026-02-01 Re-Market Left_Vmail", "2026-02-02 Left_Vmail MQL"), 2),
        ("LAL", ("2026-02-01 Disqualified LAL",), 1),
    ],
)
def test_by_history(status: str, rows: tuple[str, ...], cycle: int) -> None:
    """Leaving recycle for a forward status opens a cycle; an end, a disposition or leaving an end does not."""
    assert count_cycles(timeline(lead(status, *rows)), (), ()).number == cycle


def test_not_by_a_correction() -> None:
    """A disposition over Re-Market that we made LAL opens none."""
    found = lead("LAL", "2026-02-01 Re-Market Left_Vmail", "2026-02-09 Left_Vmail LAL connector")
    wrote = own("disposition", "2026-02-09", "Left Vmail", "LAL")
    assert count_cycles(timeline(found, wrote), (), (wrote,)).number == 1


def test_by_a_promotion() -> None:
    """Moving somebody on from Re-Market opens one."""
    found = lead("MAQL", "2026-02-09 Re-Market MAQL connector")
    wrote = own("qualify", "2026-02-09", "Re-Market", "MAQL")
    assert count_cycles(timeline(found, wrote), (), (wrote,)).number == 2


def test_only_the_current_cycle_is_current() -> None:
    """What happened in an earlier cycle is not looked at by rules."""
    found = timeline(lead("MAQL", "2026-02-01 LAL Re-Market", "2026-02-03 Re-Market MAQL"))
    assert [stay.name for stay in found.current] == ["MAQL"]
    assert [stay.cycle for stay in found.stays] == [1, 1, 2]


def test_by_opportunities() -> None:
    """Each opportunity created while none was open is a new round."""
    nothing = timeline(lead("LAL"))
    deals = (
        opportunity("won", "2024-01-01", "2024-06-01"),
        opportunity("lost", "2024-03-01", "2024-09-01"),
        opportunity("open", "2025-01-01"),
        opportunity("open", "2026-01-01"),
    )
    assert count_cycles(nothing, deals, ()).number == 2
    assert count_cycles(nothing, deals, ()).is_estimate


def test_by_what_we_wrote() -> None:
    """What the field remembers, and each time they left since."""
    found = timeline(
        lead("MAQL", "2026-01-10 Re-Market Inquiry", "2026-01-20 Inquiry Re-Market", "2026-03-01 Re-Market MAQL")
    )
    wrote = own("age", "2026-02-01", None, "5", of=ref(), field="cycle")
    assert count_cycles(found, (), (wrote,)).number == 6
    taken_back = own("age", "2026-02-01", None, "5", of=ref(), field="cycle", undone=True)
    assert count_cycles(found, (), (taken_back,)).number == 3


def test_next() -> None:
    """The cycle that a promotion opens now counts what opportunities already told only once."""
    assert Cycles(history=1, opportunities=2).next == 2
    assert Cycles(history=2, opportunities=1, written=4).next == 5


def test_estimate() -> None:
    """Without a whole history, 1 is an estimate."""
    assert count_cycles(timeline(lead("LAL"), tracked=False), (), ()).is_estimate
    assert not count_cycles(timeline(lead("LAL")), (), ()).is_estimate
