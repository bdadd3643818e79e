"""The security role: the least that is needed, for the user who runs, without the rights of whoever provisions."""

from __future__ import annotations

import msgspec
import pytest

from connector.adapters.dynamics.schema_change import access
from connector.errors import NotFound
from connector.provisioning import StepKind
from connector.sandbox.dynamics.base import BUSINESS_UNIT_ID
from tests.adapters.dynamics.schema_change.conftest import Environment

RUNNER = "11111111-1111-1111-1111-111111111111"
APP = "22222222-2222-2222-2222-222222222222"


@pytest.fixture(autouse=True)
def _runner(environment: Environment) -> None:
    columns = ["systemuserid", "domainname", "lastname", "businessunitid", "applicationid", "isdisabled"]
    rows = [
        [RUNNER, "runner@acme.example", "Runner", BUSINESS_UNIT_ID, APP, 0],
        [APP, "gone@acme.example", "Gone", BUSINESS_UNIT_ID, None, 1],
    ]
    environment.org.load("systemuser", columns, rows)


def grant(environment: Environment) -> int:
    return environment.do(StepKind.ACCESS, access=(("conn_leadscore", True),), user=RUNNER)


def test_the_role_is_enough_and_no_more(environment: Environment) -> None:
    """The user can read all people, correct them and make tasks, and cannot create, delete or customize anything."""
    grant(environment)
    held = access.held(environment.session, RUNNER)
    assert set(held.values()) == {"Global"}
    assert {"prvReadLead", "prvWriteLead", "prvReadContact", "prvWriteContact", "prvCreateActivity"} <= held.keys()
    assert not [name for name in held if name.startswith(("prvDelete", "prvShare", "prvPublish"))]
    assert not [name for name in held if name.startswith("prvCreate") and name != "prvCreateActivity"]
    assert not set(access.PROVISION) & held.keys()


def test_twice_is_once(environment: Environment) -> None:
    """One role, given once."""
    for _ in range(2):
        grant(environment)
    reader = environment.org.storage.reader()
    assert reader.execute("SELECT count(*) FROM role WHERE name = ?", (access.ROLE,)).fetchone() == (1,)
    assert reader.execute("SELECT count(*) FROM systemuserroles WHERE systemuserid = ?", (RUNNER,)).fetchone() == (1,)


@pytest.mark.trap("D36")
def test_secured_columns_go_by_a_profile(environment: Environment) -> None:
    """Only a column that an admin has secured needs one; then the user may read and update it."""
    lead = environment.org.entities["lead"]
    column = msgspec.structs.replace(lead.by_name["jobtitle"], secured=True)
    environment.org.define(lead.with_attribute(column))
    for _ in range(2):
        environment.do(StepKind.ACCESS, access=(("jobtitle", True), ("fax", True)), user=RUNNER)
    rights = environment.org.access(RUNNER)
    entity = environment.org.entities["lead"]
    assert rights.column(entity, "jobtitle", "read")
    assert rights.column(entity, "jobtitle", "update")
    query = "SELECT attributelogicalname FROM fieldpermission"
    assert environment.org.storage.reader().execute(query).fetchall() == [("jobtitle",)]


def test_a_user_by_name_or_application(environment: Environment) -> None:
    """Admins write either; a disabled user is none."""
    for name in ("runner@acme.example", APP):
        assert access.user_of(environment.session, name) == (RUNNER, "runner@acme.example")
    with pytest.raises(NotFound):
        access.user_of(environment.session, "gone@acme.example")
    with pytest.raises(NotFound):
        access.user_of(environment.session, "o'neil@acme.example")
