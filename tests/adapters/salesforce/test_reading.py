"""One query read to its end: pages resumed by key, totals proved, marks from the CRM alone, long queries split."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connector.adapters.salesforce.reading import Reading
from connector.adapters.salesforce.sources import Source
from connector.adapters.web.rows import Constant, Shape, Sorted, Stamp
from connector.errors import CrmFailed
from connector.mapping import Column
from connector.model import Kind
from connector.ports import Row, Table
from tests.adapters.salesforce.wire import DATA, session

STAMP = "2026-03-02T08:{:02d}:00.000+0000"
SOURCE = Source(
    table=Table.LEAD,
    object="Lead",
    shape=Shape(
        [Column("id", "Id")],
        None,
        [Column("id", "Id"), Stamp("SystemModstamp"), Column("deleted", "IsDeleted", Kind.FLAG), Constant()],
    ),
    arrange=lambda rows: Sorted(rows, [], []),
)
LOST = [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}]
TIMEOUT = [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}]


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """Nothing leaves this process."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def record(number: int) -> dict[str, Any]:
    """A lead."""
    return {"Id": f"00Q5g{number:010d}EAA", "SystemModstamp": STAMP.format(number % 60), "IsDeleted": False}


def page(numbers: range, total: int, more: str | None = None) -> dict[str, Any]:
    """A page of a REST query."""
    body: dict[str, Any] = {"totalSize": total, "done": more is None, "records": [record(n) for n in numbers]}
    return body | ({"nextRecordsUrl": more} if more else {})


def read(since: str = "", rest_to: int = 20_000) -> tuple[list[Row], Reading]:
    """All rows of a reading."""
    reading = Reading(session(), SOURCE, rest_to, since)
    reading.open()
    return [row for rows in reading.rows() for row in rows], reading


def queries(wire: responses.RequestsMock) -> list[str]:
    """The SOQL of each query that was asked."""
    asked = [urlsplit(str(call.request.url)) for call in wire.calls]
    return [parse_qs(url.query)["q"][0] for url in asked if "q=" in url.query]


def test_pages_are_followed_until_done(wire: responses.RequestsMock) -> None:
    """A page may be shorter than asked for: only `done` ends the pages."""
    wire.get(f"{DATA}/query", json=page(range(3), 5, "/services/data/v62.0/query/01g-3"))
    wire.get(f"{DATA}/query/01g-3", json=page(range(3, 4), 5, "/services/data/v62.0/query/01g-4"))
    wire.get(f"{DATA}/query/01g-4", json=page(range(4, 5), 5))
    rows, _ = read()
    assert [row[0] for row in rows] == [record(n)["Id"] for n in range(5)]


@pytest.mark.trap("S2")
def test_a_lost_locator_is_resumed_behind_the_last_key(wire: responses.RequestsMock) -> None:
    """A full read goes on by id, a read of changes by stamp and id."""
    for since, path in (("", "query"), ("2026-03-02T08:00:00.000Z", "queryAll")):
        wire.reset()
        wire.get(f"{DATA}/{path}", json=page(range(2), 3, f"/services/data/v62.0/{path}/01g-2"))
        wire.get(f"{DATA}/{path}/01g-2", status=400, json=LOST)
        wire.get(f"{DATA}/{path}", json=page(range(2, 3), 1))
        rows, _ = read(since)
        assert len(rows) == 3
        assert (f"Id > '{record(1)['Id']}'" in queries(wire)[1]) is True
        assert ("SystemModstamp > 2026-03-02T08:01:00.000Z" in queries(wire)[1]) is bool(since)


def test_a_locator_that_is_always_lost_ends(wire: responses.RequestsMock) -> None:
    """It does not go round for ever."""
    wire.get(f"{DATA}/query", json=page(range(2), 3, "/services/data/v62.0/query/01g-2"))
    wire.get(f"{DATA}/query/01g-2", status=400, json=LOST)
    with pytest.raises(CrmFailed):
        read()


def test_pages_that_hold_less_than_was_found_stop(wire: responses.RequestsMock) -> None:
    """Rows that the pages do not bring are never passed over in silence."""
    wire.get(f"{DATA}/query", json=page(range(2), 3))
    with pytest.raises(CrmFailed) as caught:
        read()
    assert "3" in caught.value.what


@pytest.mark.trap("S5")
def test_a_mark_is_the_highest_stamp_but_never_ahead_of_the_crm(wire: responses.RequestsMock) -> None:
    """A row stamped in the future does not hide what comes between now and then."""
    wire.get(f"{DATA}/query", json=page(range(59), 59), headers={"Date": "Mon, 02 Mar 2026 08:30:00 GMT"})
    assert read()[1].mark() == "2026-03-02T08:30:00.000Z"
    wire.reset()
    wire.get(f"{DATA}/query", json=page(range(20), 20), headers={"Date": "Mon, 02 Mar 2026 08:30:00 GMT"})
    assert read()[1].mark() == "2026-03-02T08:19:00.000Z"


