"""The board of promises: who stands where, in which order, by owner and source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.cli.sla import answer, tables
from connector.cli.waiting import span
from connector.model import Promise, PromiseState, Ref, Waiting
from connector.report.board import Standing, board, standing
from tests.people import policy

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def promise(due: float | None = None, state: PromiseState = PromiseState.RUNNING, **more: Any) -> Promise:
    """Due so many hours from now, warned an hour before."""
    fields: dict[str, Any] = {"name": "worked", "of": "1", "status": "MAQL", "since": NOW - 48 * HOUR, **more}
    if due is not None:
        fields |= {"due_at": NOW + due * HOUR, "warn_at": NOW + (due - 1) * HOUR}
    return Promise(state=state, **fields)


def waiting(id: str, one: Promise, owner: str = "Jo", source: str = "Webinar") -> Waiting:
    return Waiting(ref=Ref("acme", "lead", id), name=id, company="", source=source, owner=owner, promise=one)


@pytest.mark.parametrize(
    ("one", "where"),
    [
        (promise(2), Standing.RUNNING),
        (promise(1), Standing.AT_RISK),
        (promise(0.001), Standing.AT_RISK),
        (promise(0), Standing.BREACHED),
        (promise(-9, PromiseState.BREACHED), Standing.BREACHED),
        (promise(None, PromiseState.NO_CLOCK), Standing.NO_CLOCK),
        (promise(None, PromiseState.BACKLOG), Standing.BACKLOG),
    ],
)
def test_where_a_promise_stands(one: Promise, where: Standing) -> None:
    """By the time it is now, not by the time it was judged."""
    assert standing(one, NOW) is where


def test_the_board() -> None:
    """The earliest first; groups by what presses most; raw sources by the group they belong to."""
    made = board(
        [
            waiting("b", promise(-1), "Jo", "Webinars"),
            waiting("a", promise(-5), "Jo"),
            waiting("c", promise(0.5), "Al", ""),
            waiting("d", promise(9), "Al"),
            waiting("e", promise(None, PromiseState.BACKLOG), "", "Barter"),
        ],
        policy(),
        NOW,
        None,
    )
    assert made.counts == {"breached": 2, "no_clock": 0, "at_risk": 1, "backlog": 1, "running": 1}
    assert [one.name for one in made.lists["breached"]] == ["a", "b"]
    assert [(group.name, group.counts["breached"]) for group in made.by_owner] == [
        ("Jo", 2),
        ("Al", 0),
        ("(nobody)", 0),
    ]
    assert [group.name for group in made.by_source] == ["Webinar", "(blank)", "Barter"]
    assert made.by_owner[0].earliest == NOW - 5 * HOUR
    shown = list(tables(made, "UTC", 1))
    assert [one.title.split(":")[0] for one in shown] == ["breached", "at risk", "backlog", "by owner", "by source"]
    assert shown[0].rows[0][-1] == "5 h 0 min late"
    assert shown[1].rows[0][-1] == "30 min left"
    assert [row["person"] for row in answer(made)["breached"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("hours", "text"), [(0, "0 min"), (0.5, "30 min"), (1, "1 h 0 min"), (25.5, "1 d 1 h"), (480, "20 d 0 h")]
)
def test_spans(hours: float, text: str) -> None:
    """As people say it."""
    assert span(hours * HOUR) == text
