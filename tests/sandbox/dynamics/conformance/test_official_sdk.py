"""Microsoft's own Python SDK, unchanged and over https, works against the sandbox as it does against Dataverse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError, MetadataError
from PowerPlatform.Dataverse.models.filters import col

from connector.sandbox.dynamics.apps import register
from connector.sandbox.dynamics.base import TENANT_ID
from connector.sandbox.dynamics.metadata.pending import unpublished
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox

NOBODY = "00000000-0000-0000-0000-00000000dead"


class Credential:
    """What the SDK asks for tokens: azure-identity's face, around msal's confidential client."""

    def __init__(self, box: Sandbox[Org]) -> None:
        from msal import ConfidentialClientApplication

        app, secret = register(box.org)
        self._box = box
        self._app = ConfidentialClientApplication(
            app.client_id,
            authority=f"{box.https_url}/{TENANT_ID}",
            client_credential=secret,
            instance_discovery=False,
        )

    def get_token(self, *scopes: str, **keys: Any) -> Any:
        """A token for these scopes, from the cache while it is good."""
        from azure.core.credentials import AccessToken

        found = self._app.acquire_token_for_client(list(scopes))
        return AccessToken(found["access_token"], 2_000_000_000)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox[Org]]:
    """One environment for all tests of this file; each makes rows of its own."""
    org = Org()
    with Sandbox(org) as running:
        yield running
    org.close()


@pytest.fixture(scope="module")
def client(box: Sandbox[Org]) -> Iterator[DataverseClient]:
    """The SDK, which trusts the sandbox through the one variable that requests reads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(box.ca_file))
        patch.delenv("CURL_CA_BUNDLE", raising=False)
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield DataverseClient(box.https_url, Credential(box))


def stored(box: Sandbox[Org], id: str) -> dict[str, Any] | None:
    return box.org.get(box.org.entities["lead"], id)


def test_records(box: Sandbox[Org], client: DataverseClient) -> None:
    """Create, retrieve, update and delete one lead."""
    lead = client.records.create("lead", {"lastname": "Köhler", "companyname": "ACME", "subject": "Pumps"})
    found = client.records.retrieve("lead", lead, select=["fullname", "statecode", "statuscode"])
    assert (found["fullname"], found["statecode"], found["statuscode"]) == ("Köhler", 0, 1)
    client.records.update("lead", lead, {"statuscode": 2, "companyname": None})
    row = stored(box, lead)
    assert row is not None
    assert (row["statuscode"], row["companyname"], row["subject"]) == (2, None, "Pumps")
    client.records.delete("lead", lead)
    assert stored(box, lead) is None
    assert client.records.retrieve("lead", lead) is None


def test_choices_by_label(box: Sandbox[Org], client: DataverseClient) -> None:
    """The SDK reads the options of a choice from metadata and sends the number for a label."""
    lead = client.records.create("lead", {"lastname": "Label", "leadsourcecode": "Trade Show"})
    assert (stored(box, lead) or {})["leadsourcecode"] == 7


def test_many_records(box: Sandbox[Org], client: DataverseClient) -> None:
    """CreateMultiple, UpdateMultiple and UpsertMultiple, each one request."""
    made = client.records.create("lead", [{"lastname": f"Many {number}", "subject": "m"} for number in range(5)])
    assert len(set(made)) == 5
    client.records.update("lead", made, {"statuscode": 2})
    assert {(stored(box, lead) or {})["statuscode"] for lead in made} == {2}
    items = [{"alternate_key": {"ctso_extid": f"K{n}"}, "record": {"lastname": f"Up {n}"}} for n in range(2)]
    with pytest.raises(HttpError):
        client.records.upsert("lead", items)


def test_lists_and_pages(box: Sandbox[Org], client: DataverseClient) -> None:
    """A list follows every page; the builder filters and sorts; page sizes are kept."""
    box.org.load("account", ["name", "numberofemployees"], [[f"Page {n:03}", n] for n in range(250)])
    pages = list(client.records.list_pages("account", filter="startswith(name,'Page')", select=["name"], page_size=100))
    assert [len(page) for page in pages] == [100, 100, 50]
    found = client.records.list("account", filter="startswith(name,'Page')", select=["name"], orderby=["name desc"])
    assert [row["name"] for row in found][:2] == ["Page 249", "Page 248"]
    assert len(found) == 250
    some = (
        client.query.builder("account")
        .select("name")
        .where((col("numberofemployees") >= 10) & (col("numberofemployees") < 13))
        .order_by("name")
        .execute()
    )
    assert [row["name"] for row in some] == ["Page 010", "Page 011", "Page 012"]


