"""Traps around logins and sessions."""

from collections.abc import Callable

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceExpiredSession

from connector.sandbox.salesforce import apps
from connector.sandbox.salesforce.apps import App
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox


@pytest.mark.trap("S4")
def test_a_rotated_refresh_token_works_once(sandbox: Sandbox[Org], org: Org, app: App) -> None:
    """A client that keeps its first refresh token logs in once and never again."""
    app.rotate = True
    apps.save(org, app)
    form = {
        "grant_type": "refresh_token",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "refresh_token": next(iter(app.refresh_tokens)),
    }
    first, second = (requests.post(f"{sandbox.url}/services/oauth2/token", data=form, timeout=30) for _ in range(2))
    assert "refresh_token" in first.json()
    assert second.json() == {"error": "invalid_grant", "error_description": "expired access/refresh token"}


@pytest.mark.trap("S36")
def test_soap_refuses_a_jwt_token_however_fresh(
    log_in: Callable[[], Salesforce], sandbox: Sandbox[Org], org: Org, app: App
) -> None:
    """Where the app issues JWTs as tokens, REST takes them and SOAP says "expired" to each new one for ever."""
    app.jwt_tokens = True
    apps.save(org, app)
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>{}'
        "</sessionId></SessionHeader></e:Header><e:Body><convertLead/></e:Body></e:Envelope>"
    )
    for _ in range(3):
        org.sessions.end_all()
        client = log_in()
        assert client.session_id.count(".") == 2
        assert client.describe()["maxBatchSize"] == 200
        for api in ("u", "m"):
            url = f"{sandbox.url}/services/Soap/{api}/59.0"
            answer = requests.post(url, data=body.format(client.session_id), timeout=30)
            assert answer.status_code == 500
            assert "INVALID_SESSION_ID" in answer.text


@pytest.mark.trap("S37")
def test_a_polite_logout_throws_everybody_out(
    log_in: Callable[[], Salesforce], sandbox: Sandbox[Org], org: Org
) -> None:
    """Two programs of one app and user share one session; when the first revokes it, whoever uses it is out too."""
    first, second = log_in(), log_in()
    assert first.session_id == second.session_id
    handed_on = Salesforce(session_id=second.session_id, instance_url=sandbox.https_url, session=second.session)
    requests.post(f"{sandbox.url}/services/oauth2/revoke", data={"token": first.session_id}, timeout=30)
    with pytest.raises(SalesforceExpiredSession):
        handed_on.query("SELECT Id FROM Lead")
