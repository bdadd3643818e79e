"""`inspection.Inspection` of a Salesforce org: some twenty calls that only read, a file per subject.

What this login may not ask, or this API version does not have, is said in `unasked` and otherwise left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from connector.adapters.salesforce.inspecting import history, people, sharing
from connector.adapters.salesforce.inspecting.history import DAYS
from connector.adapters.salesforce.inspecting.reactions import reactions
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.visible import Visible
from connector.adapters.web.looking import Asked, skew
from connector.inspection import Advice, Inspection, Sees
from connector.mapping import Mapping as CrmMapping
from connector.model import OBJECTS
from connector.ports import OrgSchema, Table

__all__ = ["ADVICE", "DAYS", "inspect"]

_PACKAGED: Final = re.compile(r"([A-Za-z]\w*?)__\w+__c")
"""A field that came with a managed package carries its namespace [D customfields]."""

_NOT_TOLD: Final[tuple[dict[str, Sees], dict[str, Sees]]] = ({}, {})

ADVICE: Final = Advice(
    see="give the integration user Read and View All on {api}",
    see_all="give it View All on {api}",
    edit_all="give it Modify All on {api}",
    settings="grant View Setup and Configuration, or look in Setup",
    converting="mark one lead status as converted in Setup → Lead Status",
)


def inspect(
    session: Session, mapping: CrmMapping, visible: Visible, ask: Callable[[], OrgSchema], now: Callable[[], datetime]
) -> Inspection:
    """Looks around. `ask` says what is there; `now` is our own clock."""
    versions = _offered(session)
    if session.version not in versions:
        return Inspection(versions=(versions[0], versions[-1]), version_offered=False)
    asked, schema = Asked(), ask()
    sees, edits = asked.of("sharing", lambda: sharing.sharing(session, mapping, schema.user_id), _NOT_TOLD)
    return Inspection(
        versions=(versions[0], versions[-1]),
        skew=_skew(session, now),
        remarks=tuple(_token(session)),
        advice=ADVICE,
        hidden=tuple(_hidden(mapping, visible)),
        sees=sees,
        edits=edits,
        reactions=tuple(reactions(asked, session, mapping, schema)),
        history_since=asked.of("history", lambda: history.history(session, mapping, schema), {}),
        writers=asked.of("writers", lambda: tuple(history.writers(session, mapping, schema)), ()),
        days=DAYS,
        packages=dict(_packages(mapping)),
        person_accounts=asked.of("person accounts", lambda: people.person_accounts(session, mapping, visible), None),
        roles=asked.of("contact roles", lambda: people.roles(session, mapping, visible), None),
        unasked=asked.refused,
    )


def _offered(session: Session) -> tuple[str, ...]:
    """The versions of the API, oldest first. Needs no login [D dome_versions]."""
    return tuple(entry["version"] for entry in session.get("/services/data/"))


def _skew(session: Session, now: Callable[[], datetime]) -> timedelta | None:
    """The Date header of a fresh answer against our clock; whole seconds, half of the way there and back apart."""
    session.get(f"{session.data}/")
    return skew(session.transport.server_time, now())


def _token(session: Session) -> Iterator[str]:
    """A token in JWT form is refused by the SOAP and Metadata APIs, which then log in for ever [C jsforce soap.ts]."""
    if session.grant().token.count(".") == 2:
        yield (
            "access tokens are issued in JWT form, which the Metadata API refuses: "
            "turn off “Issue JSON Web Token (JWT)-based access tokens” in the app"
        )


def _hidden(mapping: CrmMapping, visible: Visible) -> Iterator[str]:
    for table in Table:
        found = mapping.table(table)
        if found is None or table in (Table.LEAD, Table.CONTACT, Table.HOURS, Table.HOLIDAY, Table.QUEUE_MEMBER):
            continue
        described = visible.describe(found.api)
        if described is None or not described["queryable"]:
            yield table.value


def _packages(mapping: CrmMapping) -> Iterator[tuple[tuple[str, str], str]]:
    for name in OBJECTS:
        table = mapping.object(name)
        for field in table.writable:
            if table.has(field) and (packaged := _PACKAGED.fullmatch(table.field(field).api)):
                yield (name, field), packaged[1]
