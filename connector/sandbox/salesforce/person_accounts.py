"""Person accounts: an account that is a human, with a shadow contact that the API shows beside it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.dml.results import Options

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_NAMES = ("FirstName", "LastName", "Salutation")
_PERSON = ("Email", "Title", "MobilePhone", "Birthdate", "LeadSource")


def enable(org: "Org") -> None:
    """Switch person accounts on, for good: accounts and contacts get the fields that come with them."""
    flag = FieldType(
        name="IsPersonAccount", label="Is Person Account", type="boolean", createable=False, updateable=False
    )
    org.add_field("Contact", flag)
    org.add_field("Account", flag)
    contact = FieldType(
        name="PersonContactId",
        label="Contact ID",
        type="reference",
        length=18,
        createable=False,
        updateable=False,
        reference_to=("Contact",),
        relationship="PersonContact",
    )
    org.add_field("Account", contact)
    for name in (*_NAMES, *_PERSON):
        field = org.objects["Contact"].by_name[name.lower()]
        keys = {"name": name if name in _NAMES else f"Person{name}", "nillable": True, "compound": None}
        org.add_field("Account", msgspec.structs.replace(field, **keys))


def add(org: "Org", person: Mapping[str, Any]) -> tuple[str, str]:
    """A person account from contact fields such as FirstName, LastName and Email; the ids of account and contact."""
    options = Options(system=True)
    names = {name: person[name] for name in _NAMES if name in person}
    full = " ".join(str(person[name]) for name in ("FirstName", "LastName") if person.get(name))
    own = {f"Person{name}": person[name] for name in _PERSON if name in person}
    account = org.insert("Account", [{"Name": full, **names, **own, "IsPersonAccount": True}], options)[0].id
    contact = org.insert("Contact", [{**person, "AccountId": account, "IsPersonAccount": True}], options)[0].id
    assert account is not None
    assert contact is not None
    org.update("Account", [{"Id": account, "PersonContactId": contact}], options)
    return account, contact
