"""A bulk query's rows arrive whole, each once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from connector.adapters.salesforce import bulk_query
from connector.adapters.salesforce.errors import Declined, QueryTooWide
from connector.errors import CrmFailed
from connector.model import LEAD, Ref
from connector.ports import Table
from tests.adapters.contract import ODD, everything
from tests.adapters.salesforce.wire import DATA, session
from tests.adapters.salesforce.world import SalesforceWorld

JOB = {"id": "750000000000001AAA", "createdDate": "2026-03-02T09:00:00.000+0000"}
RESULTS = f"{DATA}/jobs/query/{JOB['id']}/results"


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """Nothing leaves this process."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def page(wire: responses.RequestsMock, body: str | bytes, rows: int, locator: str | None = "null", **more: str) -> None:
    """One result page."""
    headers = {"Sforce-NumberOfRecords": str(rows), "Content-Type": "text/csv"} | more
    wire.get(RESULTS, body=body, headers=headers | ({"Sforce-Locator": locator} if locator is not None else {}))


def read(rows: int, columns: tuple[str, ...] = ("Id", "Status")) -> list[list[str]]:
    """All rows of the job."""
    job = bulk_query.Job(JOB["id"], JOB["createdDate"], rows)
    return [row for batch in bulk_query.rows(session(), job, columns) for row in batch]


@pytest.mark.trap("S10")
@pytest.mark.parametrize("last", ["null", "", None])
def test_the_last_page_is_known_by_null(wire: responses.RequestsMock, last: str | None) -> None:
    """The literal text `null`, an empty locator and none all end the pages; a real one never does."""
    page(wire, '"Id","Status"\n"a","1"\n', 1, "MDow")
    page(wire, '"Id","Status"\n"b","2"\n', 1, last)
    assert read(2) == [["a", "1"], ["b", "2"]]
    assert [call.request.params.get("locator") for call in wire.calls] == [None, "MDow"]  # type: ignore[attr-defined]


@pytest.mark.trap("S10")
def test_pages_that_hold_less_than_the_job_found_stop(wire: responses.RequestsMock) -> None:
    """The sum of all pages is proved against the job: a lost page is never passed over."""
    page(wire, '"Id","Status"\n"a","1"\n', 1)
    with pytest.raises(CrmFailed):
        read(3)


@pytest.mark.parametrize(
    "broken",
    [
        '"Id","Status"\n"a","1"\n"b","2"\n',
        '"Id","Status"\n"a","1"\n"b","2"\n"c"\n',
        '"Id","Status"\n"a","1"\n"b","2"\n"c",',
        '"Id","Status"\n"a","1"\n"b","2"\n"c","3',
        '"Id","Status"\n"a","1"\n"b","2"\n"c","3\n',
        "",
    ],
    ids=["whole rows lost", "a cell lost", "an empty cell left", "within a cell", "within a quoted newline", "nothing"],
)
def test_a_truncated_page_is_asked_for_again(wire: responses.RequestsMock, broken: str) -> None:
    """Wherever a page is cut, it is noticed before its last row is believed, and no row comes twice."""
    page(wire, broken, 3)
    page(wire, '"Id","Status"\n"a","1"\n"b","2"\n"c","3"\n', 3)
    assert read(3) == [["a", "1"], ["b", "2"], ["c", "3"]]


