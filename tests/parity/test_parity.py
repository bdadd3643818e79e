"""One policy, the same people, two CRMs: the same plan, the same conflicts, the same reasons, the same way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.parity.firms import Firm, firms
from tests.parity.humans import NOW, Human, drawn
from tests.parity.told import POLICY, Installation


class Pair:
    """Two installations, each at its firm, that are told the same things and must say the same."""

    def __init__(self, both: tuple[Firm, Firm], folder: Path) -> None:
        self.one, self.two = (Installation(firm, folder / firm.crm, POLICY) for firm in both)
        self._clock = folder / "clock"
        self._hours = 0
        self.later()

    def later(self) -> None:
        """An hour passes."""
        self._hours += 1
        self._clock.write_text((NOW + timedelta(hours=self._hours - 1)).isoformat())

    def synced(self) -> dict[str, Any]:
        """Both read their CRM; everybody explained and all of them added up, the same by either."""
        for each in (self.one, self.two):
            each.sync()
        first, second = self.one.explained(), self.two.explained()
        assert first.keys() == second.keys()
        for key, told in first.items():
            assert told == second[key], key
        assert self.one.scorecard() == self.two.scorecard()
        return first

    def planned(self) -> tuple[tuple[str, str], list[tuple[Any, ...]]]:
        """Both plan; ids of the plans, and the changes of either."""
        (one, changes), (two, theirs) = self.one.plan(), self.two.plan()
        assert changes == theirs
        return (one, two), changes

    def applied(self, plans: tuple[str, str]) -> list[tuple[Any, ...]]:
        """Both apply; what became of each change."""
        outcomes, theirs = self.one.apply(plans[0]), self.two.apply(plans[1])
        assert outcomes == theirs
        return outcomes

    def disturbed(self, becoming: Mapping[str, str]) -> None:
        """Colleagues edit some leads, to what they are about to become or to something else, and delete others."""
        for firm in (self.one.firm, self.two.firm):
            for number, (key, after) in enumerate(becoming.items()):
                if number % 3 == 2:
                    firm.delete(key)
                else:
                    firm.edit(key, after if number % 3 == 0 else "Zombie")

    def statuses(self, keys: Iterable[str]) -> dict[str, str | None]:
        """The status of these leads, straight from either CRM."""
        first, second = ({key: each.firm.status(key) for key in keys} for each in (self.one, self.two))
        assert first == second
        return first


@contextmanager
def pair(people: Sequence[Human], folder: Path) -> Iterator[Pair]:
    """The people in both CRMs, and an installation at each."""
    with firms(people, folder) as both:
        yield Pair(both, folder)


@pytest.fixture(autouse=True)
def _clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_CLOCK", str(tmp_path / "clock"))
    (tmp_path / "clock").write_text(NOW.isoformat())


def whole_way(people: Sequence[Human], folder: Path) -> None:
    """Sync, explain, plan; people edit and delete; apply, sync, explain, plan; undo."""
    with pair(people, folder) as both:
        told = both.synced()
        plans, changes = both.planned()
        moved = {key: after for key, on, field, _, after, *_ in changes if (on, field) == ("lead", "status")}
        disturbed = dict(list(moved.items())[::4])
        both.later()
        both.disturbed(disturbed)
        before = both.statuses(moved)
        outcomes = both.applied(plans)
        ended = Counter(state for *_, state, _ in outcomes)
        assert set(ended) == {"APPLIED", "CONFLICT", "SKIPPED", "ALREADY"}, ended
        assert ended["APPLIED"] > len(people)
        assert both.statuses(moved) != before
        both.later()
        again = both.synced()
        assert len(again) == len(told) - len(disturbed) // 3
        both.planned()
        both.later()
        back = both.applied((both.one.undo(plans[0]), both.two.undo(plans[1])))
        assert Counter(state for *_, state, _ in back)["APPLIED"] == ended["APPLIED"]
        assert both.statuses(moved) == before


def test_a_few_hundred(tmp_path: Path) -> None:
    """200 people; every status, finding, conflict and reason is the same in Salesforce and in Dynamics."""
    whole_way(drawn(200, 1), tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", [11, 12])
def test_two_thousand(tmp_path: Path, seed: int) -> None:
    """2,000 people, twice."""
    whole_way(drawn(2_000, seed), tmp_path)
