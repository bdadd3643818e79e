"""Tests of connector.policy.promises, sla and sla_checks: what starts which clock, and what makes no sense."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connector.policy import Policy
from connector.policy.checks import errors
from connector.policy.layers import Layer
from connector.policy.loader import read
from connector.policy.sla import span_of_time


def policy(preset: str = "demand-gen", **sla: Any) -> Policy:
    return read(tables=Layer("test", {"extends": preset, "sla": sla})).policy


def wrong(**promise: Any) -> list[str]:
    tables = {"extends": "demand-gen", "sla": {"promise": {"mine": {"roles": ["scored"], **promise}}}}
    return [problem.what for problem in errors(read(tables=Layer("test", tables)))]


@pytest.mark.parametrize(
    ("preset", "status", "names"),
    [
        ("demand-gen", "MAQL", ["worked"]),
        ("demand-gen", "MQL", ["followed_up"]),
        ("demand-gen", "LAL", []),
        ("services-firm", "SRL", ["followed_up"]),
        ("simple", "SQL", ["followed_up"]),
        ("simple", "MQL", []),
    ],
)
def test_the_presets_promise_by_role(preset: str, status: str, names: list[str]) -> None:
    """Each vocabulary has its promises; a status with both roles starts one clock, not two of the same terms."""
    assert [terms.name for terms in policy(preset).promises.of(status)] == names


def test_a_direct_request_starts_two_clocks() -> None:
    """Acknowledged within 4 h by anything, even a machine; contacted in person within 24."""
    acknowledged, contacted = policy().promises.on_request
    assert (acknowledged.limit, acknowledged.by) == (timedelta(hours=4), "anyone")
    assert (contacted.limit, contacted.by) == (timedelta(hours=24), "team")
    assert "auto_reply" in acknowledged.counts
    assert "auto_reply" not in contacted.counts


def test_other_terms_are_another_promise() -> None:
    """A key of one's own changes one promise and leaves the others; other terms are a second clock."""
    changed = policy("simple", warn=0.5, promise={"worked": {"limit": "2h", "escalate": 3}})
    worked, followed_up = changed.promises.of("SQL")
    assert (worked.limit, worked.warn, worked.escalate) == (timedelta(hours=2), 0.5, 3)
    assert (followed_up.limit, followed_up.escalate) == (timedelta(hours=48), 2)
    assert (worked.warn_after, worked.escalate_after) == (timedelta(hours=1), timedelta(hours=6))


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (date(2026, 6, 1), datetime(2026, 6, 1, tzinfo=UTC)),
        (datetime(2026, 6, 1, 8), datetime(2026, 6, 1, 8, tzinfo=UTC)),
        (datetime.fromisoformat("2026-06-01T08:00:00.5+02:00"), datetime(2026, 6, 1, 6, tzinfo=UTC)),
    ],
)
def test_in_force_from(said: Any, means: datetime) -> None:
    """A date is its beginning by UTC, as is a time without a zone."""
    assert policy(effective_from=said).promises.effective_from == means
    assert policy().promises.effective_from is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("48h", 172_800), ("1.5h", 5400), ("2d", 172_800)]
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    """A number and a unit."""
    assert span_of_time(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "h", "48", "48 hours", "-1h", "1e3h", "٣h", "99999d", "1..5h"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match=r"length of time|longer than"):
        span_of_time(text)


@pytest.mark.parametrize(
    ("promise", "what"),
    [
        ({"roles": []}, "starts with nothing"),
        ({"requests": True}, "starts with stays and with requests"),
        ({"limit": "0h"}, "leaves no time"),
        ({"clock": "business", "limit": "2d"}, "counts business hours in days"),
        ({"hours": "Office"}, "names business hours but counts elapsed time"),
        ({"counts": []}, "can be kept by nothing"),
        ({"warn": 1.0}, "warns when it is too late"),
        ({"roles": ["hot"]}, "there is no role 'hot'"),
        ({"statuses": ["Hot"]}, "there is no status 'Hot'"),
        ({"teams": ["robots"]}, "there is no team 'robots'"),
    ],
)
def test_what_makes_no_sense(promise: dict[str, Any], what: str) -> None:
    """Each is refused, once, saying what is wrong."""
    (found,) = wrong(**promise)
    assert what in found


def test_a_promise_of_one_s_own() -> None:
    """Statuses by name, business hours by name, other teams: nothing is wrong with that."""
    mine = {"roles": [], "statuses": ["SAL"], "clock": "business", "hours": "Sales", "limit": "16h", "teams": ["sales"]}
    assert wrong(**mine) == []
