"""Activities: what they are, when they happened, and whose they are; campaign responses as memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from connector.adapters.dynamics.tasks import CATEGORY
from connector.mapping import load
from connector.ports import COLUMNS, Table
from connector.sandbox.dynamics.base import ADMIN_ID
from connector.sandbox.dynamics.dml.request import Options
from tests.adapters.contract import everything
from tests.adapters.dynamics.world import DynamicsWorld

HUMAN = Options(user_id=ADMIN_ID)
AT = "2026-05-04T10:00:00Z"
SECONDS = 1_777_888_800
NAMES = {"task": Table.TASK, "phonecall": Table.TASK, "appointment": Table.EVENT, "email": Table.MAIL}


def lead(world: DynamicsWorld) -> str:
    """A lead."""
    return world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")


def log(world: DynamicsWorld, kind: str, who: str | None, done: tuple[int, int] | None = None, **columns: Any) -> str:
    """Somebody logs an activity about that lead, and completes it with this state and reason."""
    bind = {f"regardingobjectid_lead_{kind}@odata.bind": f"/leads({who})"} if who else {}
    made = world.crm.create(world.crm.entities[kind], {**bind, **columns}, HUMAN).id
    if done:
        change = {"statecode": done[0], "statuscode": done[1]}
        world.crm.update(world.crm.entities[kind], made, change, HUMAN)
    return made


def rows(world: DynamicsWorld, table: Table) -> dict[str, dict[str, Any]]:
    """All rows by id, with their columns by name; what is passed over adds up."""
    adapter = world.adapter()
    batches = list(adapter.read(table, None))
    found = [row for batch in batches for row in batch.rows]
    assert len(found) + sum(batch.passed_over for batch in batches) == adapter.count(table)
    return {row[0]: dict(zip(COLUMNS[table], row, strict=True)) for row in found}


CASES: list[tuple[str, dict[str, Any], tuple[int, int] | None, tuple[str, str, str]]] = [
    ("phonecall", {"subject": "Call: connected", "directioncode": True, "actualend": AT}, (1, 2),
     ("call", "out", "connected")),
    ("phonecall", {"subject": "Question", "directioncode": False, "actualend": AT}, (1, 4), ("call", "in", "done")),
    ("phonecall", {"subject": "Call", "leftvoicemail": True, "actualend": AT}, (1, 2), ("call", "out", "voicemail")),
    ("phonecall", {"subject": "Call: no answer", "actualend": AT}, (1, 2), ("call", "out", "no_answer")),
    ("email", {"subject": "Re: offer", "directioncode": False, "actualend": AT}, (1, 4), ("mail", "in", "done")),
    ("email", {"subject": "Offer", "directioncode": True, "actualend": AT}, (1, 3), ("mail", "out", "done")),
    ("email", {"subject": "Automatic reply: x", "directioncode": False, "actualend": AT}, (1, 4),
     ("auto_reply", "in", "")),
    ("email", {"subject": "x", "directioncode": True, "isworkflowcreated": True, "actualend": AT}, (1, 3),
     ("list_mail", "out", "done")),
    ("email", {"subject": "Undeliverable: x", "directioncode": False, "actualend": AT}, (1, 4), ("bounce", "", "")),
    ("appointment", {"subject": "Discovery", "scheduledstart": AT}, (1, 3), ("meeting", "", "held")),
    ("appointment", {"subject": "Discovery", "scheduledstart": AT}, (3, 5), ("meeting", "", "held")),
    ("appointment", {"subject": "Discovery", "scheduledstart": AT}, (2, 4), ("meeting", "", "")),
    ("task", {"subject": "Form: demo", "actualend": AT}, (1, 5), ("form", "in", "done")),
    ("task", {"subject": "Prepare", "actualend": AT}, (1, 5), ("task", "", "done")),
    ("task", {"subject": "Prepare", "actualend": AT}, (2, 6), ("other", "", "")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "columns", "done", "told"), CASES)
def test_what_an_activity_is(
    world: DynamicsWorld, kind: str, columns: dict[str, Any], done: tuple[int, int], told: tuple[str, str, str]
) -> None:
    """States and flags tell what it was; where they do not, the subject does. It happened when it ended or began."""
    who = lead(world)
    made = log(world, kind, who, done, **columns)
    (row,) = rows(world, NAMES[kind]).values()
    assert (row["kind"], row["direction"], row["outcome"]) == told
    assert (row["id"], row["lead_id"], row["contact_id"], row["by"]) == (made, who, None, ADMIN_ID)
    assert row["at"] == SECONDS
    created = str(world.crm.get(world.crm.entities[kind], made)["createdon"])
    assert row["created_at"] == int(datetime.fromisoformat(created).timestamp()) != SECONDS


def test_what_is_open_has_not_happened(world: DynamicsWorld) -> None:
    """An open task or call stands at the moment it was created, whatever end is planned; a draft is no mail."""
    who = lead(world)
    planned = [log(world, kind, who, subject="Call back", actualend=AT) for kind in ("task", "phonecall")]
    log(world, "email", who, subject="Draft")
    found = rows(world, Table.TASK)
    assert set(found) == set(planned)
    assert all(row["outcome"] == "open" and row["at"] > SECONDS for row in found.values())
    assert rows(world, Table.MAIL) == {}


@pytest.mark.parametrize("done", [None, (1, 5), (2, 6)], ids=["open", "completed", "cancelled"])
def test_a_web_form_was_sent_when_its_task_was_made(world: DynamicsWorld, done: tuple[int, int] | None) -> None:
    """Whether it is still to do, done or dropped: the request waits since then, and its date never moves."""
    made = log(world, "task", lead(world), subject="Demo request")
    created = rows(world, Table.TASK)[made]["at"]
    if done:
        end = {"statecode": done[0], "statuscode": done[1], "actualend": "2031-05-04T10:00:00Z"}
        world.crm.update(world.crm.entities["task"], made, end, HUMAN)
    row = rows(world, Table.TASK)[made]
    assert (row["kind"], row["direction"], row["about"], row["at"]) == ("form", "in", "demo", created)


def test_what_is_planned_is_no_request(world: DynamicsWorld) -> None:
    """Something to prepare, or a call to be made, is nothing yet, whatever it is about."""
    who = lead(world)
    for kind, subject in (
        ("task", "Demo request: prepare"),
        ("phonecall", "Contact form"),
        ("task", "Contact form - follow up"),
    ):
        log(world, kind, who, subject=subject, **({"directioncode": False} if kind == "phonecall" else {}))
    assert {(row["kind"], row["outcome"]) for row in rows(world, Table.TASK).values()} == {("task", "open")}


def test_tasks_of_our_own_are_nobodys(world: DynamicsWorld) -> None:
    """A task that connector made is passed over, open or done."""
    log(world, "task", lead(world), subject="x", category=CATEGORY)
    log(world, "task", lead(world), (1, 5), subject="x", category=CATEGORY)
    assert rows(world, Table.TASK) == {}


def test_an_activity_that_regards_no_person_belongs_to_who_took_part(world: DynamicsWorld) -> None:
    """Of what came in the sender counts, of what went out the recipient; who was merely copied on what came in, not."""
    crm, who = world.crm, lead(world)
    contact, other = (world.add(Table.CONTACT, last_name="Doe") for _ in range(2))
    opportunity = crm.create(crm.entities["opportunity"], {"name": "Deal"}, HUMAN).id
    bind = {"regardingobjectid_opportunity_email@odata.bind": f"/opportunities({opportunity})"}

    def mail(outgoing: bool, *parties: tuple[str, str, int]) -> str:
        made = log(world, "email", None, (1, 3), subject="x", directioncode=outgoing, actualend=AT, **bind)
        columns = ("activityid", "activityid__type", "partyid", "partyid__type", "participationtypemask")
        crm.load("activityparty", columns, [(made, "email", one, kind, mask) for kind, one, mask in parties])
        return made

    came = mail(False, ("contact", contact, 1), ("contact", other, 3), ("systemuser", ADMIN_ID, 2))
    went = mail(True, ("systemuser", ADMIN_ID, 1), ("contact", other, 3), ("contact", contact, 2), ("lead", who, 2))
    copied = mail(False, ("systemuser", ADMIN_ID, 1), ("contact", contact, 3))
    found = rows(world, Table.MAIL)
    assert (found[came]["lead_id"], found[came]["contact_id"]) == (None, contact)
    assert (found[went]["lead_id"], found[went]["contact_id"]) == (who, contact)
    assert copied not in found


def test_an_activity_that_is_given_to_somebody_else(world: DynamicsWorld) -> None:
    """The next read brings the new person; what no longer regards anybody is gone."""
    first, second = lead(world), lead(world)
    moved, freed = (log(world, "task", first, (1, 5), subject="x") for _ in range(2))
    mark = everything(world.adapter().read(Table.TASK, None))[3]
    task = world.crm.entities["task"]
    system = Options(user_id=ADMIN_ID, system=True)
    world.crm.update(task, moved, {"regardingobjectid_lead_task@odata.bind": f"/leads({second})"}, system)
    world.crm.update(task, freed, {"regardingobjectid_lead_task@odata.bind": None}, system)
    found, gone, _, _ = everything(world.adapter().read(Table.TASK, mark))
    assert [(row[0], row[1]) for row in found] == [(moved, second)]
    assert [row[0] for row in gone] == [freed]


OTHERS = """
[tables.activity]
api = "activitypointer"
[tables.activity.fields]
id = "activityid"
lead_id = "regardingobjectid_lead"
contact_id = "regardingobjectid_contact"
at = { api = "actualend", otherwise = ["createdon"] }
by = "ownerid"
[[tables.activity.own]]
when = { activitytypecode = "letter", statecode = "Completed" }
kind = "mail"
direction = "in"
outcome = "done"
"""


def test_other_kinds_are_read_if_the_mapping_names_them(world: DynamicsWorld) -> None:
    """Letters, and whatever else there is, come from the table of all activities; calls and tasks do not come twice."""
    file = world.folder / "mapping.toml"
    file.write_text(OTHERS)
    world.mapping = load("dynamics", file)
    who = lead(world)
    letter = log(world, "letter", who, (1, 4), subject="Dear all", actualend=AT)
    call = log(world, "phonecall", who, (1, 2), subject="Call", actualend=AT)
    log(world, "fax", who, subject="no rule speaks of it")
    found = rows(world, Table.TASK)
    assert {id: (row["kind"], row["direction"]) for id, row in found.items()} == {
        letter: ("mail", "in"),
        call: ("call", "out"),
    }


def test_responses_are_memberships(world: DynamicsWorld) -> None:
    """A response belongs to its campaign and its customers; interested or not they answered, others did not."""
    crm, who = world.crm, lead(world)
    contact = world.add(Table.CONTACT, last_name="Doe")
    campaign = crm.create(crm.entities["campaign"], {"name": "Webinar"}, HUMAN).id
    bind = {"regardingobjectid_campaign_campaignresponse@odata.bind": f"/campaigns({campaign})"}

    def response(code: int | None, *customers: tuple[str, str]) -> str:
        given = {"subject": "x", "responsecode": code, "receivedon": "2026-05-04T00:00:00Z", **bind}
        made = crm.create(crm.entities["campaignresponse"], given, HUMAN).id
        columns = ("activityid", "activityid__type", "partyid", "partyid__type", "participationtypemask")
        crm.load("activityparty", columns, [(made, "campaignresponse", one, kind, 11) for kind, one in customers])
        return made

    yes = response(1, ("lead", who), ("contact", contact))
    no, unasked, nobody = response(2, ("contact", contact)), response(3, ("lead", who)), response(1)
    found = rows(world, Table.CAMPAIGN_MEMBER)
    assert nobody not in found
    assert (found[yes]["campaign_id"], found[yes]["lead_id"], found[yes]["contact_id"]) == (campaign, who, contact)
    assert (found[yes]["responded"], found[yes]["responded_at"]) == (1, 1_777_852_800)
    assert found[no]["responded"] == 1
    assert (found[unasked]["responded"], found[unasked]["responded_at"]) == (0, None)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-05-04T00:00:00Z", "2026-05-04"),
        ("2026-05-03T22:00:00Z", "2026-05-04"),
        ("2026-05-03T14:00:00Z", "2026-05-04"),
        ("2026-05-03T11:00:00Z", "2026-05-04"),
        ("2026-05-04T07:00:00Z", "2026-05-04"),
        ("2026-05-04T10:00:00Z", "2026-05-04"),
        ("2026-05-04T03:30:00Z", "2026-05-04"),
    ],
    ids=["UTC", "Berlin", "Sydney", "Auckland", "Los Angeles", "Honolulu", "St John's"],
)
def test_a_response_has_a_day_whoever_entered_it(world: DynamicsWorld, received: str, day: str) -> None:
    """The column shows days, and keeps each as the midnight of whoever entered it: the day is what counts."""
    crm, who = world.crm, lead(world)
    campaign = crm.create(crm.entities["campaign"], {"name": "Webinar"}, HUMAN).id
    bind = {"regardingobjectid_campaign_campaignresponse@odata.bind": f"/campaigns({campaign})"}
    given = {"subject": "x", "responsecode": 1, "receivedon": received, **bind}
    made = crm.create(crm.entities["campaignresponse"], given, HUMAN).id
    columns = ("activityid", "activityid__type", "partyid", "partyid__type", "participationtypemask")
    crm.load("activityparty", columns, [(made, "campaignresponse", who, "lead", 11)])
    (row,) = rows(world, Table.CAMPAIGN_MEMBER).values()
    assert row["responded_at"] == datetime.fromisoformat(f"{day}T00:00:00Z").timestamp()
