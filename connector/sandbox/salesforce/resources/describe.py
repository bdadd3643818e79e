"""`/sobjects` and `/sobjects/{object}/describe`, with conditional requests."""

import zlib
from collections.abc import Callable
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from connector.sandbox.salesforce import describe, shown
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.http import Answer, Call, Route, not_found
from connector.sandbox.salesforce.stamps import instant


def visible(call: Call) -> ObjectType:
    """The object in the path as the caller sees it. Raises ApiError 404."""
    found = call.access.visible(call.args["object"])
    if found is None:
        raise not_found()
    if found.name in shown.OBJECTS:
        shown.refresh(call.org)
    return found


def objects(call: Call) -> Answer:
    """Every object that the caller may see."""
    access = call.access

    def body() -> dict[str, Any]:
        seen = [found for found in call.org.objects.values() if access.visible(found.name)]
        listed = [describe.brief(access, found, call.root) for found in seen]
        return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed}

    return conditional(call, call.org.changed(), body)


def one(call: Call) -> Answer:
    """The describe of one object."""
    found = visible(call)
    key = f"describe {found.name} {call.user_id} {call.root}"

    def body() -> Any:
        if key not in call.org.cache:
            call.org.cache[key] = describe.full(call.org, call.access, found, call.root)
        return call.org.cache[key]

    return conditional(call, call.org.changed(found.name), body)


def conditional(call: Call, changed: str, body: Callable[[], Any]) -> Answer:
    """The body, or 304 without one if the metadata has not changed since `If-Modified-Since`.

    `changed` is a stored instant. [R ManualEditTestCompositeParallelSalesforce.test_http_headers.yaml]
    """
    moment = instant(changed)
    tag = f'"{zlib.crc32(f"{call.path} {changed}".encode()):08x}"'
    headers = {"Last-Modified": format_datetime(moment, usegmt=True), "ETag": tag}
    since = call.header("if-modified-since")
    if call.header("if-none-match") == tag or (since and _not_after(since, moment.timestamp())):
        return Answer(304, headers=headers)
    return Answer(body=body(), headers=headers)


def _not_after(since: str, changed: float) -> bool:
    try:
        return changed <= parsedate_to_datetime(since).timestamp()
    except (TypeError, ValueError):
        return False


ROUTES = [
    Route("/services/data/{v}/sobjects", GET=objects),
    Route("/services/data/{v}/sobjects/{object}/describe", GET=one),
]
