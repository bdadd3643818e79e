"""Fills an environment with the people of the sample."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from connector.sandbox.dynamics.base import ORGANIZATION_ID
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample.accounts import Accounts
from connector.sandbox.dynamics.sample.audits import Audits
from connector.sandbox.dynamics.sample.built import build
from connector.sandbox.dynamics.sample.campaigns import Members, announce
from connector.sandbox.dynamics.sample.customized import customize
from connector.sandbox.dynamics.sample.diary import Diary
from connector.sandbox.dynamics.sample.hours import BERLIN, set_hours
from connector.sandbox.dynamics.sample.leads import Leads
from connector.sandbox.dynamics.sample.pour import Pour
from connector.sandbox.dynamics.sample.rows import stamp
from connector.sandbox.dynamics.sample.staff import Firm
from connector.sandbox.dynamics.sample.values import CLOSED, Choices
from connector.sandbox.sample.books import Books
from connector.sandbox.sample.planted import Planted, Tally
from connector.sandbox.sample.staff import hire
from connector.sandbox.sample.tell import Truth, tell


def fill(org: Org, people: int = 5000, seed: int = 7, truth: Callable[[Truth], None] | None = None) -> Planted:
    """Fills an untouched environment with so many people (see `Planted.people`) and says what was planted.

    The same environment, clock, number and seed give the same bytes, and the same lives as in every other CRM's sample.
    Moments are told before `org.clock()`. `truth` is called once for every open lead.
    """
    if people < 1:
        raise ValueError(f"an environment needs at least one person, not {people}")
    now = int(org.clock().timestamp())
    tally = Tally()
    with org.storage.transaction() as db:
        customize(org)
        pour = Pour(org)
        mint, put = pour.mint, pour.put
        firm = Firm(now, mint, put)
        staff = hire(people, firm)
        hours = set_hours(now, mint, put)
        choices, audits = Choices(org.entities), Audits(org.entities, mint, put)
        members = Members(announce(now, staff, firm, choices, mint, put), staff, firm, choices, mint, put)
        build(now, choices, mint, put)
        leads = Leads(staff, firm, choices, audits, mint, put)
        accounts = Accounts(now, firm, choices, audits, mint, put)
        tell(people, seed, now, staff, Books(leads, accounts, Diary(firm, mint, put), members), tally, truth)
        pour.flush()
        rows = ((lead, org.next_version(), stamp(now)) for lead in leads.deleted)
        db.executemany("INSERT INTO deleted VALUES ('lead', ?, ?, ?)", rows)
        _settle(org, hours)
        _count_closed(db, choices, tally)
    for entity, count in pour.counts.items():
        tally.add("rows", entity, count)
    return tally.settle(people, seed, stamp(now))


def _count_closed(db: sqlite3.Connection, choices: Choices, tally: Tally) -> None:
    """Disqualified leads are closed: what is wrong with their status is corrected only if the policy says so."""
    rows = db.execute("SELECT statuscode, COUNT(*) FROM lead WHERE statecode = ? AND NOT merged GROUP BY 1", (CLOSED,))
    for status, count in rows.fetchall():
        tally.add("kept", "closed leads", count)
        group, name = choices.wrong_when_closed.get(status, ("", ""))
        if group:
            tally.add(group, name, -count)
            tally.add("changes_if", "reopen_closed = true", count)


def _settle(org: Org, hours: str) -> None:
    """What can be said once everybody is there: which contact came of which lead, and the firm's name and hours."""
    db = org.storage.db
    db.execute(
        "UPDATE contact SET originatingleadid = l.leadid FROM lead AS l "
        "WHERE l.parentcontactid = contact.contactid AND l.statecode = 1"
    )
    db.execute(
        "UPDATE opportunity SET originatingleadid = l.leadid FROM lead AS l "
        "WHERE l.qualifyingopportunityid = opportunity.opportunityid"
    )
    db.execute("UPDATE usersettings SET timezonecode = ?", (BERLIN,))
    holidays = "SELECT holidayschedulecalendarid FROM calendar WHERE calendarid = ?"
    db.execute(
        "UPDATE organization SET name = 'Northwind Instruments', auditretentionperiodv2 = -1, "
        f"businessclosurecalendarid = ({holidays}) WHERE organizationid = ?",
        (hours, ORGANIZATION_ID),
    )