def test_annotations_and_expand(client: DataverseClient) -> None:
    """Formatted values come with the rows that ask for them, and parents with $expand."""
    account = client.records.create("account", {"name": "Parent"})
    contact = client.records.create(
        "contact", {"lastname": "Child", "parentcustomerid_account@odata.bind": f"/accounts({account})"}
    )
    found = client.records.retrieve(
        "contact", contact, select=["lastname", "statuscode"], expand=["parentcustomerid_account"],
        include_annotations="*",
    )  # fmt: skip
    assert found["statuscode@OData.Community.Display.V1.FormattedValue"] == "Active"
    assert found["parentcustomerid_account"]["name"] == "Parent"


def test_fetchxml(box: Sandbox[Org], client: DataverseClient) -> None:
    """FetchXML with pages."""
    box.org.load("campaign", ["name"], [[f"Fetch {n}"] for n in range(5)])
    xml = "<fetch count='2'><entity name='campaign'><attribute name='name'/><order attribute='name'/></entity></fetch>"
    names = [row["name"] for row in client.query.fetchxml(xml).execute() if row["name"].startswith("Fetch")]
    assert names == [f"Fetch {n}" for n in range(5)]


def test_batch(box: Sandbox[Org], client: DataverseClient) -> None:
    """A batch with a change set, single writes and a read; with continue-on-error every item gets its answer."""
    lead = client.records.create("lead", {"lastname": "Batch", "subject": "b"})
    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.create("lead", {"lastname": "In the set"})
        changes.records.update("lead", lead, {"jobtitle": "CEO"})
    batch.records.update("lead", NOBODY, {"jobtitle": "ghost"})
    batch.records.retrieve("lead", lead, select=["jobtitle"])
    done = batch.execute(continue_on_error=True)
    assert [one.status_code for one in done.responses] == [204, 204, 404, 200]
    assert done.responses[-1].data["jobtitle"] == "CEO"
    assert done.has_errors


def test_a_change_set_is_all_or_nothing(box: Sandbox[Org], client: DataverseClient) -> None:
    """One bad write in a change set undoes the others."""
    lead = client.records.create("lead", {"lastname": "Whole", "subject": "w"})
    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.update("lead", lead, {"jobtitle": "half"})
        changes.records.update("lead", lead, {"statuscode": 4})
    batch.execute(continue_on_error=True)
    assert (stored(box, lead) or {})["jobtitle"] is None


def test_tables(client: DataverseClient) -> None:
    """The SDK finds tables, reads their columns, and says that a table is not there."""
    found = client.tables.get("lead")
    assert found is not None
    assert (found.entity_set_name, found.primary_name_attribute, found.primary_id_attribute) == (
        "leads",
        "fullname",
        "leadid",
    )
    assert client.tables.get("nonsense") is None
    assert {"lead", "contact", "audit"} <= {one["LogicalName"] for one in client.tables.list(select=["LogicalName"])}
    columns = client.tables.list_columns(
        "lead", select=["LogicalName", "AttributeType"], filter="LogicalName eq 'statuscode'"
    )
    assert [one["AttributeType"] for one in columns] == ["Status"]
    ways = client.tables.list_table_relationships("task", select=["SchemaName"])
    assert "Lead_Tasks" in {one["SchemaName"] for one in ways}
    with pytest.raises(MetadataError):
        client.records.create("nonsense", {"name": "x"})


