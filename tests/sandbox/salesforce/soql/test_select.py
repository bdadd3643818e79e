"""The shapes of answers: describe case, parents, children, groups, order, and what a SELECT list may hold."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.soql.fault import QueryError
from tests.sandbox.salesforce.soql.conftest import ACCOUNT, CONTACT, LEADS, Ask

ONE, TWO, THREE, GONE = LEADS


def only(records: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(records) == 1
    return records[0]


def refused(ask: Ask, soql: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        ask(soql)
    return caught.value


def test_a_record(ask: Ask) -> None:
    """Names come back in describe case whatever the query wrote, values in their JSON types, times with +0000."""
    soql = (
        f"select id, lastNAME, isconverted, numberofemployees, annualrevenue, createddate from lead where id = '{ONE}'"
    )
    assert only(ask(soql)) == {
        "attributes": {"type": "Lead", "url": f"/x/Lead/{ONE}"},
        "Id": ONE,
        "LastName": "Köhler",
        "IsConverted": False,
        "NumberOfEmployees": 10,
        "AnnualRevenue": 950000000.0,
        "CreatedDate": "2026-03-04T07:59:59.000+0000",
    }


def test_names_and_addresses(ask: Ask) -> None:
    """A person's name is put together from its parts, an address is an object, or null when it is empty."""
    first = only(ask(f"SELECT Name, Address FROM Lead WHERE Id = '{ONE}'"))
    assert first["Name"] == "Jörg Köhler"
    assert first["Address"] == dict.fromkeys(
        ("country", "geocodeAccuracy", "latitude", "longitude", "postalCode", "state", "street")
    ) | {"city": "Köln"}
    last = only(ask(f"SELECT Name, Address FROM Lead WHERE Id = '{THREE}'"))
    assert (last["Name"], last["Address"]) == ("O'Neil", None)


def test_parents(ask: Ask) -> None:
    """Parents nest with attributes of their own, over several levels, and a missing one is null."""
    found = only(ask("SELECT Account.Name, Account.Owner.Profile.Name, ReportsTo.Name FROM Contact"))
    owner = found["Account"]["Owner"]
    assert found["Account"]["attributes"] == {"type": "Account", "url": f"/x/Account/{ACCOUNT}"}
    assert found["Account"]["Name"] == "Globex"
    assert owner["attributes"]["type"] == "User"
    assert owner["Profile"]["Name"] == "System Administrator"
    assert found["ReportsTo"] is None


def test_polymorphic_parents(ask: Ask) -> None:
    """A lookup to several objects answers as Name, with the URL and Type of what it points at."""
    lead = only(ask(f"SELECT Owner.Name, Owner.Type, Owner.Email FROM Lead WHERE Id = '{TWO}'"))
    assert lead["Owner"] == {
        "attributes": {"type": "Name", "url": f"/x/Group/{base.QUEUE_ID}"},
        "Name": "Unassigned Leads",
        "Type": "Queue",
        "Email": None,
    }
    task = only(ask("SELECT Who.Name, Who.Type, What.Name, What.Type FROM Task WHERE Subject = 'Mail'"))
    assert task["Who"]["attributes"] == {"type": "Name", "url": f"/x/Contact/{CONTACT}"}
    assert (task["Who"]["Type"], task["What"]["Name"], task["What"]["Type"]) == ("Contact", "Globex", "Account")
    assert "entity 'Name'" in refused(ask, "SELECT Owner.FederationIdentifier FROM Lead").message


def test_typeof(ask: Ask) -> None:
    """TYPEOF gives each kind of parent its own fields."""
    soql = (
        "SELECT TYPEOF Who WHEN Lead THEN Company WHEN Contact THEN LastName, AccountId END FROM Task ORDER BY Subject"
    )
    first, _, last = ask(soql)
    assert first["Who"] == {"attributes": {"type": "Lead", "url": f"/x/Lead/{ONE}"}, "Company": "ACME"}
    assert last["Who"]["attributes"]["type"] == "Contact"
    assert (last["Who"]["LastName"], last["Who"]["AccountId"]) == ("Simpson", ACCOUNT)


