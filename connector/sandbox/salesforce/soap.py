"""What the SOAP APIs share: envelopes, faults, and the session in the header instead of HTTP's Authorization."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connector.sandbox.salesforce.http import Answer, Call

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:sf="{sf}" xmlns="{namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{body}'
    "</soapenv:Body></soapenv:Envelope>"
)
_NO_SESSION = (
    "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: {}\n"
    "This error usually occurs after a session expires or a user logs out. Decoder: DataInDbSessionKeyDecoder"
)
OLDEST = 31
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


class Namespaces(NamedTuple):
    """The namespaces of one SOAP API: of its answers, and of its fault codes."""

    own: str
    fault: str


class FaultError(Exception):
    """A SOAP fault: its code without prefix, and its text. `client` faults are those of the XML layer itself."""

    def __init__(self, code: str, text: str, *, client: bool = False) -> None:
        super().__init__(text)
        self.code = f"soapenv:{code}" if client else f"sf:{code}"
        self.text = text if client else f"{code}: {text}"


def answered(call: Call, names: Namespaces, work: Callable[[ElementTree.Element, ElementTree.Element], str]) -> Answer:
    """Answer one SOAP request: `work` gets the envelope and the operation, and gives the body; faults answer 500."""
    try:
        _check_version(call.args["number"])
        root = _parsed(call.body)
        operation = next((child for part in named(root, "Body") for child in part), None)
        if operation is None:
            raise FaultError("INVALID_OPERATION", "no operation in the SOAP body")
        return _xml(200, names, work(root, operation))
    except FaultError as fault:
        body = (
            f"<soapenv:Fault><faultcode>{fault.code}</faultcode><faultstring>{escape(fault.text)}</faultstring>"
            "</soapenv:Fault>"
        )
        return _xml(500, names, body)


def user(call: Call, root: ElementTree.Element) -> str:
    """The caller, by the session id in the SOAP header; the call counts against the daily allowance.

    A JWT-format token is no session id here, however good it is for REST [C jsforce soap.ts].
    """
    token = next((item.text or "" for item in root.iter() if local(item) == "sessionId"), "").strip()
    now = call.org.clock()
    session = None if token.count(".") == 2 else call.org.sessions.find(token, now)
    if session is None:
        raise FaultError("INVALID_SESSION_ID", _NO_SESSION.format(token[-8:]))
    if not call.org.access(session.user_id).may("ApiEnabled"):
        raise FaultError("API_CURRENTLY_DISABLED", "API is disabled for this User")
    if not call.org.usage.count(now):
        raise FaultError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    return session.user_id


def named(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Every element of that local name."""
    return (item for item in root.iter() if local(item) == name)


def local(item: ElementTree.Element) -> str:
    """The element's name without its namespace."""
    return item.tag.rpartition("}")[2]


def element(name: str, value: str | None) -> str:
    """An element with that text, or one that is nil."""
    return f'<{name} xsi:nil="true"/>' if value is None else f"<{name}>{escape(value)}</{name}>"


def _check_version(number: str) -> None:
    version = re.sub(r"[^\d.].*", "", number)
    try:
        supported = float(version) >= OLDEST
    except ValueError:
        supported = False
    if not supported:
        raise FaultError("UNSUPPORTED_API_VERSION", f"Invalid Api version specified on URL: {version}")


def _parsed(body: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise FaultError("INVALID_OPERATION", f"the request is not XML: {error}") from error


def _xml(status: int, names: Namespaces, body: str) -> Answer:
    content = _ENVELOPE.format(sf=names.fault, namespace=names.own, body=body).encode()
    return Answer(status, content=content, media_type="text/xml;charset=UTF-8")
