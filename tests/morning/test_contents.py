"""What the digest of the morning says, as text, as HTML and in a chat: the oldest hot people of each owner."""

from __future__ import annotations

import pytest

from connector.morning import Morning, contents, gather
from connector.morning.html import digest
from connector.morning.plain import short, text
from connector.ports import Table
from connector.store.ledger import NightEnd
from tests.alerts.scene import ALL, CONFIG, HOUR, START, Scene
from tests.alerts.test_digest import Page

ODD = "Bräu <b>& Söhne"


def fill(scene: Scene) -> None:
    """Nine of the rep, led by the boss; three of a queue, two of nobody; one of the rep's is only at risk."""
    scene.crm.add(Table.USER, id="q", name="Inbound", email=None, active=1, kind="queue", department=None)
    for number in range(8):
        scene.lead(START - (number + 1) * HOUR, first_name=f"R{number}", company=ODD)
    scene.lead(START + 2 * HOUR, first_name="Soon")
    for number in range(3):
        scene.lead(START - (number + 10) * HOUR, first_name=f"Q{number}", owner_id="q")
    scene.lead(START - 30 * HOUR, first_name="N", owner_id=None)
    scene.now += 49 * HOUR
    scene.sync()


def gathered(scene: Scene) -> Morning:
    """The digest, as a process of its own makes it; nothing is sent."""
    with scene.opened() as org:
        return gather(org)


def in_order(page: str, *texts: str) -> None:
    """Each comes after the one before it."""
    places = [page.index(one) for one in texts]
    assert places == sorted(places), texts


def test_the_oldest_of_each_owner(scene: Scene) -> None:
    """Whoever has the oldest comes first, under who leads them; of each the longest-waiting first, then who is at risk,
    and how many more there are."""
    fill(scene)
    one = gathered(scene)
    told = text(one)
    assert told.splitlines()[0] == "acme, Wed 4 Mar 2026: 12 people overdue, 1 at risk"
    in_order(
        told, "LED BY (nobody)", "(nobody): 1 overdue", "overdue: N Lee", "Inbound (queue): 3 overdue", "Q2", "Q1",
        "Q0", "LED BY Boss", "Rep: 8 overdue, 1 at risk", "R7", "R6", "R5", "R4", "R3", "… and 3 more overdue",
        "at risk: Soon",
    )  # fmt: skip
    assert "R2" not in told
    assert f"overdue: R7 Lee, {ODD}: 9 h late · since Mon 2 Mar 2026, 01:00 · MAQL, worked · score" in told
    page = Page(digest(one))
    said = " ".join(page.texts)
    in_order(said, "Led by (nobody)", "N Lee", "Q2", "Led by Boss", f"R7 Lee, {ODD}", "and 3 more overdue", "Soon")
    assert page.loads == []
    assert len(page.links) == 1 + 3 + 5 + 1
    assert [scene.mailbox.raw, scene.levels()] == [[], []]


def test_many_owners(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those who press least only the numbers are told."""
    monkeypatch.setattr(contents, "OWNERS", 2)
    fill(scene)
    one = gathered(scene)
    assert "and 1 more owner, with 8 overdue: connector sla --by owner" in text(one)
    assert "and 1 more owner, with 8 overdue" in " ".join(Page(digest(one)).texts)
    assert "LED BY Boss" not in text(one)


def test_a_chat_has_little_room(scene: Scene) -> None:
    """Numbers and the oldest of the first owners; what does not fit is left out, and said so."""
    fill(scene)
    one = gathered(scene)
    assert "Rep (8 overdue, 1 at risk): R7 Lee" in short(one, 6_000)
    cut = short(one, 200)
    assert len(cut) <= 200
    assert cut.endswith("… all of it: connector alerts --digest")


def test_last_night_and_what_is_wrong(scene: Scene) -> None:
    """The lines that `connector status` shows; that nights no longer end well; what was given up."""
    scene.lead()
    scene.mailbox.down()
    scene.configure(ALL.partition("[org.alerts.task]")[0].replace("[org.alerts]", ""))
    scene.run(after=49 * HOUR)
    with scene.opened() as org:
        number = org.ledger.nights.begin(org.now())
        org.ledger.nights.end(number, NightEnd.FAILED, "the CRM cannot be reached", {"people": 7, "changes": {}})
    scene.run(after=8 * 24 * HOUR)
    one = gathered(scene)
    for told in (text(one), " ".join(Page(digest(one)).texts)):
        assert "night of 2026-03-04 10:00 UTC · acme · failed" in told
        assert "the CRM cannot be reached" in told
        assert "no night has ended well for" in told
        assert "mail: 1 given up: could not be sent for 7 days: 127.0.0.1" in told
        assert "was due 2026-03-04 09:00 UTC (mail, given up)" in told


def test_before_promises_are_in_force(scene: Scene) -> None:
    """Nobody is named: it would be a preview."""
    config = CONFIG.replace("effective_from = 2026-01-01", "").format(alerts=ALL)
    (scene.folder / "connector.toml").write_text(config)
    scene.lead()
    scene.now += 49 * HOUR
    scene.sync()
    told = text(gathered(scene))
    assert told.splitlines()[0] == "acme, Wed 4 Mar 2026: last night"
    assert "Promises are not in force yet" in told
    assert "Ann Lee" not in told


def test_its_id(scene: Scene) -> None:
    """The same morning has the same one, whatever has come to it."""
    scene.sync()
    before = gathered(scene)
    scene.lead()
    scene.now += 2 * HOUR
    scene.sync()
    after = gathered(scene)
    assert before.key == after.key
    scene.now += 24 * HOUR
    assert gathered(scene).key != after.key
