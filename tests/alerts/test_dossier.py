"""What whoever has to act is told of a person, from the mirror alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.alerts import html, plain
from connector.alerts.digest import Digest, Entry
from connector.alerts.dossier import NEVER, SOFT, Dossier, Office, dossier
from connector.ports import Table
from tests.alerts.scene import HOUR, START, Scene


def told(scene: Scene) -> list[Dossier]:
    """The dossiers of all alerts, oldest first."""
    with scene.opened() as org:
        calls = scene.crm.calls
        office = Office(org.reading, org.ledger, org.policy, org.rules, org.reading.org_facts(), str, scene.now)
        found = [dossier(raised, office)[0] for raised in reversed(org.ledger.alerts.latest())]
        assert scene.crm.calls == calls
        return found


def did(scene: Scene, lead: str, kind: str, about: str = "", *, at: timedelta = timedelta(), **more: str) -> None:
    """The person does something, so long after the scene began."""
    scene.crm.now = when = int((START + at).timestamp())
    what = {"direction": "in", "outcome": "", "about": about, **more}
    scene.crm.add(Table.TASK, lead_id=lead, at=when, kind=kind, **what)


def test_who_they_are_and_how_long_they_wait(scene: Scene) -> None:
    """Name, title, company, source, owner, status, score with its parts, time on the clock."""
    scene.configure("")
    scene.lead(employees=200)
    scene.run(after=50 * HOUR)
    (one,) = told(scene)
    assert (one.name, one.title, one.company) == ("Ann Lee", "VP Sales", "Acme & Söhne")
    assert (one.source, one.owner, one.status) == ("Webinar", "Rep", "MAQL")
    assert one.score.startswith("45 (+25 ")
    assert (one.since, one.on_clock, one.late, one.clock) == (START, 50 * HOUR, 2 * HOUR, "elapsed")
    assert (one.is_open, one.gone, one.hint) == (True, False, NEVER)


def test_what_they_did(scene: Scene) -> None:
    """Their own steps, newest first, at most five; ours are none of them. Who never asked is approached gently."""
    scene.configure("")
    lead = scene.lead()
    for hour in range(7):
        did(scene, lead, "form", f"case study {hour}", at=hour * HOUR - 20 * HOUR)
    did(scene, lead, "mail", at=-HOUR, direction="out")
    scene.run(after=50 * HOUR)
    (one,) = told(scene)
    assert [activity.about for _, activity in one.did] == [f"case study {hour}" for hour in (6, 5, 4, 3, 2)]
    assert (one.asked, one.hint) == (None, SOFT)


def test_who_asked_is_not_spared(scene: Scene) -> None:
    """After a direct request there is no hint to go gently; the request is named."""
    scene.configure("")
    lead = scene.lead()
    did(scene, lead, "form", "demo", at=-5 * HOUR)
    scene.run(after=50 * HOUR)
    one = told(scene)[-1]
    assert one.asked is not None
    assert (one.asked.about, one.hint) == ("demo", "")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("call", {"outcome": "done"}),
        ("call", {"outcome": "no_answer"}),
        ("mail", {"outcome": "done"}),
        ("call", {"direction": "out", "outcome": "connected"}),
        ("meeting", {"direction": "", "outcome": "held"}),
    ],
)
def test_who_turned_to_us_is_not_spared(scene: Scene, kind: str, more: dict[str, str]) -> None:
    """Who called, wrote or spoke with us did not merely look around, although five things were done since."""
    scene.configure("")
    lead = scene.lead()
    did(scene, lead, kind, at=-30 * HOUR, **more)
    for hour in range(5):
        did(scene, lead, "form", f"case study {hour}", at=(hour - 20) * HOUR)
    scene.run(after=50 * HOUR)
    (one,) = told(scene)
    assert (one.asked, one.hint) == (None, "")


@pytest.mark.parametrize(
    ("kind", "about", "more"),
    [
        ("form", "e-book", {}),
        ("meeting", "webinar", {"direction": "", "outcome": "held"}),
        ("other", "pricing", {"direction": ""}),
    ],
)
def test_who_looked_around_is_spared(scene: Scene, kind: str, about: str, more: dict[str, str]) -> None:
    """A download, a seat in a webinar, a page: nobody has asked for anything."""
    scene.configure("")
    did(scene, scene.lead(), kind, about, at=-HOUR, **more)
    scene.run(after=50 * HOUR)
    (one,) = told(scene)
    assert (one.asked, one.hint) == (None, SOFT)


def test_what_a_rep_needs_first(scene: Scene) -> None:
    """Title, what they did, pages, documents, domain; and where they can be reached. In both parts of the mail."""
    scene.configure("")
    lead = scene.lead(email="Ann.Lee@Mail.Acme.example", phone="+49 30 123")
    did(scene, lead, "form", "e-book", at=-3 * HOUR)
    for hour, page in ((-5, "pricing"), (-4, "case study"), (-1, "pricing")):
        did(scene, lead, "other", page, at=hour * HOUR, direction="")
    scene.run(after=50 * HOUR)
    with scene.opened() as org:
        office = Office(org.reading, org.ledger, org.policy, org.rules, org.reading.org_facts(), str, scene.now)
        (raised,) = org.ledger.alerts.latest()
        one = Digest(org="acme", at=scene.now, zone=office.zone, entries=(Entry(raised, dossier(raised, office)[0]),))
    text = plain.digest(one)
    for said in (
        "Ann Lee, VP Sales, Acme & Söhne",
        "  E-mail: Ann.Lee@Mail.Acme.example\n",
        "  Phone: +49 30 123\n",
        "  Domain: mail.acme.example\n",
        "  Looked at: pricing (Mon 2 Mar 2026, 08:00), case study (Mon 2 Mar 2026, 05:00)\n",
        "Mon 2 Mar 2026, 06:00: e-book (filled in a form)",
    ):
        assert said in text
    page = html.digest(one)
    for said in ("E-mail", "Phone", "Domain", "Looked at", "Ann.Lee@Mail.Acme.example", "mail.acme.example"):
        assert f">{said}<" in page
    chat = plain.short(one, 6_000)
    assert "Domain: mail.acme.example" in chat
    assert not any(said in chat for said in ("Ann.Lee@", "+49 30"))


def test_kept_meanwhile(scene: Scene) -> None:
    """After a follow-up the promise is no longer open, and its clock stands still."""
    scene.configure("")
    lead = scene.lead()
    scene.run(after=50 * HOUR)
    scene.called(lead)
    scene.run(after=10 * HOUR)
    (one,) = told(scene)
    assert (one.is_open, one.on_clock, one.late) == (False, 50 * HOUR, 2 * HOUR)


def test_who_is_gone(scene: Scene) -> None:
    """A deleted person is told of by the id."""
    scene.configure("")
    lead = scene.lead()
    scene.run(after=50 * HOUR)
    scene.crm.now = int(scene.now.timestamp())
    scene.crm.delete(Table.LEAD, lead)
    scene.run(after=HOUR)
    (one,) = told(scene)
    assert (one.gone, one.name) == (True, lead)


def test_lateness_is_told_by_the_wall_clock(scene: Scene) -> None:
    """A promise in office hours, due Tuesday 11:00: on Friday 11:00 it is three days late, after 32 hours of work."""
    scene.configure("", '[policy.sla.promise.worked]\nclock = "business"\nlimit = "8h"\n')
    week = "[" + "[540, 1020]," * 5 + "null, null]"
    scene.crm.add(Table.HOURS, id="hours", name="Office hours", is_default=1, timezone="UTC", week=week)
    scene.lead(at=START + 2 * HOUR)
    scene.run(after=98 * HOUR)
    (one,) = told(scene)
    assert (one.clock, one.on_clock, one.late) == ("Office hours", 32 * HOUR, 72 * HOUR)
