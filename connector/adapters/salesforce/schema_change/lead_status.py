"""The list of lead statuses: read whole, changed, written back whole, compared before and after [wire §4.3].

`LeadStatus` can only be queried; the list is the standard value set of that name, which Metadata SOAP writes. A value
that is left out of what is sent is deactivated, so everything that was read is sent, inactive values too. If what the
Metadata API shows and what `LeadStatus` says is in use differ, nothing is sent: something would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.schema_change import soap
from connector.adapters.salesforce.session import Guard, Session
from connector.errors import CrmFailed, Skip, Unanswered
from connector.policy.wording import fold
from connector.provisioning import SchemaStep, StepKind

LEAD_STATUS: Final = "LeadStatus"
_ORDER: Final = (
    "color", "default", "description", "isActive", "label", "allowEmail", "closed", "converted", "cssExposed",
    "forecastCategory", "groupingString", "highPriority", "probability", "reverseRole", "reviewed", "won",
)  # fmt: skip
"""Elements of a StandardValue after its fullName, in the order that the WSDL fixes [W]; another is a fault."""
_TRIES: Final = 3
_KEPT: Final = ("label", "default", "converted")
"""What must be the same of every value afterwards, besides being active."""

Entry = Mapping[str, Any]


def change(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Adds the step's values, or deactivates them (RETIRE). Raises Skip; see the module."""
    for _ in range(_TRIES):
        before = read(session)
        after = _retired(before, step) if step.kind is StepKind.RETIRE else _extended(before, step)
        if after == before:
            return
        _check_in_use(session, before)
        try:
            soap.update(session, "StandardValueSet", _component(after), guard)
        except Unanswered:
            continue  # read again: it tells whether it was done
        except Declined as error:
            raise Skip(error.what, where=LEAD_STATUS) from error
        _compare(before, read(session), step)
        return
    raise CrmFailed("the list of lead statuses could not be written: no answer came", where=LEAD_STATUS)


def read(session: Session) -> list[Entry]:
    """Every value with all its marks, inactive ones too, as Tooling JSON has them."""
    query = soql.select(["Id", "MasterLabel", "Metadata"], "StandardValueSet", f"MasterLabel = '{LEAD_STATUS}'")
    rows = session.get(f"{session.data}/tooling/query?q={soql.escaped(query)}")["records"]
    if not rows:
        raise Skip("the Tooling API does not show the list of lead statuses", where=LEAD_STATUS)
    return list(rows[0]["Metadata"]["standardValue"])


def is_active(entry: Entry) -> bool:
    """`isActive` null means active [R StandardValueSet record]."""
    return entry.get("isActive") is not False


def _extended(before: Sequence[Entry], step: SchemaStep) -> list[Entry]:
    there = {fold(str(entry["valueName"])): entry for entry in before}
    wanted = {fold(text): text for text in step.values}
    after = [
        {**entry, "isActive": True} if name in wanted and not is_active(entry) else entry
        for name, entry in there.items()
    ]
    for name, text in wanted.items():
        if name not in there:
            converts = text == step.converting
            after.append({"valueName": text, "label": text, "default": False, "converted": converts})
    return after


def _retired(before: Sequence[Entry], step: SchemaStep) -> list[Entry]:
    return [
        {**entry, "isActive": False} if entry["valueName"] in step.values and is_active(entry) else entry
        for entry in before
    ]


def _component(entries: Sequence[Entry]) -> str:
    values = "".join(f"<m:standardValue>{_value(entry)}</m:standardValue>" for entry in entries)
    return f"{soap.element('fullName', LEAD_STATUS)}{soap.element('sorted', False)}{values}"


def _value(entry: Entry) -> str:
    """One value. `converted` must be given for every lead status, null or not [C CumulusCI value_sets.py]."""
    given = {**entry, "converted": bool(entry.get("converted")), "default": bool(entry.get("default"))}
    rest = "".join(soap.element(name, _plain(given.get(name))) for name in _ORDER)
    return soap.element("fullName", str(entry["valueName"])) + rest


def _plain(value: Any) -> str | bool | None:
    return value if value is None or isinstance(value, bool) else str(value)


def _check_in_use(session: Session, before: Sequence[Entry]) -> None:
    """What is in use must stand in what is about to be sent, with the same mark of converting."""
    rows = session.query(soql.select(["ApiName", "IsConverted"], LEAD_STATUS))["records"]
    used = {(row["ApiName"], bool(row["IsConverted"])) for row in rows}
    listed = {(entry["valueName"], bool(entry.get("converted"))) for entry in before if is_active(entry)}
    if differing := sorted({name for name, _ in used ^ listed}):
        raise Skip(
            f"the list that the Metadata API shows and the one in use differ in {', '.join(differing)}; nothing was "
            "written, since a value could have been lost",
            where=LEAD_STATUS,
            next="add the values by hand: Setup → Object Manager → Lead → Fields & Relationships → Lead Status → New",
        )


def _compare(before: Sequence[Entry], after: Sequence[Entry], step: SchemaStep) -> None:
    """Everything that was there is still there as it was, and what the step is about is done."""
    now = {entry["valueName"]: entry for entry in after}
    retired = step.values if step.kind is StepKind.RETIRE else ()
    changed = [
        entry["valueName"]
        for entry in before
        if entry["valueName"] not in retired and not _is_same(entry, now.get(entry["valueName"]))
    ]
    if changed:
        was = "; ".join(f"{entry['valueName']} ({'active' if is_active(entry) else 'inactive'})" for entry in before)
        what = f"after the write these lead statuses are not as they were: {', '.join(changed)}; before it: {was}"
        raise CrmFailed(what, where=LEAD_STATUS, next="put them right in Setup → Object Manager → Lead → Lead Status")
    active = {fold(name) for name, entry in now.items() if is_active(entry)}
    if step.kind is StepKind.RETIRE:
        undone = [text for text in step.values if fold(text) in active]
    else:
        undone = [text for text in step.values if fold(text) not in active]
    if undone:
        what = f"the CRM took it, but read back this is not so for {', '.join(undone)}"
        raise Skip(what, where=LEAD_STATUS, next="do it by hand in Setup → Object Manager → Lead → Lead Status")


def _is_same(before: Entry, after: Entry | None) -> bool:
    if after is None or (is_active(before) and not is_active(after)):
        return False
    return all((before.get(name) or False) == (after.get(name) or False) for name in _KEPT)
