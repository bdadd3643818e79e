"""`connector schema`: what an org lacks is added so that everything else works with it, and nothing else is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.permissions import revoke
from tests.acceptance.conftest import Sample
from tests.acceptance.crm import Crm
from tests.acceptance.site import CLEANUP, Site, site
from tests.oracle import contact_status

pytestmark = pytest.mark.long

POLICY = CLEANUP.replace('[dispositions]\nkeep = "ledger"\n', "")
RETIRED = {"Open - Not Contacted": "Inquiry", "Working - Contacted": "LAL", "Closed - Not Converted": "Disqualified"}


@pytest.fixture(scope="module")
def provisioned(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample org after `schema apply`."""
    folder = tmp_path_factory.mktemp("provisioned")
    with site(folder, sample.snapshot, policy=POLICY) as at:
        before, offered = _values(at), _offered(at.crm)
        plan = at.connector.ask("schema", "plan")
        done = at.connector.ask("schema", "apply")
        assert len(done["done"]) == len(plan["steps"]) > 20
        assert (done["failed"], done["by_hand"]) == ([], [])
        assert _values(at) == before
        assert set(_offered(at.crm)) > set(offered)
        return at.org.snapshot(folder / "provisioned.db")


@pytest.fixture
def ready(provisioned: Path, tmp_path: Path) -> Iterator[Site]:
    """That org, and an installation that has read nothing."""
    with site(tmp_path, provisioned, policy=POLICY) as at:
        yield at


def test_a_second_plan_is_empty(ready: Site) -> None:
    """Nothing is left to do, by hand neither; check finds no missing field or value."""
    assert ready.connector.ask("schema", "plan")["steps"] == []
    lines = ready.connector.ask("check")["lines"]
    about = [line for line in lines if line["name"].startswith(("field", "lead", "contact", "history", "record type"))]
    assert len(about) > 15
    assert [line for line in about if line["state"] != "ok"] == []


def test_no_value_became_inactive(ready: Site, sample: Sample, tmp_path: Path) -> None:
    """Every picklist value of every field of leads and contacts that people could pick before, they can pick now."""
    other = tmp_path / "before"
    other.mkdir()
    with site(other, sample.snapshot) as before:
        was = {name: _picklists(before.crm, name) for name in ("Lead", "Contact")}
    now = {name: _picklists(ready.crm, name) for name in ("Lead", "Contact")}
    for name, fields in was.items():
        for field, values in fields.items():
            assert values <= now[name][field], f"{name}.{field}"
    assert "Re-Market" in now["Lead"]["Status"]


def test_other_clients_see_the_fields(ready: Site) -> None:
    """simple-salesforce with the integration user's token describes, reads and writes them."""
    crm = ready.crm
    described = {field["name"]: field for field in crm.client.Contact.describe()["fields"]}
    assert described["Contact_Status__c"]["updateable"]
    assert described["Age_In_Stage__c"]["calculated"]
    (row, *_) = crm.rows("SELECT Id, Contact_Status__c, Age_In_Stage__c FROM Contact LIMIT 1")
    assert (row["Contact_Status__c"], row["Age_In_Stage__c"]) == (None, None)
    crm.change("Contact", row["Id"], Contact_Status__c="Inquiry", Wake_Up_Date__c="2027-01-31")


def test_every_contact_gets_the_status_of_the_oracle(ready: Site, sample: Sample) -> None:
    """Counts per status equal those of the oracle and of the makers of the org; whoever got none is a finding that
    `explain` tells the reason of; a second plan is empty."""
    expected = contact_status.ought(_rows(ready.crm), datetime.now(UTC), RETIRED)
    _clean_up(ready)
    given = ready.column("Contact_Status__c", "Contact")
    assert given == expected
    told = Counter(status or "" for status in given.values())
    assert told == Counter(sample.planted.contacts)
    for contact in (id for id, status in given.items() if status is None):
        told = ready.connector.ask("explain", contact)["judgement"]["findings"]
        findings = {finding["name"]: finding for finding in told}
        assert "no_evidence" in findings
        assert "no status" in findings["no_evidence"]["detail"]


