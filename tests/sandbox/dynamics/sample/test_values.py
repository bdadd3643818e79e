"""The firm's own choices."""

import pytest

from connector.sandbox.dynamics.catalogue import standard_entities
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample.values import CLOSED, OPEN, OPTION_PREFIX, QUALIFIED, Choices, status_reasons

STOCK = standard_entities()["lead"].by_name["statuscode"].options


def test_numbers_are_the_publishers() -> None:
    """Every option that was added has a number of its own that begins with the publisher's prefix."""
    made = status_reasons(STOCK)
    own = [one.value for one in made if one.value not in {stock.value for stock in STOCK}]
    assert len(set(own)) == len(own) > 40
    assert all(value // 10_000 == OPTION_PREFIX for value in own)


@pytest.mark.trap("D33")
def test_the_same_label_in_two_states(org: Org) -> None:
    """SQL is a status reason of open leads and another one of qualified ones: a label alone is no number."""
    found = {(one.state, one.value) for one in org.entities["lead"].by_name["statuscode"].options if one.label == "SQL"}
    assert {state for state, _ in found} == {OPEN, QUALIFIED}
    assert len({value for _, value in found}) == 2
    choices = Choices(org.entities)
    assert choices.status("SQL") != choices.status("SQL", converted=True)
    assert choices.status("Closed - Not Converted")[0] == CLOSED


def test_what_the_policy_wants_and_the_firm_lacks(org: Org) -> None:
    """Re-Market was never added, as in every CRM's sample."""
    labels = {one.label for one in org.entities["lead"].by_name["statuscode"].options}
    assert "Re-Market" not in labels
    assert {"Inquiry", "MAQL", "LAL", "MQL", "SAL", "SQL", "Disqualified", "Raw"} <= labels
