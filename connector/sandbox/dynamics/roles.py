"""Rights given from outside the wire, as by an administrator: for tests, and for trying out a least-privilege role."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.dynamics.access import GLOBAL
from connector.sandbox.dynamics.base import BUSINESS_UNIT_ID, privilege_id

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

ALLOWED = 4
"""What a field permission says where something is allowed."""


def assign(org: "Org", user_id: str, privileges: Mapping[str, int] | Iterable[str], name: str = "connector") -> str:
    """Give a user one security role with exactly these privileges, in the place of all that they had; returns its id.

    Depths are 1 (own rows) to 8 (all rows); names alone mean all rows. Raises ValueError for a name that there is not.
    """
    depths = dict(privileges) if isinstance(privileges, Mapping) else dict.fromkeys(privileges, GLOBAL)
    with org.storage.transaction() as db:
        known = {row[0] for row in db.execute("SELECT name FROM privilege")}
        unknown = sorted(set(depths) - known)
        if unknown:
            raise ValueError(f"no such privilege: {', '.join(unknown)}")
        db.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (user_id,))
        role_id = org.id_of(org.next_version())
        org.load("role", ["roleid", "name", "businessunitid"], [(role_id, name, BUSINESS_UNIT_ID)])
        rows = [(role_id, privilege_id(one), depth) for one, depth in depths.items()]
        org.load("roleprivileges", ["roleid", "privilegeid", "privilegedepthmask"], rows)
        org.load("systemuserroles", ["systemuserid", "roleid"], [(user_id, role_id)])
    return role_id


def strip(org: "Org", user_id: str) -> None:
    """Take every role from a user."""
    with org.storage.transaction() as db:
        db.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (user_id,))
    org.after_write("systemuserroles")


def secure(org: "Org", entity: str, column: str) -> None:
    """Switch column security on: from then on only administrators and holders of a field permission read the column."""
    found = org.entities[entity]
    org.define(found.with_attribute(msgspec.structs.replace(found.by_name[column], secured=True)))


def permit(org: "Org", user_id: str, entity: str, column: str, *, read: bool = False, update: bool = False) -> None:
    """Give a user a field permission for a secured column."""
    with org.storage.transaction():
        profile_id = org.id_of(org.next_version())
        org.load("fieldsecurityprofile", ["fieldsecurityprofileid", "name"], [(profile_id, f"{entity}.{column}")])
        columns = ["entityname", "attributelogicalname", "canread", "canupdate", "cancreate", "fieldsecurityprofileid"]
        rights = (ALLOWED * read, ALLOWED * update, ALLOWED * update)
        org.load("fieldpermission", columns, [(entity, column, *rights, profile_id)])
        org.load("systemuserprofiles", ["systemuserid", "fieldsecurityprofileid"], [(user_id, profile_id)])
