"""Salesforce: REST, sObject Collections and Bulk API 2.0, behind `ports.Adapter`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.adapters.salesforce.adapter import SalesforceAdapter
    from connector.config import OrgConfig
    from connector.mapping import Mapping


def connect(
    org: OrgConfig, mapping: Mapping, now: Callable[[], datetime], *, sleep: Callable[[float], None] = time.sleep
) -> SalesforceAdapter:
    """The adapter of one org. Sends nothing yet: it logs in with its first call.

    `now` signs assertions; `sleep` waits between tries and polls. Raises ConfigError for an address or certificate file
    that cannot be used.
    """
    from connector.adapters.salesforce.adapter import SalesforceAdapter
    from connector.adapters.salesforce.budget import Allowance
    from connector.adapters.salesforce.login import log_in
    from connector.adapters.salesforce.session import Pace, Session
    from connector.adapters.web.transport import Transport

    ca_file = org.path(org.ca_file) if org.ca_file else None
    transport = Transport(Allowance(org.api_share, org.api_stop_at), ca_file=ca_file, timeout=org.timeout)
    transport.allow(org.url)
    session = Session(
        transport,
        lambda: log_in(org, transport, now),
        version=org.api_version,
        pace=Pace(sleep),
        renewable=org.login != "token",
    )
    return SalesforceAdapter(session, mapping, address=org.url, bulk_above=org.bulk_above)
