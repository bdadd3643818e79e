"""The order of elements is that of Salesforce's own WSDL, of which simple-salesforce carries a copy."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import simple_salesforce

from connector.sandbox.salesforce.metadata import wsdl
from connector.sandbox.salesforce.schema.kinds import PROPERTIES

XSD = "{http://www.w3.org/2001/XMLSchema}"
PLAIN = {"string": "string", "boolean": "boolean", "int": "int"}


@pytest.fixture(scope="module")
def types() -> dict[str, ElementTree.Element]:
    tree = ElementTree.parse(Path(simple_salesforce.__file__).parent / "metadata.wsdl")
    return {str(item.get("name")): item for item in tree.iter(f"{XSD}complexType")}


def elements(types: dict[str, ElementTree.Element], name: str) -> list[tuple[str, str, bool]]:
    """Name, type and whether it repeats, the inherited ones first."""
    base = next((item.get("base") for item in types[name].iter(f"{XSD}extension")), None)
    found = elements(types, base.partition(":")[2]) if base else []
    own = [
        (
            str(item.get("name")),
            str(item.get("type")).partition(":")[2],
            item.get("maxOccurs") == "unbounded",
        )
        for item in types[name].iter(f"{XSD}element")
    ]
    return [*found, *own]


@pytest.mark.parametrize("name", sorted(wsdl.TYPES))
def test_the_elements_are_those_of_the_wsdl(types: dict[str, ElementTree.Element], name: str) -> None:
    """Each is there, in that order, of that type, repeating or not; where some are missing, none stands elsewhere."""
    real = elements(types, name)
    known = {element: (kind, many) for element, kind, many in real}
    ours = wsdl.elements(name)
    places = [next(place for place, (one, _, _) in enumerate(real) if one == element.name) for element in ours]
    assert places == sorted(places)
    for element in ours:
        kind, many = known[element.name]
        assert many == element.repeats
        if element.type not in wsdl.PLAIN and name not in ("AutoResponseRules", "EscalationRules"):
            assert kind == element.type
        elif element.type in ("boolean", "int"):
            assert kind == PLAIN[element.type]


def test_every_property_of_a_custom_field(types: dict[str, ElementTree.Element]) -> None:
    """Tooling takes what the WSDL knows of a custom field, but for parts of other clouds."""
    missing = {name for name, _, _ in elements(types, "CustomField")} - PROPERTIES
    assert {name for name in missing if not name.startswith("mktData")} <= {"deleteConstraint", "elementType"}
