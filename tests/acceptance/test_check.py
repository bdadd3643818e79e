"""`connector check`: an org with one thing wrong has one line that is not ok, and that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.salesforce import person_accounts, record_types
from connector.sandbox.salesforce.base import ADMIN_ID, PROFILE_ID
from connector.sandbox.salesforce.catalogue.types import FieldType
from connector.sandbox.salesforce.customizations import ApexTrigger
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.permissions import deny, hide_field, lock_field, revoke
from connector.sandbox.salesforce.picklists import retire
from connector.sandbox.salesforce.rules import Automation, DuplicateRule, ValidationRule
from connector.sandbox.salesforce.tracking import track
from tests.acceptance.site import Site, site

SYSTEM = Options(user_id=ADMIN_ID, auto_assign=False, system=True)
SIGNED = f"""\
extends = "demand-gen"

[definition]
version = "1"
date = {datetime.now(UTC):%Y-%m-%d}
sales = "Ann"
marketing = "Bo"
owner = "RevOps"

[score]
version = "1"
reviewed = {datetime.now(UTC):%Y-%m-%d}

[values.lead]
"Open - Not Contacted" = "Inquiry"
"Working - Contacted" = "LAL"
"Closed - Not Converted" = "Disqualified"
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An org on its first day with everything added and nothing wrong."""
    folder = tmp_path_factory.mktemp("sound")
    with site(folder, policy=SIGNED) as at:
        with at.org.storage.transaction() as db:
            db.execute("UPDATE AssignmentRule SET Active = 0")
        assert not at.connector.ask("schema", "apply")["failed"]
        account = at.org.insert("Account", [{"Name": "Acme"}], SYSTEM)[0].id
        contact = at.org.insert("Contact", [{"LastName": "Ann", "AccountId": account}], SYSTEM)[0].id
        deals = [deal(f"Deal {n}", AccountId=account) for n in range(4)]
        made = [done.id for done in at.org.insert("Opportunity", deals, SYSTEM)]
        roles = [{"OpportunityId": one, "ContactId": contact} for one in made]
        assert all(done.success for done in at.org.insert("OpportunityContactRole", roles, SYSTEM))
        return at.org.snapshot(folder / "sound.db")


@pytest.fixture
def at(sound: Path, tmp_path: Path) -> Iterator[Site]:
    """A copy of it, and an installation that has read nothing."""
    with site(tmp_path, sound, policy=SIGNED) as made:
        yield made


def deal(name: str, **more: Any) -> dict[str, Any]:
    """An open opportunity."""
    return {"Name": name, "StageName": "Prospecting", "CloseDate": "2027-01-31", **more}


BLIND = {"who writes other fields of Lead", "who writes other fields of Contact"}
"""Fields whose history is not kept: nobody can tell who else writes them."""


def looked(at: Site, code: int = 0) -> dict[str, str]:
    """Line → state of what is not ok; each says what to do."""
    told = at.connector.ask("check", exits=code)
    wrong = [line for line in told["lines"] if line["state"] != "ok"]
    assert all(line["next"] for line in wrong)
    assert told["safe"] == (code == 0)
    states = {line["name"]: line["state"] for line in wrong}
    return {name: state for name, state in states.items() if (name, state) not in {(one, "blind") for one in BLIND}}


def execute(at: Site, statement: str, *values: object) -> None:
    """Behind the org's back."""
    with at.org.storage.transaction() as db:
        db.execute(statement, values)


def test_a_sound_org_is_all_green(at: Site) -> None:
    """Every line is ok that could be looked at, and those are a good many."""
    told = at.connector.ask("check")
    assert {line["name"]: line["state"] for line in told["lines"] if line["state"] != "ok"} == dict.fromkeys(
        BLIND, "blind"
    )
    assert (told["notes"], told["blind"]) == (0, len(BLIND))
    names = [line["name"] for line in told["lines"]]
    assert len(names) == len(set(names)) > 40
    assert "history of Contact.Contact_Status__c" in names


def test_a_token_that_is_refused(at: Site) -> None:
    """Login."""
    (at.folder / "crm.token").write_text("00D000000000000!stale")
    assert looked(at, 3) == {"login": "stop"}


def test_a_version_that_is_not_offered(at: Site) -> None:
    """API version."""
    at.configure(policy=SIGNED, api_version="99.0")
    assert looked(at, 3) == {"API version": "stop"}