def test_columns(box: Sandbox[Org], client: DataverseClient) -> None:
    """Columns are added, written, changed and removed; a change waits for being published."""
    client.tables.add_columns("contact", {"new_Score": "int", "new_Word": "string", "new_When": "datetime"})
    contact = client.records.create("contact", {"lastname": "Scored", "new_score": 17, "new_word": "so"})
    assert client.records.retrieve("contact", contact, select=["new_score"])["new_score"] == 17
    client.tables.update_column("contact", "new_Word", {"max_length": 300, "display_name": "The word"})
    column = client.tables.get_column("contact", "new_Word")
    assert column is not None
    assert column["MaxLength"] == 200
    later = unpublished(box.org, "contact").by_name["new_word"]
    assert (later.max_length, later.label) == (300, "The word")
    typed = client.tables.get_column("contact", "new_Word", typed=True)
    assert typed is not None
    assert (typed["MaxLength"], typed["FormatName"]) == (200, {"Value": "Text"})
    client.tables.remove_columns("contact", ["new_Score", "new_Word", "new_When"])
    with pytest.raises(HttpError):
        client.records.retrieve("contact", contact, select=["new_score"])


def test_own_tables(client: DataverseClient) -> None:
    """A table is made with its columns, holds rows, and is deleted with them."""
    made = client.tables.create("new_Pump", {"new_Power": "decimal", "new_Tested": "bool"})
    assert (made.entity_set_name, made.primary_name_attribute) == ("new_pumps", "new_name")
    pump = client.records.create("new_Pump", {"new_name": "P1", "new_power": 7.5, "new_tested": True})
    found = client.records.retrieve("new_Pump", pump, select=["new_name", "new_power", "statuscode", "_ownerid_value"])
    assert (found["new_name"], found["new_power"], found["statuscode"]) == ("P1", 7.5, 1)
    assert found["_ownerid_value"]
    client.tables.delete("new_Pump")
    assert client.tables.get("new_Pump") is None


def test_alternate_keys(client: DataverseClient) -> None:
    """A key is made, found and used to upsert."""
    client.tables.add_columns("account", {"new_ExtId": "string"})
    client.tables.create_alternate_key("account", "new_ExtKey", ["new_extid"])
    assert [key.status for key in client.tables.get_alternate_keys("account")] == ["Active"]
    for name in ("first", "second"):
        client.records.upsert(
            "account", [{"alternate_key": {"new_extid": f"K{n}"}, "record": {"name": name}} for n in range(2)]
        )
    found = client.records.list("account", filter="startswith(new_extid,'K')", select=["name"])
    assert [row["name"] for row in found] == ["second", "second"]


def test_errors(client: DataverseClient) -> None:
    """Refusals arrive as HttpError with status and the server's code."""
    with pytest.raises(HttpError) as caught:
        client.records.update("lead", NOBODY, {"jobtitle": "x"})
    assert caught.value.status_code == 404
    assert "0x80040217" in str(caught.value.details)
    with pytest.raises(HttpError) as wrong:
        client.records.create("lead", {"lastname": "x" * 51})
    assert wrong.value.status_code == 400


def test_throttled(box: Sandbox[Org], client: DataverseClient) -> None:
    """A 429 arrives with its Retry-After."""
    box.faults.add(path="/leads", status=429, code="0x80072322", message="Number of requests", retry_after=7)
    with pytest.raises(HttpError) as caught:
        client.records.create("lead", {"lastname": "busy"})
    assert caught.value.status_code == 429
    assert caught.value.details["retry_after"] == 7


@pytest.mark.trap("D7")
def test_metadata_is_read_with_the_first_write(box: Sandbox[Org], client: DataverseClient) -> None:
    """A client made for each write asks for metadata twice before it writes once: three requests where one would do."""
    asked = box.faults.add(path="EntityDefinitions", times=0)
    written = box.faults.add(path="/leads$", method="POST", times=0)
    for number in range(3):
        DataverseClient(box.https_url, Credential(box)).records.create("lead", {"lastname": f"Alone {number}"})
    assert (asked.hits, written.hits) == (6, 3)
    one = DataverseClient(box.https_url, Credential(box))
    for number in range(3):
        one.records.create("lead", {"lastname": f"Together {number}"})
    assert (asked.hits, written.hits) == (8, 6)


def test_http_is_refused(box: Sandbox[Org]) -> None:
    """The SDK itself talks to https only."""
    with pytest.raises(ValueError, match="HTTPS"):
        DataverseClient(box.url, Credential(box))
