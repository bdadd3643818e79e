"""Direct requests: somebody asked for contact, a demo, a quote. They wait for nobody's score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.model import Activity, Membership
from connector.policy.scoring import Score
from connector.score.happened import Topics, answers

_INBOUND = "inbound "


class Requests:
    """Tells direct requests by what the policy lists in `[score] direct`.

    An entry is a topic (of what the person did towards us: a form, an inbound mail or call, an answer to a campaign;
    not of a meeting we held), or `inbound KIND` for everything of that kind that came in, whatever it was about.
    """

    def __init__(self, score: Score) -> None:
        words = [word.strip() for word in score.direct]
        self._topics = frozenset(word for word in words if not word.startswith(_INBOUND))
        self._kinds = frozenset(word.removeprefix(_INBOUND).strip() for word in words if word.startswith(_INBOUND))
        self._campaigns = Topics(score.topics)

    def is_one(self, activity: Activity) -> bool:
        """Whether this activity is a direct request."""
        if activity.about in self._topics or (activity.direction == "in" and activity.kind in self._kinds):
            return activity.is_interaction and (activity.direction == "in" or activity.kind == "form")
        return False

    def of(
        self, activities: Sequence[Activity], memberships: Sequence[Membership], now: datetime
    ) -> tuple[Activity, ...]:
        """All direct requests up to `now`, oldest first. An answer to a campaign has the campaign's id as its own."""
        found = [one for one in activities if (one.about or self._kinds) and self.is_one(one) and one.at <= now]
        if memberships:
            found += [one for one in answers(memberships, self._campaigns, now) if self.is_one(one)]
        return tuple(sorted(found, key=_when)) if found else ()


def _when(request: Activity) -> tuple[datetime, str]:
    return request.at, request.id
