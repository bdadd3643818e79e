"""What a fault in one step of a schema change means."""

from __future__ import annotations

import pytest

from connector.adapters.web.errors import Declined
from connector.adapters.web.steps import one_step
from connector.errors import ConnectorError, CrmFailed, LoginFailed, Skip, Unanswered


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        (Declined("DUPLICATE", "it is there", where="Lead.X__c", next="rename it"), Skip),
        (Unanswered("no answer", where="Lead.X__c"), CrmFailed),
        (LoginFailed("no"), LoginFailed),
    ],
)
def test_what_a_fault_means(raised: ConnectorError, becomes: type[ConnectorError]) -> None:
    """A step that is declined leaves the others; what was retried for long, and every other error, ends the command."""
    with pytest.raises(becomes) as caught, one_step():
        raise raised
    assert (caught.value.what, caught.value.where) == (raised.what, raised.where)
