"""Values in the form columns store."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.stamps import instant, stamp
from connector.sandbox.salesforce.values import WrongTypeError, coercion


def stored(kind: str, value: object) -> object:
    return coercion(FieldType(name="X", label="X", type=kind))(value)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("string", "x", "x"), ("string", "", None), ("string", None, None), ("string", 5, "5"),
        ("boolean", "TRUE", 1), ("boolean", False, 0), ("boolean", None, 0), ("boolean", "", 0),
        ("int", "10000", 10000), ("int", 3.0, 3), ("int", "", None),
        ("double", "1.5", 1.5), ("currency", 7, 7.0),
        ("date", "2026-03-02", "2026-03-02"), ("date", "2026-03-02Z", "2026-03-02"),
        ("date", date(26, 1, 2), "0026-01-02"),
        ("datetime", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00.000Z"),
        ("datetime", "2026-03-02T09:00:00.999+0200", "2026-03-02T07:00:00.000Z"),
        ("datetime", "2026-03-02", "2026-03-02T00:00:00.000Z"),
        ("datetime", datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00.000Z"),
        ("time", "09:30", "09:30:00.000Z"), ("time", "23:59:59.000Z", "23:59:59.000Z"),
        ("reference", "00Q000000000001", "00Q000000000001EAA"), ("reference", "", None),
        ("anyType", True, "true"), ("anyType", 5, 5),
    ],
)  # fmt: skip
def test_forms(kind: str, value: object, kept: object) -> None:
    """Text, JSON and Python values come to one stored form; empty text is null."""
    assert stored(kind, value) == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boolean", "yes"), ("int", "many"), ("int", 1.5), ("int", True), ("double", "NaN"), ("double", []),
        ("date", "2026-02-30"), ("date", "02/03/2026"), ("datetime", "yesterday"), ("datetime", 5), ("time", "25:00"),
        ("reference", "nobody"), ("string", {}),
    ],
)  # fmt: skip
def test_wrong_types(kind: str, value: Any) -> None:
    """What is not of the type is refused, not bent."""
    with pytest.raises(WrongTypeError):
        stored(kind, value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_stamps_are_whole_seconds_in_text_order(moment: datetime) -> None:
    """A stamp is the moment floored to the second, and reads back as that; years have four digits."""
    text = stamp(moment)
    assert len(text) == 24
    assert instant(text) == moment.replace(microsecond=0)
