"""Wanted against there: exactly the gap, nothing of what is there is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.policy.wording import fold
from connector.provisioning import FieldType, StepKind
from connector.schema import steps
from tests.schema.given import complete, kinds, org, setup, wanted, with_field, without_field

ALL = complete()
FIELDS = [(one.object, one.field.name) for one in ALL[2].fields]


@pytest.mark.parametrize("preset", ["demand-gen", "services-firm", "simple"])
def test_a_complete_org_needs_nothing(preset: str) -> None:
    """Where everything is there, there is no step, whatever the vocabulary."""
    there, setup_, wants = complete(f'extends = "{preset}"')
    assert steps(there, setup_, wants) == []


def test_an_empty_org_needs_all_of_it() -> None:
    """Statuses first, then every field, then access to each, then what conversion carries over."""
    found = steps(org(), setup(), wanted())
    assert kinds(found) == ["add status values", *["add field"] * 23, *["grant access"] * 2, "map on conversion"]
    assert all(step.why and step.how and step.undo for step in found)
    granted = {(step.object, api) for step in found for api, _ in step.access}
    assert granted == {(step.object, step.field.api) for step in found if step.field}


@given(some.sets(some.sampled_from(FIELDS)))
def test_what_lacks_is_added_and_nothing_else(lacking: set[tuple[str, str]]) -> None:
    """Whatever fields an org lacks: exactly those are added and granted."""
    there, setup_, wants = ALL
    for on, name in lacking:
        there = without_field(there, on, name)
    found = steps(there, setup_, wants)
    added = {(step.object, step.field.name) for step in found if step.field}
    assert added == lacking
    apis = {(one.object, one.field.api) for one in wants.fields if (one.object, one.field.name) in lacking}
    assert {(step.object, api) for step in found for api, _ in step.access} == apis


def test_a_hidden_field_is_granted_not_added() -> None:
    """The org has it, this login cannot see it: access is what lacks."""
    there, _, wants = ALL
    hidden = without_field(there, "lead", "cycle")
    found = steps(hidden, setup(hidden={"lead": frozenset({"cycle"})}, conversion=dict(wants.pairs)), wants)
    assert kinds(found) == ["grant access"]
    assert found[0].access == (("Funnel_Cycle__c", True),)


def test_a_formula_is_granted_to_be_read() -> None:
    """Nobody can edit a formula, so access to it is without edit, and being read-only it lacks nothing."""
    found = steps(org(), setup(), wanted())
    access = dict(pair for step in found for pair in step.access)
    assert access["Age_In_Stage__c"] is False
    assert access["Contact_Status__c"] is True


def test_access_that_does_not_show_is_told() -> None:
    """Granted, assigned and still hidden: an admin must look; nothing is granted twice."""
    there, _, wants = ALL
    blind = without_field(there, "lead", "cycle")
    granted = {("lead", "Funnel_Cycle__c"): True}
    hidden = {"lead": frozenset({"cycle"})}
    known = setup(hidden=hidden, granted=granted, assigned=True, conversion=dict(wants.pairs))
    (step,) = steps(blind, known, wants)
    assert step.kind is StepKind.BY_HAND
    assert "Funnel_Cycle__c" in step.what


def test_a_set_that_was_not_assigned_is_assigned() -> None:
    """The field permission is there, its assignment to the user is not."""
    there, _, wants = ALL
    blind = without_field(there, "lead", "cycle")
    granted = {("lead", "Funnel_Cycle__c"): True}
    hidden = {"lead": frozenset({"cycle"})}
    found = steps(blind, setup(hidden=hidden, granted=granted, conversion=dict(wants.pairs)), wants)
    assert kinds(found) == ["grant access"]


def test_history_that_is_off_is_switched_on() -> None:
    """Only where it is certainly off."""
    there, setup_, wants = ALL
    assert kinds(steps(with_field(there, "lead", "status", tracked=False), setup_, wants)) == ["track history"]
    assert steps(with_field(there, "lead", "status", tracked=None), setup_, wants) == []


def test_a_picklist_only_grows() -> None:
    """Values of the org's own stay, those of the policy are compared without case, spacing and by label."""
    there, setup_, wants = ALL
    values = there.objects["contact"].fields["status"].values
    assert steps(with_field(there, "contact", "status", values=(*values, *values[:1])), setup_, wants) == []
    (step,) = steps(with_field(there, "contact", "status", values=values[1:]), setup_, wants)
    assert (step.kind, step.values) == (StepKind.VALUES, (values[0].value,))


def test_a_field_of_another_type_is_left_alone() -> None:
    """It is neither changed nor carried over; an admin decides."""
    there, setup_, wants = ALL
    found = steps(with_field(there, "lead", "wake_up_date", type="string"), setup_, wants)
    assert kinds(found) == ["by hand"]


def test_what_the_org_carries_over_elsewhere_is_told() -> None:
    """A lead field of ours that the org maps to another contact field is not mapped anew."""
    there, _, wants = ALL
    mapped = {**dict(wants.pairs), "Lead_Score__c": "Old_Score__c"}
    (step,) = steps(there, setup(conversion=mapped), wants)
    assert step.kind is StepKind.BY_HAND
    assert "Lead_Score__c → Old_Score__c" in step.what
    assert "Map Lead Fields" in step.how


def test_what_cannot_be_done_by_this_login_is_by_hand() -> None:
    """A reason that holds for a kind of step makes all of that kind an admin's."""
    found = steps(org(), setup(unable={StepKind.STATUSES: "the token is refused"}), wanted())
    assert kinds(found)[0] == "by hand"
    assert found[0].how.startswith("the token is refused")


def test_a_mapping_without_a_field_does_not_want_it() -> None:
    """What is not writable is not added."""
    import msgspec

    from connector import schema
    from tests.policy.laid import laid
    from tests.schema.given import MAPPING, is_custom

    tables = {
        name: msgspec.structs.replace(table, writable=table.writable & {"status"})
        for name, table in MAPPING.tables.items()
    }
    wants = schema.wanted(laid().policy, msgspec.structs.replace(MAPPING, tables=tables), is_custom)
    assert [(one.object, one.field.name) for one in wants.fields] == [("contact", "status")]
    assert wants.pairs == ()


def test_wanted_values_come_from_the_policy() -> None:
    """Statuses of a contact, reasons of every rule, sources and phrases; no two differ by case and spacing alone."""
    wants = wanted('[recycle]\nreason = "Later"\n[rules.junk]\nreason = "Noise"')
    fields = {one.field.name: one.field for one in wants.fields if one.object == "contact"}
    assert fields["status"].values == (*wants.statuses["contact"],)
    assert "Customer" in fields["status"].values
    assert "Customer" not in wants.statuses["lead"]
    assert "SQL" not in wants.statuses["lead"]
    assert {"Later", "Noise", "No longer with company"} <= set(fields["status_reason"].values)
    assert "Left Vmail" in fields["disposition"].values
    for field in fields.values():
        assert len({fold(value) for value in field.values}) == len(field.values)
        assert len(field.help) <= 510
        assert (field.type is FieldType.AGE) == bool(field.counts_from)
