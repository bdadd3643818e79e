"""Doing the steps: in order, what fails takes only what rests on it along, and no permission means nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.errors import NotPermitted, Skip
from connector.provisioning import SchemaStep, Setup, StepKind
from connector.schema import apply, steps
from tests.schema.given import complete, org, setup, wanted, without_field

EMPTY, WANTS = org(), wanted()
DONE, DONE_SETUP, _ = complete()


class Desk:
    """Stands for a CRM: says what is left by what was done. `refuses`: words of steps that fail."""

    def __init__(self, *refuses: str, deaf: str = "", **more: object) -> None:
        self.refuses, self.deaf, self.more = refuses, deaf, more
        self.done: list[SchemaStep] = []

    def look(self) -> tuple[Setup, list[SchemaStep]]:
        known = setup(**self.more)
        left = [step for step in steps(EMPTY, known, WANTS) if step.key not in {one.key for one in self.done}]
        return known, left

    def change_schema(self, step: SchemaStep, still_ours: Callable[[], None]) -> None:
        still_ours()
        if any(word in step.what for word in self.refuses):
            raise Skip(f"no {step.what}")
        if not self.deaf or self.deaf not in step.what:
            self.done.append(step)


def test_everything_is_done_once() -> None:
    """In the order of the plan, asking before each whether the org is still ours."""
    desk, asked = Desk(), []
    done = apply(desk.look, desk, lambda: asked.append(1))  # type: ignore[arg-type]
    assert [step.key for step in done.done] == [step.key for step in steps(EMPTY, setup(), WANTS)]
    assert len(asked) == len(done.done)
    assert (done.failed, done.by_hand) == ((), ())


def test_what_fails_takes_its_own_along() -> None:
    """A field that cannot be made is neither granted nor carried over; everything else is done."""
    desk = Desk("add Lead Score to lead")
    told: list[tuple[str, str]] = []
    done = apply(desk.look, desk, lambda: None, lambda step, failed: told.append((step.what, failed)))  # type: ignore[arg-type]
    ((step, reason),) = done.failed
    assert (step.field.name if step.field else "", reason) == ("score", f"no {step.what}")
    access = {(one.object, api) for one in done.done for api, _ in one.access}
    assert ("contact", "Lead_Score__c") in access
    assert ("lead", "Lead_Score__c") not in access
    assert all("Lead_Score__c" not in pair for one in done.done for pair in one.pairs)
    assert [what for what, failed in told if failed] == [step.what]


def test_what_does_not_show_is_a_failure() -> None:
    """A CRM that says yes and does nothing is found out."""
    desk = Desk(deaf="add Cycle to contact")
    done = apply(desk.look, desk, lambda: None)  # type: ignore[arg-type]
    assert [(step.field.name if step.field else "", reason) for step, reason in done.failed] == [
        ("cycle", "it was carried out, but the CRM does not show it")
    ]


def test_without_permission_nothing_is_begun() -> None:
    """The first missing permission stops it before the first step, and names who may do it how."""
    desk = Desk(lacks=("Assign Permission Sets",))
    with pytest.raises(NotPermitted, match="Assign Permission Sets") as refused:
        apply(desk.look, desk, lambda: None)  # type: ignore[arg-type]
    assert desk.done == []
    assert "connector schema apply --user ann@acme.com" in refused.value.next


def test_a_complete_org_needs_no_permission() -> None:
    """Where nothing is to be done, nobody has to be allowed to do it."""
    known = setup(lacks=("Customize Application",), conversion=DONE_SETUP.conversion)
    done = apply(lambda: (known, steps(DONE, known, WANTS)), Desk(), lambda: None)  # type: ignore[arg-type]
    assert done.done == done.failed == done.by_hand == ()


def test_steps_by_hand_are_handed_back() -> None:
    """They are not tried, and do not keep the rest from being done."""
    known = setup(unable={StepKind.CONVERSION: "refused"})
    there = without_field(DONE, "lead", "cycle")
    desk = Desk()
    looks = iter([(known, steps(there, known, WANTS)), (known, steps(DONE, known, WANTS))])
    done = apply(lambda: next(looks), desk, lambda: None)  # type: ignore[arg-type]
    assert [step.kind for step in done.done] == [StepKind.FIELD, StepKind.ACCESS]
    assert [step.kind for step in done.by_hand] == [StepKind.BY_HAND]
