"""What a row shows: columns, annotations, and rows expanded below it."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.dynamics.query.asked import Asked, Within
from connector.sandbox.dynamics.query.places import children
from connector.sandbox.dynamics.query.reading import collection, one

ROOT = "https://sandbox.crm.dynamics.com/api/data/v9.2"
LEAD = "00000000-0000-0000-0000-000000000001"
ONLY = (
    "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested "
    "one-to-many relationship."
)
SHOWN = "@OData.Community.Display.V1.FormattedValue"


def test_a_row_has_its_etag_its_columns_and_its_key(reader: Any) -> None:
    """Nulls are there; the key comes unasked, at the end; a money column brings its currency."""
    row = reader.body("leads", "$select=firstname,revenue,pager&$top=1")["value"][0]
    assert list(row) == ["@odata.etag", "firstname", "revenue", "_transactioncurrencyid_value", "pager", "leadid"]
    assert row["pager"] is None
    assert row["@odata.etag"].startswith('W/"')
    whole = reader.body("leads", "$top=1")["value"][0]
    lead = reader.org.entities["lead"]
    assert set(whole) - {"@odata.etag"} == set(lead.by_property)


def test_annotations_tell_labels_names_and_targets(reader: Any) -> None:
    """As recorded: labels before values, a user's time and currency, three facts about a lookup, none about nulls."""
    query = "$select=fullname,statuscode,createdon,revenue,_ownerid_value,_parentcontactid_value&$top=1"
    body = reader.body("leads", query, 'odata.include-annotations="*"')
    row = body["value"][0]
    assert row[f"statuscode{SHOWN}"] == "Contacted"
    assert row[f"createdon{SHOWN}"] == "4/1/2023 2:59 PM"
    assert row[f"revenue{SHOWN}"] == "$1,000.50"
    assert row[f"_ownerid_value{SHOWN}"] == "Avery Admin"
    assert row["_ownerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"] == "ownerid"
    assert row["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "systemuser"
    assert not [name for name in row if name.startswith(("fullname@", "_parentcontactid_value@"))]
    keys = list(row)
    assert keys.index(f"statuscode{SHOWN}") + 1 == keys.index("statuscode")
    assert body["@Microsoft.Dynamics.CRM.totalrecordcount"] == -1


def test_a_customer_is_bound_by_the_navigation_property_of_its_table(fresh: Any) -> None:
    """`customerid_account` for an account: the name that a bind needs."""
    account = "00000000-0000-0000-0000-0000000000aa"
    columns = ["lastname", "customerid", "customerid__type"]
    fresh.org.load("lead", columns, [["with customer", account, "account"]])
    query = "$select=_customerid_value&$filter=lastname eq 'with customer'"
    [row] = fresh.body("leads", query, 'odata.include-annotations="*"')["value"]
    assert row["_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"] == "customerid_account"
    assert row[f"_customerid_value{SHOWN}"] == "Åcme"


def test_counts_stand_before_the_rows(reader: Any) -> None:
    """`$count=true` tells how many there are, on every page."""
    body = reader.body("leads", "$select=leadid&$count=true&$filter=statuscode eq 1", "odata.maxpagesize=5")
    assert (body["@odata.count"], len(body["value"])) == (12, 5)


def test_single_rows_hang_on_lookups(reader: Any) -> None:
    """A row, null for an empty lookup, expansions below expansions, and the owner with its key alone."""
    query = "$select=lastname&$expand=parentaccountid($select=name;$expand=owninguser($select=lastname)),ownerid"
    first, second = reader.rows("leads", query)[:2]
    assert list(first["parentaccountid"]) == ["name", "accountid", "owninguser"]
    owner = first["parentaccountid"]["owninguser"]
    assert owner == {"lastname": "Admin", "systemuserid": ADMIN_ID, "ownerid": ADMIN_ID}
    assert second["parentaccountid"] is None
    assert first["ownerid"] == {"@odata.type": "#Microsoft.Dynamics.CRM.systemuser", "ownerid": ADMIN_ID}


def behind(reader: Any, link: str, prefer: str = "") -> dict[str, Any]:
    """The page behind the link of an expanded property of the first lead."""
    path, _, rest = link.removeprefix(f"{ROOT}/").partition("?")
    lead = reader.org.entities["lead"]
    below = children(reader.org.entities, lead, "Lead_Tasks")
    assert below is not None
    assert path == f"leads({LEAD})/Lead_Tasks"
    asked = Asked(reader.org, INTEGRATION_ID, ROOT, path, rest, prefer)
    return collection(asked, reader.org.entities["task"], Within(lead, LEAD, below))[0]


def test_children_come_whole_and_their_link_leads_to_all_of_them(reader: Any) -> None:
    """[D join-tables] The page size is not theirs; the link is always there, its rows are the same again. Each row has
    its etag and, unasked, the lookup that points at its parent.
    """
    query = "$select=lastname&$expand=Lead_Tasks($select=subject;$filter=subject ne 't0';$orderby=subject desc)"
    leads = reader.rows("leads", query, "odata.maxpagesize=1")
    tasks = leads[0]["Lead_Tasks"]
    assert [task["subject"] for task in tasks] == ["t6", "t4", "t2"]
    assert list(tasks[0]) == ["@odata.etag", "subject", "_regardingobjectid_value", "activityid"]
    link = leads[0]["Lead_Tasks@odata.nextLink"]
    assert "skiptoken" not in link
    assert [task["subject"] for task in behind(reader, link)["value"]] == ["t6", "t4", "t2"]
    assert (leads[4]["Lead_Tasks"], "Lead_Tasks@odata.nextLink" in leads[4]) == ([], True)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_beside_a_nested_expand_children_come_in_pages(reader: Any, size: int) -> None:
    """[D join-tables] Then the page size is theirs as well, without etags, and the link leads on to the rest."""
    inner = "$select=subject;$filter=subject ne 't0';$expand=owninguser($select=lastname)"
    prefer = f"odata.maxpagesize={size}"
    lead = reader.rows("leads", f"$select=lastname&$expand=Lead_Tasks({inner})", prefer)[0]
    found = lead["Lead_Tasks"]
    assert len(found) == min(size, 3)
    assert set(found[0]) == {"subject", "activityid", "owninguser"}
    link = lead.get("Lead_Tasks@odata.nextLink")
    while link is not None:
        body = behind(reader, link, prefer)
        found += body["value"]
        link = body.get("@odata.nextLink")
    assert sorted(task["subject"] for task in found) == ["t2", "t4", "t6"]


def test_beside_a_nested_expand_children_have_no_order(reader: Any) -> None:
    """With the recorded words."""
    query = "$expand=Lead_Tasks($orderby=subject),owninguser($expand=businessunitid)"
    assert reader.refused("leads", query)[1:] == ("0x80060888", ONLY)
    assert reader.refused("leads", "$expand=owninguser($top=1)")[2] == ONLY


def test_a_single_row_has_its_context(reader: Any) -> None:
    """`#leads(lastname)/$entity`; a row that is not there is None."""
    asked = Asked(reader.org, INTEGRATION_ID, ROOT, f"leads({LEAD})", "$select=lastname")
    row = one(asked, reader.org.entities["lead"], LEAD)
    assert row is not None
    assert list(row) == ["@odata.context", "@odata.etag", "lastname", "leadid"]
    assert row["@odata.context"] == f"{ROOT}/$metadata#leads(lastname)/$entity"
    assert one(asked, reader.org.entities["lead"], ADMIN_ID) is None


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("$select=Name", "Name"),
        ("$select=owneridname", "owneridname"),
        ("$select=ownerid", "ownerid"),
        ("$expand=parentAccountId", "parentAccountId"),
        ("$expand=ownerid($select=fullname)", "fullname"),
        ("$orderby=Name", "Name"),
    ],
)
def test_unknown_names_are_refused_as_recorded(reader: Any, query: str, name: str) -> None:
    """400 with code 0x0 and the name; virtual `…name` columns are unknown here, and letter case matters."""
    status, code, message = reader.refused("leads", query)
    assert (status, code) == (400, "0x0")
    assert message.startswith(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.")


@pytest.mark.parametrize("option", ["$skip=5", "$search=x", "$format=json", "$compute=1", "$levels=2"])
def test_options_that_dataverse_lacks_are_refused(reader: Any, option: str) -> None:
    """Rather than ignored."""
    assert "is not supported" in reader.refused("leads", option)[2]
