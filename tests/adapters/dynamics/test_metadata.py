"""Metadata in one request per table; labels of the base language, whatever the user's own is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import responses

from connector.adapters.dynamics.metadata import Metadata, Navigation
from connector.errors import CrmFailed
from tests.adapters.dynamics.wire import DATA, session

GERMAN, ENGLISH = 1031, 1033


def label(german: str, english: str) -> dict[str, Any]:
    """A label in two languages, shown to an English user."""
    texts = [{"Label": english, "LanguageCode": ENGLISH}, {"Label": german, "LanguageCode": GERMAN}]
    return {"LocalizedLabels": texts, "UserLocalizedLabel": texts[0]}


LEAD = {
    "LogicalName": "lead",
    "EntitySetName": "leads",
    "PrimaryIdAttribute": "leadid",
    "ChangeTrackingEnabled": True,
    "IsAuditEnabled": {"Value": True},
    "DisplayName": label("Interessent", "Lead"),
    "Privileges": [{"PrivilegeType": "Read", "PrivilegeId": "p1"}],
}
STATUS = {
    "LogicalName": "statuscode",
    "AttributeType": "Status",
    "ColumnNumber": 30,
    "IsAuditEnabled": {"Value": False},
}
NAME = {"LogicalName": "statuscodename", "AttributeType": "Virtual", "AttributeOf": "statuscode"}
REASONS = {
    "LogicalName": "statuscode",
    "OptionSet": {
        "Options": [
            {"Value": 1, "Label": label("Neu", "New"), "State": 0},
            {"Value": 7, "Label": {"LocalizedLabels": [], "UserLocalizedLabel": None}, "State": 2},
            {"Value": 8, "Label": {"LocalizedLabels": [label("x", "Only")["LocalizedLabels"][0]]}, "State": 2},
        ]
    },
}
WAY = {
    "ReferencingAttribute": "ownerid",
    "ReferencedEntity": "owner",
    "ReferencingEntityNavigationPropertyName": "ownerid",
}
DATES = [
    {"LogicalName": "birthdate", "DateTimeBehavior": {"Value": "DateOnly"}},
    {"LogicalName": "createdon", "DateTimeBehavior": {"Value": "UserLocal"}},
]
PARTS: list[Any] = [
    LEAD,
    *({"value": value} for value in ([STATUS, NAME], [WAY], [{"LogicalName": "subject", "MaxLength": 300}], DATES)),
    *({"value": value} for value in ([], [], [REASONS])),
]


def batch(*parts: tuple[int, Any]) -> None:
    """The answer to the next `$batch`."""
    texts = [
        "--b\r\nContent-Type: application/http\r\n\r\n"
        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n\r\n{msgspec.json.encode(part).decode()}\r\n"
        for status, part in parts
    ]
    kind = "multipart/mixed; boundary=b"
    responses.post(f"{DATA}/$batch", body="".join(texts) + "--b--\r\n", headers={"Content-Type": kind})


@responses.activate
def test_one_request_tells_all_of_a_table() -> None:
    """Columns that only name others are left out; flags within flags are read; nothing is asked twice."""
    batch(*((200, part) for part in PARTS))
    metadata = Metadata(session(), lambda: GERMAN)
    lead = metadata.table("lead")
    assert lead is not None
    assert (lead.set, lead.key, lead.label, lead.tracking, lead.audited) == (
        "leads",
        "leadid",
        "Interessent",
        True,
        True,
    )
    assert list(lead.columns) == ["statuscode"]
    assert (lead.columns["statuscode"].number, lead.columns["statuscode"].audited) == (30, False)
    assert metadata.navigation("lead", "ownerid") == Navigation("ownerid", "owner")
    assert metadata.navigation("lead", "OwnerId") is None
    assert (metadata.length("lead", "subject"), metadata.is_date("lead", "birthdate")) == (300, True)
    assert not metadata.is_date("lead", "createdon")
    assert len(responses.calls) == 1


@responses.activate
def test_labels_are_those_of_the_base_language() -> None:
    """A user's own language changes nothing; without a label in the base language the first one is taken, else none."""
    batch(*((200, part) for part in PARTS))
    options = Metadata(session(), lambda: GERMAN).options("lead", "statuscode")
    assert [(one.value, one.label, one.state) for one in options] == [(1, "Neu", 0), (7, "7", 2), (8, "Only", 2)]


@responses.activate
def test_a_table_that_is_not_there() -> None:
    """It is remembered as missing."""
    gone = {"error": {"code": "0x80060888", "message": "Could not find an entity with name x"}}
    batch(*((404, gone) for _ in PARTS))
    metadata = Metadata(session(), lambda: GERMAN)
    assert metadata.table("x") is None
    assert metadata.options("x", "y") == ()
    assert len(responses.calls) == 1


@responses.activate
def test_parts_that_were_turned_away_are_asked_for_again() -> None:
    """A 429 inside a batch is waited out, and only what is lacking is sent again."""
    busy = {"error": {"code": "0x80072322", "message": "Number of requests exceeded the limit of 8000."}}
    batch(*((200, part) for part in PARTS[:-1]), (429, busy))
    batch((200, PARTS[-1]))
    waits: list[float] = []
    metadata = Metadata(session(waits), lambda: ENGLISH)
    assert metadata.options("lead", "statuscode")[0].label == "New"
    assert len(waits) == 1
    assert b"StatusAttributeMetadata" in responses.calls[1].request.body
    assert b"StringAttributeMetadata" not in responses.calls[1].request.body


@pytest.mark.parametrize(("part", "named"), [(1, "Attributes"), (4, "DateTimeAttributeMetadata")])
@responses.activate
def test_a_part_that_is_not_found_is_no_empty_part(part: int, named: str) -> None:
    """A table that is there, but whose columns or date behaviours answer 404, is an error: they are not “none”."""
    gone = {"error": {"code": "0x80060888", "message": "Resource not found"}}
    batch(*((404, gone) if at == part else (200, one) for at, one in enumerate(PARTS)))
    with pytest.raises(CrmFailed, match=f"the table lead, but answers HTTP 404 when asked for its {named}"):
        Metadata(session(), lambda: ENGLISH).table("lead")
