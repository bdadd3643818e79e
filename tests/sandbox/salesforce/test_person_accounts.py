"""Person accounts."""

from connector.sandbox.salesforce import person_accounts
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org


def test_the_shadow_contact_guards_its_name(org: Org) -> None:
    """A person account has a contact whose name can only be written through the account; other fields can."""
    person_accounts.enable(org)
    account, contact = person_accounts.add(org, {"FirstName": "Ada", "LastName": "Byron", "Email": "a@b.example"})
    db = org.storage.reader()
    assert db.execute("SELECT Name, IsPersonAccount, PersonContactId, PersonEmail FROM Account").fetchone() == (
        "Ada Byron", 1, contact, "a@b.example",
    )  # fmt: skip
    assert db.execute("SELECT AccountId, IsPersonAccount FROM Contact").fetchone() == (account, 1)
    error = org.update("Contact", [{"Id": contact, "LastName": "Lovelace"}])[0].errors[0]
    assert error.message == "Account: bad field names on insert/update call: LastName"
    assert org.update("Contact", [{"Id": contact, "Title": "Countess"}], Options())[0].success