def test_children(ask: Ask) -> None:
    """Child records are a query answer of their own, filtered, ordered and limited per parent, or null."""
    soql = (
        "SELECT Id, (SELECT Subject FROM Tasks ORDER BY ActivityDate DESC LIMIT 1), (SELECT NewValue FROM Histories "
        "WHERE Field = 'Status') FROM Lead ORDER BY Id"
    )
    one, two, three = ask(soql)
    assert one["Tasks"]["totalSize"] == 1
    assert one["Tasks"]["done"] is True
    assert [task["Subject"] for task in one["Tasks"]["records"]] == ["Call 2"]
    assert [row["NewValue"] for row in two["Histories"]["records"]] == ["open"]
    assert (two["Tasks"], three["Histories"]) == (None, None)


def test_groups(ask: Ask) -> None:
    """Groups are AggregateResult records; aggregates without alias are numbered."""
    soql = "SELECT IsConverted, COUNT(Id) n, MAX(NumberOfEmployees), SUM(AnnualRevenue) FROM Lead GROUP BY IsConverted"
    false, true = ask(soql)
    assert false == {
        "attributes": {"type": "AggregateResult"},
        "IsConverted": False,
        "n": 2,
        "expr0": 20,
        "expr1": 950000000.0,
    }
    assert (true["IsConverted"], true["n"], true["expr0"]) == (True, 1, None)


def test_group_by_parent_and_date(ask: Ask) -> None:
    """Groups may be formed by a parent's field or a part of a date; HAVING and ORDER BY use the aggregates."""
    grouped = ask("SELECT Lead.Status, COUNT(Id) FROM LeadHistory GROUP BY Lead.Status ORDER BY COUNT(Id) DESC")
    assert [(row["Status"], row["expr0"]) for row in grouped] == [("open", 2), ("Open", 1)]
    months = ask(
        "SELECT CALENDAR_MONTH(CreatedDate) m, COUNT(Id) n FROM Lead GROUP BY CALENDAR_MONTH(CreatedDate) "
        "HAVING COUNT(Id) > 1"
    )
    assert [(row["m"], row["n"]) for row in months] == [(3, 2)]


def test_counts(ask: Ask) -> None:
    """COUNT() is a number alone; COUNT of a field leaves out rows without it; COUNT_DISTINCT counts values."""
    assert ask("SELECT COUNT() FROM Lead") == [{"count": 3}]
    assert ask("SELECT COUNT() FROM Lead LIMIT 2") == [{"count": 2}]
    found = only(
        ask("SELECT COUNT(Email), COUNT_DISTINCT(Company), MIN(CreatedDate), AVG(NumberOfEmployees) FROM Lead")
    )
    assert list(found.values())[1:] == [2, 3, "2026-01-15T12:00:00.000+0000", 15.0]


def test_order(ask: Ask) -> None:
    """Empty values come first unless NULLS LAST says otherwise, in either direction; text sorts without case."""
    assert [row["Id"] for row in ask("SELECT Id FROM Lead ORDER BY NumberOfEmployees")] == [THREE, ONE, TWO]
    assert [row["Id"] for row in ask("SELECT Id FROM Lead ORDER BY NumberOfEmployees DESC")] == [THREE, TWO, ONE]
    last = ask("SELECT Id FROM Lead ORDER BY NumberOfEmployees DESC NULLS LAST LIMIT 1 OFFSET 1")
    assert [row["Id"] for row in last] == [ONE]
    assert [row["Id"] for row in ask("SELECT Id FROM Lead ORDER BY Owner.Name DESC, FirstName")] == [TWO, THREE, ONE]


def test_aliases(ask: Ask) -> None:
    """Objects may be called by an alias, and a joined parent too."""
    assert only(ask("SELECT c.LastName FROM Contact c, c.Account a WHERE a.Name = 'globex'"))["LastName"] == "Simpson"
    assert len(ask("SELECT Lead.Id FROM Lead WHERE Lead.Status = 'open'")) == 2
    assert "aliasing" in refused(ask, "SELECT Name n FROM Lead").message


