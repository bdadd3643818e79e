"""What qualifying a lead carries over: pairs are added, others stay, one that goes elsewhere is told."""

from __future__ import annotations

import pytest

from connector.adapters.dynamics.schema_change import conversion
from connector.errors import Skip
from connector.provisioning import StepKind
from tests.adapters.dynamics.schema_change.conftest import Environment

PAIRS = (("jobtitle", "jobtitle"), ("telephone1", "telephone1"))


def test_pairs_are_added_once(environment: Environment) -> None:
    """Done twice they are there once, and what the environment has of its own stays."""
    environment.do(StepKind.CONVERSION, pairs=(("fax", "fax"),))
    for _ in range(2):
        environment.do(StepKind.CONVERSION, pairs=PAIRS)
    assert conversion.read(environment.session) == {"fax": "fax", **dict(PAIRS)}
    assert environment.org.storage.reader().execute("SELECT count(*) FROM attributemap").fetchone() == (3,)


def test_a_column_that_goes_elsewhere(environment: Environment) -> None:
    """It is not mapped anew; nothing of the step is done."""
    environment.do(StepKind.CONVERSION, pairs=(("jobtitle", "department"),))
    with pytest.raises(Skip, match="jobtitle → department"):
        environment.do(StepKind.CONVERSION, pairs=PAIRS)
    assert conversion.read(environment.session) == {"jobtitle": "department"}
