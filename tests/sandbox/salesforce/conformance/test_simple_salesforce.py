"""simple-salesforce, unchanged and over https, works against the sandbox as it does against Salesforce."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import simple_salesforce.bulk
import simple_salesforce.bulk2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from connector.sandbox.salesforce import apps, base
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox


@pytest.fixture(autouse=True)
def _no_waiting(sandbox: Sandbox[Org], monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are complete at the first look, so the client has nothing to wait for."""
    sandbox.org.rules.bulk.polls = 0
    monkeypatch.setattr(simple_salesforce.bulk, "sleep", lambda seconds: None)
    monkeypatch.setattr(simple_salesforce.bulk2, "sleep", lambda seconds: None)


def people(org: Org, count: int) -> None:
    org.load("Lead", ["LastName", "Company"], ([f"Person {number}", "ACME"] for number in range(count)))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_query(client: Salesforce, org: Org) -> None:
    """query gives a page, query_more the next one, query_all and query_all_iter everything."""
    people(org, 4500)
    page = client.query("SELECT Id, Name, Owner.Name FROM Lead")
    assert (page["totalSize"], page["done"], len(page["records"])) == (4500, False, 2000)
    following = client.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert following["records"][0]["Id"] not in {record["Id"] for record in page["records"]}
    assert client.query_all("SELECT Id FROM Lead")["totalSize"] == 4500
    assert len({record["Id"] for record in client.query_all_iter("SELECT Id FROM Lead")}) == 4500
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 4500


def test_query_errors(client: Salesforce) -> None:
    """A bad query is a malformed request with code and text."""
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.query("SELECT Nonsense FROM Lead")
    assert caught.value.content[0]["errorCode"] == "INVALID_FIELD"


def test_records(client: Salesforce) -> None:
    """Create, get, update and delete one lead; the recycle bin keeps it."""
    made = client.Lead.create({"LastName": "Köhler", "Company": "ACME"})
    assert made["success"] is True
    lead = client.Lead.get(made["id"])
    assert (lead["LastName"], lead["Status"], lead["IsConverted"]) == ("Köhler", "Open - Not Contacted", False)
    assert client.Lead.update(made["id"], {"Status": "Working - Contacted", "City": None}) == 204
    assert client.Lead.get(made["id"])["Status"] == "Working - Contacted"
    assert client.Lead.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound) as caught:
        client.Lead.get(made["id"])
    assert caught.value.content[0]["errorCode"] == "ENTITY_IS_DELETED"
    found = client.query_all("SELECT IsDeleted FROM Lead", include_deleted=True)
    assert [record["IsDeleted"] for record in found["records"]] == [True]


def test_describe_and_limits(client: Salesforce) -> None:
    """describe, the list of objects, limits, and the usage read from each answer's header."""
    described = client.Lead.describe()
    assert {field["name"] for field in described["fields"]} >= {"Id", "Status", "Email", "SystemModstamp"}
    names = {found["name"] for found in client.describe()["sobjects"]}
    assert names >= {"Lead", "Contact", "Task", "LeadHistory"}
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000
    assert client.api_usage["api-usage"].used >= 3


def test_bulk2_query(client: Salesforce, org: Org) -> None:
    """bulk2.query gives CSV text page by page; together the pages are all rows, text kept as it is."""
    people(org, 250)
    org.load("Lead", ["LastName", "Company"], [['Zoë "Z"\nO\'Neil', "A, B"]])
    pages = list(client.bulk2.Lead.query("SELECT Id, LastName, Company, CreatedDate FROM Lead", max_records=100))
    assert [len(rows(page)) for page in pages] == [100, 100, 51]
    found = [row for page in pages for row in rows(page)]
    assert len({row["Id"] for row in found}) == 251
    assert ('Zoë "Z"\nO\'Neil', "A, B") in {(row["LastName"], row["Company"]) for row in found}
    assert all(row["CreatedDate"].endswith(".000Z") for row in found)


def test_bulk2_query_all(client: Salesforce, org: Org) -> None:
    """bulk2.query_all finds the recycle bin too."""
    org.load("Lead", ["LastName", "Company", "IsDeleted"], [["Gone", "ACME", True], ["Here", "ACME", False]])
    assert len(rows("".join(client.bulk2.Lead.query("SELECT Id FROM Lead")))) == 1
    assert len(rows("".join(client.bulk2.Lead.query_all("SELECT Id FROM Lead")))) == 2


