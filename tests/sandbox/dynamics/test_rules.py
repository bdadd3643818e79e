"""What a faults file may say about an environment."""

from typing import Any

import pytest

from connector.errors import BadInput
from connector.sandbox.dynamics.catalogue import standard_entities
from connector.sandbox.dynamics.rules import RowFault, Rules


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"limits": {"request": 5}}, "request"),
        ({"automation": [{"table": "leads", "column": "statuscode"}]}, "no table 'leads'"),
        ({"automation": [{"table": "lead", "column": "StatusCode"}]}, "lead has no column 'StatusCode'"),
        ({"validation_rule": [{"table": "lead", "message": "m", "when": {"fullnam": ""}}]}, "no column 'fullnam'"),
        ({"duplicate_rule": [{"table": "lead", "match": ["email"]}]}, "no column 'email'"),
        ({"row_fault": [{"table": "Lead"}]}, "no table 'Lead'"),
        ({"closed_rows": "maybe"}, "closed_rows is 'maybe'"),
        ({"row_lock": []}, "row_lock"),
    ],
)
def test_what_is_misspelt_is_named(tables: dict[str, Any], told: str) -> None:
    """A wrong key, table, column or value is refused, naming it."""
    with pytest.raises(BadInput) as caught:
        Rules.read(tables).check(standard_entities())
    assert told in str(caught.value)


def test_a_share_of_the_rows_fails_the_same_ones_each_time() -> None:
    """Which rows a share hits depends on their ids alone; each fails its first attempts."""
    ids = [f"{number:08x}-0000-0000-0000-000000000000" for number in range(1_000)]
    fault = RowFault(share=0.1, each=True, times=2)
    hit = [[one for one in ids if fault.hit("lead", "update", one)] for _ in range(3)]
    assert 50 < len(hit[0]) < 150
    assert hit[0] == hit[1]
    assert hit[2] == []
