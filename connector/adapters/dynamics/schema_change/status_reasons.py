"""Status reasons of leads: added to the state they belong to, taken away where no row at all needs them.

A status reason cannot be moved to another state later, and an option cannot be switched off: it is there, or it is
deleted, and then rows that hold it keep a number without a word [wire §5.3].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.schema_change import asking
from connector.adapters.dynamics.schema_change.columns import add_values, insert
from connector.adapters.dynamics.schema_change.solution import NAME
from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Declined
from connector.errors import Skip
from connector.policy.wording import fold
from connector.provisioning import SchemaStep

CLOSED: Final = ("Disqualified", "Inactive", "Canceled")
CONVERTED: Final = ("Qualified",)
OPEN: Final = ("Open", "Active")
"""Invariant names of states; they are the same in every language."""


def add(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Adds the step's values: `closing` ones where work on somebody ends, the converting one where leads convert, all
    others where people are worked on. Publishes and reads back that each is where it should be.
    """
    found = asking.column(session, step.api, step.name)
    type = str(found["AttributeType"]) if found else ""
    if type != "Status":
        add_values(session, step, guard)
        return
    found_states = asking.options(session, step.api, "statecode", "State")
    states = {str(one["InvariantName"]): int(one["Value"]) for one in found_states}
    place = {"AttributeLogicalName": step.name, "EntityLogicalName": step.api}
    insert(
        session,
        step,
        type,
        guard,
        lambda text: ("InsertStatusValue", {**place, "StateCode": _state(states, step, text)}),
    )
    _check(session, step, states, asking.language(session))


def retire(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Deletes options that no row holds any more, closed and qualified ones included. Raises Skip where one does."""
    found = asking.column(session, step.api, step.name)
    type, language = str(found["AttributeType"]) if found else "", asking.language(session)
    for option in asking.options(session, step.api, step.name, type):
        text = asking.label_of(option["Label"], language)
        if text not in step.values:
            continue
        if held := _holds(session, step.api, step.name, option["Value"]):
            raise Skip(
                f"{held} rows that are closed or qualified hold {text!r}; Dynamics can only delete an option, and they "
                "would be left with a number without a word",
                where=f"{step.api}.{step.name}",
                next="leave it, or rename it so that nobody picks it (make.powerapps.com → the table → Status Reason)",
            )
        place = {"AttributeLogicalName": step.name, "EntityLogicalName": step.api, "Value": option["Value"]}
        try:
            body = {**place, "SolutionUniqueName": NAME}
            asking.change(session, "POST", f"{session.data}/DeleteOptionValue", guard, body)
        except Declined as error:
            raise Skip(error.what, where=f"{step.api}.{step.name}", next=error.next) from error
    asking.publish(session, [step.api], guard)
    left = {asking.label_of(one["Label"], language) for one in asking.options(session, step.api, step.name, type)}
    if still := left.intersection(step.values):
        raise Skip(f"read back, these are still there: {', '.join(sorted(still))}", where=f"{step.api}.{step.name}")


def _state(states: Mapping[str, int], step: SchemaStep, text: str) -> int:
    names = CONVERTED if text == step.converting else CLOSED if text in step.closing else OPEN
    for name in names:
        if name in states:
            return states[name]
    raise Skip(f"{step.api} has no state {' or '.join(names)}", where=f"{step.api}.{step.name}")


def _check(session: Session, step: SchemaStep, states: Mapping[str, int], language: int) -> None:
    def wrong() -> list[str]:
        there = {
            fold(asking.label_of(one["Label"], language)): one.get("State")
            for one in asking.options(session, step.api, step.name, "Status")
        }
        return [text for text in step.values if there.get(fold(text)) != _state(states, step, text)]

    if not asking.until(session, lambda: not wrong()):
        raise Skip(
            f"read back, these status reasons are not there, or of another state: {', '.join(wrong())}",
            where=f"{step.api}.{step.name}",
        )


def _holds(session: Session, table: str, column: str, value: Any) -> int:
    """How many rows hold the option, up to a page: enough to know that there are any."""
    info = session.get(f"{asking.table(session, table)}?$select=EntitySetName,PrimaryIdAttribute")
    path = query.path(session, info["EntitySetName"], [info["PrimaryIdAttribute"]], f"{column} eq {value}")
    return len(sequence(session.get(path, *query.preferences())))
