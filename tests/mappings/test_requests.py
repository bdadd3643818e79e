"""Tasks that are requests and tasks that are to-dos about a request, told apart alike by both shipped mappings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from connector.mapping import load

SUBJECTS = tomllib.loads(Path(__file__).with_name("requests.toml").read_text(encoding="utf-8"))
STATES = {
    "salesforce": [{"IsClosed": flag, "TaskSubtype": kind} for flag in ("false", "true") for kind in ("", "Task")],
    "dynamics": [{"statecode": state} for state in ("Open", "Completed", "Canceled")],
}
MAPPINGS = {crm: load(crm) for crm in STATES}


def kinds(crm: str, subject: str) -> set[tuple[str, str]]:
    """Kind and direction of a task of this subject, in every state it can be in."""
    found = MAPPINGS[crm].table("task")
    assert found is not None
    assert found.classifier is not None
    fields, classify = found.classifier.fields, found.classifier.classify
    rows = [{"Subject": subject, "subject": subject, **state} for state in STATES[crm]]
    classes = [classify([row.get(name) for name in fields]) for row in rows]
    return {(one.kind, one.direction) for one in classes if one}


@pytest.mark.parametrize("crm", STATES)
@pytest.mark.parametrize("subject", SUBJECTS["requests"])
def test_a_request_is_a_request(crm: str, subject: str) -> None:
    """What a person sent us is a form that came in, open, done or cancelled, whatever verbs they used."""
    assert kinds(crm, subject) == {("form", "in")}


@pytest.mark.parametrize("crm", STATES)
@pytest.mark.parametrize("subject", SUBJECTS["todos"])
def test_a_to_do_is_no_request(crm: str, subject: str) -> None:
    """What somebody of ours is to do about a request is nothing that came in, in no state."""
    assert kinds(crm, subject) <= {("task", ""), ("other", "")}


def test_the_table_is_large_enough() -> None:
    """At least 20 of each, none twice."""
    assert min(len(SUBJECTS["requests"]), len(SUBJECTS["todos"])) >= 20
    every = [subject.casefold() for listed in SUBJECTS.values() for subject in listed]
    assert len(every) == len(set(every))
