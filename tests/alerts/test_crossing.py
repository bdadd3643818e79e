"""Crossings of the bar by what becomes known about somebody, from the CRM to whoever is told."""

from __future__ import annotations

from datetime import timedelta

from connector.ports import Table
from tests.alerts.conftest import Scene
from tests.alerts.scene import HOUR, START

MAIL_ONLY = """
[org.alerts.mail]
to = ["revops@acme.example"]
from = "connector@acme.example"
smtp = "file:smtp"
"""
WITH_TASKS = (
    MAIL_ONLY
    + """
[org.alerts.task]
on = true
levels = ["tell"]
"""
)
LOOKED = ("pricing", "pricing", "case study", "practice sheet")


def customer(scene: Scene, **columns: object) -> str:
    """A contact, customer for a year, who looked around for twelve days: 20 points for who they are, 70 for that."""
    scene.configure(MAIL_ONLY)
    scene.crm.now = int((START - timedelta(days=400)).timestamp())
    given = {"last_name": "Lee", "employees": 200, "owner_id": "rep", **columns}
    id = scene.crm.add(Table.CONTACT, status="SQL", **given)
    scene.crm.now += 86_400
    scene.crm.edit(Table.CONTACT, id, status="Customer")
    for number, about in enumerate(LOOKED, start=1):
        when = int((START - timedelta(days=3 * number)).timestamp())
        looked = {"kind": "other", "direction": "", "outcome": "", "about": about}
        scene.crm.add(Table.TASK, contact_id=id, at=when, **looked)
    return id


def retitle(scene: Scene, id: str, title: str | None) -> None:
    """Somebody, or a data vendor, fills in the title."""
    scene.now += HOUR
    scene.crm.now = int(scene.now.timestamp())
    scene.crm.edit(Table.CONTACT, id, title=title)


def crossings(scene: Scene) -> list[int]:
    """When the crossings were that have been told, in hours since the start."""
    with scene.opened() as org:
        raised = [one.alert for one in org.ledger.alerts.latest() if one.alert.promise == "crossing"]
    return sorted(int((alert.at - START) / HOUR) for alert in raised)


def test_a_title_that_lifts_somebody_over_the_bar(scene: Scene) -> None:
    """It is told once, as of the sync that brought it, whatever is restarted, deleted and run again."""
    id = customer(scene)
    scene.run()
    assert crossings(scene) == []
    retitle(scene, id, "CEO")
    (raised,) = scene.run().raised
    assert (raised.alert.promise, raised.alert.at) == ("crossing", scene.now)
    assert raised.alert.text.endswith("when something else came to be known about them")
    scene.run(after=HOUR)
    for file in (scene.folder / "state").glob("mirror-*"):
        file.unlink()
    scene.run(after=HOUR)
    scene.run(after=HOUR)
    assert crossings(scene) == [1]


def test_armed_again_after_a_fall(scene: Scene) -> None:
    """Whoever loses the title and gets it back has crossed again; the same title spelt otherwise is nothing new."""
    id = customer(scene)
    scene.run()
    for title in ("CEO", "Chief Executive Officer", "Trainee", "CEO"):
        retitle(scene, id, title)
        scene.run()
    assert crossings(scene) == [1, 4]


def test_a_first_look_at_an_org_finds_no_such_crossing(scene: Scene) -> None:
    """Everybody is new to us then: who is above the bar by a title is dated by what they did, as ever."""
    customer(scene, title="CEO")
    scene.run()
    assert crossings(scene) == [-72]
    scene.run(after=HOUR)
    assert crossings(scene) == [-72]


def test_while_another_command_is_at_work(scene: Scene) -> None:
    """A pass that judges on the side tells it; whoever judges for good afterwards does not tell it again."""
    id = customer(scene)
    scene.run()
    retitle(scene, id, "CEO")
    scene.sync()
    with scene.opened() as apply, apply.lease():
        assert len(scene.run(read=False).raised) == 1
    assert scene.run(after=HOUR, read=False).raised == ()
    assert scene.run(after=HOUR).raised == ()
    assert crossings(scene) == [1]


def test_other_points_are_no_other_facts(scene: Scene) -> None:
    """A policy that gives more points for the same title tells nothing by it: nobody has changed."""
    customer(scene, title="Head of Purchasing")
    scene.configure(MAIL_ONLY, '[policy.score.fit."Director or head"]\npoints = 5\n')
    scene.run()
    assert crossings(scene) == []
    scene.configure(MAIL_ONLY)
    scene.run(after=HOUR)
    assert crossings(scene) == [-72]


def test_the_owner_of_the_account_has_the_task(scene: Scene) -> None:
    """That a customer crossed is told whoever owns the account; a lead's crossing is its own owner's."""
    account = scene.crm.add(Table.ACCOUNT, name="Acme", created_at=scene.crm.now, type="Customer", owner_id="boss")
    customer(scene, title="CEO", account_id=account)
    scene.configure(WITH_TASKS)
    scene.run()
    (task,) = scene.crm.own_tasks.values()
    assert task.task.owner_id == "boss"
    assert "Account owner: Boss" in scene.mailbox.text()
    assert "Owner: Rep" in scene.mailbox.text()


def test_without_an_account_it_is_the_owner(scene: Scene) -> None:
    """Nobody knows an account, or its owner has left: the contact's owner has it."""
    scene.crm.add(Table.USER, id="gone", name="Gone", active=0, kind="user")
    left = scene.crm.add(Table.ACCOUNT, name="Acme", created_at=scene.crm.now, type="Customer", owner_id="gone")
    customer(scene, title="CEO")
    customer(scene, title="CEO", account_id=left)
    scene.configure(WITH_TASKS)
    scene.run()
    assert [task.task.owner_id for task in scene.crm.own_tasks.values()] == ["rep", "rep"]


def test_a_company_that_grew(scene: Scene) -> None:
    """Its contacts are not modified when somebody fills in the account: they cross by it all the same, once."""
    account = scene.crm.add(Table.ACCOUNT, name="Acme", created_at=scene.crm.now, type="Customer", owner_id="boss")
    customer(scene, title="Head of Purchasing", employees=None, account_id=account)
    scene.run()
    assert crossings(scene) == []
    scene.now += HOUR
    scene.crm.now = int(scene.now.timestamp())
    scene.crm.edit(Table.ACCOUNT, account, employees=400)
    assert len(scene.run().raised) == 1
    scene.run(after=HOUR)
    assert crossings(scene) == [1]