@pytest.mark.parametrize(("minutes", "state", "code"), [(4, "note", 0), (-25, "stop", 3)])
def test_clocks_apart(at: Site, minutes: int, state: str, code: int) -> None:
    """Clock."""
    real = at.org.clock
    at.org.clock = lambda: real() + timedelta(minutes=minutes)
    assert looked(at, code) == {"clock": state}


def test_calls_nearly_gone(at: Site) -> None:
    """API calls: most are gone, but not all."""
    at.org.usage.count(at.org.clock(), 85_000)
    assert looked(at, 3) == {"API calls": "stop"}


def test_calls_gone(at: Site) -> None:
    """API calls: none is left, so nothing else can be told."""
    at.org.usage.count(at.org.clock(), 100_000)
    assert looked(at, 3) == {"API calls": "stop"}


def see_only_shared(at: Site) -> None:
    """Leads are private, and the integration user has no right to see those of others."""
    execute(at, "UPDATE Organization SET DefaultLeadAccess = 'None'")
    for permission in ("ViewAllData", "ModifyAllData"):
        revoke(at.org, permission)
    deny(at.org, "Lead", "ViewAllRecords", "ModifyAllRecords")
    deny(at.org, "Contact", "Create")


def edit_only_shared(at: Site) -> None:
    """Everybody may read every lead, but edit only their own."""
    execute(at, "UPDATE Organization SET DefaultLeadAccess = 'Read'")
    revoke(at.org, "ModifyAllData")
    deny(at.org, "Lead", "ModifyAllRecords")


def convert_nothing(at: Site) -> None:
    """No status converts."""
    execute(at, "UPDATE LeadStatus SET IsConverted = 0")


def add_value(at: Site) -> None:
    """Somebody adds a status that nobody agreed on."""
    made = at.org.insert("LeadStatus", [{"MasterLabel": "See Dave", "ApiName": "See Dave", "SortOrder": 99}], SYSTEM)
    assert made[0].success, made[0].errors


def partner_process(at: Site) -> None:
    """A record type whose process lacks most statuses."""
    record_types.add(at.org, "Lead", "Partner", {"Status": ["Inquiry", "LAL"]})


def sync_user(at: Site) -> None:
    """A marketing platform's user has written the lead status forty times this week."""
    (user,) = at.org.insert(
        "User",
        [
            {
                "Username": "m@acme.example", "LastName": "Marketo Sync", "Email": "m@acme.example", "Alias": "mkto",
                "ProfileId": PROFILE_ID, "TimeZoneSidKey": "America/New_York", "LocaleSidKey": "en_US",
                "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US", "IsActive": True,
            }
        ],
        SYSTEM,
    )  # fmt: skip
    assert user.id is not None, user.errors
    lead = at.org.insert("Lead", [{"LastName": "Ann", "Company": "Acme", "Status": "Inquiry"}], SYSTEM)[0].id
    for status in ("LAL", "Inquiry") * 20:
        (done,) = at.org.update(
            "Lead", [{"Id": lead, "Status": status}], Options(user_id=user.id, auto_assign=False, system=True)
        )
        assert done.success, done.errors


def packaged(at: Site) -> None:
    """The score of the mapping is a field that a package brought."""
    at.org.add_field("Lead", FieldType(name="mkto__Score__c", label="Score", type="double", custom=True))
    (at.folder / "mapping.toml").write_text('[tables.lead.fields]\nscore = "mkto__Score__c"\n', encoding="utf-8")
    at.configure(policy=SIGNED, mapping="mapping.toml")


def human_accounts(at: Site) -> None:
    """Person accounts are on, and there is one."""
    person_accounts.enable(at.org)
    person_accounts.add(at.org, {"LastName": "Bo", "Email": "bo@acme.example"})


def lonely_deals(at: Site) -> None:
    """Three deals that name nobody."""
    assert all(done.success for done in at.org.insert("Opportunity", [deal(f"Lonely {n}") for n in range(3)], SYSTEM))


