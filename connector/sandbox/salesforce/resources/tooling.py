"""`/tooling/query`: SOQL on the org's own make-up."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

from connector.sandbox.salesforce.asking import asking
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route
from connector.sandbox.salesforce.soql import results
from connector.sandbox.salesforce.soql.columns import columns
from connector.sandbox.salesforce.soql.fault import QueryError
from connector.sandbox.salesforce.soql.parse import parse
from connector.sandbox.salesforce.soql.reified import check
from connector.sandbox.salesforce.soql.select import Statement, compile_query, no_object
from connector.sandbox.salesforce.tooling.database import ToolingObjects, database

_SINGLE = frozenset({"Metadata", "FullName"})


def query(call: Call) -> Answer:
    """`GET /tooling/query?q=`: the answer of a query with the extra keys of the Tooling API."""
    text = call.query.get("q", "")
    try:
        asked = parse(text)
        check(asked)
        if not call.access.may("ViewSetup") and ToolingObjects().is_setup(asked.source.path[-1]):
            raise no_object(asked.source.path[-1], text, asked.source.at)
        who = replace(asking(call.org, call.user_id), catalogue=ToolingObjects())
        statement = compile_query(asked, who)
    except QueryError as error:
        raise ApiError(400, error.code, error.message) from error
    if call.query.get("columns", "").lower() == "true":
        return Answer(body=columns(asked, statement))
    return Answer(body=_answer(call, statement))


def _answer(call: Call, statement: Statement) -> dict[str, Any]:
    with closing(database(call.org)) as db:
        if statement.kind == "count":
            records: list[dict[str, Any]] = []
            total = results.count(statement, db)
        elif statement.kind == "groups":
            records = results.groups(statement, db)
            total = len(records)
        else:
            found = results.find(statement, db)
            total = len(found.keys)
            _check_single(statement, total)
            records, _ = found.page(db, 0, max(total, 1), f"{call.root}/tooling/sobjects/", lambda hits, place: "")
    head = {"size": len(records), "totalSize": total, "done": True, "queryLocator": None}
    return {**head, "entityTypeName": statement.object.name, "records": records}


def _check_single(statement: Statement, total: int) -> None:
    """FullName and Metadata are worked out for one record only [D tooling_api_objects_customfield]."""
    if total > 1 and _SINGLE.intersection(statement.projection.header):
        text = (
            "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more "
            f"than one row for retrieval. Result size: {total}"
        )
        raise ApiError(400, "MALFORMED_QUERY", text)


ROUTES = [Route("/services/data/{v}/tooling/query", GET=query)]
