"""Kinds of lead: what goes right and wrong with people who are still leads. Each function tells one life.

Every kind has exactly the faults its marks say and no other, so that counts hold by construction: owners are active,
sources are not bought, work was done in time, unless the kind is about that.
"""

from __future__ import annotations

from collections.abc import Callable

from connector.sandbox.sample.campaigns import ANSWERED
from connector.sandbox.sample.life import Deed, Joined, Life, Scene, Turn
from connector.sandbox.sample.sources import INBOUND
from connector.sandbox.sample.statuses import (
    DISQUALIFIED,
    DRIFTED,
    INQUIRY,
    LAL,
    MAQL,
    MQL,
    RE_MARKET,
    RETIRED,
    RETIRED_SPELLINGS,
    SAL,
    SQL,
    UNMAPPED,
)
from connector.sandbox.sample.times import DAY, HOUR, MINUTE


def come(scene: Scene, turns: list[Turn], owner: str | None = None) -> Life:
    """A life that began with somebody coming by themselves: they answered a campaign the day they were created."""
    dice = scene.dice
    life = Life(turns, dice.pick(INBOUND), owner or scene.staff.marketing(dice.whole(0, 99)))
    campaign = dice.pick(ANSWERED)
    life.joined.append(Joined(campaign, life.created, life.created))
    if dice.chance(0.25):
        life.joined.append(Joined("newsletter", min(life.created + DAY, scene.now - HOUR)))
        life.deeds.append(Deed(scene.soon(life.created, 30, 90), "list mail", scene.staff.automation))
    return life


def worked(scene: Scene, life: Life, since: int, by: str) -> Life:
    """Adds work done in time after `since`: a call that reached them, perhaps after one that did not, and a mail."""
    dice = scene.dice
    if dice.chance(0.5):
        life.deeds.append(Deed(scene.soon(since, 1, 6), "call, voicemail", by))
    if dice.chance(0.5):
        life.deeds.append(Deed(scene.soon(since, 2, 10), "mail, sent", by))
    life.deeds.append(Deed(scene.soon(since, 10, 24), "call, connected", by))
    if dice.chance(0.2):
        life.deeds.append(Deed(scene.soon(since, 24, 40), "meeting", by))
    return life


def inquiry(scene: Scene) -> Life:
    """An inquiry as it should be."""
    life = come(scene, scene.path(scene.ago(1, 400), INQUIRY))
    if scene.dice.chance(0.2):
        life.deeds.append(Deed(scene.soon(life.entered, 5, 900), "mail, received", scene.staff.marketers[0]))
    return life


def asked(scene: Scene) -> Life:
    """Filled the contact form an hour or two ago, and is still an inquiry: sales should have them."""
    life = come(scene, scene.path(scene.hours_ago(1, 2.5), INQUIRY))
    life.joined.append(Joined("contact form", life.created, life.created))
    life.ought, life.rule = MQL, "qualify"
    return life


def maql_fresh(scene: Scene) -> Life:
    """Crossed the bar a few hours ago; nobody has called yet, and nobody is late."""
    return come(scene, scene.path(scene.hours_ago(1, 30), INQUIRY, MAQL), scene.dice.pick(scene.staff.ldrs))


def maql_late(scene: Scene) -> Life:
    """Crossed the bar days ago and nobody has done anything."""
    return come(scene, scene.path(scene.ago(5, 60), INQUIRY, MAQL), scene.dice.pick(scene.staff.ldrs))


def maql_worked(scene: Scene) -> Life:
    """Crossed the bar and was called in time."""
    ldr = scene.dice.pick(scene.staff.ldrs)
    life = come(scene, scene.path(scene.ago(4, 40), INQUIRY, MAQL), ldr)
    return worked(scene, life, life.entered, ldr)


def lal(scene: Scene) -> Life:
    """Accepted by an LDR, who is working it."""
    ldr = scene.dice.pick(scene.staff.ldrs)
    life = come(scene, scene.path(scene.ago(2, 120), INQUIRY, MAQL, LAL), ldr)
    return worked(scene, life, life.turns[1].at, ldr)


def mql_fresh(scene: Scene) -> Life:
    """Handed to sales a few hours ago."""
    ldr = scene.dice.pick(scene.staff.ldrs)
    life = come(
        scene, scene.path(scene.hours_ago(1, 30), INQUIRY, MAQL, LAL, MQL), scene.dice.pick(scene.staff.sellers)
    )
    return worked(scene, life, life.turns[1].at, ldr)


def mql_late(scene: Scene) -> Life:
    """Handed to sales, who let it sit."""
    ldr = scene.dice.pick(scene.staff.ldrs)
    life = come(scene, scene.path(scene.ago(8, 90), INQUIRY, MAQL, LAL, MQL), scene.dice.pick(scene.staff.sellers))
    life.deeds.append(Deed(life.turns[1].at + 5 * HOUR, "mail, sent", ldr))
    return life


def mql_worked(scene: Scene) -> Life:
    """Handed to sales and called in time."""
    seller = scene.dice.pick(scene.staff.sellers)
    life = come(scene, scene.path(scene.ago(4, 90), INQUIRY, MAQL, LAL, MQL), seller)
    return worked(scene, life, life.entered, seller)


def sal(scene: Scene) -> Life:
    """Accepted by sales."""
    seller = scene.dice.pick(scene.staff.sellers)
    life = come(scene, scene.path(scene.ago(2, 90), INQUIRY, MAQL, LAL, MQL, SAL), seller)
    return worked(scene, life, life.turns[3].at, seller)


