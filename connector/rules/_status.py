"""Giving a person another status: what is written for it, and what forbids it."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from connector.case import Beginning, Case, Verdict
from connector.model import LEAD, Finding, Person

LABELS: Final = {
    "status": "Contact Status",
    "disposition": "Last Call Disposition",
    "status_reason": "Status Reason",
    "wake_up_date": "Wake-Up Date",
    "status_entered_at": "Status Entered At",
    "status_since_is_estimate": "Status Since Is Estimate",
    "score": "Lead Score",
    "sla_due_at": "SLA Due At",
    "sla_breached_at": "SLA Breached At",
    "cycle": "Cycle",
    "first_source": "First Source",
}
"""What the fields are called that a schema step adds."""


def give(
    person: Person,
    case: Case,
    name: str,
    because: str,
    *,
    began: Beginning | None = None,
    findings: tuple[Finding, ...] = (),
    fields: dict[str, Any] | None = None,
) -> Verdict:
    """The verdict that the person's status ought to be `name`; only a finding where that may not be written."""
    text = case.policy.written(name, person.ref.object)
    if text is None:
        return Verdict(person, findings=(*findings, never_written(person, case, name, because)))
    return give_text(person, case, text, because, began=began, findings=findings, fields=fields)


def give_text(
    person: Person,
    case: Case,
    text: str,
    because: str,
    *,
    began: Beginning | None = None,
    findings: tuple[Finding, ...] = (),
    fields: dict[str, Any] | None = None,
) -> Verdict:
    """Like `give`, for the very text that is to be stored."""
    if refused := outside_process(person, case, text):
        return Verdict(person, findings=(*findings, refused))
    return Verdict(replace(person, status=text, **(fields or {})), because, findings, began=began)


def outside_process(person: Person, case: Case, text: str) -> Finding | None:
    """The finding that the person's record type, or the CRM itself, does not take that status, or None."""
    on = person.ref.object
    offered = case.org.offered.get((on, person.record_type))
    if offered is None or text in offered:
        return None
    if person.record_type is None:
        if on not in case.org.closed_lists:
            return None
        detail = (
            f'the CRM has no status "{text}" on a {on}, and takes no other than those it has: connector schema plan'
        )
        return Finding("missing_field", detail, f"{on}.status: {text}")
    detail = f'record type "{person.record_type}" does not offer the status "{text}": add it to its process'
    return Finding("missing_field", detail, f"{person.ref.object}.status: {text} ({person.record_type})")


def never_written(person: Person, case: Case, name: str, because: str) -> Finding:
    """The finding instead of a status that is never written on this object."""
    if person.ref.object == LEAD and case.policy.has_role(name, "converts"):
        return Finding("needs_conversion", f"should be {name}, which a lead becomes by converting it: {because}")
    detail = f"should be {name}, but the policy does not have {name} on a {person.ref.object}: {because}"
    return Finding("missing_field", detail, f"{person.ref.object}.status: {name}")


def missing(person: Person, field: str, otherwise: str = "") -> Finding:
    """The finding that the org lacks a field, or does not let us write it; names the schema step that adds it."""
    on = person.ref.object
    if field == "status" and on == LEAD:
        detail = "the lead status may not be written: give connector's user edit access to the field"
        return Finding("missing_field", detail, "lead.status")
    detail = f'needs the schema step "add {LABELS[field]} to {on}"{otherwise}'
    return Finding("missing_field", detail, f"{on}.{field}")
