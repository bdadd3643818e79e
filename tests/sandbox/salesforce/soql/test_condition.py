"""WHERE means what it means in Salesforce: case, null, types, date literals, semi-joins."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.soql.fault import QueryError
from tests.sandbox.salesforce.soql.conftest import LEADS, Ask

ONE, TWO, THREE, GONE = LEADS


def found(ask: Ask, where: str, source: str = "Lead", **keys: bool) -> list[str]:
    return [record["Id"] for record in ask(f"SELECT Id FROM {source} WHERE {where}", **keys)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Status = 'OPEN'", [ONE, TWO]),
        ("Company IN ('Acme')", [ONE, TWO]),
        ("City = 'KÖLN'", [ONE]),
        ("FirstName IN ('JÖRG', 'ann')", [ONE, TWO]),
        ("City LIKE 'kÖ%'", [ONE]),
        ("LastName LIKE 'o_neil'", [THREE]),
        (r"LastName = 'O\'Neil'", [THREE]),
        (r"Company LIKE '50\% %'", [THREE]),
        (r"Company LIKE '%f\_i%'", [THREE]),
        (r"Company LIKE '50\_%'", []),
    ],
)
def test_text(ask: Ask, where: str, expected: list[str]) -> None:
    """Text compares without case in any alphabet; LIKE knows %, _ and their escapes."""
    assert found(ask, where) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Status = null", [THREE]),
        ("Status = ''", [THREE]),
        ("Status != null", [ONE, TWO]),
        ("Status != 'Open'", [THREE]),
        ("Status NOT IN ('Open')", [THREE]),
        ("Status NOT IN ('Open', null)", []),
        ("Status IN ('Open', '')", [ONE, TWO, THREE]),
        ("(NOT Status = 'Open')", [THREE]),
        ("NumberOfEmployees < 100", [ONE, TWO]),
        ("NumberOfEmployees != 10", [TWO, THREE]),
        ("NOT NumberOfEmployees > 10", [ONE, THREE]),
        ("FirstName LIKE '%'", [ONE, TWO]),
    ],
)
def test_null(ask: Ask, where: str, expected: list[str]) -> None:
    """Empty is null; what is negated also finds rows without a value, what compares does not."""
    assert found(ask, where) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("IsConverted = true", [THREE]),
        ("IsConverted != true", [ONE, TWO]),
        ("IsConverted = FALSE AND NumberOfEmployees >= 20", [TWO]),
        ("ConvertedContact.IsDeleted = false", [ONE, TWO, THREE]),
        ("AnnualRevenue = 950000000", [ONE]),
        ("AnnualRevenue > 3.5", [ONE]),
        ("NumberOfEmployees IN (10, 20)", [ONE, TWO]),
        (f"Id = '{ONE[:15]}'", [ONE]),
        (f"Id > '{ONE}'", [TWO, THREE]),
        (f"Id IN ('{TWO[:15]}', '{THREE}')", [TWO, THREE]),
        ("Name = 'jörg köhler'", [ONE]),
        ("Topics__c INCLUDES ('a;b')", [ONE]),
        ("Topics__c INCLUDES ('A;B', 'C')", [ONE, TWO]),
        ("Topics__c EXCLUDES ('A')", [TWO, THREE]),
    ],
)
def test_types(ask: Ask, where: str, expected: list[str]) -> None:
    """Checkboxes, numbers, ids of either length, computed names and multi-select picklists."""
    assert found(ask, where) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("CreatedDate = TODAY", [TWO]),
        ("CreatedDate != TODAY", [ONE, THREE]),
        ("CreatedDate < TODAY", [ONE, THREE]),
        ("CreatedDate <= YESTERDAY", [ONE, THREE]),
        ("CreatedDate >= YESTERDAY", [ONE, TWO]),
        ("CreatedDate > YESTERDAY", [TWO]),
        ("CreatedDate IN (TODAY, LAST_N_MONTHS:2)", [TWO, THREE]),
        ("CreatedDate = THIS_YEAR", [ONE, TWO, THREE]),
        ("CreatedDate >= 2026-03-04T00:00:00-08:00", [TWO]),
        ("LastActivityDate = TODAY", [ONE]),
        ("LastActivityDate < 2026-03-01", [TWO]),
        ("LastActivityDate = LAST_MONTH", [TWO]),
        ("CALENDAR_MONTH(CreatedDate) = 1", [THREE]),
        ("DAY_ONLY(convertTimezone(CreatedDate)) = 2026-03-03", [ONE]),
        ("HOUR_IN_DAY(CreatedDate) = 7", [ONE]),
    ],
)
def test_dates(ask: Ask, where: str, expected: list[str]) -> None:
    """Days begin at midnight in the org's time zone; functions of dates work in UTC unless told otherwise."""
    assert found(ask, where) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Id IN (SELECT LeadId FROM LeadHistory WHERE Field = 'Owner')", [TWO]),
        ("Id NOT IN (SELECT LeadId FROM LeadHistory)", [THREE]),
        ("Id IN (SELECT WhoId FROM Task) AND Status = 'Open'", [ONE]),
        ("Owner.Type = 'Queue'", [TWO]),
        ("Owner.Name = 'unassigned leads'", [TWO]),
        ("Owner.IsActive = true", [ONE, THREE]),
    ],
)
def test_relations(ask: Ask, where: str, expected: list[str]) -> None:
    """Semi-joins, anti-joins, and fields of a parent that may be one of several objects."""
    assert found(ask, where) == expected


