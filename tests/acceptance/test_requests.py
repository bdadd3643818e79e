"""Requests as Salesforce keeps them: forms that wait as to-dos, and answers to campaigns that have only a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connector.sandbox.salesforce.base import ADMIN_ID
from tests.acceptance.site import HUMAN, Site, site

POLICY = 'extends = "demand-gen"\n[dispositions]\nkeep = "ledger"\n[sla]\neffective_from = 2020-01-01\n'


def made(at: Site, object: str, **fields: Any) -> str:
    (done,) = at.org.insert(object, [fields], HUMAN)
    assert done.success, done.errors
    return str(done.id)


def acknowledged(at: Site, lead: str) -> dict[str, Any]:
    """The promise to acknowledge the request."""
    found = at.connector.ask("explain", lead)["judgement"]["promises"]
    return next(one for one in found if one["name"] == "acknowledged")


def test_a_form_and_an_answer(tmp_path: Path, later: Callable[[], None]) -> None:
    """An open task is a request from when it was made, also once it is ticked off; an answer, from when it was seen."""
    with site(tmp_path, policy=POLICY) as at:
        person = {"Company": "Acme", "Status": "Inquiry", "LeadSource": "Web", "OwnerId": ADMIN_ID}
        asks, answers = (made(at, "Lead", LastName=name, **person) for name in ("Asks", "Answers"))
        campaign = made(at, "Campaign", Name="Website: contact form", Type="Website", IsActive=True)
        member = made(at, "CampaignMember", CampaignId=campaign, LeadId=answers, Status="Sent")
        later()
        at.connector.ask("sync")
        later()
        earlier = at.org.clock() - timedelta(minutes=30)
        real, at.org.clock = at.org.clock, lambda: earlier
        form = made(at, "Task", WhoId=asks, Subject="Demo request", Status="Not Started", OwnerId=ADMIN_ID)
        at.org.clock = real
        at.human("CampaignMember", {"Id": member, "Status": "Responded"})
        before = at.org.clock()
        later()
        at.connector.ask("sync")
        rows = at.connector.rows(at.connector.ask("plan")["plan"])
        assert {row["id"]: row["after"] for row in rows if row["field"] == "status"} == {asks: "MQL", answers: "MQL"}
        asked, answered = acknowledged(at, asks), acknowledged(at, answers)
        assert (datetime.fromisoformat(asked["since"]), asked["is_estimate"]) == (earlier, False)
        assert before < datetime.fromisoformat(answered["since"]) <= at.org.clock()
        assert (answered["state"], answered["is_estimate"]) == ("running", True)
        assert "only the day is known" in at.connector.tell("explain", answers)
        later()
        at.human("Task", {"Id": form, "Status": "Completed"})
        later()
        at.connector.ask("sync")
        assert acknowledged(at, asks)["since"] == asked["since"]
        assert acknowledged(at, answers)["since"] == answered["since"]
