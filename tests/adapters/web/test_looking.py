"""Questions that may be refused, and the CRM's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.adapters.web.looking import Asked, skew
from connector.errors import ConnectorError, CrmFailed, NotPermitted, StoreFailed


@pytest.mark.parametrize("refusal", [NotPermitted("no access"), CrmFailed("it broke")])
def test_a_refusal_is_kept(refusal: ConnectorError) -> None:
    """Whoever may not ask learns so, with the CRM's reason, and the other questions are asked all the same."""

    def refused() -> int:
        raise refusal

    asked = Asked()
    assert (asked.of("flows", refused, -1), asked.of("rules", lambda: 3, -1)) == (-1, 3)
    assert asked.refused == {"flows": refusal.what}


def test_what_is_no_refusal_comes_through() -> None:
    """A full disk is no answer."""

    def full() -> int:
        raise StoreFailed("disk full")

    with pytest.raises(StoreFailed):
        Asked().of("flows", full, 0)


def test_the_clock() -> None:
    """Ahead is positive, parts of a second are left out, no date is no clock."""
    now = datetime(2026, 5, 4, 10, 0, 0, 900_000, tzinfo=UTC)
    assert skew("2026-05-04T10:01:00+00:00", now) == timedelta(minutes=1)
    assert skew("", now) is None
