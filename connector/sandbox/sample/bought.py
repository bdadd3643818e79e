"""People on a bought list: some rightly Raw, most called Inquiry though they never asked for anything."""

from __future__ import annotations

from connector.sandbox.sample.life import Deed, Joined, Life, Scene
from connector.sandbox.sample.sources import BOUGHT
from connector.sandbox.sample.statuses import INQUIRY, RAW
from connector.sandbox.sample.times import DAY


def _bought(scene: Scene, status: str) -> Life:
    """From a list that was paid for. Marketing writes to it, machines answer, a caller reaches a voicemail."""
    dice, staff = scene.dice, scene.staff
    life = Life(scene.path(scene.ago(20, 360), status), dice.pick(BOUGHT), dice.pick(staff.marketers))
    life.joined.append(Joined("bought list", life.created))
    if dice.chance(0.5):
        life.deeds.append(Deed(scene.soon(life.created, 24, 200), "list mail", staff.automation))
    if dice.chance(0.1):
        life.deeds.append(Deed(scene.soon(life.created, 24, 200), "auto-reply", staff.automation))
    if dice.chance(0.15):
        life.deeds.append(Deed(scene.soon(life.created, 48, 300), "call, voicemail", dice.pick(staff.ldrs)))
    return life


def as_inquiry(scene: Scene) -> Life:
    """On a bought list, never asked for anything, and called an Inquiry."""
    life = _bought(scene, INQUIRY)
    life.ought, life.rule = RAW, "raw"
    return life


def answered(scene: Scene) -> Life:
    """On a bought list, but wrote back: rightly an Inquiry."""
    life = _bought(scene, INQUIRY)
    life.deeds.append(Deed(scene.soon(life.created, 300, 400), "mail, received", scene.staff.marketers[0]))
    return life


def raw(scene: Scene) -> Life:
    """On a bought list and called Raw, as it should be."""
    return _bought(scene, RAW)


def raw_in_newsletter(scene: Scene) -> Life:
    """Raw, and gets the newsletter nonetheless."""
    life = _bought(scene, RAW)
    life.joined.append(Joined("newsletter", life.created + 2 * DAY))
    return life


def raw_answered(scene: Scene) -> Life:
    """Raw, but wrote to us since."""
    life = answered(scene)
    life.turns = [turn._replace(status=RAW) for turn in life.turns]
    life.ought, life.rule = INQUIRY, "raw"
    return life