def test_deleted_and_archived(ask: Ask) -> None:
    """The recycle bin and archived activities are found only when they are asked for."""
    assert found(ask, "LastName != null") == [ONE, TWO, THREE]
    assert found(ask, "LastName != null", deleted=True) == [ONE, TWO, THREE, GONE]
    assert found(ask, "IsDeleted = true ALL ROWS") == [GONE]
    assert found(ask, "Status = 'open' ALL ROWS", deleted=False) == [ONE, TWO, GONE]
    assert len(found(ask, "Subject != null", "Task")) == 3
    assert len(found(ask, "Subject != null", "Task", deleted=True)) == 4


@pytest.mark.parametrize(
    ("soql", "code", "column", "what"),
    [
        (
            "SELECT Id FROM Lead WHERE Description = 'x'",
            "INVALID_FIELD",
            27,
            "field 'Description' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM LeadHistory WHERE NewValue = 'Open'",
            "INVALID_FIELD",
            34,
            "field 'NewValue' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM LeadHistory WHERE OldValue != null",
            "INVALID_FIELD",
            34,
            "field 'OldValue' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM Lead WHERE Address != null",
            "INVALID_FIELD",
            27,
            "field 'Address' can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > '2020-01-01'",
            "INVALID_FIELD",
            27,
            "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in "
            "quotes",
        ),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > 2020-01-01",
            "INVALID_FIELD",
            27,
            "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in "
            "quotes",
        ),
        (
            "SELECT Id FROM Lead WHERE IsConverted = 'false'",
            "INVALID_FIELD",
            27,
            "value of filter criterion for field 'IsConverted' must be of type boolean and should not be enclosed in "
            "quotes",
        ),
        (
            "SELECT Id FROM Lead WHERE Status = 3",
            "INVALID_FIELD",
            27,
            "value of filter criterion for field 'Status' must be of type string and should be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", 27, "invalid ID field: abc"),
        (
            "SELECT Id FROM Lead WHERE Id LIKE '00Q%'",
            "INVALID_QUERY_FILTER_OPERATOR",
            27,
            "invalid operator on id field",
        ),
        (
            "SELECT Id FROM Lead WHERE Topics__c LIKE 'A%'",
            "INVALID_QUERY_FILTER_OPERATOR",
            27,
            "invalid operator on multipicklist field",
        ),
        (
            "SELECT Id FROM Lead WHERE IsConverted > false",
            "INVALID_QUERY_FILTER_OPERATOR",
            27,
            "invalid operator on boolean field",
        ),
    ],
)
def test_refusals(ask: Ask, soql: str, code: str, column: int, what: str) -> None:
    """What a field does not allow is refused with code, text and position."""
    with pytest.raises(QueryError) as caught:
        ask(soql)
    assert caught.value.code == code
    assert caught.value.message.splitlines()[-2:] == [f"ERROR at Row:1:Column:{column}", what]


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (
            "Status = 'x' OR Id IN (SELECT LeadId FROM LeadHistory)",
            "Semi join sub-selects are only allowed at the top level",
        ),
        ("Id IN (SELECT Id FROM Lead WHERE Status = 'x')", "should not be on the same object type"),
        ("Id IN (SELECT Subject FROM Task)", "semi join sub-selects can only query id fields"),
        (
            "Id IN (SELECT LeadId FROM LeadHistory) AND Id IN (SELECT WhoId FROM Task) AND "
            "Id IN (SELECT LeadId FROM CampaignMember)",
            "Maximum 2 semi join sub-selects",
        ),
    ],
)
def test_semi_join_limits(ask: Ask, where: str, what: str) -> None:
    """Semi-joins stand at the top level, on another object, with one id, and two at most."""
    with pytest.raises(QueryError, match=what) as caught:
        found(ask, where)
    assert caught.value.code == "MALFORMED_QUERY"
