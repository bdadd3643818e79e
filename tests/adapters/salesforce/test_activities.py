"""Activities: whose they are, when they happened, and that nothing is left behind which is none any more."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.salesforce.activities import arranger, shape
from connector.adapters.web.cells import epoch
from connector.adapters.web.rows import Constant, Stamp
from connector.mapping import Column, load
from connector.model import CONTACT, LEAD, Kind, Ref
from connector.ports import Row, Table
from tests.adapters.contract import column, everything
from tests.adapters.salesforce.world import SalesforceWorld

MAPPING = load("salesforce")
TAIL = [Column("id", "Id"), Stamp("SystemModstamp"), Column("deleted", "IsDeleted", Kind.FLAG), Constant()]
TASK = {
    "Id": "00T5g0000000001EAA",
    "WhoId": "00Q5g0000000001EAA",
    "Subject": "Call",
    "TaskSubtype": "Call",
    "CallDisposition": "Connected",
    "IsClosed": True,
    "IsDeleted": False,
    "CreatedDate": "2026-03-01T08:00:00.000+0000",
    "CompletedDateTime": "2026-03-02T09:00:00.000+0000",
    "OwnerId": "0055g0000000001AAA",
    "SystemModstamp": "2026-03-02T09:00:00.000+0000",
}


def arranged(**changes: Any) -> tuple[list[Row], list[Row]]:
    """The live and the gone rows of one task."""
    found = MAPPING.table(Table.TASK)
    assert found is not None
    made = shape(found, frozenset(), TAIL)
    rows, gone, _ = arranger(found, Table.TASK)(made.from_json([{**TASK, **changes}]))
    return rows, gone


def test_a_call_is_a_call() -> None:
    """Id, lead, contact, time, what it was, by whom, and when its row was made."""
    at, made = epoch("2026-03-02T09:00:00Z"), epoch("2026-03-01T08:00:00Z")
    told = ("call", "out", "connected", TASK["OwnerId"], "", made)
    assert arranged() == ([(TASK["Id"], TASK["WhoId"], None, at, *told)], [])


@pytest.mark.parametrize("table", [Table.EVENT, Table.MAIL])
def test_meetings_and_mails_say_when_their_rows_were_made(table: Table) -> None:
    """Whatever time they bear."""
    found = MAPPING.table(table)
    assert found is not None
    assert "CreatedDate" in shape(found, frozenset(), TAIL).fields


def test_a_form_has_a_topic() -> None:
    """What it was about."""
    ((row,), _) = arranged(Subject="Filled out form: contact us", TaskSubtype="Task", CallDisposition=None)
    assert (row[4], row[8]) == ("form", "contact form")


def test_a_contact_is_told_from_a_lead_by_its_id() -> None:
    """WhoId may be either."""
    ((row,), _) = arranged(WhoId="0035g0000000001AAA")
    assert row[1:3] == (None, "0035g0000000001AAA")


@pytest.mark.parametrize("who", [None, "0055g0000000001AAA", ""])
def test_what_is_nobodys_is_gone(who: str | None) -> None:
    """A task without a person may have had one before: it is told as gone, with its id."""
    rows, gone = arranged(WhoId=who)
    assert rows == []
    assert [row[0] for row in gone] == [TASK["Id"]]


def test_what_was_deleted_is_gone() -> None:
    """And names the person whose it was."""
    rows, gone = arranged(IsDeleted=True)
    assert rows == []
    assert gone[0][:2] == (TASK["Id"], TASK["WhoId"])


def test_an_open_task_happened_when_it_was_made() -> None:
    """Its due date lies in the future and is no event."""
    ((row,), _) = arranged(IsClosed=False, CompletedDateTime=None, ActivityDate="2030-01-01")
    assert row[3] == epoch(TASK["CreatedDate"])  # type: ignore[arg-type]
    assert row[4:7] == ("task", "", "open")


def test_without_a_completion_time_the_day_counts() -> None:
    """Older orgs have no completion time: the activity's day, or else its creation, stands for it."""
    ((row,), _) = arranged(CompletedDateTime=None, ActivityDate="2026-03-05")
    assert row[3] == epoch("2026-03-05")
    ((row,), _) = arranged(CompletedDateTime=None, ActivityDate=None)
    assert row[3] == epoch(TASK["CreatedDate"])  # type: ignore[arg-type]


def test_a_task_that_changes_its_person_leaves_the_first(world: SalesforceWorld) -> None:
    """Moved to another lead it comes with the new one; taken from everybody it comes as gone."""
    ids = [world.add(Table.LEAD, last_name=f"Doe {n}", company="A", status="Inquiry") for n in range(2)]
    task = world.add(Table.TASK, lead_id=ids[0], is_closed=None)
    adapter = world.adapter()
    _, _, _, mark = everything(adapter.read(Table.TASK, None))
    world.edit(Table.TASK, task, lead_id=ids[1])
    rows, gone, _, mark = everything(adapter.read(Table.TASK, mark))
    assert [column(Table.TASK, row, "lead_id") for row in rows] == [ids[1]]
    assert not gone
    world.edit(Table.TASK, task, lead_id=None)
    rows, gone, _, _ = everything(adapter.read(Table.TASK, mark))
    assert not rows
    assert [row[0] for row in gone] == [task]


