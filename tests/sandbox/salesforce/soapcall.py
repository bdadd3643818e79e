"""Calls of the Metadata API as plain XML."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import requests

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

_ENVELOPE = """<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:m="http://soap.sforce.com/2006/04/metadata">
<env:Header><m:SessionHeader><m:sessionId>{token}</m:sessionId></m:SessionHeader></env:Header>
<env:Body>{body}</env:Body></env:Envelope>"""


def metadata(
    sandbox: Sandbox[Org], body: str, token: str | None = None, version: str = "59.0"
) -> tuple[int, ElementTree.Element]:
    """Status and envelope of one call; `body` is the operation, its namespace prefix `m`."""
    answer = requests.post(
        f"{sandbox.url}/services/Soap/m/{version}",
        data=_ENVELOPE.format(token=token or sandbox.token, body=body).encode(),
        headers={"SOAPAction": '""', "Content-Type": "text/xml"},
        timeout=30,
    )
    return answer.status_code, ElementTree.fromstring(answer.content)


def read(sandbox: Sandbox[Org], kind: str, name: str) -> dict[str, Any] | None:
    """A component as nested dictionaries, repeated elements as lists; None when there is none of that name."""
    body = f"<m:readMetadata><m:type>{kind}</m:type><m:fullNames>{name}</m:fullNames></m:readMetadata>"
    status, root = metadata(sandbox, body)
    assert status == 200, ElementTree.tostring(root)
    record = next(item for item in root.iter() if local(item) == "records")
    found = plain(record)
    return found if found.get("fullName") is not None else None


def save(sandbox: Sandbox[Org], kind: str, inner: str, operation: str = "updateMetadata") -> dict[str, Any]:
    """The result of saving one component; `inner` are its elements without prefix or namespace."""
    qualified = inner.replace("</", "\0").replace("<", "<m:").replace("\0", "</m:")
    body = f'<m:{operation}><m:metadata xsi:type="m:{kind}">{qualified}</m:metadata></m:{operation}>'
    status, root = metadata(sandbox, body)
    assert status == 200, ElementTree.tostring(root)
    return plain(next(item for item in root.iter() if local(item) == "result"))


def fault(root: ElementTree.Element) -> tuple[str | None, str | None]:
    """Code and text of a fault."""
    texts = {local(item): item.text for item in root.iter()}
    return texts.get("faultcode"), texts.get("faultstring")


def plain(element: ElementTree.Element) -> dict[str, Any]:
    """An element's children by name: text, dictionaries, or lists where a name comes twice."""
    out: dict[str, Any] = {}
    for child in element:
        value: Any = plain(child) if len(child) else child.text
        name = local(child)
        if name in out:
            out[name] = [*(out[name] if isinstance(out[name], list) else [out[name]]), value]
        else:
            out[name] = value
    return out


def local(element: ElementTree.Element) -> str:
    """The name without namespace."""
    return element.tag.rpartition("}")[2]
