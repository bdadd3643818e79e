"""Columns and options of ours: under our prefix and numbers, in our solution, of the right type; done twice is once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connector.adapters.dynamics.schema_change.columns import definition, next_number, schema_name
from connector.adapters.dynamics.schema_change.solution import FIRST, OPTION_PREFIX
from connector.errors import LeaseLost, Skip
from connector.provisioning import FieldType, NewField, StepKind
from tests.adapters.dynamics.schema_change.conftest import Environment

STATUS = NewField(
    name="status",
    api="conn_contactstatus",
    label="Contact Status",
    type=FieldType.PICKLIST,
    help="where they are",
    values=("Raw", "Inquiry", "Re-Market"),
    restricted=True,
    tracked=True,
)
OURS = OPTION_PREFIX * FIRST


def number(digits: int, decimals: int) -> NewField:
    api, label = "conn_leadscore", "Lead Score"
    return NewField(
        name="score", api=api, label=label, type=FieldType.NUMBER, help="h", digits=digits, decimals=decimals
    )


def field(name: str, type: FieldType, **more: Any) -> NewField:
    return NewField(name=name, api=f"conn_{name}", label=name.title(), type=type, help="h", **more)


@pytest.mark.parametrize(
    ("made", "facts"),
    [
        (STATUS, {"type": "Picklist", "schema_name": "conn_ContactStatus", "audited": True}),
        (number(7, 2), {"type": "Decimal", "precision": 2, "max": 9_999_999.0, "audited": False}),
        (number(4, 0), {"type": "Integer", "max": 9_999.0}),
        (field("wake", FieldType.DATE), {"type": "DateTime", "behavior": "DateOnly"}),
        (field("entered", FieldType.DATETIME), {"type": "DateTime", "behavior": "UserLocal"}),
        (field("estimate", FieldType.FLAG), {"type": "Boolean", "default": 0}),
        (field("note", FieldType.TEXT, length=80), {"type": "String", "max_length": 80}),
        (field("reason", FieldType.PICKLIST, values=("Timing",)), {"type": "Picklist"}),
    ],
    ids=lambda one: one.name if isinstance(one, NewField) else "",
)
def test_a_column_of_each_type(environment: Environment, made: NewField, facts: dict[str, Any]) -> None:
    """Each field becomes a column of the type that holds what is written to it; a second time changes nothing."""
    assert environment.do(StepKind.FIELD, field=made) > 0
    column = environment.column(made.api)
    assert {name: getattr(column, name) for name in facts} == facts
    assert column.label == made.label
    assert column.custom
    assert environment.do(StepKind.FIELD, field=made) == 0


def test_options_have_our_numbers_in_our_solution(environment: Environment) -> None:
    """Numbers begin with our publisher's prefix, so that they clash with nobody's; the column is in our solution."""
    environment.do(StepKind.FIELD, field=STATUS)
    options = environment.column("conn_contactstatus").options
    assert [(one.value, one.label) for one in options] == [
        (OURS, "Raw"),
        (OURS + 1, "Inquiry"),
        (OURS + 2, "Re-Market"),
    ]
    rows = environment.org.storage.reader().execute(
        "SELECT p.customizationprefix, p.customizationoptionvalueprefix FROM solution AS s "
        "JOIN publisher AS p USING (publisherid) JOIN solutioncomponent AS c ON c.solutionid = s.solutionid "
        "WHERE s.uniquename = 'connector'"
    )
    assert set(rows) == {("conn", OPTION_PREFIX)}


def test_options_are_added_and_none_changed(environment: Environment) -> None:
    """What is there keeps its number and label; spelling alone makes no second option; it is all published."""
    environment.do(StepKind.FIELD, field=STATUS)
    for _ in range(2):
        environment.do(StepKind.VALUES, name="conn_contactstatus", values=("re-market", "MQL", "SAL"))
    assert list(environment.labels("conn_contactstatus")) == ["Raw", "Inquiry", "Re-Market", "MQL", "SAL"]


@pytest.mark.parametrize("stop_at", range(1, 9))
def test_interrupted_anywhere(environment: Environment, stop_at: int) -> None:
    """Whoever stops before any of its requests, published or not, begins anew and comes to the same end."""
    environment.stop_at = stop_at
    steps = [
        (StepKind.FIELD, {"field": STATUS}),
        (StepKind.VALUES, {"name": "conn_contactstatus", "values": ("MQL", "SAL")}),
    ]
    try:
        for kind, detail in steps:
            environment.do(kind, **detail)
    except LeaseLost:
        pass
    else:
        assert environment.writes < stop_at
    environment.stop_at = None
    for kind, detail in steps:
        environment.do(kind, **detail)
    options = environment.column("conn_contactstatus").options
    assert [(one.value - OURS, one.label) for one in options] == [
        (0, "Raw"),
        (1, "Inquiry"),
        (2, "Re-Market"),
        (3, "MQL"),
        (4, "SAL"),
    ]
    for table in ("publisher", "solution"):
        query = f"SELECT count(*) FROM {table} WHERE uniquename = 'connector'"
        assert environment.org.storage.reader().execute(query).fetchone() == (1,)


@pytest.mark.trap("D26")
def test_metadata_that_lags_is_waited_for(environment: Environment) -> None:
    """Reads ask for strong consistency: a column that was made a moment ago is seen."""
    environment.org.rules.metadata_lag = 3
    environment.do(StepKind.FIELD, field=STATUS)
    environment.do(StepKind.VALUES, name="conn_contactstatus", values=("MQL",))
    assert "MQL" in environment.labels("conn_contactstatus")


def test_another_type_is_left_alone(environment: Environment) -> None:
    """A column of that name and another type is not touched; it is told."""
    environment.do(StepKind.FIELD, field=number(7, 2))
    with pytest.raises(Skip, match="of type Decimal"):
        environment.do(StepKind.FIELD, field=number(4, 0))
    assert environment.column("conn_leadscore").type == "Decimal"


def test_somebody_elses_prefix(environment: Environment) -> None:
    """If another publisher owns our prefix, nothing is made under it."""
    org = environment.org
    columns = ["publisherid", "uniquename", "friendlyname", "customizationprefix", "customizationoptionvalueprefix"]
    org.load("publisher", columns, [["a" * 8 + "-0000-0000-0000-000000000000", "connect", "Connect", "conn", 20_000]])
    with pytest.raises(Skip, match="belongs to the publisher 'connect'"):
        environment.do(StepKind.FIELD, field=STATUS)
    assert org.entities["lead"].attribute("conn_contactstatus") is None


def test_numbers_are_never_given_twice() -> None:
    """Rows may hold the number of an option that is gone, so gaps are not filled; other publishers' don't count."""
    assert next_number([], 10) == 10
    assert next_number([1, 2, 10, 13], 10) == 14
    assert next_number([99_999_999], 10) == 10


def test_names_follow_the_mapping() -> None:
    """The schema name is the label in one word if that is the column's name, else the name itself."""
    assert schema_name(STATUS) == "conn_ContactStatus"
    assert schema_name(msgspec.structs.replace(STATUS, api="conn_status")) == "conn_status"
    assert definition(STATUS, OURS, 1031)["DisplayName"]["LocalizedLabels"][0]["LanguageCode"] == 1031


def test_an_age_is_no_column() -> None:
    """Nothing is made that would have to be rewritten every day."""
    with pytest.raises(Skip, match="views filter"):
        definition(field("age", FieldType.AGE), OURS, 1033)
