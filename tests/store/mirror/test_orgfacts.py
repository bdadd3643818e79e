"""Tests of connector.store.mirror.orgfacts."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from connector.case import OrgFacts
from connector.store.mirror.orgfacts import load, save
from tests.store.mirror.given import NOW, opened

TEXTS = st.text(max_size=5)
SETS = st.frozensets(TEXTS, max_size=4)
FACTS = st.builds(
    OrgFacts,
    writable=st.frozensets(st.tuples(TEXTS, TEXTS), max_size=4),
    converting=SETS,
    offered=st.dictionaries(st.tuples(TEXTS, st.none() | TEXTS), SETS, max_size=4),
    tracked_since=st.dictionaries(TEXTS, st.none() | st.just(NOW), max_size=3),
    timezone=TEXTS,
    closed_lists=SETS,
    states=st.dictionaries(st.tuples(TEXTS, TEXTS), TEXTS, max_size=3),
)


class Kept:
    """Notes without a file."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes | None] = {}
        self.get = self.kept.get

    def set(self, name: str, value: bytes | None) -> None:
        self.kept[name] = value


@given(FACTS)
def test_facts_come_out_as_they_went_in(facts: OrgFacts) -> None:
    """Whatever an org has is kept whole; the same again is nothing new."""
    notes = Kept()
    assert save(notes, facts)  # type: ignore[arg-type]
    assert load(notes) == facts  # type: ignore[arg-type]
    assert not save(notes, facts)  # type: ignore[arg-type]


def test_before_the_first_sync_nothing_is_known(tmp_path: Path) -> None:
    """An empty mirror has no facts: nothing can be written."""
    mirror = opened(tmp_path)
    assert mirror.org_facts() == OrgFacts()
    assert mirror.set_org_facts(OrgFacts(timezone="CET"))
    assert mirror.org_facts().timezone == "CET"
