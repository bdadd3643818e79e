"""Values of a body, checked against their column."""

from typing import Any

import pytest

from connector.sandbox.dynamics.catalogue import standard_entities
from connector.sandbox.dynamics.dml.typed import typed
from connector.sandbox.dynamics.errors import DataverseError

ENTITIES = standard_entities()
TYPE, LENGTH, OPTION, WHOLE, FRACTION = "0x80048d19", "0x80044331", "0x8004431A", "0x8004432F", "0x80044330"


def put(column: str, value: Any, table: str = "lead") -> Any:
    """The stored form of a value."""
    return typed(ENTITIES[table], ENTITIES[table].by_name[column], value)


@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [
        ("subject", "Hello", "Hello"),
        ("subject", "", None),
        ("subject", None, None),
        ("leadsourcecode", 8, 8),
        ("donotemail", True, 1),
        ("revenue", 10.126, 10.13),
        ("numberofemployees", 1_000_000, 1_000_000),
        ("estimatedclosedate", "2026-03-02", "2026-03-02"),
        ("schedulefollowup_qualify", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"),
        ("schedulefollowup_qualify", "2026-03-02T09:00:00.987+02:00", "2026-03-02T07:00:00Z"),
        ("processid", "{A0B1C2D3-0000-0000-0000-000000000001}", "a0b1c2d3-0000-0000-0000-000000000001"),
    ],
)
def test_values_of_the_right_type_are_stored(column: str, value: Any, stored: Any) -> None:
    """Empty text is null, money is rounded to its precision, times are UTC seconds, GUIDs lower case."""
    assert put(column, value) == stored


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("subject", "x" * 301, LENGTH),
        ("subject", 5, TYPE),
        ("leadsourcecode", 99, OPTION),
        ("leadsourcecode", "8", TYPE),
        ("leadsourcecode", True, TYPE),
        ("leadsourcecode", 8.0, TYPE),
        ("donotemail", 1, TYPE),
        ("donotemail", "true", TYPE),
        ("revenue", "10", TYPE),
        ("revenue", -1, FRACTION),
        ("numberofemployees", 1_000_001, WHOLE),
        ("numberofemployees", "", TYPE),
        ("estimatedclosedate", "2026-03-02T00:00:00Z", TYPE),
        ("estimatedclosedate", "2026-02-30", TYPE),
        ("schedulefollowup_qualify", "2026-03-02", TYPE),
        ("schedulefollowup_qualify", "2026-03-02T09:00:00", TYPE),
        ("schedulefollowup_qualify", "1700-01-01T00:00:00Z", "0x80040203"),
        ("processid", "x", TYPE),
        ("statecode", 7, OPTION),
        ("statuscode", None, "0x80040203"),
    ],
)
def test_values_of_the_wrong_type_are_refused(column: str, value: Any, code: str) -> None:
    """Each refusal has the code that the platform gives it, and nothing is converted silently."""
    with pytest.raises(DataverseError) as caught:
        put(column, value)
    assert (caught.value.status, caught.value.code) == (400, code)


def test_a_text_that_is_too_long_is_told_in_the_platforms_words() -> None:
    """The message is the recorded one, with its two blanks."""
    with pytest.raises(DataverseError) as caught:
        put("subject", "x" * 201, "task")
    assert caught.value.message == (
        "A validation error occurred.  The length of the 'subject' attribute of the 'task' entity exceeded the maximum"
        " allowed length of '200'."
    )


def test_a_number_that_is_no_option_is_told_with_those_that_are() -> None:
    """The message lists the accepted numbers."""
    with pytest.raises(DataverseError) as caught:
        put("leadqualitycode", 4)
    assert caught.value.message == (
        "A validation error occurred. The value 4 of 'leadqualitycode' on record of type 'lead' is outside the valid"
        " range. Accepted Values: 1,2,3"
    )
