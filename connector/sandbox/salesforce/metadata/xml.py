"""Metadata components between XML and plain dictionaries."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connector.sandbox.salesforce.metadata.wsdl import PLAIN, Element, elements
from connector.sandbox.salesforce.soap import XSI, FaultError, local

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
Body = dict[str, Any]


def read(raw: ElementTree.Element, type_name: str) -> Body:
    """A component as a dictionary, repeating elements as lists.

    Raises FaultError for an element that is not of the type or stands out of the order that the WSDL fixes.
    """
    wanted = elements(type_name)
    body: Body = {}
    place = 0
    for child in raw:
        name = local(child)
        while place < len(wanted) and wanted[place].name != name:
            place += 1
        if place == len(wanted):
            text = f"Element {{{NAMESPACE}}}{name} invalid at this location in type {type_name}"
            raise FaultError("Client", text, client=True)
        value = _value(child, wanted[place])
        if wanted[place].repeats:
            body.setdefault(name, []).append(value)
        else:
            body[name] = value
            place += 1
    return body


def _value(raw: ElementTree.Element, element: Element) -> Any:
    if raw.get(f"{XSI}nil") in ("true", "1"):
        return None
    if element.type not in PLAIN:
        return read(raw, element.type)
    text = raw.text or ""
    if element.type == "boolean":
        if text.strip() not in ("true", "false", "1", "0"):
            raise FaultError("Client", f"'{text}' is not a valid value for the type xsd:boolean", client=True)
        return text.strip() in ("true", "1")
    if element.type == "int":
        try:
            return int(text)
        except ValueError:
            raise FaultError("Client", f"'{text}' is not a valid value for the type xsd:int", client=True) from None
    return text


def write(body: Mapping[str, Any], type_name: str) -> str:
    """The elements of a component as XML; what is None is left out."""
    out: list[str] = []
    for element in elements(type_name):
        value = body.get(element.name)
        several = value if element.repeats and value is not None else [value]
        out += [f"<{element.name}>{_text(one, element)}</{element.name}>" for one in several if one is not None]
    return "".join(out)


def _text(value: Any, element: Element) -> str:
    if element.type not in PLAIN:
        return write(value, element.type)
    if element.type == "boolean":
        return "true" if value else "false"
    return escape(str(value))
