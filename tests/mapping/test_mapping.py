"""What an adapter asks of a mapping, and what a mapping may not say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import MappingError
from connector.mapping import Reads, load
from connector.mapping.mapping import EXTRA, QUEUE
from connector.model import FIELDS, OBJECTS, Kind, Person
from connector.policy.loader import load as load_policy
from connector.policy.loader import presets
from connector.ports import COLUMNS, Table
from tests.policy.laid import layer

MAPPING = load("salesforce")


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_objects_and_fields() -> None:
    """Our names give the CRM's, with the kind of value."""
    lead, contact = MAPPING.object("lead"), MAPPING.object("contact")
    assert (lead.api, lead.field("status").api, lead.field("status").kind) == ("Lead", "Status", Kind.TEXT)
    assert contact.field("status").api == "Contact_Status__c"
    assert contact.field("wake_up_date").kind is Kind.DATE
    assert lead.field("phone").apis == ("Phone", "MobilePhone")
    assert lead.field("is_bounced").reads is Reads.PRESENT


def test_the_names_of_what_is_added_are_those_agreed() -> None:
    """The fields that connector adds have their agreed names on both objects."""
    names = {
        "disposition": "Last_Call_Disposition__c", "status_reason": "Status_Reason__c",
        "wake_up_date": "Wake_Up_Date__c", "status_entered_at": "Status_Entered_At__c",
        "status_since_is_estimate": "Status_Since_Is_Estimate__c", "score": "Lead_Score__c",
        "sla_due_at": "SLA_Due_At__c", "sla_breached_at": "SLA_Breached_At__c", "cycle": "Funnel_Cycle__c",
        "first_source": "First_Source__c",
    }  # fmt: skip
    for on in OBJECTS:
        assert {name: MAPPING.object(on).field(name).api for name in names} == names


@pytest.mark.parametrize("table", list(Table))
def test_every_table_is_mapped(table: Table) -> None:
    """Every mirrored table has an object, and only columns that exist, in their order."""
    found = MAPPING.table(table)
    assert found is not None
    known = (*COLUMNS[table], *EXTRA.get(table, ()))
    assert list(found.columns) == [name for name in known if name in found.columns]


def test_queues_are_mapped() -> None:
    """Queues own records too."""
    queue = MAPPING.table(QUEUE)
    assert queue is not None
    assert queue.api == "Group"


def test_everything_writable_is_a_field_of_ours() -> None:
    """What may be written is a field that connector writes, on both objects, read as it is written."""
    for on in OBJECTS:
        table = MAPPING.object(on)
        assert table.writable == set(FIELDS)
        for name in table.writable:
            assert table.field(name).reads is Reads.VALUE
            assert table.field(name).kind is FIELDS[name]


def test_two_fields_are_never_the_same() -> None:
    """No two writable fields share a field of the CRM, so what is written is read back as the same field."""
    for on in OBJECTS:
        table = MAPPING.object(on)
        apis = [table.field(name).api for name in table.writable]
        assert len(apis) == len(set(apis))


def test_a_name_the_mapping_lacks() -> None:
    """Asking for a field the mapping does not name says where to add it."""
    with pytest.raises(MappingError) as caught:
        MAPPING.object("lead").field("account_id")
    assert "tables.lead.fields" in caught.value.next
    assert not MAPPING.object("lead").has("account_id")


OWN_INDUSTRY = '[tables.contact.fields]\nindustry = "Branch__c"\nemployees = "Account.Headcount__c"\n'


def test_an_account_is_read_with_what_contacts_have_of_it(tmp_path: Path) -> None:
    """Their industry and size stand in the account, which changes without them; a contact's own field is its own."""
    for crm, apis in (
        ("salesforce", ("Industry", "NumberOfEmployees")),
        ("dynamics", ("industrycode", "numberofemployees")),
    ):
        account = load(crm).tables["account"]
        assert tuple(account.field(name).api for name in ("industry", "employees")) == apis
    file = tmp_path / "mapping.toml"
    file.write_text(OWN_INDUSTRY)
    account = load("salesforce", file).tables["account"]
    assert not account.has("industry")
    assert account.field("employees").api == "Headcount__c"


def test_apis_are_what_must_be_read() -> None:
    """Every name once: of columns, what they fall back on, facts and the classification."""
    task = MAPPING.table("task")
    assert task is not None
    assert {"Id", "WhoId", "CompletedDateTime", "ActivityDate", "CreatedDate", "Subject", "CallType"} <= set(
        task.apis()
    )
    assert len(task.apis()) == len(set(task.apis()))
    assert "Rating" not in MAPPING.object("lead").apis()
    assert "Rating" in MAPPING.with_facts(["rating"]).object("lead").apis()


