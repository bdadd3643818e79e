"""Reading what the environment is made of: EntityDefinitions, option sets, relationships, `$metadata` [D 5.1]."""

from __future__ import annotations

import msgspec

from connector.sandbox.dynamics.errors import DataverseError, invalid_argument, no_segment
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.metadata import csdl
from connector.sandbox.dynamics.metadata.changes import answer as retrieve
from connector.sandbox.dynamics.metadata.lag import as_read
from connector.sandbox.dynamics.metadata.options import Options, split
from connector.sandbox.dynamics.metadata.path import Segment, segments
from connector.sandbox.dynamics.metadata.read import Reader
from connector.sandbox.dynamics.query.fault import QueryError

ROOTS = ("EntityDefinitions", "GlobalOptionSetDefinitions", "RelationshipDefinitions")


def read(call: Call) -> Answer:
    """One thing, or a list of things, whole: metadata has no pages."""
    strong = call.header("consistency").lower() == "strong"
    reader = Reader(as_read(call.org, strong=strong), call.org)
    try:
        context, found = reader.answer(path_of(call), Options(call.query))
    except QueryError as error:
        raise DataverseError(error.status, error.code, error.message) from error
    body: dict[str, object] = {"@odata.context": f"{call.root}/$metadata#{context}"}
    if isinstance(found, dict):
        return Answer(body={**body, **found})
    if call.query.get("$count") == "true":
        body["@odata.count"] = len(found)
    return Answer(body={**body, "value": found})


def changes(call: Call) -> Answer:
    """`RetrieveMetadataChanges(Query=@p1,…)`; the query is JSON, as a parameter alias."""
    text = _argument(call, "Query")
    try:
        query = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise invalid_argument(f"The Query is no JSON: {error}") from error
    if not isinstance(query, dict):
        raise invalid_argument("The Query must be an EntityQueryExpression.")
    entities = as_read(call.org, strong=call.header("consistency").lower() == "strong")
    stamp = f"{call.org.version()}!{call.org.clock():%m/%d/%Y %H:%M:%S}"
    found = retrieve(entities, query, _argument(call, "ClientVersionStamp").strip("'"), stamp)
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"
    return Answer(body={"@odata.context": context, **found})


def _argument(call: Call, name: str) -> str:
    """An argument of a function call, through its parameter alias; "" if it is not given."""
    for part in split(call.args["key"], ","):
        key, _, value = part.partition("=")
        if key.strip() == name:
            value = value.strip()
            return call.query.get(value, "") if value.startswith("@") else value
    return ""


def path_of(call: Call) -> list[Segment]:
    """The segments of a metadata request's path. Raises DataverseError 404 if it cannot be read."""
    path = call.path.split("/api/data/", 1)[1].partition("/")[2]
    found = segments(path)
    if found is None:
        raise no_segment(path.partition("(")[0])
    return found


def document(call: Call) -> Answer:
    """The service as CSDL."""
    pieces = (piece.encode() for piece in csdl.document(call.org.entities))
    return Answer(content=pieces, media_type="application/xml")


ROUTES = [
    Route("$metadata", GET=document),
    Route("RetrieveMetadataChanges({key})", GET=changes),
    Route("EntityDefinitions", GET=read),
    Route("GlobalOptionSetDefinitions({key})", GET=read),
    Route("GlobalOptionSetDefinitions({key})/{rest:rest}", GET=read),
    Route("RelationshipDefinitions", GET=read),
    Route("RelationshipDefinitions({key})", GET=read),
    *(Route(root + "/{rest:rest}", GET=read) for root in ROOTS),
]
