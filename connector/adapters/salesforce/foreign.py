"""Every exception of the libraries beneath us becomes one of ours: simple-salesforce here, the rest in `web.network`.

A test walks all of their classes.
"""

from __future__ import annotations

from connector.adapters.salesforce.errors import from_answer
from connector.adapters.web import network
from connector.errors import ConnectorError, CrmFailed, LoginFailed


def translate(error: Exception, *, where: str = "") -> ConnectorError:
    """Our error for any exception of simple-salesforce, requests, urllib3 or the system; one of ours stays as it is.

    Raises the error itself if it belongs to none of them: that is a bug of ours and must not be dressed up.
    """
    if type(error).__module__.startswith("simple_salesforce"):
        return _sdk(error, where)
    return network.translate(error, where=where)


def _sdk(error: Exception, where: str) -> ConnectorError:
    """simple-salesforce: five statuses have a class, all the rest is SalesforceGeneralError with `status`."""
    from simple_salesforce import exceptions as sdk

    if isinstance(error, sdk.SalesforceAuthenticationFailed):
        return LoginFailed(f"{error.code}: {error.auth_message}", where=where)
    if isinstance(error, sdk.SalesforceError):
        return from_answer(int(error.status), error.content, where=where)
    return CrmFailed(str(error) or type(error).__name__, where=where)