def test_rows_handed_on_are_not_handed_on_twice(wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that breaks off late goes on where it broke off."""
    monkeypatch.setattr(bulk_query, "BATCH", 2)
    rows = [f'"{number}","x"\n' for number in range(7)]
    page(wire, '"Id","Status"\n' + "".join(rows[:5]), 7)
    page(wire, '"Id","Status"\n' + "".join(rows), 7)
    assert [row[0] for row in read(7)] == [str(number) for number in range(7)]


def test_a_page_that_is_never_whole_ends(wire: responses.RequestsMock) -> None:
    """After some tries the command ends and names the job."""
    page(wire, '"Id","Status"\n"a","1"\n', 2)
    with pytest.raises(CrmFailed) as caught:
        read(2)
    assert JOB["id"] in str(caught.value)


@pytest.mark.trap("S13")
def test_null_bytes_are_left_out(wire: responses.RequestsMock) -> None:
    """Null bytes stand in real orgs and nowhere else."""
    page(wire, b'"Id","Status"\n"a","Left\x00 Vmail"\n', 1)
    assert read(1) == [["a", "Left Vmail"]]


@pytest.mark.trap("S14")
@pytest.mark.parametrize("kind", ["text/csv", "text/csv; charset=ISO-8859-1"])
def test_it_is_utf8_whatever_the_header_says(wire: responses.RequestsMock, kind: str) -> None:
    """Letters beyond ASCII are not taken for two others, at chunk edges neither."""
    text = "Köln 日本 " * 40_000
    page(wire, f'"Id","Status"\n"a","{text}"\n'.encode(), 1, **{"Content-Type": kind})
    assert read(1) == [["a", text]]


@pytest.mark.trap("S15")
def test_newlines_within_a_value_stay(wire: responses.RequestsMock) -> None:
    """Every kind of newline and separator may stand in a value."""
    text = "a\nb\r\nc\rd\u2028e\x0bf\x1cg\x85h"
    page(wire, f'"Id","Status"\n"a","{text}"\n"b","x"\n'.encode(), 2)
    assert read(2) == [["a", text], ["b", "x"]]


@pytest.mark.trap("S18")
def test_a_byte_order_mark_is_no_part_of_a_name(wire: responses.RequestsMock) -> None:
    """The first column is found all the same."""
    page(wire, b'\xef\xbb\xbf"Id","Status"\n"a","1"\n', 1)
    assert read(1) == [["a", "1"]]


@pytest.mark.trap("S12")
def test_every_page_has_a_header_of_its_own_and_huge_cells_fit(wire: responses.RequestsMock) -> None:
    """Headers are never taken for rows; columns may come in another order; a cell may be larger than 128 KB."""
    page(wire, '"Status","Id"\n"1","a"\n', 1, "x")
    page(wire, '"id","STATUS"\n"b","' + "y" * 200_000 + '"\n', 1)
    assert read(2) == [["a", "1"], ["b", "y" * 200_000]]


def test_a_missing_column_stops(wire: responses.RequestsMock) -> None:
    """A result with other columns than asked for is not guessed at."""
    page(wire, '"Id"\n"a"\n', 1)
    with pytest.raises(CrmFailed):
        read(1)


def test_results_that_are_not_ready_are_waited_for(wire: responses.RequestsMock) -> None:
    """204 No Content means: not yet."""
    wire.get(RESULTS, status=204)
    page(wire, '"Id","Status"\n', 0)
    assert read(0) == []


@pytest.mark.trap("S11")
def test_no_path_has_a_double_slash(world: SalesforceWorld) -> None:
    """Result addresses are joined with one slash, also where the configured address ends in one."""
    world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry")
    adapter = world.adapter(url=world.sandbox.url + "/")
    adapter._reader._rest_to = 0
    assert len(everything(adapter.read(Table.LEAD, None))[0]) == 1


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("QUERY_TIMEOUT: Your query request was running for too long.", QueryTooWide),
        ("InvalidBatch : something else", Declined),
    ],
)
def test_a_failed_job_says_why(wire: responses.RequestsMock, message: str, error: type[Exception]) -> None:
    """A job that ran too long can be split; any other failure is told with the CRM's words."""
    wire.post(f"{DATA}/jobs/query", json=JOB)
    wire.get(f"{DATA}/jobs/query/{JOB['id']}", json={**JOB, "state": "InProgress"})
    wire.get(f"{DATA}/jobs/query/{JOB['id']}", json={**JOB, "state": "Failed", "errorMessage": message})
    with pytest.raises(error) as caught:
        bulk_query.run(session(), "SELECT Id FROM Lead")
    assert message in str(caught.value)


def test_waiting_for_a_job_ends_some_time(wire: responses.RequestsMock) -> None:
    """A job that never ends is given up, with where to look; the pauses grow, because each poll is a call."""
    waits: list[float] = []
    wire.get(f"{DATA}/jobs/query/1", json={"state": "InProgress"})
    with pytest.raises(CrmFailed):
        bulk_query.wait(session(waits), "/services/data/v62.0/jobs/query/1", longest=600)
    assert sum(waits) >= 600
    assert len(waits) < 50


@pytest.mark.parametrize(
    "fault",
    [{"drop": 2_000}, {"truncate": 2_000}, {"status": 503}, {"expire_sessions": True, "times": 1}],
    ids=lambda fault: next(iter(fault)),
)
def test_a_large_read_survives_the_wire(world: SalesforceWorld, fault: dict[str, object]) -> None:
    """Dropped connections, cut bodies, refusals and ended sessions in the middle of the pages cost no row."""
    from connector.sandbox.salesforce.apps import register

    app = register(world.crm)
    (world.folder / "secret").write_text(app.client_secret)
    columns = ("LastName", "Company", "Status")
    world.crm.load("Lead", columns, [(f"Doe {number}", "Acme", ODD) for number in range(1_000)])
    world.crm.rules.bulk.page_rows = 100
    adapter = world.adapter(login="client_credentials", client_id=app.client_id, client_secret="file:secret")
    adapter._reader._rest_to = 10
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_query, "PAGE", 100)
        hit = world.faults.add(path="jobs/query/.*/results", first=3, **{"times": 2, **fault})
        rows, _, _, mark = everything(adapter.read(Table.LEAD, None))
    assert hit.hits >= 1
    assert len({row[0] for row in rows}) == len(rows) == 1_000
    assert {row[6] for row in rows} == {ODD}
    assert mark is not None
    assert world.value(Ref(world.org, LEAD, rows[0][0]), "status") == ODD
