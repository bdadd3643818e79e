"""Traps in writing records."""

from typing import Any

import pytest
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound

from connector.sandbox.salesforce import person_accounts
from connector.sandbox.salesforce.merge import merge
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import DuplicateRule, RowLock, ValidationRule

KEEP = {"Sforce-Auto-Assign": "FALSE"}


def status(org: Org, lead: str) -> Any:
    return org.storage.reader().execute('SELECT Status FROM Lead WHERE "Id" = ?', (lead,)).fetchone()[0]


@pytest.mark.trap("S20")
def test_a_failed_row_raises_nothing(client: Salesforce, org: Org, lead: str) -> None:
    """The call succeeds with 200 and no exception, and the row was not written."""
    org.rules.row_lock.append(RowLock(ids=(lead,)))
    record = {"attributes": {"type": "Lead"}, "Id": lead, "Status": "Inquiry"}
    answer = client.restful("composite/sobjects", method="PATCH", json={"records": [record]})
    assert answer[0]["success"] is False
    assert answer[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert status(org, lead) == "Open - Not Contacted"


def update_all(client: Salesforce, ids: list[str]) -> None:
    for id18 in ids:
        client.Lead.update(id18, {"Status": "Inquiry"})


@pytest.mark.trap("S21")
def test_a_converted_lead_stops_the_loop(client: Salesforce, org: Org, lead: str) -> None:
    """Converted leads come with a plain query of leads, and refuse changes and tasks alike."""
    org.load("Lead", ["Id", "LastName", "Company", "IsConverted"], [["00Q000000000000EAA", "a", "b", True]])
    ids = [row["Id"] for row in client.query("SELECT Id FROM Lead ORDER BY Id")["records"]]
    assert ids[0] == "00Q000000000000EAA"
    with pytest.raises(SalesforceMalformedRequest, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        update_all(client, ids)
    assert status(org, lead) == "Open - Not Contacted"
    with pytest.raises(SalesforceMalformedRequest, match="cannot reference converted lead"):
        client.Task.create({"WhoId": ids[0], "Subject": "Call"})


@pytest.mark.trap("S22")
def test_a_merged_record_is_gone(client: Salesforce, org: Org, lead: str) -> None:
    """An id kept from before the merge is a 404; only queryAll says where the person is now."""
    loser = str(org.insert("Lead", [{"LastName": "a", "Company": "b"}])[0].id)
    merge(org, "Lead", lead, [loser])
    with pytest.raises(SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
        client.Lead.update(loser, {"Status": "Inquiry"})
    assert client.query(f"SELECT MasterRecordId FROM Lead WHERE Id = '{loser}'")["totalSize"] == 0
    found = client.query(f"SELECT MasterRecordId FROM Lead WHERE Id = '{loser}'", include_deleted=True)["records"]
    assert found[0]["MasterRecordId"] == lead


@pytest.mark.trap("S33")
def test_sending_back_what_was_read_fails(client: Salesforce, lead: str) -> None:
    """A record read, changed in one field and sent back is refused for fields nobody may write, Name among them."""
    record = dict(client.Lead.get(lead))
    record["Status"] = "Inquiry"
    del record["attributes"], record["Id"]
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD_FOR_INSERT_UPDATE") as caught:
        client.Lead.update(lead, record)
    assert {"Name", "CreatedDate", "SystemModstamp", "IsConverted"} <= set(caught.value.content[0]["fields"])


@pytest.mark.trap("S34")
def test_an_old_bad_value_bites_when_it_is_sent_again(client: Salesforce, org: Org, lead: str) -> None:
    """A bad e-mail that is stored does no harm until a client sends it back unchanged."""
    org.storage.db.execute("UPDATE Lead SET Email = 'ada at engines'")
    client.Lead.update(lead, {"Title": "Countess"}, headers=KEEP)
    record = client.query(f"SELECT Email, Title FROM Lead WHERE Id = '{lead}'")["records"][0]
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_EMAIL_ADDRESS"):
        client.Lead.update(lead, {"Title": "Baroness", "Email": record["Email"]}, headers=KEEP)


@pytest.mark.trap("S34")
def test_dates_before_the_year_1000_are_served_as_they_are(client: Salesforce, org: Org) -> None:
    """A birthday in the year 26 comes with four digits, as stored."""
    org.load("Contact", ["LastName", "Birthdate"], [["a", "0026-03-02"]])
    assert client.query("SELECT Birthdate FROM Contact")["records"][0]["Birthdate"] == "0026-03-02"


@pytest.mark.trap("S35")
def test_a_duplicate_rule_blocks_an_update(client: Salesforce, org: Org, lead: str) -> None:
    """A status fix is refused because of a duplicate e-mail; what is wrong stands under a misspelt key."""
    org.load("Lead", ["LastName", "Company", "Email"], [["twin", "b", "a@b.example"]])
    org.storage.db.execute('UPDATE Lead SET Email = ? WHERE "Id" = ?', ("a@b.example", lead))
    org.rules.duplicate_rule.append(DuplicateRule(object="Lead"))
    with pytest.raises(SalesforceMalformedRequest, match="DUPLICATES_DETECTED") as caught:
        client.Lead.update(lead, {"Status": "Inquiry"}, headers=KEEP)
    assert "duplicateResult" not in caught.value.content[0]
    assert caught.value.content[0]["duplicateResut"]["allowSave"] is True
    client.Lead.update(lead, {"Status": "Inquiry"}, headers={**KEEP, "Sforce-Duplicate-Rule-Header": "allowSave=true"})


@pytest.mark.trap("S38")
def test_a_users_edit_is_overwritten(client: Salesforce, org: Org, lead: str) -> None:
    """Between the read and the write a rep changes the status; the write does not notice."""
    read = client.query(f"SELECT Id, Status FROM Lead WHERE Id = '{lead}'")["records"][0]
    org.update("Lead", [{"Id": lead, "Status": "Working - Contacted"}])
    if read["Status"] == "Open - Not Contacted":
        client.Lead.update(lead, {"Status": "Inquiry"}, headers=KEEP)
    assert status(org, lead) == "Inquiry"


@pytest.mark.trap("S43")
def test_a_person_accounts_contact_refuses_its_name(client: Salesforce, org: Org) -> None:
    """It comes with every query of contacts, and cannot be written like one."""
    person_accounts.enable(org)
    _, contact = person_accounts.add(org, {"FirstName": "Ada", "LastName": "byron"})
    assert [row["Id"] for row in client.query("SELECT Id FROM Contact")["records"]] == [contact]
    with pytest.raises(SalesforceMalformedRequest, match="Account: bad field names on insert/update call: LastName"):
        client.Contact.update(contact, {"LastName": "Byron"})


@pytest.mark.trap("S44")
def test_an_old_record_breaks_a_new_rule(client: Salesforce, org: Org, lead: str) -> None:
    """A rule made after the record refuses a change that has nothing to do with it; other records go through."""
    org.rules.validation_rule.append(ValidationRule(object="Lead", message="Enter a phone.", when={"Phone": ""}))
    fine = str(org.insert("Lead", [{"LastName": "a", "Company": "b", "Phone": "1"}])[0].id)
    client.Lead.update(fine, {"Status": "Inquiry"}, headers=KEEP)
    with pytest.raises(SalesforceMalformedRequest, match="FIELD_CUSTOM_VALIDATION_EXCEPTION"):
        client.Lead.update(lead, {"Status": "Inquiry"}, headers=KEEP)
