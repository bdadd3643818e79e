"""Every request is safe on the way: https, certificates, timeouts, no redirects, whoever makes it."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
import responses

from connector.adapters.salesforce import connect
from connector.adapters.salesforce.budget import Allowance
from connector.adapters.salesforce.session import Session
from connector.adapters.web.grants import Grant
from connector.adapters.web.transport import Transport
from connector.errors import ConfigError, CrmFailed
from connector.mapping import load
from connector.ports import Table
from tests.adapters.salesforce.wire import NOW, URL, org, session, transport
from tests.adapters.salesforce.world import SalesforceWorld


@pytest.mark.parametrize("url", ["http://acme.my.salesforce.com", "ftp://acme.my.salesforce.com", "acme", ""])
def test_clear_text_is_refused(url: str) -> None:
    """A token is never sent in clear text over a network."""
    with pytest.raises(ConfigError) as caught:
        transport().allow(url)
    assert "https" in caught.value.next


@pytest.mark.parametrize("url", ["http://127.0.0.1:8401", "http://localhost:8401", "http://[::1]:8401", URL])
def test_https_and_loopback_are_allowed(url: str) -> None:
    """https anywhere, http to this machine."""
    transport().allow(url)


def test_a_login_that_points_to_clear_text_is_refused() -> None:
    """The address that a login answers with is checked too."""
    made = Session(transport(), lambda: Grant("token", "http://elsewhere.example"), version="62.0")
    with pytest.raises(ConfigError):
        made.get("/services/data/v62.0/limits")


@responses.activate
def test_no_redirect_is_followed() -> None:
    """A moved org is told to the admin; the token does not follow."""
    responses.get(f"{URL}/x", status=302, headers={"Location": "https://elsewhere.example/x"})
    with pytest.raises(ConfigError) as caught:
        session().get("/x")
    assert "elsewhere.example" in caught.value.what
    assert len(responses.calls) == 1


@responses.activate
def test_each_request_has_both_timeouts_and_asks_for_gzip(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request waits for ever, not even one that the SDK makes."""
    seen: list[object] = []
    real = requests.Session.send

    def send(self: requests.Session, request: requests.PreparedRequest, **kwargs: object) -> requests.Response:
        seen.append((kwargs["timeout"], kwargs["verify"]))
        return real(self, request, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "send", send)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    responses.get(f"{URL}/services/data/v62.0/sobjects", json={"sobjects": [1]})
    session().sdk(lambda sf: sf.describe())
    assert seen == [((10.0, 120.0), True)]
    assert responses.calls[0].request.headers["Accept-Encoding"] == "gzip"


def test_a_private_authority_is_trusted_besides_the_systems(
    world: SalesforceWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ca_file works even where REQUESTS_CA_BUNDLE names another bundle, which overrides a session's `verify`."""
    import certifi

    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, certifi.where())
    adapter = world.adapter(url=world.sandbox.https_url, ca_file=world.sandbox.ca_file)
    assert adapter.count(Table.LEAD) == 0


def test_an_unknown_authority_is_refused(world: SalesforceWorld) -> None:
    """Without ca_file the sandbox's certificate is not trusted, and the text says what to set."""
    with pytest.raises(CrmFailed) as caught:
        world.adapter(url=world.sandbox.https_url).count(Table.LEAD)
    assert "ca_file" in caught.value.next


def test_a_broken_ca_file_is_named(tmp_path: Path) -> None:
    """A ca_file that holds no certificate, or is not there, is named."""
    (tmp_path / "ca.pem").write_text("not a certificate")
    for name in ("ca.pem", "nowhere.pem"):
        with pytest.raises(ConfigError) as caught:
            connect(org(tmp_path, ca_file=tmp_path / name), load("salesforce"), lambda: NOW)
        assert name in caught.value.what


def test_http_to_loopback_works_through_the_sdk(world: SalesforceWorld) -> None:
    """simple-salesforce only knows https; to a sandbox on this machine its requests go by http all the same."""
    assert world.adapter().schema().objects["lead"].label == "Lead"


def test_a_proxy_that_is_not_there_is_named(world: SalesforceWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is used, and named when it does not answer."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(CrmFailed) as caught:
        world.adapter(url="https://acme.my.salesforce.com").count(Table.LEAD)
    assert "proxy" in str(caught.value).lower()


def test_the_crms_clock_is_remembered() -> None:
    """What the CRM says the time is counts, whatever our clock says."""
    made = Transport(Allowance())
    with responses.RequestsMock() as wire:
        wire.get(f"{URL}/x", headers={"Date": "Mon, 02 Mar 2026 09:00:00 GMT"})
        made.request("GET", f"{URL}/x")
        assert made.server_time == "2026-03-02T09:00:00.000Z"
