"""Batches as text: what is sent is CRLF throughout, what comes is read whatever its shape, and never when cut short."""

from __future__ import annotations

import email.parser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.adapters.dynamics.multipart import Answer, Operation, decode, encode
from connector.errors import Unanswered

TWO = (
    "--batchresponse_b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    "HTTP/1.1 400 Bad Request\r\nREQ_ID: 5ecd\r\nContent-Type: application/json; odata.metadata=minimal\r\n"
    'OData-Version: 4.0\r\n\r\n{"error":{"code":"0x80044331","message":"too long"}}\r\n'
    "--batchresponse_b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    "HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\nOData-EntityId: https://x/tasks(2)\r\n\r\n\r\n"
    "--batchresponse_b--\r\n"
)
KIND = "multipart/mixed; boundary=batchresponse_b"


@pytest.mark.trap("D14")
@given(texts=st.lists(st.text(), min_size=1, max_size=4))
@settings(max_examples=50)
def test_every_line_ends_crlf(texts: list[str]) -> None:
    """Whatever the values are, no line ends in a bare LF, and a mail parser finds the same operations."""
    operations = [
        Operation("PATCH", f"/api/data/v9.2/leads({n})", {"If-Match": 'W/"1"'}, msgspec.json.encode({"x": text}))
        for n, text in enumerate(texts)
    ]
    sent = encode(operations, "batch_1")
    assert sent.count(b"\n") == sent.count(b"\r\n")
    head = b'Content-Type: multipart/mixed; boundary="batch_1"\r\n\r\n'
    parts = email.parser.BytesParser().parsebytes(head + sent).get_payload()
    assert [part.get_content_type() for part in parts] == ["application/http"] * len(texts)  # type: ignore[union-attr]
    for operation, part in zip(operations, parts, strict=True):
        whole = part.get_payload(decode=True)  # type: ignore[union-attr]
        assert isinstance(whole, bytes)
        first, _, rest = whole.partition(b"\r\n")
        assert first.decode() == f"PATCH {operation.path} HTTP/1.1"
        assert rest.partition(b"\r\n\r\n")[2].strip(b"\r\n") == operation.body


def test_answers_come_in_order() -> None:
    """An error part and an empty one, as the documentation shows them."""
    failed, done = decode(KIND, TWO.encode())
    assert (failed.status, done.status, failed.is_success, done.is_success) == (400, 204, False, True)
    assert msgspec.json.decode(failed.body)["error"]["code"] == "0x80044331"
    assert failed.headers["req_id"] == "5ecd"
    assert done.headers["odata-entityid"] == "https://x/tasks(2)"
    assert done.body == b""


@pytest.mark.parametrize(
    "kind", ['multipart/mixed; boundary="batchresponse_b"', "multipart/mixed;boundary=batchresponse_b"]
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_any_writing_of_the_same(kind: str, end: str) -> None:
    """Quoted or not, and even with bare LF, as some servers and recordings have it."""
    assert decode(kind, TWO.replace("\r\n", end).encode()) == decode(KIND, TWO.encode())


def test_answers_of_a_change_set() -> None:
    """The parts of a change set come one by one; a failed one is a single part."""
    inner = (
        "--changesetresponse_c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nHTTP/1.1 204 No Content\r\n"
        "OData-Version: 4.0\r\n\r\n\r\n--changesetresponse_c--\r\n"
    )
    whole = (
        "--b\r\nContent-Type: multipart/mixed; boundary=changesetresponse_c\r\n\r\n"
        f"{inner}--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 412 Precondition Failed\r\n\r\n{{}}\r\n--b--\r\n"
    )
    assert [answer.status for answer in decode("multipart/mixed; boundary=b", whole.encode())] == [204, 412]


@pytest.mark.parametrize("cut", range(1, len(TWO) - 4, 37))
def test_cut_short_tells_nothing(cut: int) -> None:
    """However little is missing at the end, no answer is taken from a broken text."""
    with pytest.raises(Unanswered):
        decode(KIND, TWO[:cut].encode())


@pytest.mark.parametrize("kind", ["text/html", "", "application/json", "multipart/mixed"])
def test_what_is_no_multipart(kind: str) -> None:
    """A page of a proxy is no answer."""
    with pytest.raises(Unanswered):
        decode(kind, b"<html>")


def test_a_line_within_json_is_no_boundary() -> None:
    """Text that looks like a boundary stands inside JSON, where a line cannot begin."""
    body = '{"error":{"code":"0x1","message":"a --batchresponse_b-- b"}}'
    head = "--batchresponse_b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n"
    whole = f"{head}{body}\r\n--batchresponse_b--"
    assert decode(KIND, whole.encode()) == [Answer(400, {}, body.encode())]
