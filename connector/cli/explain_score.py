"""What a person's score is made of, as `connector explain` shows it: parts whose sum is the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.cli.output import Output

if TYPE_CHECKING:
    from connector.judge.explain import Explanation
    from connector.policy import Policy


def show_score(out: Output, told: Explanation, policy: Policy) -> None:
    """The parts, their sum, and how the person compares with the ideal client."""
    score, rules = told.judgement.score, policy.file.score
    if score is None:
        return
    if rules.source == "field":
        out.say(f"score {score.total:g} of {rules.bar}: the marketing platform's; what it is made of is not available")
    else:
        rows = [(part.points, part.name, part.kind) for part in score.parts]
        if rows:
            out.table(("points", "for", "kind"), rows, title="score")
        sums = f"fit {score.fit} + behaviour {score.behaviour}"
        needs = f"the bar is {rules.bar}, of which {rules.least_behaviour} for behaviour"
        out.say(f"score {score.total:g} = {sums}; {needs}; the CRM has {_written(told)}")
    for one in told.ideal:
        fits = "matches" if one.matches else "does not match"
        out.say(f'ideal client, {one.name}: {one.field} "{one.value}" {fits}')


def _written(told: Explanation) -> str:
    return "none" if told.person.score is None else f"{told.person.score:g}"
