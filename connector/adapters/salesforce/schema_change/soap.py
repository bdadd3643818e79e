"""Metadata SOAP: `readMetadata` and `updateMetadata`, one component at a time.

The token travels in the body. A token in JWT form is refused by this API for ever, and a client that logs in again gets
the next of the same kind [C jsforce soap.ts]: it is told before anything is sent. Refused components come with HTTP
200 and success=false, faults with 500 [wire §4.3].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests

from connector.adapters.salesforce.errors import Broke, Declined, check
from connector.adapters.salesforce.session import Guard, Session, is_harmless, is_passing
from connector.adapters.web.grants import Grant
from connector.errors import NotPermitted, SessionExpired, Unanswered

NAMESPACE: Final = "http://soap.sforce.com/2006/04/metadata"
JWT_REFUSED: Final = (
    "access tokens of this login are in JWT form, which the Metadata API refuses: turn off “Issue JSON Web Token "
    "(JWT)-based access tokens” in the app and log in anew"
)
_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:m="{namespace}"><env:Header><m:SessionHeader>'
    "<m:sessionId>{token}</m:sessionId></m:SessionHeader></env:Header><env:Body>{body}</env:Body></env:Envelope>"
)
_HEADERS: Final = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}


def is_jwt(token: str) -> bool:
    """Whether it is a token of three parts: an opaque one has none of the dots."""
    return token.count(".") == 2


def read(session: Session, type: str, name: str) -> ElementTree.Element | None:
    """One component; None if there is none of that name."""
    body = f"<m:readMetadata><m:type>{type}</m:type><m:fullNames>{escape(name)}</m:fullNames></m:readMetadata>"
    answer = _call(session, body, None)
    record = next((item for item in answer.iter() if local(item) == "records"), None)
    return record if record is not None and text_of(record, "fullName") else None


def update(session: Session, type: str, elements: str, guard: Guard) -> None:
    """Gives one component this definition, the whole of it. `elements`: XML of its elements, as `element` makes it.

    Raises Declined with the CRM's code and text if it refuses; Unanswered if nobody knows whether it was done.
    """
    body = f'<m:updateMetadata><m:metadata xsi:type="m:{type}">{elements}</m:metadata></m:updateMetadata>'
    answer = _call(session, body, guard)
    for result in (item for item in answer.iter() if local(item) == "result"):
        if text_of(result, "success") != "true":
            errors = [item for item in result if local(item) == "errors"]
            told = "; ".join(text_of(error, "message") for error in errors) or "no reason was given"
            code = text_of(errors[0], "statusCode") if errors else ""
            raise Declined(code, told, where=f"updateMetadata {type}")


def element(name: str, value: str | bool | None) -> str:
    """One element of plain content; nothing for None."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else escape(value)
    return f"<m:{name}>{text}</m:{name}>"


def local(item: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return item.tag.rpartition("}")[2]


def children(item: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The elements of that name directly inside."""
    return (child for child in item if local(child) == name)


def text_of(item: ElementTree.Element, name: str) -> str:
    """The text of the first element of that name directly inside; empty if there is none."""
    return next((child.text or "" for child in children(item, name)), "")


def _call(session: Session, body: str, guard: Guard | None) -> ElementTree.Element:
    where = "the Metadata API"
    again: Callable[[BaseException], bool] = is_passing if guard is None else is_harmless

    def attempt(grant: Grant) -> ElementTree.Element:
        if is_jwt(grant.token):
            raise NotPermitted(JWT_REFUSED.partition(": ")[0], where=where, next=JWT_REFUSED.partition(": ")[2])
        sent = _ENVELOPE.format(namespace=NAMESPACE, token=escape(grant.token), body=body)
        if guard is not None:
            guard()
        url = f"{grant.url}/services/Soap/m/{session.version}"
        response = session.transport.request("POST", url, data=sent.encode(), headers=_HEADERS)
        return _read(response, where)

    return session.call(attempt, again=again, where=where)


def _read(response: requests.Response, where: str) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(response.content)
    except ElementTree.ParseError as error:
        check(response, where=where)
        raise Unanswered("the answer is not XML", where=where) from error
    fault = next((item for item in root.iter() if local(item) == "Fault"), None)
    if fault is None:
        check(response, where=where)
        return root
    code = text_of(fault, "faultcode").rpartition(":")[2]
    told = text_of(fault, "faultstring").removeprefix(f"{code}: ")
    if code == "INVALID_SESSION_ID":
        raise SessionExpired(told, where=where)
    if code.startswith("INSUFFICIENT_ACCESS"):
        advice = "give this login the permission “Modify Metadata Through Metadata API Functions”"
        raise NotPermitted(f"{code}: {told}", where=where, next=advice)
    if code in ("SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION"):
        raise Broke(f"{code}: {told}", where=where)
    raise Declined(code, told, where=where)
