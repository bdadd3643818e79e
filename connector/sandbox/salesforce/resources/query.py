"""`/query`, `/queryAll` and the pages behind `nextRecordsUrl`."""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce import shown
from connector.sandbox.salesforce.asking import asking
from connector.sandbox.salesforce.cursors import Cursor
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route
from connector.sandbox.salesforce.soql import results
from connector.sandbox.salesforce.soql.columns import columns
from connector.sandbox.salesforce.soql.fault import QueryError
from connector.sandbox.salesforce.soql.parse import parse
from connector.sandbox.salesforce.soql.reified import check
from connector.sandbox.salesforce.soql.results import Results
from connector.sandbox.salesforce.soql.select import Statement, compile_query

_DEFAULT, _LEAST, _MOST = 2_000, 200, 2_000
"""Rows in a page, and the bounds of Sforce-Query-Options batchSize [D headers_queryoptions]."""
_SHOWN = frozenset(name.lower() for name in shown.OBJECTS)
_SHORT_EVERY, _SHORT_BY = 5, 3
"""Every fifth page is three rows short: batchSize is "not guaranteed", and a client that counts on it must notice."""


def query(call: Call) -> Answer:
    """`GET /query?q=`: records that are neither deleted nor archived."""
    return _answer(call, deleted=False)


def query_all(call: Call) -> Answer:
    """`GET /queryAll?q=`: deleted, merged and archived records as well."""
    return _answer(call, deleted=True)


def more(call: Call) -> Answer:
    """`GET /query/01g…-2000`: the page that begins there."""
    assert call.session is not None
    key, cursor, start = call.org.cursors.find(call.args["locator"], call.session.token, call.org.clock())
    if start >= len(cursor.results.keys):
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return Answer(body=_page(call, cursor, key, start))


def _answer(call: Call, *, deleted: bool) -> Answer:
    statement = compiled(call, call.query.get("q", ""), deleted=deleted)
    if call.query.get("columns", "").lower() == "true":
        return Answer(body=columns(parse(call.query["q"]), statement))
    return Answer(body=found(call, statement))


def compiled(call: Call, text: str, *, deleted: bool = False) -> Statement:
    """The query as a statement. Raises ApiError 400 with the code and text of what is wrong with it."""
    try:
        query = parse(text)
        check(query)
        if query.source.path[-1].lower() in _SHOWN:
            shown.refresh(call.org)
        return compile_query(query, asking(call.org, call.user_id, deleted=deleted))
    except QueryError as error:
        raise ApiError(400, error.code, error.message) from error


def found(call: Call, statement: Statement) -> dict[str, Any]:
    """The answer body: all of it, or the first page."""
    reader = call.org.storage.reader()
    if statement.kind == "count":
        return {"totalSize": results.count(statement, reader), "done": True, "records": []}
    if statement.kind == "groups":
        records = results.groups(statement, reader)
        if len(records) > _MOST:
            what = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
            raise ApiError(400, "EXCEEDED_ID_LIMIT", what)
        return {"totalSize": len(records), "done": True, "records": records}
    assert call.session is not None
    hits = results.find(statement, reader)
    if 0 < call.org.rules.limits.query_rows < len(hits.keys):
        raise ApiError(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
    cursor = Cursor(hits, _size(call, statement), call.user_id, call.session.token, call.org.clock())
    return _page(call, cursor, None, 0)


def _page(call: Call, cursor: Cursor, key: str | None, start: int) -> dict[str, Any]:
    cursor.pages += 1
    size = cursor.size - (_SHORT_BY if cursor.pages % _SHORT_EVERY == 0 else 0)
    total = len(cursor.results.keys)

    def later(hits: Results, place: int) -> str:
        again = Cursor(hits, cursor.size, cursor.user_id, cursor.token, cursor.opened)
        return _url(call, call.org.cursors.open(again), place)

    page = cursor.results.page(call.org.storage.reader(), start, size, f"{call.root}/sobjects/", later)
    records, end = page
    answer: dict[str, Any] = {"totalSize": total, "done": end >= total}
    if end >= total:
        cursor.finished = True
    else:
        answer["nextRecordsUrl"] = _url(call, key or call.org.cursors.open(cursor), end)
    return {**answer, "records": records}


def _url(call: Call, key: str, place: int) -> str:
    return f"{call.root}/query/{key}-{place}"


def _size(call: Call, statement: Statement) -> int:
    """The page size: what the header asks for within its bounds; two custom long text fields cut it to the least."""
    asked = _DEFAULT
    for option in call.header("sforce-query-options").split(","):
        name, _, value = option.partition("=")
        if name.strip().lower() == "batchsize" and value.strip().isdecimal():
            asked = int(value)
    cells = (cell.field for cell in statement.projection.cells)
    if sum(one is not None and one.custom and one.long_text for one in cells) >= 2:
        asked = _LEAST
    return min(max(asked, _LEAST), _MOST)


ROUTES = [
    Route("/services/data/{v}/query", GET=query),
    Route("/services/data/{v}/queryAll", GET=query_all),
    Route("/services/data/{v}/query/{locator}", GET=more),
    Route("/services/data/{v}/queryAll/{locator}", GET=more),
]
