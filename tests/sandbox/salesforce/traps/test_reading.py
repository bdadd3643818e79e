"""Traps in what a reader takes for everything."""

import pytest
from simple_salesforce import Salesforce

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org


@pytest.mark.trap("S7")
def test_a_reader_of_recent_years_misses_the_old_rows(client: Salesforce, org: Org) -> None:
    """Nothing tells a reader of the last two years that there is more; COUNT() does."""
    columns = ["LastName", "Company", "CreatedDate"]
    org.load("Lead", columns, [["old", "a", "2015-01-01T00:00:00Z"], ["new", "b", ""]])
    read = client.query_all("SELECT Id FROM Lead WHERE SystemModstamp >= LAST_N_YEARS:2")
    assert (read["done"], len(read["records"])) == (True, 1)
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 2


@pytest.mark.trap("S8")
def test_a_new_field_is_no_change_of_any_row(client: Salesforce, org: Org, lead: str) -> None:
    """A new column appears while no row's stamp moves: a reader of changes never gets to see its values."""
    columns = [item["name"] for item in client.Lead.describe()["fields"]]
    since = client.query("SELECT MAX(SystemModstamp) newest FROM Lead")["records"][0]["newest"]
    org.add_field("Lead", FieldType(name="Tier__c", label="Tier", type="string", length=9, custom=True))
    org.storage.db.execute("UPDATE Lead SET Tier__c = 'gold'")
    assert [item["name"] for item in client.Lead.describe()["fields"]] == [*columns, "Tier__c"]
    later = since.replace("+0000", "Z")
    assert client.query(f"SELECT Tier__c FROM Lead WHERE SystemModstamp > {later}")["totalSize"] == 0
