"""State and status reason go in pairs: which belongs to which, what follows when one is given, what is refused."""

from connector.sandbox.dynamics.catalogue import Entity, Option
from connector.sandbox.dynamics.dml.request import Pending
from connector.sandbox.dynamics.errors import DataverseError

CLOSABLE = frozenset({"lead", "opportunity"})
"""Tables other than activities whose closed rows are read-only."""


def settle_new(entity: Entity, row: Pending) -> None:
    """Give a new row its state: the first one, whatever was sent; a status reason must belong to it."""
    state, status = entity.attribute("statecode"), entity.attribute("statuscode")
    if state is None or status is None:
        return
    row.new["statecode"] = state.default or 0
    if row.new.get("statuscode") is None:
        row.new["statuscode"] = _default(entity, row.new["statecode"])
    else:
        _belongs(entity, row)


def settle(entity: Entity, row: Pending) -> None:
    """Complete and check the pair that an update sends.

    A state alone gets its default status; a status reason alone must belong to the state the row is in: the state is
    never inferred. Transitions are looked at only when the state really changes.
    """
    if "statecode" not in row.new and "statuscode" not in row.new:
        return
    if entity.attribute("statecode") is None:
        return
    if "statuscode" not in row.new:
        same = row.new["statecode"] == row.old.get("statecode")
        row.new["statuscode"] = row.old.get("statuscode") if same else _default(entity, row.new["statecode"])
    _belongs(entity, row)
    if entity.transitions and row.changes("statecode"):
        before = _status(entity, row.old.get("statuscode"))
        if before and before.transitions is not None and row.new["statuscode"] not in before.transitions:
            text = (
                f"Invalid status transition from {before.value} to {row.new['statuscode']} on {entity.name} with Id"
                f" {row.id}."
            )
            raise DataverseError(400, "0x8004F00E", text)


def refuse_closed(entity: Entity, row: Pending) -> None:
    """A closed lead, opportunity or activity is read-only until it is reopened, but for its state and status reason."""
    if not (entity.activity or entity.name in CLOSABLE) or not is_closed(entity, row.old) or row.changes("statecode"):
        return
    other = row.given - {"statecode", "statuscode"}
    if other:
        raise DataverseError(400, "0x80040230", "The object cannot be updated because it is inactive.")


def is_closed(entity: Entity, values: dict[str, object]) -> bool:
    """Whether a row is in another state than the one that new rows get (a scheduled appointment is not closed)."""
    state = entity.attribute("statecode")
    if state is None or values.get("statecode") is None:
        return False
    option = state.option(values["statecode"])
    return values["statecode"] != (state.default or 0) and (option is None or option.invariant != "Scheduled")


def _default(entity: Entity, state: object) -> int | None:
    option = entity.by_name["statecode"].option(state)
    return option.default_status if option else None


def _status(entity: Entity, value: object) -> Option | None:
    return entity.by_name["statuscode"].option(value)


def _belongs(entity: Entity, row: Pending) -> None:
    status, state = row.new["statuscode"], row.get("statecode")
    option = _status(entity, status)
    if option is None or option.state != state:
        place = entity.by_name["statecode"].option(state)
        name = f"{entity.schema_name}State.{place.invariant or place.label}" if place else str(state)
        text = f"{status} is not a valid status code for state code {name} on {entity.name} with Id {row.id}."
        raise DataverseError(400, "0x80048408", text)
