"""People who are hard to judge: person accounts, and contacts whose deals do not name them."""

from __future__ import annotations

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.visible import Visible
from connector.inspection import Roles
from connector.mapping import Mapping as CrmMapping
from connector.model import CONTACT
from connector.ports import Table


def person_accounts(session: Session, mapping: CrmMapping, visible: Visible) -> int | None:
    """How many contacts are person accounts; None if the mapping does not name their flag."""
    contact = mapping.object(CONTACT)
    if not contact.has("is_person_account"):
        return None
    field = contact.field("is_person_account").api
    if not visible.has(contact.api, field):
        return 0
    return int(session.query(soql.count(contact.api, f"{field} = true"))["totalSize"])


def roles(session: Session, mapping: CrmMapping, visible: Visible) -> Roles | None:
    """How many opportunities there are, and how many name no contact; None if the mapping has no such tables."""
    deals, roles = mapping.table(Table.OPPORTUNITY), mapping.table(Table.OPPORTUNITY_CONTACT)
    if deals is None or roles is None:
        return None
    named = f"SELECT {soql.name(roles.field('opportunity_id').api)} FROM {soql.name(roles.api)}"
    return Roles(
        opportunities=int(session.query(soql.count(deals.api))["totalSize"]),
        without_contact=int(session.query(soql.count(deals.api, f"Id NOT IN ({named})"))["totalSize"]),
    )
