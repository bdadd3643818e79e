"""Composite and batch requests."""

from typing import Any

from connector.sandbox.salesforce.org import Org

ROOT = "/services/data/v59.0"


def part(reference: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    return {"referenceId": reference, "method": method, "url": f"{ROOT}/{path}", **({"body": body} if body else {})}


def composite(api: Any, parts: list[dict[str, Any]], **keys: Any) -> Any:
    answer = api.call("POST", "composite", json={"compositeRequest": parts, **keys})
    assert answer.status_code == 200, answer.text
    return answer.json()["compositeResponse"]


def test_later_parts_use_earlier_answers(api: Any) -> None:
    """@{a.id} stands for what an earlier part answered, in URLs and bodies."""
    done = composite(
        api,
        [
            part("a", "POST", "sobjects/Account", {"Name": "Engines"}),
            part("c", "POST", "sobjects/Contact", {"LastName": "Byron", "AccountId": "@{a.id}"}),
            part("q", "GET", "query?q=SELECT Id, AccountId FROM Contact WHERE AccountId = '@{a.id}'"),
            part("r", "GET", "sobjects/Contact/@{q.records[0].Id}?fields=AccountId"),
            part("bad", "GET", "sobjects/Contact/@{nobody.id}"),
        ],
    )
    assert [answer["httpStatusCode"] for answer in done] == [201, 201, 200, 200, 400]
    assert done[3]["body"]["AccountId"] == done[0]["body"]["id"]
    assert done[0]["httpHeaders"] == {"Location": f"{ROOT}/sobjects/Account/{done[0]['body']['id']}"}


def test_all_or_none_undoes_everything(api: Any) -> None:
    """One failure: the others are told that processing was halted, and nothing stays."""
    parts = [
        part("a", "POST", "sobjects/Account", {"Name": "Engines"}),
        part("b", "POST", "sobjects/Contact", {"FirstName": "Ada"}),
        part("c", "POST", "sobjects/Account", {"Name": "Looms"}),
    ]
    done = composite(api, parts, allOrNone=True)
    assert [answer["httpStatusCode"] for answer in done] == [400, 400, 400]
    assert [answer["body"][0]["errorCode"] for answer in done] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert api.query("SELECT COUNT() FROM Account")["totalSize"] == 0
    assert [answer["httpStatusCode"] for answer in composite(api, parts)] == [201, 400, 201]


def test_limits_of_a_composite(api: Any) -> None:
    """25 parts, 5 queries, every reference once."""
    many = [part(f"r{number}", "GET", "sobjects") for number in range(26)]
    queries = [part(f"q{number}", "GET", "query?q=SELECT Id FROM Lead") for number in range(6)]
    for parts in (many, queries, [many[0], many[0]], []):
        assert api.call("POST", "composite", json={"compositeRequest": parts}).status_code == 400


def test_batch_parts_are_independent_and_all_count(api: Any, org: Org) -> None:
    """Each part has its own status; each counts against the daily allowance."""
    before = org.usage.calls
    parts = [{"method": "GET", "url": "v59.0/sobjects/Lead"}, {"method": "GET", "url": "v59.0/sobjects/Shoe"}]
    body = api.call("POST", "composite/batch", json={"batchRequests": parts}).json()
    assert body["hasErrors"] is True
    assert [answer["statusCode"] for answer in body["results"]] == [200, 404]
    assert org.usage.calls == before + 2


def test_a_halted_batch(api: Any) -> None:
    """With haltOnError the rest is refused with 412."""
    parts = [{"method": "GET", "url": "v59.0/sobjects/Shoe"}, {"method": "GET", "url": "v59.0/sobjects/Lead"}]
    body = api.call("POST", "composite/batch", json={"batchRequests": parts, "haltOnError": True}).json()
    assert [answer["statusCode"] for answer in body["results"]] == [404, 412]
    assert body["results"][1]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"
