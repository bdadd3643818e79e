"""Stays tile a person's time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.timeline import read
from tests.strategies import evidences, orgs, policies


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_stays_tile_time(data: st.DataObject) -> None:
    """Each stay ends where the next begins, the last one has no end, and only an unknown beginning is missing."""
    known, has = data.draw(policies()), data.draw(orgs)
    stays = read(data.draw(evidences(known)), known, has.tracked_since).stays
    assert stays
    for one, following in pairwise(stays):
        start = following.since if following.since is not None else following.at_least
        assert one.until == start
        assert one.cycle <= following.cycle
        assert one.id < following.id
    assert stays[-1].until is None
    for stay in stays:
        assert stay.since is None or stay.at_least is None
        if stay.since is not None and stay.until is not None:
            assert stay.since <= stay.until
