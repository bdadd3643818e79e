"""Many rows: `GET /leads`, the rows behind a navigation property, and how many there are."""

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.errors import no_segment
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.query.asked import Asked, Within
from connector.sandbox.dynamics.query.places import Children, children
from connector.sandbox.dynamics.query.reading import collection, count


def read(call: Call) -> Answer:
    """`GET /leads`: a page of rows, groups, or changes since a delta token."""
    return _page(call, call.entity(), call.args["set"])


def total(call: Call) -> Answer:
    """`GET /leads/$count`: a number as text, never above 5,000."""
    entity = call.entity()
    return _number(count(_asked(call, entity.set_name), entity))


def behind(call: Call, parent: Entity, id: str, found: Children) -> Answer:
    """`GET /leads(<guid>)/Lead_Tasks`: the rows that point at one."""
    path = f"{parent.set_name}({id})/{found.navigation.collection}"
    return _page(call, found.entity, path, Within(parent, id, found))


def total_behind(call: Call) -> Answer:
    """`GET /leads(<guid>)/Lead_Tasks/$count`."""
    parent = call.entity()
    name = call.args["name"]
    found = children(call.org.entities, parent, name)
    if found is None:
        raise no_segment(name)
    id = keys.found(call.org, parent, keys.parsed(parent, call.args["key"]))
    path = f"{parent.set_name}({id})/{name}"
    return _number(count(_asked(call, path), found.entity, Within(parent, id, found)))


def _page(call: Call, entity: Entity, path: str, within: Within | None = None) -> Answer:
    body, applied = collection(_asked(call, path), entity, within)
    return Answer(200, body, {"Preference-Applied": applied} if applied else {})


def _asked(call: Call, path: str) -> Asked:
    return Asked(call.org, call.user_id, call.root, path, call.raw_query, call.header("prefer"))


def _number(found: int) -> Answer:
    return Answer(content=str(found).encode(), media_type="text/plain")


ROUTES = [
    Route("{set}", GET=read),
    Route("{set}/$count", GET=total),
    Route("{set}({key})/{name}/$count", GET=total_behind),
]