def test_dispositions_are_kept_in_their_field(ready: Site, sample: Sample) -> None:
    """Once the field is there, the word leaves the status and stays on the record."""
    before = {id: text for id, text in ready.column().items() if text in ("Left Vmail", "No Answer", "Wrong Number")}
    assert before
    _clean_up(ready)
    open_leads = {row["Id"] for row in ready.crm.rows("SELECT Id FROM Lead WHERE IsConverted = false")}
    kept = ready.column("Last_Call_Disposition__c")
    assert {id: kept[id] for id in before if id in open_leads} == {i: t for i, t in before.items() if i in open_leads}


def test_contacts_move_on_with_their_opportunities(later: Callable[[], None], ready: Site) -> None:
    """After the first fill, people sell and lose: the next run gives every contact the status of the oracle, and a
    contact that came back from Customer is in its second cycle."""
    _clean_up(ready)
    later()
    crm = ready.crm
    open_ones = [
        row["Id"] for row in crm.rows("SELECT Id FROM Opportunity WHERE IsClosed = false AND Type != 'Renewal'")
    ]
    for number, deal in enumerate(open_ones[:12]):
        stage = "Closed Won" if number % 2 else "Closed Lost"
        crm.change("Opportunity", deal, StageName=stage, CloseDate=f"{ready.org.clock():%Y-%m-%d}")
    for status in ("Customer", "Inquiry", "Re-Market", "Disqualified"):
        (contact, *_) = crm.rows(f"SELECT Id, AccountId FROM Contact WHERE Contact_Status__c = '{status}'") or [None]
        if contact is not None:
            _sell(crm, contact)
    expected = contact_status.ought(_rows(crm, status=True), ready.org.clock(), RETIRED)
    moved = {id for id, text in ready.column("Contact_Status__c", "Contact").items() if text != expected[id]}
    assert len(moved) >= 3
    later()
    _clean_up(ready)
    assert ready.column("Contact_Status__c", "Contact") == expected
    cycles = ready.column("Funnel_Cycle__c", "Contact")
    assert 2 in {cycles[id] for id in moved}


def test_a_converted_lead_gets_its_contact_right_in_one_run(ready: Site) -> None:
    """Somebody converts a lead: after one sync, plan and apply its contact has a status."""
    _clean_up(ready)
    from connector.sandbox.salesforce.base import ADMIN_ID
    from connector.sandbox.salesforce.convert import Conversion, convert_lead

    lead = next(id for id, text in sorted(ready.column().items()) if text == "MQL")
    (converting, *_) = ready.crm.rows("SELECT ApiName FROM LeadStatus WHERE IsConverted = true")
    order = Conversion(lead_id=lead, converted_status=converting["ApiName"], do_not_create_opportunity=True)
    contact = convert_lead(ready.org, order, ADMIN_ID).contact_id
    assert contact is not None
    expected = contact_status.ought(_rows(ready.crm, status=True), datetime.now(UTC), RETIRED)
    _clean_up(ready)
    assert ready.column("Contact_Status__c", "Contact")[contact] == expected[contact] == "SQL"


def test_without_the_right_an_admin_is_told(sample: Sample, tmp_path: Path) -> None:
    """A login without Customize Application gets the whole plan and what to do, and changes nothing."""
    with site(tmp_path, sample.snapshot, policy=POLICY) as at:
        revoke(at.org, "CustomizeApplication")
        plan = at.connector.ask("schema", "plan")
        assert plan["lacks"] == ["Customize Application"]
        assert len(plan["steps"]) > 20
        error = at.connector.fails("schema", "apply")
        assert "Customize Application" in error["what"]
        assert "admin" in error["next"]
        told = at.connector.tell("schema", "apply", exits=1)
        assert "Contact.Contact_Status__c" in told
        assert at.connector.ask("schema", "plan") == plan


