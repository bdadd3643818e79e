"""Service protection limits: when a user is refused, for how long, and what the headers say."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.protection import Protection
from connector.sandbox.dynamics.rules import Limits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def use(protection: Protection, now: datetime, times: int = 1, user: str = "u") -> None:
    """Make requests that take no time."""
    for _ in range(times):
        with protection.admitted(user, now):
            pass


def refused(protection: Protection, now: datetime, user: str = "u") -> tuple[str, str, int]:
    """Code, message and Retry-After of the request that is refused."""
    with pytest.raises(DataverseError) as caught:
        use(protection, now, user=user)
    assert caught.value.status == 429
    return caught.value.code, caught.value.message, int(caught.value.headers["Retry-After"])


def test_requests_are_counted_in_a_sliding_window() -> None:
    """6,000 pass, one more is refused with the recorded text; when the window has passed all is well."""
    protection = Protection(Limits())
    use(protection, NOON, 6_000)
    code, message, wait = refused(protection, at(1))
    assert (code, wait) == ("0x80072322", 299)
    assert message == "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
    use(protection, at(300), 6_000)


def test_whoever_keeps_pushing_waits_longer() -> None:
    """Each refused request adds a second; whoever waits as told is let in."""
    protection = Protection(Limits(requests=10))
    use(protection, NOON, 10)
    assert [refused(protection, at(1))[2] for _ in range(3)] == [299, 300, 300]
    assert refused(protection, at(299))[2] == 3
    use(protection, at(302))


def test_after_the_wait_there_is_room_for_more_than_one_request() -> None:
    """Requests spread over the window: the wait ends when a tenth of the limit is free."""
    protection = Protection(Limits(requests=100))
    for second in range(100):
        use(protection, at(second))
    wait = refused(protection, at(100))[2]
    assert wait == 209
    use(protection, at(100 + wait), 10)
    refused(protection, at(100 + wait))


def test_users_have_limits_of_their_own() -> None:
    """One user's storm does not touch another."""
    protection = Protection(Limits(requests=10))
    use(protection, NOON, 10)
    refused(protection, NOON)
    use(protection, NOON, user="other")
    assert protection.headers("other")["x-ms-ratelimit-burst-remaining-xrm-requests"] == "9"


def test_execution_time_is_limited_too() -> None:
    """Twenty minutes of execution in five minutes, whatever the number of requests."""
    protection = Protection(Limits(execution_ms=1_000))
    use(protection, NOON)
    protection.spent("u", NOON, 600)
    use(protection, at(10))
    protection.spent("u", at(10), 400)
    code, message, wait = refused(protection, at(20))
    assert (code, wait) == ("0x80072321", 280)
    assert message.startswith("Combined execution time of incoming requests exceeded limit of 1,000 milliseconds")
    use(protection, at(300))


def test_requests_at_once_are_limited() -> None:
    """The 53rd at the same time is refused; when one is done the next passes."""
    protection = Protection(Limits())
    with ExitStack() as running:
        for _ in range(52):
            running.enter_context(protection.admitted("u", NOON))
        code, message, wait = refused(protection, NOON)
        assert (code, wait) == ("0x80072326", 1)
        assert message == "Number of concurrent requests exceeded the limit of 52."
    use(protection, NOON)


@pytest.mark.trap("D35")
def test_another_environment_allows_other_numbers() -> None:
    """8,000 requests in one environment: the number is in the message, not in any header."""
    protection = Protection(Limits(requests=8_000))
    use(protection, NOON, 8_000)
    assert "limit of 8000 over" in refused(protection, NOON)[1]
