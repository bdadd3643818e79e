"""Reading very many rows: a Bulk API 2.0 query job, its result pages spooled to disk while earlier ones are converted.

Facts this rests on [D query_get_job_results]: pages come by `locator`, the last one says `Sforce-Locator: null`
literally; each page is CSV with a header row of its own and says `Sforce-NumberOfRecords`; a page may be read again
while the job exists. Rows come in no order. Empty text and null are the same. Whatever the Content-Type says, it is
UTF-8 [I airbyte #19289].
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import IO, Any, NamedTuple

import requests
import urllib3.exceptions

from connector.adapters.salesforce.errors import Declined, QueryTooWide
from connector.adapters.salesforce.foreign import translate
from connector.adapters.salesforce.session import TRIES, Session
from connector.errors import CrmFailed, Retry, Unanswered

PAGE = 50_000
"""Rows asked for per result page; the CRM may give fewer."""
AHEAD = 3
"""Result pages being downloaded while one is converted."""
BATCH = 2_000
"""Rows handed on at once."""
LONGEST = 4 * 3600.0
"""Seconds to wait for a job before giving up."""
_LAST = (None, "", "null")


class Job(NamedTuple):
    """A finished query job. `created`: when the CRM took it, by the CRM's clock. `rows`: how many it says it found."""

    id: str
    created: str
    rows: int


class Page(NamedTuple):
    """A result page on its way: its own locator, the rows it should hold, and the file it is spooled to."""

    locator: str | None
    rows: int
    file: Future[IO[bytes]]


