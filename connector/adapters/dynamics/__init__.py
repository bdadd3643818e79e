"""Dynamics 365 Sales: the Dataverse Web API, behind `ports.Adapter`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.adapters.dynamics.adapter import DynamicsAdapter
    from connector.config import OrgConfig
    from connector.mapping import Mapping


def connect(
    org: OrgConfig, mapping: Mapping, now: Callable[[], datetime], *, sleep: Callable[[float], None] = time.sleep
) -> DynamicsAdapter:
    """The adapter of one environment. Sends nothing yet: it logs in with its first call.

    `now` tells when a token ends; `sleep` waits between tries. Raises ConfigError for an address or certificate file
    that cannot be used.
    """
    from connector.adapters.dynamics.adapter import DynamicsAdapter
    from connector.adapters.dynamics.budget import Requests
    from connector.adapters.dynamics.login import log_in
    from connector.adapters.dynamics.session import LONGEST_WAIT, Session
    from connector.adapters.dynamics.writing import Extras
    from connector.adapters.web.retrying import Pace
    from connector.adapters.web.transport import Transport

    ca_file = org.path(org.ca_file) if org.ca_file else None
    transport = Transport(Requests(org.api_daily, org.api_share), ca_file=ca_file, timeout=org.timeout)
    transport.keep_no_cookies()
    transport.allow(org.url)
    session = Session(
        transport,
        lambda: log_in(org, transport, now),
        now,
        version=org.api_version,
        pace=Pace(sleep, longest=LONGEST_WAIT),
        renewable=org.login != "token",
    )
    extras = Extras(org.bypass, org.bypass_flows)
    return DynamicsAdapter(session, mapping, address=org.url, extras=extras)
