"""Who people are: lines, groups, tests of one value, and the ideal client."""

from __future__ import annotations

from typing import Any

import pytest

from connector.model import Part
from connector.policy.scoring import FitLine, Match
from connector.score.fit import Condition, Dimension, Fit, Ideal
from tests.people import person


@pytest.mark.parametrize(
    ("match", "value", "holds"),
    [
        ({"values": ["head of *"]}, "Head of Sales", True),
        ({"values": ["head of *"]}, " HEAD OF sales ", True),
        ({"values": ["head of *"]}, "Deputy head of sales", False),
        ({"values": ["*head*"], "leave_out": ["*assistant*"]}, "Assistant to the head", False),
        ({"values": ["*head*"], "leave_out": ["*assistant*"]}, "Head", True),
        ({"values": ["?*"]}, None, False),
        ({"values": ["*"]}, None, True),
        ({"values": ["true"]}, True, True),
        ({"values": ["false"]}, True, False),
        ({"at_least": 50}, 50, True),
        ({"at_least": 50}, 49, False),
        ({"at_least": 50}, None, False),
        ({"at_least": 50}, "60", False),
        ({"at_least": 0}, True, False),
        ({"at_least": 50, "at_most": 60}, 61, False),
        ({"at_most": 60.5}, 60.4, True),
    ],
)
def test_one_value(match: dict[str, Any], value: object, holds: bool) -> None:
    """Texts without case, blanks only where they are asked for, numbers within their limits; a text is no number."""
    assert Condition(Match(field="title", **match)).holds(value) == holds


def line(points: int, *values: str, group: str = "", field: str = "title") -> FitLine:
    return FitLine(field=field, values=values, points=points, group=group)


def test_a_group_counts_once() -> None:
    """Of the lines of one group the highest counts, lines without one all do; those worth nothing are not told."""
    fit = Fit(
        {
            "low": line(5, "*", group="role"),
            "high": line(9, "ceo", group="role"),
            "own": line(2, "ceo"),
            "nothing": line(0, "ceo"),
            "minus": line(-3, "*@gmail.com", field="email"),
        }
    )
    total, parts = fit.of(person(title="CEO", email="jo@gmail.com"))
    assert total == 8
    assert set(parts) == {Part("high", 9, "fit"), Part("own", 2, "fit"), Part("minus", -3, "fit")}
    assert fit.of(person(title="Clerk", email="jo@acme.com")) == (5, (Part("low", 5, "fit"),))


def test_facts_and_fields() -> None:
    """A line may test a field or a fact of the mapping; a fact that is not there is blank."""
    fit = Fit({"hot": line(4, "hot", field="rating"), "country": line(3, "de", field="country")})
    assert fit.of(person(country="DE", facts=(("rating", "Hot"),)))[0] == 7
    assert fit.of(person(country="DE"))[0] == 3


def test_the_ideal_client() -> None:
    """All dimensions must match, or as many as the policy asks for; without any, nobody is ideal."""
    dimensions = {"size": Match(field="employees", at_least=50), "role": Match(field="title", values=("ceo",))}
    who = person(title="CEO", employees=20)
    assert not Ideal(dimensions, None).is_met(who)
    assert Ideal(dimensions, 1).is_met(who)
    assert not Ideal({}, None).is_met(who)
    assert Ideal(dimensions, None).dimensions(who) == (
        Dimension("size", "employees", "20", False),
        Dimension("role", "title", "CEO", True),
    )


def test_a_flag_is_no_number() -> None:
    """What was found of a number is not taken for the answer about a flag, although Python holds 1 and true for one."""
    fit = Fit({"vip": line(4, "true", field="vip")})
    assert fit.of(person(facts=(("vip", 1),)))[0] == 0
    assert fit.of(person(facts=(("vip", True),)))[0] == 4
    ideal = Ideal({"vip": Match(field="vip", values=("true",))}, None)
    assert not ideal.is_met(person(facts=(("vip", 1.0),)))
    assert ideal.is_met(person(facts=(("vip", True),)))