def test_retire_takes_away_what_nobody_needs(tmp_path: Path) -> None:
    """A retired value stays while a lead that can be written carries it, and goes when none does; converted and
    deleted leads keep theirs and are counted, and what still names the value is told."""
    with site(tmp_path, policy=POLICY) as at:
        at.connector.ask("schema", "apply")
        make = {"LastName": "A", "Company": "B", "Status": "Closed - Not Converted"}
        kept, gone = (done.id for done in at.org.insert("Lead", [make, make]))
        at.org.delete("Lead", [gone])
        before = set(_offered(at.crm))
        first = {one["value"]: one for one in at.connector.ask("schema", "retire")["retired"]}
        assert first["Closed - Not Converted"]["stays"].startswith("1 record carries it")
        assert first["Closed - Not Converted"]["deleted"] == 1
        assert "default" in first["Open - Not Contacted"]["stays"]
        assert first["Working - Contacted"]["done"]
        assert set(_offered(at.crm)) == before - {"Working - Contacted"}
        at.connector.ask("sync")
        at.connector.ask("apply", at.connector.ask("plan")["plan"])
        assert at.column()[kept] == "Disqualified"
        dry = at.connector.ask("schema", "retire", "--dry-run")
        assert set(_offered(at.crm)) == before - {"Working - Contacted"}
        second = at.connector.ask("schema", "retire")
        assert [one["value"] for one in second["retired"]] == [one["value"] for one in dry["retired"]]
        assert set(_offered(at.crm)) == before - {"Working - Contacted", "Closed - Not Converted"}
        assert at.connector.ask("schema", "plan")["steps"] == []


def _clean_up(at: Site) -> None:
    """sync → plan → approve → apply → sync, and nothing is left to do."""
    connector = at.connector
    connector.ask("sync")
    plan = connector.ask("plan")
    connector.ask("approve", plan["plan"], "--by", "Ada", "--because", "reviewed")
    applied = connector.ask("apply", plan["plan"])
    assert (applied["failed"], applied["conflicts"]) == (0, 0)
    connector.ask("sync")
    again = connector.ask("plan")
    assert again["by_rule"] == {}, connector.rows(again["plan"])


def _rows(crm: Crm, *, status: bool = False) -> dict[str, list[dict[str, Any]]]:
    """What the oracle wants to know; archived activities too."""
    queries = dict(contact_status.QUERIES)
    if status:
        queries["Contact"] = queries["Contact"].replace("AccountId", f"AccountId, {contact_status.STATUS}")
    found: dict[str, list[dict[str, Any]]] = {}
    for name, query in queries.items():
        archived = name in ("Task", "Event")
        asked = query.replace(" FROM ", ", IsDeleted FROM ") if archived else query
        rows = crm.client.query_all(asked, include_deleted=archived)["records"]
        found[name] = [row for row in rows if not row.get("IsDeleted")]
    return found


def _sell(crm: Crm, contact: dict[str, Any]) -> None:
    deal = crm.client.Opportunity.create(
        {
            "Name": "New deal",
            "StageName": "Prospecting",
            "CloseDate": "2027-05-01",
            "Type": "New Business",
            "AccountId": contact["AccountId"],
        }
    )["id"]
    crm.client.OpportunityContactRole.create({"OpportunityId": deal, "ContactId": contact["Id"]})


def _offered(crm: Crm) -> list[str]:
    """The lead statuses that people can pick."""
    return sorted(_picklists(crm, "Lead")["Status"])


def _picklists(crm: Crm, name: str) -> dict[str, set[str]]:
    fields = getattr(crm.client, name).describe()["fields"]
    return {
        field["name"]: {value["value"] for value in field["picklistValues"] if value["active"]}
        for field in fields
        if field["picklistValues"]
    }


def _values(at: Site) -> dict[str, list[tuple[Any, ...]]]:
    """Every value of every lead and contact but in fields of ours: adding fields touches no record."""
    org: Org = at.org
    found = {}
    for name in ("Lead", "Contact"):
        columns = ", ".join(f'"{field.name}"' for field in org.objects[name].fields if not field.custom)
        found[name] = org.storage.reader().execute(f'SELECT {columns} FROM "{name}" ORDER BY Id').fetchall()
    return found