def disqualified(scene: Scene) -> Life:
    """Looked at and closed."""
    before = scene.dice.pick(((INQUIRY,), (INQUIRY, MAQL), (INQUIRY, MAQL, LAL)))
    return come(scene, scene.path(scene.ago(1, 420), *before, DISQUALIFIED))


def retired(old: str, *before: str) -> Callable[[Scene], Life]:
    """Still carries a value that was retired years ago, now and then in an importer's spelling."""

    def tell(scene: Scene) -> Life:
        text = scene.dice.pick(RETIRED_SPELLINGS[old])
        life = come(scene, scene.path(scene.ago(430, 1400), *before, text))
        life.ought, life.rule = RETIRED[old], "normalise"
        life.marks = (f"retired:{text}", "changes_if:[remap] of the retired values")
        return life

    return tell


def drifted(scene: Scene) -> Life:
    """An agreed status, but for case or spacing."""
    status = scene.dice.pick(tuple(DRIFTED))
    text = scene.dice.pick(DRIFTED[status])
    before = {INQUIRY: (), LAL: (INQUIRY,), MQL: (INQUIRY, LAL), SAL: (INQUIRY, MQL), DISQUALIFIED: (INQUIRY,)}[status]
    sold = status in (MQL, SAL)
    owner = scene.dice.pick(scene.staff.sellers if sold else scene.staff.ldrs) if status in (LAL, MQL, SAL) else None
    life = come(scene, scene.path(scene.ago(4, 300), *before, text), owner)
    if owner:
        worked(scene, life, life.turns[-2].at if status == SAL else life.entered, owner)
    life.ought, life.rule = status, "normalise"
    life.marks = (f"drifted:{text}", "changes:normalise")
    return life


def unmapped(scene: Scene) -> Life:
    """Somebody typed something that means nothing to the process."""
    text = scene.dice.pick(UNMAPPED)
    life = come(scene, scene.path(scene.ago(3, 500), INQUIRY, text), scene.dice.pick(scene.staff.ldrs))
    life.marks = (f"unmapped:{text}", "findings:unmapped_value", "errors:unaccounted")
    return life


def recycled_by_marketing(scene: Scene) -> Life:
    """Worked by an LDR, then put back to Inquiry because there was nothing else to put it to."""
    ldr = scene.dice.pick(scene.staff.ldrs)
    turns = scene.path(scene.ago(3, 200), INQUIRY, MAQL, LAL, INQUIRY)
    turns[-1] = turns[-1]._replace(by=ldr)
    life = come(scene, turns)
    life.ought, life.rule = RE_MARKET, "recycled"
    return worked(scene, life, turns[1].at, ldr)


def recycled_by_ldr(scene: Scene) -> Life:
    """The same, and the LDR still owns it."""
    life = recycled_by_marketing(scene)
    life.owner = life.turns[-1].by
    return life


def moved_back(scene: Scene) -> Life:
    """Sales gave it back to the LDR."""
    ldr = scene.dice.pick(scene.staff.ldrs)
    life = come(scene, scene.path(scene.ago(3, 200), INQUIRY, MAQL, LAL, MQL, LAL), ldr)
    return worked(scene, life, life.turns[3].at, ldr)


def slipped(scene: Scene) -> Life:
    """Somebody's mouse slipped: accepted, and three minutes later put back by the same hand. It never happened."""
    life = come(scene, scene.path(scene.ago(3, 200), INQUIRY))
    ldr = scene.dice.pick(scene.staff.ldrs)
    at = scene.soon(life.entered, 2, 40)
    life.turns += [Turn(at, ldr, LAL), Turn(at + 3 * MINUTE, ldr, INQUIRY)]
    return life


def orphaned(scene: Scene) -> Life:
    """Owned by somebody who has left."""
    life = inquiry(scene)
    life.owner = scene.dice.pick(scene.staff.gone_ldrs)
    return life


def hoarded(scene: Scene) -> Life:
    """An inquiry that a seller keeps though nobody has qualified it."""
    life = inquiry(scene)
    life.owner = scene.dice.pick(scene.staff.sellers)
    return life


def unconverted(scene: Scene) -> Life:
    """Called SQL, but never converted."""
    seller = scene.dice.pick(scene.staff.sellers)
    life = come(scene, scene.path(scene.ago(3, 120), INQUIRY, MAQL, LAL, MQL, SAL, SQL), seller)
    return worked(scene, life, life.turns[3].at, seller)


def bounced(scene: Scene) -> Life:
    """The address does not work any more."""
    life = inquiry(scene)
    life.bounced = scene.soon(life.created, 10, 500)
    return life


def sourceless(scene: Scene) -> Life:
    """Nobody knows where it came from."""
    life = Life(scene.path(scene.ago(3, 400), INQUIRY), None, scene.dice.pick(scene.staff.marketers))
    life.deeds.append(Deed(scene.soon(life.created, 2, 100), "mail, received", life.owner))
    return life


def sourceless_answered(scene: Scene) -> Life:
    """The source is blank, but the first campaign response tells it."""
    life = inquiry(scene)
    life.source = None
    return life


def junk(scene: Scene) -> Life:
    """A test, or somebody who did not want to say."""
    life = inquiry(scene)
    at = scene.dice.pick(("test@test.test", "asdf@asdf.test", "qwertz@mailinator.com", "test123@example.com"))
    name, _, domain = at.partition("@")
    life.email = f"{name}+{int(scene.dice.roll() * 10**9)}@{domain}"
    return life


def merged_away(scene: Scene) -> Life:
    """Was entered twice; the second record was merged into this one and is deleted."""
    life = inquiry(scene)
    life.extra = "merged"
    return life


def deleted_twin(scene: Scene) -> Life:
    """Somebody entered it twice and deleted the second record."""
    life = inquiry(scene)
    life.extra = "deleted"
    return life