def test_facts_come_in_mapping_order_and_alike_on_both_objects() -> None:
    """Facts a policy names are read in the mapping's order; an object without such a field has none there."""
    mapping = MAPPING.with_facts({"department", "state", "rating"})
    lead, contact = mapping.object("lead").facts, mapping.object("contact").facts
    assert [name for name, _ in lead] == [name for name, _ in contact] == ["rating", "state", "department"]
    assert [column.api if column else None for _, column in lead] == ["Rating", "State", None]
    assert [column.api if column else None for _, column in contact] == [None, "MailingState", "Department"]
    assert MAPPING.object("lead").facts == ()


def test_an_unknown_fact_is_an_error() -> None:
    """A fact the mapping lacks is refused with the key of the policy that names it."""
    with pytest.raises(MappingError, match="shoe_size") as caught:
        MAPPING.with_facts(["shoe_size"], "policy.toml:3 [facts]")
    assert caught.value.where == "policy.toml:3 [facts]"


def test_facts_are_no_fields_of_ours() -> None:
    """No fact hides a field of a person."""
    for facts in MAPPING.known_facts.values():
        assert not set(facts) & set(Person.__struct_fields__)


@pytest.mark.parametrize("name", presets())
def test_default_statuses_fit_every_preset(name: str) -> None:
    """Under each preset the four classic lead statuses mean something; the converting one is converted."""
    policy = load_policy(tables=layer(f'extends = "{name}"'), statuses=MAPPING.statuses).policy
    entry, working = policy.place("lead", "Open - Not Contacted"), policy.place("lead", "Working - Contacted")
    assert entry.name == policy.role("entry")
    assert working.name == policy.role("disposition default")
    assert policy.place("lead", "Closed - Not Converted").name == policy.role("closed")
    assert policy.place("lead", "Closed - Converted").meaning == "converted"


def test_ones_own_file_is_laid_over(tmp_path: Path) -> None:
    """An org's own names replace the shipped ones key by key; the rest stays."""
    text = '[tables.contact.fields]\nstatus = "Stage__c"\n[writable]\nlead = ["status"]\n'
    text += '[tables.lead.facts]\nsize = "Size__c"'
    mapping = load("salesforce", own(tmp_path, text))
    assert mapping.object("contact").field("status").api == "Stage__c"
    assert mapping.object("contact").field("title").api == "Title"
    assert mapping.object("lead").writable == {"status"}
    assert mapping.with_facts(["size"]).object("lead").facts[0][0] == "size"
    assert mapping.hash != MAPPING.hash


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(OBJECTS), st.sampled_from(sorted(FIELDS)))
def test_a_field_is_found_back_by_its_api_name(on: str, name: str) -> None:
    """To the CRM's name and back is the identity for every field that is written."""
    table = MAPPING.object(on)
    back = [ours for ours, column in table.columns.items() if column.api == table.field(name).api]
    assert back == [name]


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ('[tables.contact.fields]\nstatus = "Title"', "tables.contact.fields.status", "'title' are both 'Title'"),
        (
            '[tables.contact.fields]\nstatus = "Account.Rating"',
            "tables.contact.fields.status",
            "could not be written back",
        ),
        (
            '[tables.lead.fields]\nstatus = { api = "A", otherwise = ["B"] }',
            "tables.lead.fields.status",
            "could not be written back",
        ),
        ('[writable]\nlead = ["email"]', "writable.lead.0", "'email' may never be written"),
        ('[tables.lead.fields]\nshoe = "Shoe__c"', "tables.lead.fields.shoe", "lead has no field 'shoe'"),
        ('[tables.leads]\napi = "Lead"', "tables.leads", "no table 'leads'"),
        ('[tables.lead]\napi = ""', "tables.lead.api", "at least 1"),
        ("[tables.lead]\nappi = 'x'", "tables.lead.appi", "no key 'appi'"),
        ('[statuses.lead]\nOpen = "boss"', "statuses.lead.Open", "no role 'boss'"),
        ('[[tables.task.own]]\nwhen = { Type = "x" }', "tables.task.own.0", "one of `kind`, `of` or `skip"),
        ('[[tables.task.own]]\nkind = "call"\nskip = true', "tables.task.own.0", "one of `kind`, `of` or `skip"),
        ("[[tables.task.own]]\nkind = 'call'\ndirection = 'up'", "tables.task.own.0.direction", "'up'"),
        ('without = ["tables.nothing"]', "without.0", "tables.nothing"),
    ],
)
def test_what_could_not_be_written_back_is_refused(tmp_path: Path, text: str, key: str, what: str) -> None:
    """Errors name the file, the line and the key, and say what to do."""
    path = own(tmp_path, text)
    with pytest.raises(MappingError) as caught:
        load("salesforce", path)
    assert what in caught.value.what
    assert caught.value.where.startswith(f"{path}:")
    assert caught.value.where.endswith(f"[{key}]")
    assert caught.value.next


def test_a_writable_field_that_is_not_named(tmp_path: Path) -> None:
    """A field may not be writable without a name in the CRM."""
    path = own(tmp_path, 'without = ["tables.lead.fields.score"]')
    with pytest.raises(MappingError, match="no field for 'score'"):
        load("salesforce", path)
