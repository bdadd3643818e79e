"""Campaigns of two years: webinars, trade shows, a bought list, a newsletter, an account-based programme."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A campaign: its name, type, when it started and ended (days before now; None: still running)."""

    name: str
    type: str
    started: int
    ended: int | None


CAMPAIGNS = {
    "webinar, spring": Kind("Webinar: Calibrating in the Field", "Webinar", 420, 419),
    "webinar, autumn": Kind('Webinar: Q&A "Sensors, Drift & You"', "Webinar", 190, 189),
    "trade show": Kind("Hannover Messe, Halle 11", "Trade Show", 560, 555),
    "trade show, small": Kind("Sensor+Test Nürnberg", "Trade Show", 150, 147),
    "contact form": Kind("Website: contact form", "Website", 900, None),
    "e-book": Kind('E-book "Ten Ways to Lose a Measurement"', "Content", 300, None),
    "ads": Kind("LinkedIn Ads DACH", "Advertisement", 240, 30),
    "newsletter": Kind("Newsletter", "Email", 1200, None),
    "bought list": Kind("Purchased list: manufacturing, 50-500 employees", "List Purchase", 365, 360),
    "abm": Kind("ABM: Tier 1 accounts", "ABM", 400, None),
    "referral": Kind("Customers recommend customers", "Referral Program", 700, None),
}

ANSWERED = (
    "webinar, spring",
    "webinar, autumn",
    "trade show",
    "trade show, small",
    "e-book",
    "ads",
    "referral",
)
"""Campaigns that people answer of their own accord. The contact form is not among them: who fills it wants a call."""
