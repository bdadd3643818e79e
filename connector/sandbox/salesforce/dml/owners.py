"""Who a flow or an assignment rule means."""

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.dml.results import BadRequestError

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def owner_id(org: "Org", owner: str) -> str:
    """A user by name, username or id, or a queue by its name. Raises BadRequestError."""
    found = org.storage.db.execute(
        'SELECT "Id" FROM User WHERE ? IN (Username, Name, "Id")'
        ' UNION SELECT "Id" FROM "Group" WHERE ? IN (Name, "Id")',
        (owner, owner),
    ).fetchone()
    if found is None:
        raise BadRequestError("CANNOT_EXECUTE_FLOW_TRIGGER", f"the owner {owner!r} is no user and no queue")
    return str(found[0])
