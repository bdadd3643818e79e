"""Whose org this is, who we are in it, and what an admin should know before anything is written there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.visible import Visible
from connector.errors import NotPermitted
from connector.mapping import Mapping as CrmMapping
from connector.model import CONTACT


class Identity(NamedTuple):
    """The org and the user of this login."""

    org_id: str
    org_name: str
    timezone: str
    user_id: str
    user_name: str


def identity(session: Session) -> Identity:
    """Two calls, three where the token may not ask for user info."""
    org = session.query(soql.select(["Id", "Name", "TimeZoneSidKey"], "Organization"))["records"][0]
    user_id, user_name = _user(session)
    return Identity(org["Id"], org["Name"], org.get("TimeZoneSidKey") or "UTC", user_id, user_name)


def _user(session: Session) -> tuple[str, str]:
    try:
        info = session.get("/services/oauth2/userinfo")
        return info["user_id"], info.get("preferred_username") or info.get("name") or info["user_id"]
    except (Declined, NotPermitted):
        resources = session.get(f"{session.data}/")
        user_id = str(resources["identity"]).rstrip("/").rpartition("/")[2]
        found = session.query(soql.select(["Username"], "User", f"Id = {soql.value(soql.record_id(user_id))}"))
        return user_id, str(found["records"][0]["Username"])


def warnings(session: Session, mapping: CrmMapping, visible: Visible) -> tuple[str, ...]:
    """One line each. What may not be asked is left out."""
    return tuple(_person_accounts(session, mapping, visible))


def _person_accounts(session: Session, mapping: CrmMapping, visible: Visible) -> Iterator[str]:
    contact = mapping.object(CONTACT)
    if not contact.has("is_person_account"):
        return
    field = contact.field("is_person_account").api
    if not visible.has(contact.api, field):
        return
    found = _asked(lambda: session.query(soql.count(contact.api, f"{field} = true"))["totalSize"])
    if found:
        yield f"{found:,} person accounts are left out: connector does not read or write them yet"


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (Declined, NotPermitted):
        return None
