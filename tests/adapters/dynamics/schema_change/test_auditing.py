"""Audit is on only if all three switches are; a definition keeps everything else that it says."""

from __future__ import annotations

import msgspec
import pytest

from connector.adapters.dynamics.schema_change.auditing import off
from connector.provisioning import StepKind
from tests.adapters.dynamics.schema_change.conftest import Environment


def switch(environment: Environment, *, org: bool, table: bool, column: bool) -> None:
    lead = environment.org.entities["lead"]
    status = msgspec.structs.replace(lead.by_name["statuscode"], audited=column)
    environment.org.define(lead.changed(audited=table).with_attribute(status))
    with environment.org.storage.transaction() as db:
        db.execute("UPDATE organization SET isauditenabled = ?", (int(org),))


@pytest.mark.trap("D25")
@pytest.mark.parametrize("which", ["org", "table", "column", "all"])
def test_what_is_off_is_switched_on(environment: Environment, which: str) -> None:
    """Whichever is off, all three are on afterwards, and the column is otherwise as it was; twice is once."""
    before = environment.column("statuscode")
    on = {name: which not in (name, "all") for name in ("org", "table", "column")}
    switch(environment, **on)
    assert off(environment.session, "lead", "statuscode")
    environment.do(StepKind.HISTORY, name="statuscode")
    assert off(environment.session, "lead", "statuscode") == []
    assert environment.column("statuscode") == msgspec.structs.replace(before, audited=True)
    assert environment.do(StepKind.HISTORY, name="statuscode") <= 1  # publishing
