"""The text of batches: what real clients send is understood, what is no batch is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.dynamics.batch.multipart import ChangeSet, Operation, Reply, boundary_of, parse, write
from connector.sandbox.dynamics.errors import DataverseError
from tests.sandbox.dynamics.batchtext import change_set, operation, whole

GUID = "11111111-1111-1111-1111-111111111111"
SDK = f"""--batch_9e
Content-Type: application/http
Content-Transfer-Encoding: binary

PATCH https://localhost:28543/api/data/v9.2/leads({GUID}) HTTP/1.1
Content-Type: application/json; type=entry
If-Match: *

{{"statuscode": 2}}
--batch_9e
Content-Type: multipart/mixed; boundary="changeset_a9"

--changeset_a9
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

POST https://localhost:28543/api/data/v9.2/leads HTTP/1.1
Content-Type: application/json; type=entry

{{"lastname": "Q"}}
--changeset_a9--

--batch_9e--
""".replace("\n", "\r\n")
"""What the official Python SDK sends [recorded request], no blank line before a boundary."""


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ('multipart/mixed; boundary="batch_9e"', "batch_9e"),
        ("multipart/mixed;boundary=dwa_batch_cce", "dwa_batch_cce"),
        ('Multipart/Mixed; charset=utf-8; Boundary="a b"', "a b"),
    ],
)
def test_boundaries_come_quoted_or_not(header: str, boundary: str) -> None:
    """The Python SDK quotes its own, dynamics-web-api does not and leaves no space either."""
    assert boundary_of(header) == boundary


@pytest.mark.parametrize("header", ["", "application/json", "multipart/mixed", "multipart/mixed; boundary="])
def test_without_a_boundary_there_is_no_batch(header: str) -> None:
    """400 that names the header."""
    with pytest.raises(DataverseError) as caught:
        boundary_of(header)
    assert (caught.value.status, f"'{header}'" in caught.value.message) == (400, True)


def test_the_batch_of_the_official_sdk_is_read() -> None:
    """An operation, then a change set of one."""
    url = "https://localhost:28543/api/data/v9.2/leads"
    first, second = parse(SDK.encode(), "batch_9e")
    headers = {"content-type": "application/json; type=entry"}
    assert first == Operation("PATCH", f"{url}({GUID})", {**headers, "if-match": "*"}, b'{"statuscode": 2}')
    assert second == ChangeSet((Operation("POST", url, headers, b'{"lastname": "Q"}', "1"),))


def test_a_body_may_begin_with_an_empty_line() -> None:
    """As that of dynamics-web-api does."""
    assert parse(b"\r\n" + SDK.encode(), "batch_9e") == parse(SDK.encode(), "batch_9e")


def test_lines_that_end_in_lf_alone_are_unreadable() -> None:
    """0x80048d19 "Stream was not readable" [recorded error body]."""
    with pytest.raises(DataverseError) as caught:
        parse(SDK.replace("\r\n", "\n").encode(), "batch_9e")
    assert (caught.value.status, caught.value.code) == (400, "0x80048d19")
    assert "Stream was not readable" in caught.value.message


GET = operation("GET", "/api/data/v9.2/leads")
BROKEN = {
    "one header line with LF": whole(GET).replace(b"application/http\r\n", b"application/http\n"),
    "LF after the request line": whole(GET).replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n"),
    "no end": whole(GET).replace(b"--batch_x--", b""),
    "another boundary": whole(GET, boundary="other"),
    "no request line": whole(GET).replace(b"GET /api", b"/api"),
    "no transfer encoding": whole(GET).replace(b"Content-Transfer-Encoding: binary\r\n", b""),
    "JSON for HTTP": whole(GET).replace(b"application/http", b"application/json"),
    "GET in a change set": whole(change_set(("GET", "/api/data/v9.2/leads", None))),
    "no Content-ID": whole(change_set(("DELETE", "/api/data/v9.2/leads(1)", None))).replace(b"Content-ID: 1\r\n", b""),
    "one Content-ID twice": whole(
        change_set(("DELETE", "/api/data/v9.2/leads(1)", None), ("DELETE", "/api/data/v9.2/leads(2)", None))
    ).replace(b"Content-ID: 2", b"Content-ID: 1"),
    "empty": b"",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_batch_is_refused_as_a_whole(text: bytes) -> None:
    """400 0x80048d19; nothing of it is run."""
    with pytest.raises(DataverseError) as caught:
        parse(text, "batch_x")
    assert (caught.value.status, caught.value.code) == (400, "0x80048d19")


def test_a_thousand_operations_are_the_most() -> None:
    """Those in change sets count."""
    deletion = ("DELETE", f"/api/data/v9.2/leads({GUID})", None)
    assert len(parse(whole(*[GET] * 999, change_set(deletion)), "batch_x")) == 1_000
    with pytest.raises(DataverseError) as caught:
        parse(whole(*[GET] * 999, change_set(deletion, deletion)), "batch_x")
    assert "'1000'" in caught.value.message


BODIES = st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none(), max_size=3)
OPERATIONS = st.tuples(st.sampled_from(["POST", "PATCH", "PUT"]), st.just("/api/data/v9.2/leads"), BODIES)


@given(parts=st.lists(OPERATIONS | st.lists(OPERATIONS, min_size=1, max_size=3), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_whatever_the_bodies_hold_they_arrive(parts: list[object]) -> None:
    """Methods, order, grouping and JSON survive; a body that holds dashes or breaks does not end its part."""
    texts = [change_set(*one) if isinstance(one, list) else operation(*one) for one in parts]  # type: ignore[misc]
    read = parse(whole(*texts), "batch_x")
    found = [
        [(one.method, one.url, json.loads(one.body)) for one in part.operations]
        if isinstance(part, ChangeSet)
        else (part.method, part.url, json.loads(part.body))
        for part in read
    ]
    assert found == parts


def test_an_answer_has_the_recorded_form() -> None:
    """Two rows made, then a failed change set: one error part, with its Content-ID [recorded answers]."""
    made = Reply(204, "No Content", {"OData-Version": "4.0", "Location": "u", "OData-EntityId": "u"})
    failed = Reply(400, "Bad Request", {"REQ_ID": "r", "OData-Version": "4.0"}, b'{"error":{}}', "2")
    text = write([made, [failed]], "batchresponse_a", ["changesetresponse_b"]).decode()
    assert text.split("\r\n") == [
        "--batchresponse_a",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        "HTTP/1.1 204 No Content",
        "OData-Version: 4.0",
        "Location: u",
        "OData-EntityId: u",
        "",
        "",
        "--batchresponse_a",
        "Content-Type: multipart/mixed; boundary=changesetresponse_b",
        "",
        "--changesetresponse_b",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "Content-ID: 2",
        "",
        "HTTP/1.1 400 Bad Request",
        "REQ_ID: r",
        "OData-Version: 4.0",
        "",
        '{"error":{}}',
        "--changesetresponse_b--",
        "--batchresponse_a--",
        "",
    ]
