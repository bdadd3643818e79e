"""Fills an org with the people of the sample."""

from __future__ import annotations

from collections.abc import Callable

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.pour import pouring
from connector.sandbox.salesforce.sample.accounts import Accounts
from connector.sandbox.salesforce.sample.activities import Diary
from connector.sandbox.salesforce.sample.campaigns import Members, announce, sum_up
from connector.sandbox.salesforce.sample.customized import customize
from connector.sandbox.salesforce.sample.owners import Firm
from connector.sandbox.salesforce.sample.records import Leads
from connector.sandbox.salesforce.sample.settings import set_up
from connector.sandbox.salesforce.sample.times import stamp
from connector.sandbox.sample.books import Books
from connector.sandbox.sample.planted import Planted, Tally
from connector.sandbox.sample.staff import hire
from connector.sandbox.sample.tell import Truth, tell


def fill(org: Org, people: int = 5000, seed: int = 7, truth: Callable[[Truth], None] | None = None) -> Planted:
    """Fills an untouched org with so many people (see `Planted.people`) and says what was planted.

    The same org, clock, number and seed give the same bytes. Moments are told before `org.clock()`. `truth` is called
    once for every open lead. Rows are written as they are told: a million people need no more memory than a thousand.
    """
    if people < 1:
        raise ValueError(f"an org needs at least one person, not {people}")
    now = int(org.clock().timestamp())
    tally = Tally()
    with pouring(org) as pour:
        mint, put = pour.mint, pour.put
        staff = hire(people, Firm(now, mint, put))
        set_up(org.storage.db, now, mint, put)
        members = Members(announce(now, staff, mint, put), staff, mint, put)
        books = Books(Leads(now, staff, mint, put), Accounts(now, mint, put), Diary(now, mint, put), members)
        tell(people, seed, now, staff, books, tally, truth)
    with org.storage.transaction() as db:
        sum_up(db)
        customize(org)
    for object_name, count in pour.counts.items():
        tally.add("rows", object_name, count)
    return tally.settle(people, seed, stamp(now))
