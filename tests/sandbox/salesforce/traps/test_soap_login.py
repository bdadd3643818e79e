"""The trap of the oldest way in."""

from __future__ import annotations

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conformance.test_simple_salesforce import OnTheSandbox


@pytest.mark.trap("S42")
def test_user_name_and_password_do_not_log_in(sandbox: Sandbox[Org]) -> None:
    """The SOAP login with user name, password and security token is switched off."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(sandbox.ca_file)
    session.mount("https://", OnTheSandbox(sandbox))
    with pytest.raises(SalesforceAuthenticationFailed, match=r"login\(\) is disabled"):
        Salesforce(username=base.INTEGRATION_USERNAME, password="secret", security_token="token", session=session)
