"""`GET /services/data`: the versions; `GET /services/data/v59.0`: what a version offers."""

from connector.sandbox.salesforce.http import Answer, Call, Route
from connector.sandbox.salesforce.versions import listing

_OFFERS = {
    "sobjects": "sobjects",
    "query": "query",
    "queryAll": "queryAll",
    "tooling": "tooling",
    "composite": "composite",
    "limits": "limits",
    "jobs": "jobs",
    "ui-api": "ui-api",
}


def versions(call: Call) -> Answer:
    """All versions; needs no session."""
    return Answer(body=listing())


def resources(call: Call) -> Answer:
    """Resource names with their paths, and the identity URL of the caller."""
    offers = {name: f"{call.root}/{path}" for name, path in _OFFERS.items()}
    return Answer(body={**offers, "identity": call.org.identity_url(call.base_url, call.user_id)})


ROUTES = [
    Route("/services/data", session=False, GET=versions),
    Route("/services/data/{v}", GET=resources),
]
