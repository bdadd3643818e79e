"""What `policy check` says about the score."""

from __future__ import annotations

from datetime import date

import pytest

from connector.errors import PolicyError
from connector.policy import checks, score_checks
from tests.policy.laid import laid, layer, unchecked

TODAY = date(2026, 4, 1)


def test_the_bar_is_locked() -> None:
    """A policy with another bar is refused with the reason, and the exact way to allow it."""
    with pytest.raises(PolicyError) as refused:
        laid("[score]\nbar = 90")
    assert refused.value.where == "policy.toml:2 [score.bar]"
    assert "the bar of the score is 100 and locked: people have it in their heads" in refused.value.what
    assert "policy unlock-bar --to 90" in refused.value.next


def test_two_people_may_move_it() -> None:
    """With the very bar that two people allowed the policy is sound; with a third one it is not, with 100 always."""
    from connector.policy.loader import load

    assert load(tables=layer("[score]\nbar = 90"), bar=lambda: 90).file.score.bar == 90
    with pytest.raises(PolicyError, match="what two people allowed is 120"):
        load(tables=layer("[score]\nbar = 90"), bar=lambda: 120)
    assert load(tables=layer(""), bar=lambda: 120).file.score.bar == 100


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (
            '[score.fit.x]\nfield = "shoe"\nvalues = ["44"]\npoints = 1',
            "policy.toml:2 [score.fit.x.field]",
            "there is no field 'shoe'",
        ),
        (
            '[score.ideal.x]\nfield = "shoe"\nvalues = ["44"]',
            "policy.toml:2 [score.ideal.x.field]",
            "there is no field 'shoe'",
        ),
        ('[score]\nsource = "field"\nfield = "grade"', "policy.toml:3 [score.field]", "there is no field 'grade'"),
        ("[score]\nideal_least = 2", "policy.toml:2 [score.ideal_least]", "2 dimensions must match, but"),
        ('[customer]\nreenter = "Inquirer"', "policy.toml:2 [customer.reenter]", "there is no status 'Inquirer'"),
        ('[customer]\nreenter = "Re-Market"', "policy.toml:2 [customer.reenter]", "cannot begin anew as 'Re-Market'"),
    ],
)
def test_what_is_wrong(text: str, where: str, what: str) -> None:
    """Each is an error that names file, line and key."""
    (problem,) = checks.errors(unchecked(text))
    assert problem.where == where
    assert what in problem.what


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('field = "title"\npoints = 3', "say `values`, `at_least` or `at_most`"),
        ('field = "title"\nvalues = ["x"]', "missing"),
    ],
)
def test_a_line_of_fit_says_something(line: str, what: str) -> None:
    """A test without a condition, and points without a number, are refused."""
    with pytest.raises(PolicyError, match=what):
        unchecked(f"[score.fit.x]\n{line}")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('about = ["x"]\npoints = 3', "behaviour decays"),
        ('about = ["x"]\npoints = 3\nhalf_life_days = 3\nzero_after_days = 4', "behaviour decays"),
        ("points = 3\nhalf_life_days = 3", "say at least one of"),
        ('about = ["x"]\npoints = -3\nhalf_life_days = 3', "-3 is not 0 or more"),
    ],
)
def test_behaviour_decays(line: str, what: str) -> None:
    """Points for what people did must fade, in one way, and be for something."""
    with pytest.raises(PolicyError, match=what):
        unchecked(f"[score.behaviour.x]\n{line}")


def test_points_are_reviewed() -> None:
    """Never, or too long ago: said in words; on the last day, or with the rule off, nothing."""
    assert score_checks.not_reviewed(laid(""), TODAY) == "nobody has reviewed the points of the score"
    loaded = laid("[score]\nreviewed = 2026-01-01")
    assert score_checks.not_reviewed(loaded, date(2026, 4, 1)) == ""
    assert "last reviewed on 2026-01-01, over 90 days ago" in score_checks.not_reviewed(loaded, date(2026, 4, 2))
    assert score_checks.not_reviewed(laid("[rules.qualify]\non = false"), TODAY) == ""


def test_fit_without_an_ideal_client() -> None:
    """A status for ideal clients needs the description of one."""
    text = 'extends = "services-firm"\nwithout = ["score.ideal"]\nscore.reviewed = 2026-04-01'
    found = [one.what for one in score_checks.warnings(laid(text), TODAY)]
    assert found == ["nobody can become 'MQL': the policy describes no ideal client"]