def test_bulk2_ingest(client: Salesforce, org: Org) -> None:
    """insert, update, upsert and delete; refused rows are counted and found in the failed results."""
    made = client.bulk2.Lead.insert(records=[{"LastName": "A", "Company": "X"}, {"LastName": "B", "Company": ""}])
    assert [(job["numberRecordsProcessed"], job["numberRecordsFailed"]) for job in made] == [(2, 1)]
    failed = rows(client.bulk2.Lead.get_failed_records(made[0]["job_id"]))
    assert failed[0]["LastName"] == "B"
    assert failed[0]["sf__Error"].startswith("REQUIRED_FIELD_MISSING:")
    done = rows(client.bulk2.Lead.get_successful_records(made[0]["job_id"]))
    assert [row["sf__Created"] for row in done] == ["true"]
    assert rows(client.bulk2.Lead.get_unprocessed_records(made[0]["job_id"])) == []
    lead = done[0]["sf__Id"]
    client.bulk2.Lead.update(records=[{"Id": lead, "Status": "Working - Contacted"}])
    assert client.Lead.get(lead)["Status"] == "Working - Contacted"
    client.bulk2.Lead.upsert(records=[{"Id": lead, "City": "Köln"}], external_id_field="Id")
    assert client.Lead.get(lead)["City"] == "Köln"
    client.bulk2.Lead.delete(records=[{"Id": lead}])
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0


def test_bulk2_upload_from_a_file(client: Salesforce, tmp_path: Path) -> None:
    """A CSV file is uploaded in several jobs when it is split."""
    path = tmp_path / "leads.csv"
    path.write_text("LastName,Company\n" + "".join(f"P{number},ACME\n" for number in range(30)), encoding="utf-8")
    made = client.bulk2.Lead.insert(csv_file=str(path), batch_size=10)
    assert [job["numberRecordsProcessed"] for job in made] == [10, 10, 10]
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 30


def test_bulk1(client: Salesforce) -> None:
    """The Bulk API 1.0 in JSON: insert, update, query, delete, with a result per row."""
    made = client.bulk.Lead.insert([{"LastName": "A", "Company": "X"}, {"LastName": "B"}])
    assert [row["success"] for row in made] == [True, False]
    assert made[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    lead = made[0]["id"]
    assert client.bulk.Lead.update([{"Id": lead, "City": "Köln"}])[0]["success"] is True
    found = client.bulk.Lead.query("SELECT Id, City, Owner.Name FROM Lead")
    assert [(row["Id"], row["City"]) for row in found] == [(lead, "Köln")]
    assert client.bulk.Lead.delete([{"Id": lead}])[0]["success"] is True


class OnTheSandbox(HTTPAdapter):
    """Sends what is meant for login.salesforce.com and the like to the sandbox."""

    def __init__(self, sandbox: Sandbox[Org]) -> None:
        super().__init__()
        self._sandbox = sandbox

    def send(self, request: requests.PreparedRequest, *args: object, **keys: object) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        request.url = f"{self._sandbox.https_url}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        request.headers["Host"] = urlsplit(self._sandbox.https_url).netloc
        return super().send(request, *args, **keys)  # type: ignore[arg-type]


@pytest.fixture
def session(sandbox: Sandbox[Org]) -> requests.Session:
    """A session for which every salesforce.com host is the sandbox."""
    made = requests.Session()
    made.trust_env = False
    made.verify = str(sandbox.ca_file)
    made.mount("https://", OnTheSandbox(sandbox))
    return made


def test_client_credentials(sandbox: Sandbox[Org], session: requests.Session) -> None:
    """Login with client id and secret, then a query with the token that came back."""
    app = apps.register(sandbox.org)
    client = Salesforce(
        consumer_key=app.client_id, consumer_secret=app.client_secret, domain="acme.my", session=session
    )
    assert client.sf_instance == urlsplit(sandbox.https_url).netloc
    assert client.query(f"SELECT Username FROM User WHERE Id = '{base.INTEGRATION_ID}'")["totalSize"] == 1


def test_wrong_secret(sandbox: Sandbox[Org], session: requests.Session) -> None:
    """A wrong secret is an authentication failure."""
    app = apps.register(sandbox.org)
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        Salesforce(consumer_key=app.client_id, consumer_secret="wrong", domain="acme.my", session=session)


def key_and_certificate() -> tuple[str, str]:
    """A fresh private key and a self-signed certificate, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "connector")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def test_jwt_bearer(sandbox: Sandbox[Org], session: requests.Session) -> None:
    """Login with a signed assertion; a signature by another key is refused."""
    private, certificate = key_and_certificate()
    app = apps.register(sandbox.org, certificate)
    keys = {"username": base.INTEGRATION_USERNAME, "consumer_key": app.client_id, "session": session}
    client = Salesforce(privatekey=private, **keys)
    assert client.query("SELECT COUNT() FROM User")["totalSize"] >= 3
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_grant"):
        Salesforce(privatekey=key_and_certificate()[0], **keys)


def test_expired_session(client: Salesforce, org: Org) -> None:
    """With its session ended the client sees an expired session."""
    org.sessions.end_all()
    with pytest.raises(SalesforceExpiredSession):
        client.query("SELECT Id FROM Lead")
