"""Whose environment this is, and who we are in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

from connector.adapters.dynamics import query
from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Declined
from connector.errors import NotPermitted

T = TypeVar("T")
_COLUMNS: Final = ("name", "languagecode", "isauditenabled", "auditretentionperiodv2")
ENGLISH: Final = 1033


class Environment(NamedTuple):
    """The environment and the user of this login.

    `language`: code of the base language. `audited`: auditing is switched on; None if that may not be asked.
    `retention`: days that audit rows are kept, -1 for ever.
    """

    org_id: str
    org_name: str
    user_id: str
    user_name: str
    language: int
    audited: bool | None
    retention: int | None


def environment(session: Session) -> Environment:
    """Three calls."""
    who = session.get(f"{session.data}/WhoAmI")
    found = asked(lambda: sequence(session.get(query.path(session, "organizations", _COLUMNS)))) or ()
    org: Any = found[0] if found else {}
    return Environment(
        org_id=who["OrganizationId"],
        org_name=org.get("name") or who["OrganizationId"],
        user_id=who["UserId"],
        user_name=_user_name(session, who["UserId"]),
        language=int(org.get("languagecode") or ENGLISH),
        audited=org.get("isauditenabled"),
        retention=org.get("auditretentionperiodv2"),
    )


def _user_name(session: Session, user: str) -> str:
    path = query.path(session, f"systemusers({user})", ["domainname", "fullname"])
    found = asked(lambda: session.get(path)) or {}
    return str(found.get("domainname") or found.get("fullname") or user)


def asked(ask: Callable[[], T]) -> T | None:
    """What the CRM answers; None if this login may not ask, or the environment has no such thing."""
    try:
        return ask()
    except (Declined, NotPermitted):
        return None
