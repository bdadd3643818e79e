"""Leads whose status field holds the result of a phone call, with a history that tells what it should say.

All of them came by themselves, and whoever was due a call got one in time; so the disposition is their only fault.
"""

from __future__ import annotations

from connector.sandbox.sample.leads import come, worked
from connector.sandbox.sample.life import Deed, Life, Scene, Turn
from connector.sandbox.sample.statuses import (
    ATTEMPTS,
    DISQUALIFIED,
    INQUIRY,
    LAL,
    LEFT_COMPANY,
    MAQL,
    MQL,
    PHONE_FAULTS,
)
from connector.sandbox.sample.times import DAY, MINUTE

MARKS = ("errors:disposition_as_status", 'changes_if:[dispositions] keep = "ledger"')


def _typed(scene: Scene, word: str, ought: str, *before: str) -> Life:
    """Somebody in the statuses `before` got `word` typed over the last of them by the LDR who owns the lead."""
    ldr = scene.dice.pick(scene.staff.ldrs)
    turns = scene.path(scene.ago(2, 200), *before, word)
    turns[-1] = turns[-1]._replace(by=ldr)
    life = come(scene, turns, ldr)
    due = next((turn.at for turn in reversed(turns) if turn.status in (MAQL, MQL)), None)
    if due is not None:
        worked(scene, life, due, ldr)
    life.deeds.append(Deed(max(life.entered - 4 * MINUTE, life.created), "call, voicemail", ldr))
    life.ought, life.rule = ought, "disposition"
    life.marks = (f"dispositions:{word}",)
    return life


def over_inquiry(scene: Scene) -> Life:
    """Tried to reach an inquiry: it is being worked, so LAL."""
    return _typed(scene, scene.dice.pick(ATTEMPTS), LAL, INQUIRY)


def over_maql(scene: Scene) -> Life:
    """Tried to reach somebody who crossed the bar: LAL."""
    return _typed(scene, scene.dice.pick(ATTEMPTS), LAL, INQUIRY, MAQL)


def over_mql(scene: Scene) -> Life:
    """Tried to reach somebody who was handed to sales: still MQL."""
    return _typed(scene, scene.dice.pick(ATTEMPTS), MQL, INQUIRY, MAQL, LAL, MQL)


def twice(scene: Scene) -> Life:
    """Two dispositions in a row; the last real status was LAL."""
    life = _typed(scene, scene.dice.pick(ATTEMPTS), LAL, INQUIRY, MAQL, LAL, scene.dice.pick(ATTEMPTS))
    if life.turns[-2].status == life.turns[-1].status:  # the field history has no row from a value to itself
        del life.turns[-2]
    return life


def from_the_start(scene: Scene) -> Life:
    """Created with a disposition, no history at all: LAL."""
    return _typed(scene, scene.dice.pick(ATTEMPTS), LAL)


def over_disqualified(scene: Scene) -> Life:
    """Somebody called a closed lead again: it stays closed."""
    return _typed(scene, scene.dice.pick(ATTEMPTS), DISQUALIFIED, INQUIRY, MAQL, DISQUALIFIED)


def after_a_slip(scene: Scene) -> Life:
    """MQL for two minutes by mistake, taken back, then a disposition: MQL does not count, LAL it is."""
    life = _typed(scene, scene.dice.pick(ATTEMPTS), LAL, INQUIRY, MAQL)
    word = life.turns.pop()
    at = max(life.entered + MINUTE, word.at - DAY)
    life.turns += [Turn(at, word.by, MQL), Turn(at + 2 * MINUTE, word.by, MAQL), word]
    return life


def phone_fault(scene: Scene) -> Life:
    """The number is wrong; nothing is known against the person: MAQL, and on the data list."""
    life = _typed(scene, scene.dice.pick(PHONE_FAULTS), MAQL, INQUIRY, MAQL)
    life.deeds[-1] = life.deeds[-1]._replace(kind="call, no answer")
    return life


def left_company(scene: Scene) -> Life:
    """Is not there any more, and nothing was heard since: closed."""
    life = _typed(scene, scene.dice.pick(LEFT_COMPANY), DISQUALIFIED, INQUIRY, MAQL, LAL)
    life.deeds = [deed for deed in life.deeds if deed.at < life.entered]
    return life
