"""`connector schema` on a Dynamics environment, as an admin types it: what is lacking is added, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.adapters.dynamics import connect
from connector.config import OrgConfig
from connector.mapping import load
from connector.model import LEAD
from connector.provisioning import Carried
from connector.sandbox.dynamics.base import BUSINESS_UNIT_ID, INTEGRATION_ID
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.acceptance.commandline import CommandLine
from tests.adapters.dynamics.ours import add_status_reasons

RUNNER = "11111111-1111-1111-1111-111111111111"
APP = "22222222-2222-2222-2222-222222222222"
RETIRED = 'extends = "demand-gen"\n[remap.lead]\n"Contacted" = "LAL"\n"Old" = "Re-Market"\n"Older" = "Inquiry"\n'


class Office:
    """An environment as on its first day, and an installation of connector beside it."""

    def __init__(self, box: Sandbox[Org], folder: Path) -> None:
        self.org, self.box, self.folder = box.org, box, folder
        self.connector = CommandLine(folder / "connector.toml")
        (folder / "token").write_text(box.token)
        self.configure('extends = "demand-gen"\n')

    def configure(self, policy: str) -> None:
        """Writes the policy and connector.toml."""
        (self.folder / "policy.toml").write_text(policy)
        keys = {"name": "acme", "crm": "dynamics", "url": self.box.url, "login": "token", "token": "file:token"}
        lines = [f'{name} = "{value}"' for name, value in {**keys, "policy": "policy.toml"}.items()]
        self.connector.config.write_text("\n".join(["[[org]]", *lines]))

    def steps(self, *words: str) -> list[str]:
        """What `schema plan` would do, by kind."""
        return [step["kind"] for step in self.connector.ask("schema", "plan", *words)["steps"]]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A fresh one per test."""
    org = Org()
    with Sandbox(org) as box:
        yield Office(box, tmp_path)
    org.close()


@pytest.mark.long
def test_from_the_first_day_to_nothing_left(office: Office) -> None:
    """Everything planned is done and read back; a second plan is empty; check finds every field and status in place."""
    planned = office.steps()
    done = office.connector.ask("schema", "apply")
    assert len(done["done"]) == len(planned) == 23
    assert (done["failed"], done["by_hand"]) == ([], [])
    assert office.steps() == []
    lines = office.connector.ask("check")["lines"]
    about = [line for line in lines if line["name"].startswith(("field", "lead", "contact", "history", "converted"))]
    assert len(about) > 25
    assert [line for line in about if line["state"] != "ok"] == []
    assert office.org.entities["lead"].by_name["conn_lastcalldisposition"].type == "String"
    states = {one.label: one.state for one in office.org.entities["lead"].by_name["statuscode"].options}
    assert (states["Re-Market"], states["Disqualified"], states["MQL"]) == (0, 2, 0)


@pytest.mark.long
def test_for_another_user(office: Office) -> None:
    """An admin adds it for the application user: it gets the role, and nothing of the admin's rights."""
    columns = ["systemuserid", "domainname", "lastname", "businessunitid", "applicationid"]
    office.org.load("systemuser", columns, [[RUNNER, "runner@acme.example", "Runner", BUSINESS_UNIT_ID, APP]])
    assert office.steps("--user", APP).count("grant access") == 2
    done = office.connector.ask("schema", "apply", "--user", APP)
    assert (done["failed"], done["by_hand"]) == ([], [])
    assert office.steps("--user", APP) == []
    rights = office.org.access(RUNNER)
    assert rights.may("prvWriteLead")
    assert not rights.may("prvCreateAttribute")


def test_a_login_that_may_not_customize(office: Office) -> None:
    """It is told before anything is done, with what is lacking in the CRM's words; nothing is changed."""
    with office.org.storage.transaction() as db:
        db.execute("DELETE FROM systemuserroles WHERE systemuserid = ?", (INTEGRATION_ID,))
        db.execute("INSERT INTO role (roleid, name) VALUES ('r', 'Reader')")
        db.execute(
            "INSERT INTO roleprivileges SELECT 'rp' || privilegeid, 'r', privilegeid, 8, 0 FROM privilege "
            "WHERE name NOT LIKE '%Attribute' AND name NOT LIKE '%Customization' AND name <> 'prvWriteEntity'"
        )
        db.execute("INSERT INTO systemuserroles VALUES ('ur', ?, 'r', 0)", (INTEGRATION_ID,))
    office.org.after_write("role")
    error = office.connector.fails("schema", "apply")
    for words in ("create columns", "publish customizations", "nothing was changed"):
        assert words in error["what"]
    assert "conn_contactstatus" not in office.org.entities["contact"]
    assert office.org.storage.reader().execute("SELECT count(*) FROM publisher").fetchone() == (1,)


def test_retired_values(office: Office) -> None:
    """Who still holds a value is counted by state; only what nobody holds is deleted; views that name one are told."""
    office.configure(RETIRED)
    office.connector.ask("schema", "apply")
    provisioner = connect(_config(office), load("dynamics"), lambda: None).provisioner()  # type: ignore[arg-type, return-value]
    number = add_status_reasons(office.org, [("Old", 0), ("Older", 0)])
    rows = [["A", 0, number["Old"]], ["B", 0, number["Old"]], ["C", 2, 4], ["D", 1, 3]]
    office.org.load("lead", ["lastname", "statecode", "statuscode"], rows)
    fetch = f"<fetch><entity name='lead'><filter><condition attribute='statuscode' operator='in'><value>{number['Old']}"
    view = ["My old leads", "lead", f"{fetch}</value></condition></filter></entity></fetch>"]
    office.org.load("savedquery", ["name", "returnedtypecode", "fetchxml"], [view])
    assert provisioner.carried(LEAD, ["Old", "Older", "Lost", "Qualified"]) == [
        Carried("Old", 2),
        Carried("Older", 0),
        Carried("Lost", 0, closed=1),
        Carried("Qualified", 0, converted=1),
    ]
    uses = provisioner.uses(LEAD, ["Old", "Older"])
    assert [(one.value, one.kind, one.name) for one in uses.found] == [("Old", "view", "My old leads")]
    retired = {one["value"]: one for one in office.connector.ask("schema", "retire", exits=4)["retired"]}
    assert "managed" in retired["Contacted"]["stays"]
    assert retired["Older"]["done"]
    assert not retired["Old"]["done"]
    labels = [one.label for one in office.org.entities["lead"].by_name["statuscode"].options]
    assert "Old" in labels
    assert "Older" not in labels


def _config(office: Office) -> OrgConfig:
    given = {"name": "acme", "crm": "dynamics", "url": office.box.url, "login": "token", "token": "file:token"}
    return OrgConfig.model_validate({**given, "base": office.folder})
