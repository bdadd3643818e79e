"""Kinds of contact, and of lead that became one. A classic org has no status for any of them."""

from __future__ import annotations

from collections.abc import Callable

from connector.sandbox.sample.campaigns import ANSWERED
from connector.sandbox.sample.leads import come, worked
from connector.sandbox.sample.life import Deal, Deed, Joined, Life, Scene, Turn
from connector.sandbox.sample.sources import INBOUND
from connector.sandbox.sample.statuses import (
    CUSTOMER,
    INQUIRY,
    LAL,
    MAQL,
    MQL,
    RAW,
    RE_MARKET,
    SAL,
    SQL,
)
from connector.sandbox.sample.times import DAY, HOUR

NEW, RENEWAL, UPSELL = "New Business", "Renewal", "Existing Business"


def _contact(scene: Scene, ought: str, owner: str) -> Life:
    """A contact that was never a lead here. Its only turn has no status: contacts have no such field."""
    life = Life([Turn(scene.ago(60, 1300), scene.staff.revops, "")], scene.dice.pick(INBOUND), owner)
    life.ought, life.rule = ought, "contact-status"
    return life


def _talked(scene: Scene, life: Life) -> Life:
    """A word now and then with whoever owns the contact."""
    for _ in range(scene.dice.whole(1, 3)):
        kind = scene.dice.pick(("call, connected", "mail, sent", "mail, received", "meeting"))
        life.deeds.append(Deed(scene.soon(life.created, 24, 1400), kind, life.owner))
    return life


def _deal(scene: Scene, kind: str, outcome: str, since: int) -> Deal:
    created = scene.soon(since, 24, 400)
    return Deal(kind, outcome, created, None if outcome == "open" else scene.soon(created, 200, 2400))


def customer(scene: Scene) -> Life:
    """Bought, and nothing else is open."""
    life = _talked(scene, _contact(scene, CUSTOMER, scene.dice.pick(scene.staff.sellers)))
    life.deals.append(_deal(scene, NEW, "won", life.created))
    return life


def customer_renewing(scene: Scene) -> Life:
    """Bought; a renewal is open, which does not count."""
    life = customer(scene)
    life.deals.append(_deal(scene, RENEWAL, "open", scene.now - 60 * DAY))
    return life


def in_a_deal(scene: Scene) -> Life:
    """An opportunity is open."""
    life = _talked(scene, _contact(scene, SQL, scene.dice.pick(scene.staff.sellers)))
    life.deals.append(_deal(scene, scene.dice.pick((NEW, NEW, UPSELL)), "open", scene.now - 90 * DAY))
    return life


def lost_deal(scene: Scene) -> Life:
    """Tried to buy and did not."""
    life = _talked(scene, _contact(scene, RE_MARKET, scene.dice.pick(scene.staff.sellers)))
    life.deals.append(_deal(scene, NEW, "lost", life.created))
    return life


def known(scene: Scene) -> Life:
    """No opportunity yet, but they came to us once."""
    life = _contact(scene, INQUIRY, scene.dice.pick(scene.staff.marketers))
    life.joined.append(Joined(scene.dice.pick(ANSWERED), life.created + DAY, life.created + 2 * DAY))
    return life


def unknown(scene: Scene) -> Life:
    """Entered once, never heard of."""
    return _contact(scene, RAW, scene.dice.pick(scene.staff.marketers))


def orphaned(scene: Scene) -> Life:
    """Belongs to somebody who has left."""
    life = known(scene)
    life.owner = scene.dice.pick(scene.staff.gone_ldrs)
    return life


def bounced(scene: Scene) -> Life:
    """The address does not work any more."""
    life = known(scene)
    life.bounced = scene.soon(life.created, 60, 900)
    return life


def lead_and_contact(scene: Scene) -> Life:
    """The lead of somebody who is a contact already: the same e-mail twice."""
    life = come(scene, scene.path(scene.ago(2, 200), INQUIRY))
    if life.owner not in scene.staff.marketers:  # a queue owns leads, never contacts and accounts
        life.owner = scene.staff.marketers[0]
    life.extra = "twin"
    return life


def lead_of_a_deal(scene: Scene) -> Life:
    """The same, and the contact is in an open opportunity."""
    life = lead_and_contact(scene)
    life.extra = "twin in a deal"
    return life


def _converted(scene: Scene, ought: str, converted: int, *before: str) -> Life:
    """A lead that was converted then; `before` are its statuses up to that moment. The contact ought to be `ought`."""
    seller = scene.dice.pick(scene.staff.sellers)
    life = come(scene, scene.path(converted, *before, SQL), seller)
    life.turns[-1] = life.turns[-1]._replace(by=seller)
    life.ought, life.rule, life.converted = ought, "contact-status", converted
    return worked(scene, life, life.turns[-2].at, seller)


def _sold(ought: str, outcome: str, least: float, most: float) -> Callable[[Scene], Life]:
    def tell(scene: Scene) -> Life:
        life = _converted(scene, ought, scene.ago(least, most), INQUIRY, MAQL, LAL, MQL, SAL)
        closed = None if outcome == "open" else scene.soon(life.entered, 300, 1500)
        life.deals.append(Deal(NEW, outcome, life.entered, closed))
        return life

    return tell


converted_open = _sold(SQL, "open", 2, 120)
converted_won = _sold(CUSTOMER, "won", 70, 500)
converted_lost = _sold(RE_MARKET, "lost", 70, 500)


def converted_won_long_ago(scene: Scene) -> Life:
    """Converted under the old process: the lead still says Closed - Converted, and stays that way."""
    life = _converted(scene, CUSTOMER, scene.ago(520, 1200), "Open - Not Contacted", "Working - Contacted")
    life.turns[-1] = life.turns[-1]._replace(status="Closed - Converted")
    life.deals.append(Deal(NEW, "won", life.entered, scene.soon(life.entered, 300, 2000)))
    return life


def converted_recently(scene: Scene) -> Life:
    """Converted some weeks ago; no opportunity yet."""
    return _converted(scene, SQL, scene.ago(5, 150), INQUIRY, MAQL, LAL, MQL, SAL)


def converted_and_forgotten(scene: Scene) -> Life:
    """Converted long ago; no opportunity ever came of it."""
    return _converted(scene, RE_MARKET, scene.ago(200, 480), INQUIRY, MAQL, LAL, MQL)


def converted_by_abm(scene: Scene) -> Life:
    """Joined a known account as an Inquiry, because the account is one of the named ones: an Inquiry it stays."""
    life = _converted(scene, INQUIRY, scene.ago(5, 300), INQUIRY)
    life.deeds = [Deed(life.created + HOUR, "mail, received", life.owner)]
    life.joined.append(Joined("abm", life.created))
    life.extra = "known account"
    life.owner = scene.staff.marketers[0]
    return life


def converted_without_history(scene: Scene) -> Life:
    """Converted before history was kept, nothing came of it: what it was before, nobody can tell."""
    life = _converted(scene, "", scene.ago(800, 1300), INQUIRY)
    life.turns = [Turn(life.created, life.turns[0].by, SQL)]
    life.joined = []
    life.deeds = []
    return life
