"""The rule duplicates, beyond the examples of its manual."""

from __future__ import annotations

from connector.model import Twin
from tests.people import evidence, person, ref
from tests.rules.alone import alone


def test_names_every_record() -> None:
    """The finding lists every record of the other object, converted leads left out."""
    twins = (
        Twin(ref("lead", "L1"), "Inquiry"),
        Twin(ref("lead", "L2"), "SQL", is_converted=True),
        Twin(ref("lead", "L3"), None),
    )
    (finding,) = alone("duplicates", evidence(person("contact", email="jo@acme.com"), twins=twins)).findings
    assert finding.detail == "jo@acme.com is also lead L1, lead L3"
    assert finding.value == "jo@acme.com"