FAULTS: dict[str, tuple[Callable[[Site], Any], dict[str, str]]] = {
    "leads cannot be read": (lambda at: deny(at.org, "Lead", "Read"), {"object Lead": "stop"}),
    "leads cannot be edited": (lambda at: deny(at.org, "Lead", "Edit"), {"object Lead": "stop"}),
    "contacts cannot be edited": (lambda at: deny(at.org, "Contact", "Edit"), {"object Contact": "note"}),
    "only own leads are seen": (see_only_shared, {"records of Lead": "stop"}),
    "only own leads can be edited": (edit_only_shared, {"records of Lead": "note"}),
    "tasks cannot be read": (lambda at: deny(at.org, "Task", "Read"), {"object Task": "stop"}),
    "deals cannot be read": (
        lambda at: deny(at.org, "Opportunity", "Read"),
        {"object Opportunity": "stop", "opportunities without a contact": "blind"},
    ),
    "campaigns cannot be read": (lambda at: deny(at.org, "Campaign", "Read"), {"object Campaign": "note"}),
    "a field is hidden": (
        lambda at: hide_field(at.org, "Lead", "Wake_Up_Date__c"),
        {"field Lead.Wake_Up_Date__c": "note"},
    ),
    "a field is read only": (
        lambda at: lock_field(at.org, "Contact", "Contact_Status__c"),
        {"field Contact.Contact_Status__c": "note"},
    ),
    "a field of evidence is hidden": (lambda at: hide_field(at.org, "Lead", "Industry"), {"fields of Lead": "note"}),
    "a status is missing": (lambda at: retire(at.org, "LeadStatus", "Re-Market"), {"lead statuses": "note"}),
    "a status is unknown": (add_value, {"lead values": "note"}),
    "no status converts": (convert_nothing, {"converted status": "note"}),
    "a process lacks statuses": (partner_process, {"record type Partner of lead": "note"}),
    "history is off": (lambda at: track(at.org, "Lead", "Status", False), {"history of Lead.Status": "note"}),
    "an assignment rule": (
        lambda at: execute(at, "UPDATE AssignmentRule SET Active = 1"),
        {"assignment rules": "note"},
    ),
    "a flow": (
        lambda at: at.org.rules.automation.append(Automation("Lead", "Status", email="a@b.c")),
        {"flows": "note"},
    ),
    "a validation rule": (
        lambda at: at.org.rules.validation_rule.append(ValidationRule("Lead", "No", {"Company": "Nobody"})),
        {"validation rules": "note"},
    ),
    "a trigger": (lambda at: at.org.rules.apex_trigger.append(ApexTrigger("Contact", "Stamp")), {"triggers": "note"}),
    "a duplicate rule": (
        lambda at: at.org.rules.duplicate_rule.append(DuplicateRule("Lead")),
        {"duplicate rules": "note"},
    ),
    "a platform writes the status": (sync_user, {"who writes Lead.Status": "note"}),
    "a package owns a field": (packaged, {"who writes Lead.mkto__Score__c": "note"}),
    "person accounts": (human_accounts, {"person accounts": "note"}),
    "deals without a contact": (lonely_deals, {"opportunities without a contact": "note"}),
    "setup cannot be viewed": (lambda at: revoke(at.org, "ViewSetup"), {"validation rules": "blind"}),
    "nobody signed": (lambda at: at.configure(policy=SIGNED.replace('"Ann"', '""')), {"policy": "note"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_one_line(at: Site, fault: str) -> None:
    """That line alone."""
    break_it, expected = FAULTS[fault]
    break_it(at)
    assert looked(at, 3 if "stop" in expected.values() else 0) == expected


def test_a_night_that_lies_outside_of_its_window(at: Site) -> None:
    """Both say when it begins and when it may write: `check`, and `policy check` with the line."""
    at.configure(policy=SIGNED + '\n[night]\nrules = ["age"]\nwindow = "03:00-05:00"\n')
    assert looked(at, 0) == {"policy": "note"}
    (warning,) = at.connector.ask("policy", "check")["warnings"]
    assert "begins at 02:00, outside of the window 03:00-05:00" in warning["what"]
    assert warning["where"].endswith("[night.window]")


def test_a_value_that_leads_and_contacts_carry(at: Site) -> None:
    """Is counted over both."""
    at.org.load("Lead", ("LastName", "Company", "Status"), [("One", "Acme", "Zork"), ("Two", "Acme", "Zork")])
    at.org.load("Contact", ("LastName", "Contact_Status__c"), [("Three", "Zork")])
    at.connector.ask("sync")
    assert at.connector.ask("policy", "check")["unmapped"] == {"Zork": 3}
