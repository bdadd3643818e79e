"""The application as a whole: limits over the wire, faults, and requests that are no API calls."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta

from connector.sandbox.dynamics.org import Org
from connector.sandbox.faults import Faults
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api, refusal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_requests_beyond_the_limit_are_refused_until_the_window_has_passed() -> None:
    """429 with Retry-After and the code in the body; after that time of the environment's clock all is well."""
    now = [NOON]
    with Sandbox(Org(clock=lambda: now[0]), faults=Faults(own={"limits": {"requests": 3}})) as box:
        api = Api(box)
        answers = [api.get("WhoAmI") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [one.headers["x-ms-ratelimit-burst-remaining-xrm-requests"] for one in answers] == ["2", "1", "0", "0"]
        refused = answers[-1]
        assert refusal(refused) == (
            429,
            "0x80072322",
            "Number of requests exceeded the limit of 3 over time window of 300 seconds.",
        )
        assert refused.headers["Retry-After"] == "300"
        now[0] += timedelta(seconds=int(refused.headers["Retry-After"]))
        assert api.get("WhoAmI").status_code == 200


def test_the_53rd_request_at_once_is_refused() -> None:
    """While somebody else holds the database 52 requests wait, and the rest are refused at once."""
    with Sandbox(Org()) as box, ThreadPoolExecutor(60) as pool:
        api = Api(box)
        url = api.create("leads", lastname="L")

        def write(_: int) -> int:
            return Api(box).patch(url, {"subject": "x"}).status_code

        with box.org.storage.transaction():
            waiting = [pool.submit(write, number) for number in range(60)]
            first = [one.result() for _, one in zip(range(8), as_completed(waiting), strict=False)]
        assert first == [429] * 8
        assert sorted(one.result() for one in waiting) == [204] * 52 + [429] * 8


def test_faults_speak_as_the_platform_does() -> None:
    """A refusal by the wire has the Web API's error body, with the code of an unexpected error if none is given."""
    with Sandbox(Org()) as box:
        api = Api(box)
        box.faults.add(path="WhoAmI", status=503, retry_after=7)
        box.faults.add(path="WhoAmI", status=429, code="0x80072322", message="Number of requests exceeded.", first=2)
        first, second = api.get("WhoAmI"), api.get("WhoAmI")
        assert refusal(first) == (503, "0x80040216", "injected by a fault")
        assert first.headers["Retry-After"] == "7"
        assert refusal(second) == (429, "0x80072322", "Number of requests exceeded.")
        box.faults.add(path="WhoAmI", expire_sessions=True)
        assert [api.get("WhoAmI").status_code for _ in range(2)] == [401, 401]
        assert Api(box, box.org.open_token()).get("WhoAmI").status_code == 200


def test_an_address_too_long_is_refused(api: Api) -> None:
    """Over 32,768 characters: 414."""
    assert api.get("leads?$filter=" + "x" * 33_000).status_code == 414


def test_the_root_lists_the_entity_sets(api: Api) -> None:
    """The service document, with and without a slash; other pages of the host are not there."""
    for path in ("", "/"):
        answer = api.call("GET", api.root + path)
        names = {one["name"] for one in answer.json()["value"]}
        assert {"leads", "contacts", "activitypointers", "audits"} <= names
    assert api.call("GET", api.sandbox.url + "/nothing").status_code == 404


def test_every_answer_says_what_time_it_is() -> None:
    """The header Date is the environment's clock, of refusals too, as HTTP demands of a server that has one."""
    with Sandbox(Org(clock=lambda: NOON)) as box:
        answers = [Api(box).get("WhoAmI"), Api(box).get("nothings")]
        assert [(one.status_code, one.headers["Date"]) for one in answers] == [
            (200, "Mon, 02 Mar 2026 12:00:00 GMT"),
            (404, "Mon, 02 Mar 2026 12:00:00 GMT"),
        ]