def run(session: Session, query: str, *, all_rows: bool = False) -> Job:
    """Creates the job and waits for it. `all_rows`: deleted and archived rows too.

    Raises QueryTooWide if the CRM gave up on it, CrmFailed or Declined if it failed otherwise.
    """
    body = {
        "operation": "queryAll" if all_rows else "query",
        "query": query,
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    made = session.ask("POST", f"{session.data}/jobs/query", json=body)
    done = wait(session, f"{session.data}/jobs/query/{made['id']}")
    if done["state"] != "JobComplete":
        raise _failed(str(done.get("errorMessage") or f"the query job ended as {done['state']}"), made["id"])
    return Job(made["id"], made["createdDate"], int(done.get("numberRecordsProcessed", 0)))


def wait(session: Session, path: str, *, longest: float = LONGEST) -> Any:
    """Polls a job until it has ended, and gives its last answer. Each poll is a call, so the pauses grow to 20 s."""
    waited, pause = 0.0, 0.5
    while True:
        job = session.get(path)
        if job["state"] in ("JobComplete", "Failed", "Aborted"):
            return job
        if waited >= longest:
            raise CrmFailed(
                f"the job has been {job['state']} for {waited / 60:.0f} minutes",
                where=path,
                next="see Setup → Bulk Data Load Jobs, then run the command again",
            )
        session.pace.sleep(pause)
        waited += pause
        pause = min(pause * 1.6, 20.0)


def rows(session: Session, job: Job, columns: Sequence[str]) -> Iterator[list[list[str]]]:
    """The job's rows, in the order of `columns`, in lists of at most BATCH; empty text stands for null too.

    Every page is proved whole before its last row is handed on. Raises CrmFailed if the sum is not what the job said.
    """
    total = 0
    for page in _pages(session, job):
        for batch in _whole(session, job, page, columns):
            total += len(batch)
            yield batch
    if total != job.rows:
        raise CrmFailed(
            f"the query job found {job.rows:,} rows but its result pages hold {total:,}",
            where=f"job {job.id}",
            next="run the command again",
        )


def _pages(session: Session, job: Job) -> Iterator[Page]:
    """Result pages in order. Only the headers of a page are waited for here: they hold the way to the next one."""
    pool = ThreadPoolExecutor(AHEAD, thread_name_prefix="bulk-page")
    flying: deque[Page] = deque()
    locator: str | None = None
    more = True
    stop = Event()
    try:
        while more or flying:
            while more and len(flying) < AHEAD:
                response = _ask(session, job, locator)
                flying.append(Page(locator, _count(response), pool.submit(spool, response, stop)))
                locator = response.headers.get("Sforce-Locator")
                more = locator not in _LAST
            yield flying.popleft()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _ask(session: Session, job: Job, locator: str | None) -> requests.Response:
    params = {"maxRecords": str(PAGE)} | ({"locator": locator} if locator else {})
    path = f"{session.data}/jobs/query/{job.id}/results"
    for tries in range(1, TRIES + 1):
        response = session.send("GET", path, params=params, headers={"Accept": "text/csv"}, stream=True)
        if response.status_code != 204:
            return response
        response.close()
        session.pace.sleep(session.pace.after(tries))
    raise CrmFailed("the query job is complete but gives no results", where=f"job {job.id}", next="run it again")


def _count(response: requests.Response) -> int:
    told = response.headers.get("Sforce-NumberOfRecords", "")
    if not told.isdigit():
        response.close()
        raise CrmFailed("a result page does not say how many rows it holds", where=response.url)
    return int(told)


def spool(response: requests.Response, stop: Event | None = None) -> IO[bytes]:
    """The body in a temporary file, from its beginning, without null bytes [I airbyte #8300] and byte order mark.

    Raises Unanswered if it breaks off, or `stop` is set because nobody wants it any more.
    """
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 – whoever reads it closes it
    last = b""
    try:
        with response:
            for chunk in response.iter_content(1 << 18):
                if stop is not None and stop.is_set():
                    break
                if not last:
                    chunk = chunk.removeprefix(b"\xef\xbb\xbf")
                file.write(chunk.replace(b"\x00", b"") if b"\x00" in chunk else chunk)
                last = chunk[-1:] or last
    except (OSError, urllib3.exceptions.HTTPError) as error:
        file.close()
        raise translate(error, where=response.url) from error
    if last not in (b"\n", b'"'):
        file.close()
        raise Unanswered("the result breaks off within a row", where=response.url)
    file.seek(0)
    return file


def _whole(session: Session, job: Job, page: Page, columns: Sequence[str]) -> Iterator[list[list[str]]]:
    """The rows of one page. One that breaks off is asked for again, and what was handed on already is passed over."""
    seen = 0
    waiting = page.file
    for tries in range(1, TRIES + 1):
        at = 0
        try:
            with waiting.result() as file:
                for batch in _checked(file, columns, page.rows):
                    fresh = batch[max(0, seen - at) :]
                    at += len(batch)
                    seen = max(seen, at)
                    if fresh:
                        yield fresh
            return
        except Retry as error:
            if tries == TRIES:
                raise CrmFailed(
                    f"a result page kept breaking off: {error.what}", where=f"job {job.id}", next="run it again"
                ) from error
            session.pace.sleep(session.pace.after(tries))
            waiting = _again(session, job, page)


def _again(session: Session, job: Job, page: Page) -> Future[IO[bytes]]:
    future: Future[IO[bytes]] = Future()
    try:
        future.set_result(spool(_ask(session, job, page.locator)))
    except Retry as error:
        future.set_exception(error)
    return future


def _checked(file: IO[bytes], columns: Sequence[str], expected: int) -> Iterator[list[list[str]]]:
    """Batches of a spooled page. The last one is held back until the count is right. Raises Retry if it is not."""
    held: list[list[str]] = []
    count = 0
    for batch in parse(file, columns):
        if held:
            yield held
        held = batch
        count += len(batch)
    if count != expected:
        raise Retry(f"{count:,} of {expected:,} rows arrived")
    if held:
        yield held


def parse(file: IO[bytes], columns: Sequence[str]) -> Iterator[list[list[str]]]:
    """The rows of a CSV file in batches, cells in the order of `columns` whatever the order in the file.

    Raises Retry for a row that is not whole, CrmFailed if a column is missing or it is not UTF-8.
    """
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    reader = csv.reader(text, strict=True)
    try:
        header = [cell.lower() for cell in next(reader, [])]
        order = [header.index(column.lower()) for column in columns]
        straight = order == list(range(len(header)))
        batch: list[list[str]] = []
        for row in reader:
            batch.append(row)
            if len(batch) == BATCH:
                yield _ordered(batch, header, order, straight)
                batch = []
        if batch:
            yield _ordered(batch, header, order, straight)
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError):
            raise Retry(f"the text breaks off within a letter: {error.reason}") from error
        raise CrmFailed(f"the result has other columns than were asked for: {error}") from error
    except csv.Error as error:
        raise Retry(f"the CSV is broken: {error}") from error
    finally:
        text.detach()


def _ordered(batch: list[list[str]], header: list[str], order: list[int], straight: bool) -> list[list[str]]:
    width = len(header)
    if any(len(row) != width for row in batch):
        raise Retry("a row breaks off")
    return batch if straight else [[row[at] for at in order] for row in batch]


def _failed(text: str, job: str) -> Exception:
    if "QUERY_TIMEOUT" in text or "running for too long" in text or "InternalServerError" in text:
        return QueryTooWide(text, where=f"job {job}")
    return Declined("", text, where=f"job {job}", next="see Setup → Bulk Data Load Jobs")
