"""Calls of theirs, as either CRM keeps them: what was taken was a follow-up, what was missed was none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.mapping import load
from connector.model import Activity
from connector.sla import counts_as

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def call(crm: str, table: str, row: dict[str, str]) -> Activity:
    """The activity that a closed row of that table is."""
    found = load(crm).table(table)
    assert found is not None
    assert found.classifier is not None
    what = found.classifier.classify([row.get(name) for name in found.classifier.fields])
    assert what is not None
    return Activity(NOW, *what[:3], "1", about=what.about)


SALESFORCE = {"IsClosed": "true", "TaskSubtype": "Call", "CallType": "Inbound"}
DYNAMICS = {"statecode": "Completed", "directioncode": "false", "leftvoicemail": "false"}


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, "conversation"),
        ({"Subject": "Question about the offer"}, "conversation"),
        ({"CallDisposition": "Follow-up needed"}, "conversation"),
        ({"CallDisposition": "Connected"}, "conversation"),
        ({"CallDisposition": "Missed"}, None),
        ({"CallDisposition": "Abandoned"}, None),
        ({"CallDisposition": "Left Voicemail"}, None),
        ({"CallDisposition": "Wrong Number"}, None),
        ({"Subject": "Missed call"}, None),
        ({"Subject": "Missed inbound call"}, None),
        ({"Subject": "Inbound call: missed"}, None),
        ({"Subject": "Inbound call (missed)"}, None),
        ({"Subject": "Inbound call abandoned"}, None),
        ({"Subject": "Voicemail from Ann"}, None),
        ({"CallType": "", "Subject": "Call from Ann"}, "conversation"),
        ({"CallType": "", "Subject": "Missed call from Ann"}, None),
        ({"CallType": "", "Subject": "Voicemail from Ann"}, None),
        ({"CallType": "", "Subject": "Left voicemail"}, "attempt"),
        ({"CallType": "Outbound"}, "call"),
        ({"CallType": "Internal"}, None),
    ],
)
def test_salesforce(more: dict[str, str], counts: str | None) -> None:
    """CallType tells who called; a disposition, else the subject, whether anybody was reached."""
    assert counts_as(call("salesforce", "task", {**SALESFORCE, **more})) == counts


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, "conversation"),
        ({"subject": "Question about the offer"}, "conversation"),
        ({"leftvoicemail": "true"}, None),
        ({"subject": "Missed call"}, None),
        ({"subject": "Missed inbound call"}, None),
        ({"subject": "Inbound call - missed"}, None),
        ({"subject": "Voicemail from Ann"}, None),
        ({"directioncode": "true", "subject": "Call from Ann"}, "conversation"),
        ({"directioncode": "true", "subject": "Missed call from Ann"}, None),
        ({"directioncode": "true", "leftvoicemail": "true"}, "attempt"),
        ({"directioncode": "true"}, "call"),
    ],
)
def test_dynamics(more: dict[str, str], counts: str | None) -> None:
    """`directioncode` tells who called, or the subject (outgoing is what the form begins with); a flag, a voicemail."""
    assert counts_as(call("dynamics", "call", {**DYNAMICS, **more})) == counts


@pytest.mark.parametrize(("crm", "closed", "subject"), [
    ("salesforce", {"IsClosed": "true", "TaskSubtype": "Task"}, "Subject"),
    ("dynamics", {"statecode": "Completed"}, "subject"),
])  # fmt: skip
def test_by_the_subject_of_a_task_alone(crm: str, closed: dict[str, str], subject: str) -> None:
    """Where a task is a call by its subject only, so is who called and whether somebody answered."""
    assert counts_as(call(crm, "task", {**closed, subject: "Inbound call: prices"})) == "conversation"
    assert counts_as(call(crm, "task", {**closed, subject: "Inbound call: left a message"})) is None
    assert counts_as(call(crm, "task", {**closed, subject: "Inbound call missed"})) is None


@pytest.mark.parametrize("outcome", ["done", "connected", "voicemail", "no_answer", "wrong_number"])
def test_it_is_what_they_did_all_the_same(outcome: str) -> None:
    """Taken or missed: they did something towards us."""
    assert Activity(NOW, "call", "in", outcome, "1").is_interaction
