"""Metadata SOAP: tokens it refuses, sessions that end, answers that break off."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.schema_change import soap
from connector.errors import LoginFailed, NotPermitted
from connector.provisioning import StepKind
from connector.sandbox.salesforce.apps import register, save
from connector.sandbox.salesforce.permissions import revoke
from tests.adapters.salesforce.schema_change.bare import Process
from tests.adapters.salesforce.world import SalesforceWorld


def _app(world: SalesforceWorld, *, jwt_tokens: bool = False) -> dict[str, Any]:
    app = register(world.crm)
    app.jwt_tokens = jwt_tokens
    save(world.crm, app)
    (world.folder / "secret").write_text(app.client_secret)
    return {"login": "client_credentials", "client_id": app.client_id, "client_secret": "file:secret"}


@pytest.mark.trap("S36")
def test_a_token_in_jwt_form_is_explained(bare: SalesforceWorld) -> None:
    """It is told at the plan, without a single request to the API that refuses it; what goes by REST is still done."""
    process = Process(bare, **_app(bare, jwt_tokens=True))
    steps = process.steps()
    refused = [step for step in steps if step.kind is StepKind.BY_HAND]
    assert {step.what.split(" ")[0] for step in refused} == {"add", "carry"}
    assert "turn off" in refused[0].how
    with pytest.raises(NotPermitted, match="JWT form") as error:
        soap.read(process.adapter._session, "StandardValueSet", "LeadStatus")
    assert "turn off" in error.value.next
    done = process.apply()
    assert done.failed == ()
    assert StepKind.ACCESS in {step.kind for step in done.done}
    assert all("JWT" in step.how for step in done.by_hand if step.api == "Lead" and step.name == "Status")


def test_an_ended_session_is_renewed(bare: SalesforceWorld) -> None:
    """SOAP says so with a fault of HTTP 500; the call is made again with a new token."""
    process = Process(bare, **_app(bare))
    process.steps()
    hit = bare.faults.add(path="Soap/m", times=1, expire_sessions=True)
    assert soap.read(process.adapter._session, "StandardValueSet", "LeadStatus") is not None
    assert hit.hits == 1


def test_a_given_token_that_ended_is_told(bare: SalesforceWorld) -> None:
    """It cannot be renewed."""
    process = Process(bare)
    process.steps()
    bare.crm.sessions.end_all()
    with pytest.raises(LoginFailed):
        soap.read(process.adapter._session, "StandardValueSet", "LeadStatus")


def test_a_write_without_an_answer_is_looked_at(bare: SalesforceWorld) -> None:
    """The list of statuses was written, the answer is lost: it is read again and found done, not written twice."""
    process = Process(bare)
    process.steps()
    drop = bare.faults.add(path="Soap/m", method="POST", first=2, drop=0)  # the first reads the conversion mapping
    process.do(StepKind.STATUSES)
    assert drop.hits == 1
    assert StepKind.STATUSES not in {step.kind for step in process.steps()}


def test_refusals_and_faults(bare: SalesforceWorld) -> None:
    """A refused component carries the CRM's code; a missing right says which permission."""
    process = Process(bare)
    session = process.adapter._session
    with pytest.raises(Declined) as refused:
        soap.update(session, "CustomField", soap.element("fullName", "Lead.Nothing__c"), lambda: None)
    assert refused.value.code
    assert soap.read(session, "CustomField", "Lead.Nothing__c") is None
    revoke(bare.crm, "ModifyAllData")
    with pytest.raises(NotPermitted, match="INSUFFICIENT_ACCESS"):
        soap.read(session, "StandardValueSet", "LeadStatus")