def test_fields(ask: Ask) -> None:
    """FIELDS(STANDARD) names all standard fields; FIELDS(ALL) and FIELDS(CUSTOM) want a LIMIT of at most 200."""
    standard = only(ask("SELECT FIELDS(STANDARD) FROM Lead LIMIT 1"))
    assert "Status" in standard
    assert "Topics__c" not in standard
    assert set(only(ask("SELECT FIELDS(CUSTOM) FROM Lead LIMIT 1"))) == {"attributes", "Topics__c"}
    for limit in ("", "LIMIT 201"):
        error = refused(ask, f"SELECT FIELDS(ALL) FROM Lead {limit}")
        assert "must have a LIMIT of at most 200" in error.message


def test_labels(ask: Ask, peopled: Org) -> None:
    """toLabel gives the label of a value that has one, and the stored text of one that has none."""
    peopled.load("Lead", ["LastName", "Company", "CleanStatus"], [["Label", "X", "Matched"], ["Label", "Y", "Foo"]])
    found = ask("SELECT toLabel(CleanStatus) FROM Lead WHERE LastName = 'Label' ORDER BY Company")
    assert [row["CleanStatus"] for row in found] == ["In Sync", "Foo"]
    with peopled.storage.transaction() as db:
        db.execute('DELETE FROM "Lead" WHERE "LastName" = \'Label\'')


def test_scope(ask: Ask) -> None:
    """USING SCOPE mine finds what the user owns."""
    assert len(ask("SELECT Id FROM Lead USING SCOPE mine", user=base.ADMIN_ID)) == 2
    assert ask("SELECT Id FROM Lead USING SCOPE mine") == []


@pytest.mark.parametrize(
    ("soql", "code", "what"),
    [
        ("SELECT Idd FROM Lead", "INVALID_FIELD", "No such column 'Idd' on entity 'Lead'."),
        ("SELECT Account.Foo FROM Contact", "INVALID_FIELD", "No such column 'Foo' on entity 'Account'."),
        ("SELECT Foo.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path."),
        (
            "SELECT Id, (SELECT Id FROM Foos) FROM Lead",
            "INVALID_TYPE",
            "Didn't understand relationship 'Foos' in FROM part",
        ),
        ("SELECT Id, Id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Status, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "Field must be grouped or aggregated: Status"),
        ("SELECT COUNT(), Id FROM Lead", "MALFORMED_QUERY", "COUNT() must be the only element"),
        ("SELECT AVG(Company) FROM Lead", "MALFORMED_QUERY", "field Company does not support aggregate operator AVG"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY CreatedDate", "INVALID_FIELD", "field 'CreatedDate' can not be grouped"),
        ("SELECT COUNT(Id) x, MAX(Id) x FROM Lead", "MALFORMED_QUERY", "duplicate alias: x"),
        ("SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD", "field 'Description' can not be sorted"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT FOO(Id) FROM Lead", "MALFORMED_QUERY", "unknown function: FOO"),
        ("SELECT COUNT(Id), (SELECT Id FROM Tasks) FROM Lead", "MALFORMED_QUERY", "cannot use child relationships"),
    ],
)
def test_refusals(ask: Ask, soql: str, code: str, what: str) -> None:
    """What cannot be selected is refused with the real code and text."""
    error = refused(ask, soql)
    assert error.code == code
    assert what in error.message


def test_recorded_refusal(ask: Ask) -> None:
    """The refusal of an unknown object is, letter for letter, the recorded one."""
    assert refused(ask, "select count() from XYZZY").message == (
        "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY' is not "
        "supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. "
        "Please reference your WSDL or the describe call for the appropriate names."
    )


def test_hidden_fields(peopled: Org) -> None:
    """A field that the user may not see is no such column, even to an administrator of data."""
    from connector.sandbox.salesforce.asking import asking
    from connector.sandbox.salesforce.catalogue import FieldType
    from connector.sandbox.salesforce.soql.parse import parse
    from connector.sandbox.salesforce.soql.select import compile_query

    hidden = FieldType(name="Secret__c", label="Secret", type="string", length=20, custom=True, permissionable=True)
    peopled.add_field("Contact", hidden, visible=False)
    with pytest.raises(QueryError, match="No such column 'Secret__c'"):
        compile_query(parse("SELECT Secret__c FROM Contact"), asking(peopled, base.INTEGRATION_ID))
