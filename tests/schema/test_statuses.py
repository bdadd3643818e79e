"""The CRM's own list of lead statuses: it only grows, and what converts is decided by people."""

from __future__ import annotations

import pytest

from connector.errors import BadInput
from connector.ports import PicklistValue, RecordType
from connector.provisioning import StepKind
from connector.schema import steps
from tests.schema.given import complete, kinds, org, setup, status, wanted, with_field

_, _, WANTS = complete()
LISTED = WANTS.statuses["lead"]


def test_what_converts_is_never_added_twice() -> None:
    """The org's own converting value stands for the policy's; SQL is not added to the list."""
    (step, *_) = steps(org(), setup(), wanted())
    assert step.kind is StepKind.STATUSES
    assert "SQL" not in step.values
    assert step.converting == ""


def test_nothing_converts() -> None:
    """Without a word of the admin's it is a question; with it the new value is added as the one that converts."""
    none = status(*LISTED)
    asked = [step for step in steps(org(none), setup(), wanted()) if step.kind is StepKind.BY_HAND]
    assert [step.what for step in asked] == ["no lead status converts"]
    assert "--converted" in asked[0].how
    (step, *rest) = steps(org(none), setup(), wanted(), "sql")
    assert (step.values, step.converting) == (("SQL",), "SQL")
    assert "by hand" not in kinds(rest)


def test_a_value_that_is_there_is_never_made_to_convert() -> None:
    """The admin is told where to tick it."""
    none = status(*LISTED, "SQL")
    (*_, step) = steps(org(none), setup(), wanted(), "SQL")
    assert step.kind is StepKind.BY_HAND
    assert "tick Converted" in step.how


def test_the_option_does_not_change_what_converts() -> None:
    """Where a value converts already, another is refused; the same is no news; an unknown one is refused."""
    there, setup_, wants = complete()
    assert steps(there, setup_, wants, "Closed - Converted") == []
    with pytest.raises(BadInput, match="converts leads already"):
        steps(there, setup_, wants, "SQL")
    with pytest.raises(BadInput, match="no status 'Sold'"):
        steps(org(status(*LISTED)), setup(), wanted(), "Sold")


@pytest.mark.trap("S25")
def test_a_label_is_not_a_value() -> None:
    """People see “Re-Market”, the CRM stores something else: a second one would be a twin. The policy must say."""
    there, setup_, wants = complete()
    rest = tuple(v for v in there.objects["lead"].fields["status"].values if v.value != "Re-Market")
    labelled = with_field(there, "lead", "status", values=(*rest, PicklistValue("Nurture_1", "Re-Market")))
    (step,) = steps(labelled, setup_, wants)
    assert step.kind is StepKind.BY_HAND
    assert 'lead = "Nurture_1"' in step.how


def test_an_inactive_value_is_activated() -> None:
    """It is named as such."""
    there, _, wants = complete()
    values = tuple(v for v in there.objects["lead"].fields["status"].values if v.value != "Re-Market")
    lacking = with_field(there, "lead", "status", values=values)
    (step,) = steps(lacking, setup(inactive={"lead": frozenset({"Re-Market"})}, conversion=dict(wants.pairs)), wants)
    assert step.values == ("Re-Market",)
    assert "inactive: Re-Market" in step.what


@pytest.mark.trap("S26")
def test_record_types_that_do_not_offer_a_value_are_named() -> None:
    """With the place to click; inactive ones and those that could not be read are not spoken of."""
    kinds_ = (
        RecordType("1", "Partner", True, frozenset(LISTED) - {"Re-Market"}),
        RecordType("2", "Direct", True, frozenset(LISTED)),
        RecordType("3", "Old", False, frozenset()),
        RecordType("4", "Hidden", True, None),
    )
    wants = wanted()
    lead = status(*LISTED, "Closed - Converted", converts="Closed - Converted")
    (step,) = steps(org(lead, have=wants, record_types=kinds_), setup(conversion=dict(wants.pairs)), wants)
    assert step.what == "record type “Partner” of Lead does not offer: Re-Market"
    assert "Lead Processes" in step.how
