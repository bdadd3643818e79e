"""Who somebody was when something was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connector.model import Observation, User
from connector.sla.then import USER, described, possible, users_then
from tests.people import at, ref

DAY = timedelta(days=1)


def seen(before: str | None, since: str | None, when: str, after: str | None) -> Observation:
    return Observation(ref(), "owner", at(since) if since else None, at(when), before, after)


def test_between_two_syncs_it_may_have_been_either() -> None:
    """Ann's before the one sync, Bob's after the other, and nobody knows in between."""
    changes = [seen("ann", "2026-03-02", "2026-03-03", "bob"), seen("bob", "2026-03-03", "2026-03-04", "cy")]
    assert possible("cy", changes, at("2026-03-01T23:59:59")) == {"ann"}
    assert possible("cy", changes, at("2026-03-02")) == {"ann", "bob"}
    assert possible("cy", changes, at("2026-03-03")) == {"ann", "bob", "cy"}
    assert possible("cy", changes, at("2026-03-04T00:00:01")) == {"cy"}
    assert possible("cy", changes, at("2026-03-02T12:00")) == {"ann", "bob"}
    assert possible("cy", changes, at("2026-03-03T12:00")) == {"bob", "cy"}
    assert possible("cy", changes, at("2026-03-05")) == {"cy"}
    assert possible("cy", [], at("2026-03-05")) == {"cy"}


def test_a_change_without_a_sync_before_it_counts_from_when_it_was_seen() -> None:
    """Otherwise the new owner's work would reach back to the beginning of all time."""
    changes = [seen("ann", None, "2026-03-03", "bob")]
    assert possible("bob", changes, at("2026-03-02")) == {"ann"}
    assert possible("bob", changes, at("2026-03-04")) == {"bob"}


def test_what_changed_while_nobody_looked() -> None:
    """The last change that was seen led to Bob, and now it is Cy: after it, both may have been."""
    changes = [seen("ann", "2026-03-02", "2026-03-03", "bob")]
    assert possible("cy", changes, at("2026-03-10")) == {"bob", "cy"}
    assert possible("cy", changes, at("2026-03-01")) == {"ann"}


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=5),
    st.lists(st.integers(1, 40), min_size=5, max_size=5),
    st.integers(0, 400),
)
def test_who_it_was_is_always_among_them(owners: list[str], days: list[int], hours: int) -> None:
    """Whenever within its two syncs each change really was: who it was then is among the answers."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    changes: list[Observation] = []
    real, when = [], begin
    for number, (one, other) in enumerate(pairwise(owners)):
        since, when = when, when + timedelta(hours=days[number])
        real.append((since + (when - since) * 0.4, one))
        changes.append(Observation(ref(), "owner", since, when, one, other))
    moment = begin + timedelta(hours=hours)
    was = next((owner for until, owner in real if moment < until), owners[-1])
    assert was in possible(owners[-1], changes, moment)


def test_users_as_they_were() -> None:
    """A user's department and title then; a user who is gone, as they were; one nobody knows, not at all."""
    now = User("u1", "Lena Ray", department="Sales", title="AE")
    then = User("u1", "Lena Ray", department="LDR", title="SDR")
    changes = {
        "u1": [Observation(ref(), USER, at("2026-03-02"), at("2026-03-03"), described(then), described(now))],
        "u2": [Observation(ref(), USER, at("2026-03-02"), at("2026-03-03"), described(then), None)],
    }
    assert list(users_then("u1", {"u1": now}, changes, at("2026-03-01"))) == [then]
    assert list(users_then("u1", {"u1": now}, changes, at("2026-03-04"))) == [now]
    assert [user.department for user in users_then("u2", {}, changes, at("2026-03-01"))] == ["LDR"]
    assert list(users_then("u2", {}, changes, at("2026-03-04"))) == []
    assert list(users_then("u3", {}, changes, at("2026-03-04"))) == []
    assert list(users_then("u4", {"u4": now}, {}, at("2026-03-04"))) == [now]