def test_no_rows_give_no_mark(wire: responses.RequestsMock) -> None:
    """Nothing seen, nothing known: the next read is a full one."""
    wire.get(f"{DATA}/query", json=page(range(0), 0))
    assert read()[1].mark() == ""


def test_changes_begin_before_the_mark_and_include_deletions(wire: responses.RequestsMock) -> None:
    """Ten minutes before, from that very second on, in an order that can be resumed."""
    wire.get(f"{DATA}/queryAll", json=page(range(0), 0))
    read("2026-03-02T08:00:00.000Z")
    assert queries(wire) == [
        "SELECT Id, SystemModstamp, IsDeleted FROM Lead WHERE SystemModstamp >= 2026-03-02T07:50:00.000Z"
        " ORDER BY SystemModstamp, Id"
    ]


class Jobs:
    """Answers bulk jobs: `too_long` says which queries run into the time limit."""

    def __init__(self, wire: responses.RequestsMock, too_long: str) -> None:
        self.asked: list[str] = []
        self._too_long = too_long
        wire.add_callback("POST", f"{DATA}/jobs/query", self._create)
        wire.add_callback("GET", re.compile(f"{DATA}/jobs/query/\\d+$"), self._state)
        wire.add_callback("GET", re.compile(f"{DATA}/jobs/query/\\d+/results"), self._results)

    def _create(self, request: Any) -> tuple[int, dict[str, str], str]:
        import json

        self.asked.append(json.loads(request.body)["query"])
        return 200, {}, json.dumps({"id": str(len(self.asked)), "createdDate": "2026-03-02T08:05:00.000+0000"})

    def _state(self, request: Any) -> tuple[int, dict[str, str], str]:
        number = int(request.url.rpartition("/")[2])
        if re.search(self._too_long, self.asked[number - 1]):
            return 200, {}, '{"state":"Failed","errorMessage":"QUERY_TIMEOUT: running for too long"}'
        return 200, {}, '{"state":"JobComplete","numberRecordsProcessed":1}'

    def _results(self, request: Any) -> tuple[int, dict[str, str], str]:
        number = int(re.findall(r"query/(\d+)/results", request.url)[0])
        row = f'"00Q5g{number:010d}EAA","2026-03-02T08:10:00.000Z","false"'
        headers = {"Sforce-NumberOfRecords": "1", "Sforce-Locator": "null"}
        return 200, headers, f'"Id","SystemModstamp","IsDeleted"\n{row}\n'


@pytest.mark.trap("S31")
def test_a_query_that_runs_too_long_is_halved(wire: responses.RequestsMock) -> None:
    """The rows are split at the middle of their creation dates, as often as it takes, and every part is read."""
    jobs = Jobs(wire, r"FROM Lead$")
    bounds = {"lowest": "2026-01-01T00:00:00.000+0000", "highest": "2026-03-04T00:00:00.000+0000"}
    wire.get(f"{DATA}/query", status=400, json=TIMEOUT)
    wire.get(f"{DATA}/query", json={"totalSize": 1, "done": True, "records": [bounds]})
    rows, reading = read()
    assert len(rows) == 2
    assert [query.partition("WHERE ")[2] for query in jobs.asked[1:]] == [
        "CreatedDate < 2026-02-01T00:00:00.000Z",
        "CreatedDate >= 2026-02-01T00:00:00.000Z",
    ]
    assert reading.mark() == "2026-03-02T08:05:00.000Z"


def test_a_query_that_never_gets_short_enough_ends(wire: responses.RequestsMock) -> None:
    """Halving stops some time, with the CRM's own words."""
    Jobs(wire, ".")
    bounds = {"lowest": "2026-01-01T00:00:00.000+0000", "highest": "2026-03-04T00:00:00.000+0000"}
    wire.get(f"{DATA}/query", status=400, json=TIMEOUT)
    wire.get(f"{DATA}/query", json={"totalSize": 1, "done": True, "records": [bounds]})
    with pytest.raises(CrmFailed) as caught:
        read()
    assert "too long" in caught.value.what


def test_an_object_that_bulk_does_not_know_is_read_by_rest(wire: responses.RequestsMock) -> None:
    """Some objects cannot be queried in bulk at all."""
    text = "Entity 'LeadHistory' is not supported by the Bulk API."
    wire.get(f"{DATA}/query", json=page(range(3), 3))
    wire.post(f"{DATA}/jobs/query", status=400, json=[{"errorCode": "INVALIDENTITY", "message": text}])
    assert len(read(rest_to=2)[0]) == 3
