"""A small org with known people, to ask queries of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.asking import asking
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.soql import results
from connector.sandbox.salesforce.soql.parse import parse
from connector.sandbox.salesforce.soql.select import compile_query

NOW = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)
"""Wednesday 4 March 2026, 9:30 in Los Angeles, where the org is."""
LEADS = ("00Q000000000001EAA", "00Q000000000002EAA", "00Q000000000003EAA", "00Q000000000004EAA")
ACCOUNT = "001000000000001AAA"
CONTACT = "003000000000001AAA"

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="package")
def peopled() -> Iterator[Org]:
    """Four leads, a contact with its account, tasks, history; the fourth lead is deleted."""
    org = Org(clock=lambda: NOW)
    field = {"custom": True, "permissionable": True}
    org.add_field("Lead", FieldType(name="Topics__c", label="Topics", type="multipicklist", length=255, **field))
    columns = [
        "Id",
        "FirstName",
        "LastName",
        "Company",
        "Status",
        "Email",
        "City",
        "NumberOfEmployees",
        "AnnualRevenue",
    ]
    columns += ["CreatedDate", "OwnerId", "IsConverted", "IsDeleted", "Topics__c", "Description", "LastActivityDate"]
    admin, queue = base.ADMIN_ID, base.QUEUE_ID
    rows = [
        [LEADS[0], "Jörg", "Köhler", "ACME", "Open", "joerg@acme.example", "Köln", 10, 950000000.0,
         "2026-03-04T07:59:59Z", admin, False, False, "A;B", "first", "2026-03-04"],
        [LEADS[1], "Ann", "Lee", "acme", "open", "ann@acme.example", "Austin", 20, None,
         "2026-03-04T08:00:00Z", queue, False, False, "B;C", "", "2026-02-01"],
        [LEADS[2], "", "O'Neil", "50% off_it", "", "", "", None, 3.0,
         "2026-01-15T12:00:00Z", admin, True, False, "", "", ""],
        [LEADS[3], "Del", "Eted", "ACME", "Open", "", "", 5, None,
         "2026-03-01T12:00:00Z", admin, False, True, "", "", ""],
    ]  # fmt: skip
    org.load("Lead", columns, rows)
    org.load("Account", ["Id", "Name", "OwnerId"], [[ACCOUNT, "Globex", admin]])
    org.load("Contact", ["Id", "LastName", "AccountId"], [[CONTACT, "Simpson", ACCOUNT]])
    org.load(
        "Task",
        ["WhoId", "WhatId", "Subject", "ActivityDate", "IsArchived"],
        [
            [LEADS[0], "", "Call 1", "2026-03-01", False],
            [LEADS[0], "", "Call 2", "2026-03-02", False],
            [LEADS[0], "", "Old call", "2024-03-02", True],
            [CONTACT, ACCOUNT, "Mail", "2026-03-03", False],
        ],
    )
    org.load(
        "LeadHistory",
        ["LeadId", "Field", "OldValue", "NewValue"],
        [[LEADS[0], "Status", "New", "Open"], [LEADS[1], "Status", "New", "open"], [LEADS[1], "Owner", "A", "B"]],
    )
    yield org
    org.close()


@pytest.fixture
def ask(peopled: Org) -> Ask:
    """Ask a query as the integration user: the records, or for COUNT() one record with the number."""

    def asked(soql: str, *, deleted: bool = False, user: str = base.INTEGRATION_ID) -> list[dict[str, Any]]:
        statement = compile_query(parse(soql), asking(peopled, user, deleted=deleted))
        db = peopled.storage.reader()
        if statement.kind == "count":
            return [{"count": results.count(statement, db)}]
        if statement.kind == "groups":
            return results.groups(statement, db)
        found = results.find(statement, db)
        records, _ = found.page(db, 0, 2_000, "/x/", lambda hits, place: "more")
        return records

    return asked
