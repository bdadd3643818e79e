"""Qualifying leads, winning and losing opportunities."""

from typing import Any

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.catalogue import Attribute
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api, refusal

ALL = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}
PERSON = {
    "subject": "Pumps",
    "firstname": "Ada",
    "lastname": "Lovelace",
    "companyname": "Engines",
    "estimatedamount": 5,
}


def qualify(api: Api, url: str, body: dict[str, Any]) -> Any:
    """The answer of QualifyLead."""
    return api.call("POST", f"{url}/Microsoft.Dynamics.CRM.QualifyLead", json=body)


def test_a_qualified_lead_becomes_account_contact_and_opportunity(api: Api, org: Org) -> None:
    """The three rows point at each other and at the lead; the lead is closed as Qualified and audited as such."""
    url = api.create("leads", **PERSON, emailaddress1="ada@x.example")
    answer = qualify(api, url, ALL)
    assert answer.status_code == 200
    made = {one["@odata.type"].rpartition(".")[2]: one for one in answer.json()["value"]}
    account, contact, deal = (made[name][f"{name}id"] for name in ("account", "contact", "opportunity"))
    person = api.row(f"contacts({contact})")
    assert (person["fullname"], person["emailaddress1"]) == ("Ada Lovelace", "ada@x.example")
    assert person["_parentcustomerid_value"] == account
    opportunity = api.row(f"opportunities({deal})")
    assert (opportunity["name"], opportunity["_customerid_value"]) == ("Pumps", account)
    assert opportunity["estimatedvalue"] == 5
    lead = api.row(url)
    assert {row["_originatingleadid_value"] for row in (person, opportunity)} == {lead["leadid"]}
    assert (lead["statecode"], lead["statuscode"], lead["_qualifyingopportunityid_value"]) == (1, 3, deal)
    query = "SELECT action FROM audit WHERE objectid = ? ORDER BY versionnumber"
    assert [row[0] for row in org.storage.db.execute(query, (lead["leadid"],))] == [1, 24]


def test_a_lead_can_be_qualified_without_creating_anything(api: Api) -> None:
    """Nothing asked for, nothing made; the lead is closed all the same."""
    url = api.create("leads", **PERSON)
    assert qualify(api, url, {"Status": 3}).json()["value"] == []
    assert api.row(url)["statecode"] == 1


def test_mapped_columns_are_carried_over() -> None:
    """A row in attributemaps sends a lead's column, custom or not, to the contact."""
    with Sandbox(Org()) as box:
        api = Api(box)
        score = Attribute(name="ctso_score", schema_name="ctso_Score", label="Score", type="Integer", custom=True)
        for table in ("lead", "contact"):
            box.org.define(box.org.entities[table].with_attribute(score))
        parent = api.row("entitymaps?$filter=targetentityname eq 'contact'")["value"][0]["entitymapid"]
        for before, after in (("ctso_score", "ctso_score"), ("donotfax", "marketingonly"), ("ownerid", "ownerid")):
            bind = {"entitymapid@odata.bind": f"/entitymaps({parent})"}
            api.create("attributemaps", sourceattributename=before, targetattributename=after, **bind)
        url = api.create("leads", **PERSON, ctso_score=42, donotfax=True)
        made = qualify(api, url, ALL | {"CreateAccount": False}).json()["value"]
        contact = api.row(f"contacts({made[0]['contactid']})")
        assert (contact["ctso_score"], contact["marketingonly"]) == (42, True)


def test_a_closed_lead_is_not_qualified_again(api: Api) -> None:
    """0x80040519, and nothing more is created."""
    url = api.create("leads", **PERSON)
    qualify(api, url, {"Status": 3})
    assert refusal(qualify(api, url, ALL))[:2] == (400, "0x80040519")


def test_the_status_must_belong_to_qualified(api: Api, org: Org) -> None:
    """A status reason of another state is refused, and the rows made on the way are gone."""
    url = api.create("leads", **PERSON)
    count = "SELECT count(*) FROM account"
    before = org.storage.db.execute(count).fetchone()
    assert refusal(qualify(api, url, ALL | {"Status": 4}))[:2] == (400, "0x80048408")
    assert org.storage.db.execute(count).fetchone() == before
    assert api.row(url)["statecode"] == 0


def test_qualifying_takes_the_right_to_create() -> None:
    """Without it 0x80081018, and the lead stays open."""
    with Sandbox(Org()) as box:
        api = Api(box)
        url = api.create("leads", **PERSON)
        roles.assign(box.org, base.INTEGRATION_ID, ["prvReadLead", "prvWriteLead"])
        assert refusal(qualify(api, url, ALL))[:2] == (403, "0x80081018")
        assert api.row(url)["statecode"] == 0


def test_an_opportunity_is_won_and_lost(api: Api, org: Org) -> None:
    """The opportunity is closed with its date and a closing activity."""
    for action, status, state, event in (("WinOpportunity", 3, 1, 44), ("LoseOpportunity", 5, 2, 45)):
        url = api.create("opportunities", name="Deal")
        closing = {"subject": "Closed", "actualrevenue": 7, "opportunityid@odata.bind": url}
        answer = api.call("POST", action, json={"Status": status, "OpportunityClose": closing})
        assert answer.status_code == 204, answer.text
        row = api.row(url)
        assert (row["statecode"], row["statuscode"], row["actualvalue"]) == (state, status, 7)
        assert row["actualclosedate"] is not None
        query = "SELECT subject, statecode FROM opportunityclose WHERE opportunityid = ?"
        assert org.storage.db.execute(query, (row["opportunityid"],)).fetchall() == [("Closed", 1)]
        query = "SELECT action FROM audit WHERE objectid = ? ORDER BY versionnumber DESC LIMIT 1"
        assert org.storage.db.execute(query, (row["opportunityid"],)).fetchone() == (event,)


def test_closing_needs_its_opportunity(api: Api) -> None:
    """Without OpportunityClose, or without its opportunity, the action is refused."""
    for body in ({"Status": 3}, {"Status": 3, "OpportunityClose": {"subject": "x"}}):
        assert refusal(api.call("POST", "WinOpportunity", json=body))[:2] == (400, "0x80040203")