def test_mails_belong_to_leads_and_contacts(world: SalesforceWorld) -> None:
    """A mail is read through its relations: once for each person, never for users; with its task."""
    lead = Ref(world.org, LEAD, world.add(Table.LEAD, last_name="Doe", company="A", status="Inquiry"))
    contact = Ref(world.org, CONTACT, world.add(Table.CONTACT, last_name="Roe"))
    world.crm.load(
        "EmailMessage",
        ("Id", "ActivityId", "Incoming", "MessageDate", "Subject", "Status"),
        [("02s5g0000000001AAA", "00T5g0000000001EAA", True, "2026-03-02T09:00:00.000Z", "Re: offer", "2")],
    )
    relations = [("02s5g0000000001AAA", ref.id, kind) for ref, kind in ((lead, "FromAddress"), (contact, "CcAddress"))]
    world.crm.load("EmailMessageRelation", ("EmailMessageId", "RelationId", "RelationType"), relations)
    rows, _, _, _ = everything(world.adapter().read(Table.MAIL, None))
    people = {(column(Table.MAIL, row, "lead_id"), column(Table.MAIL, row, "contact_id")) for row in rows}
    assert people <= {(lead.id, None), (None, contact.id)}
    assert (lead.id, None) in people
    assert {column(Table.MAIL, row, "task_id") for row in rows} == {"00T5g0000000001EAA"}
    assert all(column(Table.MAIL, row, "direction") == "in" for row in rows if column(Table.MAIL, row, "lead_id"))


WEB_FORM = {"Subject": "Demo request", "TaskSubtype": "Task", "CallDisposition": None}


@pytest.mark.parametrize(
    "row",
    [
        {"IsClosed": False, "CompletedDateTime": None},
        {"IsClosed": False, "CompletedDateTime": None, "ActivityDate": "2026-03-04"},
        {},
        {"CompletedDateTime": None, "ActivityDate": "2026-03-01"},
        {"CompletedDateTime": None, "ActivityDate": "2026-03-04"},
    ],
    ids=["open", "open and due", "ticked off", "closed on a bare day", "due later"],
)
def test_a_web_form_was_sent_when_its_task_was_made(row: dict[str, Any]) -> None:
    """Whether it is still to do or ticked off: the request waits since then, and its date never moves."""
    ((found,), _) = arranged(**WEB_FORM, **row)
    assert found[3] == epoch(str(TASK["CreatedDate"]))
    assert (*found[4:7], found[8]) == ("form", "in", "done", "demo")


def test_a_form_that_was_brought_over_keeps_its_old_day() -> None:
    """What was brought over from another system, as a row that was closed long ago, is no news of today."""
    ((found,), _) = arranged(**WEB_FORM, CompletedDateTime=None, ActivityDate="2019-05-03")
    assert found[3] == epoch("2019-05-03")


@pytest.mark.parametrize(
    "row",
    [
        {"Subject": "Call", "TaskSubtype": "Call"},
        {"Subject": "Contact form: call back", "TaskSubtype": "Call"},
        {"Subject": "Demo request", "TaskSubtype": "Task", "Type": "Call"},
        {"Subject": "Demo request: prepare the room", "TaskSubtype": "Task"},
        {"Subject": "Demo request - follow up", "TaskSubtype": "Task"},
        {"Subject": "Call from Ann", "TaskSubtype": "Task"},
        {"Subject": "Email: offer", "TaskSubtype": "Email"},
    ],
    ids=lambda row: str(row["Subject"]),
)
def test_what_is_planned_is_no_request(row: dict[str, Any]) -> None:
    """A call to be made, or something to prepare, is nothing yet, whatever it is about."""
    ((found,), _) = arranged(**{**row, "CallDisposition": None}, IsClosed=False, CompletedDateTime=None)
    assert found[4:7] == ("task", "", "open")


def test_to_follow_a_request_up_is_no_second_request() -> None:
    """Done, it is work of ours."""
    ((found,), _) = arranged(Subject="Demo request - follow up", TaskSubtype="Task", CallDisposition=None)
    assert found[3:7] == (epoch(str(TASK["CompletedDateTime"])), "task", "", "done")


def test_a_mail_that_came_in_waits_as_a_to_do() -> None:
    """It came when the task was made; what is inbound by its subject needs nobody to tick it off."""
    ((found,), _) = arranged(
        Subject="Email received: RFQ 4711", TaskSubtype="Task", CallDisposition=None, IsClosed=False
    )
    assert (found[3], *found[4:7], found[8]) == (epoch(str(TASK["CreatedDate"])), "mail", "in", "done", "quote")
