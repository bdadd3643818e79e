"""What a task does to the record it hangs on."""

from typing import Any

from connector.sandbox.salesforce.org import Org


def test_task_moves_the_stamp_but_not_the_change_date(org: Org, lead: str, read: Any, hands: Any) -> None:
    """LastActivityDate and SystemModstamp move; LastModifiedDate and LastModifiedById do not."""
    before = read("Lead", lead)
    hands.pass_(days=1)
    org.insert("Task", [{"WhoId": lead, "Subject": "Call", "ActivityDate": "2026-03-09"}])
    after = read("Lead", lead)
    assert after["LastActivityDate"] == "2026-03-09"
    assert after["SystemModstamp"] == "2026-03-03T09:00:00.000Z"
    assert [after[name] for name in ("LastModifiedDate", "LastModifiedById")] == [
        before[name] for name in ("LastModifiedDate", "LastModifiedById")
    ]


def test_an_older_task_does_not_turn_the_date_back(org: Org, lead: str, read: Any) -> None:
    """LastActivityDate is the latest of all."""
    for day in ("2026-03-09", "2026-01-01"):
        org.insert("Task", [{"WhoId": lead, "Subject": "Call", "ActivityDate": day}])
    assert read("Lead", lead)["LastActivityDate"] == "2026-03-09"


def test_a_contacts_task_belongs_to_its_account(org: Org, read: Any) -> None:
    """AccountId follows from the contact, and the account's date moves too."""
    account = org.insert("Account", [{"Name": "a"}])[0].id
    contact = org.insert("Contact", [{"LastName": "c", "AccountId": account}])[0].id
    task = org.insert("Task", [{"WhoId": contact, "Subject": "Call"}])[0].id
    assert read("Task", task)["AccountId"] == account
    assert read("Account", account)["LastActivityDate"] == "2026-03-02"
