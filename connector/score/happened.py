"""What a person did, activities and answers to campaigns alike, each with its topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connector.model import Activity, Membership
from connector.policy.wording import Patterns

RESPONSE = "campaign_response"
RESPONDED = "responded"
_MOST_REMEMBERED = 20_000


class Topics:
    """What a campaign was about, by its name or type: the first topic that fits, else the empty text."""

    def __init__(self, topics: Mapping[str, Sequence[str]]) -> None:
        self._topics = [(topic, Patterns(patterns)) for topic, patterns in topics.items()]
        self._known: dict[tuple[str, str], str] = {}

    def of(self, campaign: str, type: str) -> str:
        """The topic of a campaign of that name and type."""
        known = self._known.get((campaign, type))
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[campaign, type] = self._find(campaign, type)
        return known

    def _find(self, campaign: str, type: str) -> str:
        for topic, patterns in self._topics:
            if (campaign and patterns.match(campaign)) or (type and patterns.match(type)):
                return topic
        return ""


def answers(memberships: Iterable[Membership], topics: Topics, now: datetime) -> Iterator[Activity]:
    """Answers to campaigns up to `now`, as activities: the campaign's id stands for the activity's.

    The memberships are those of a case: there it is said when an answer was of which only the day is known.
    """
    for one in memberships:
        if one.responded:
            at = one.responded_at or one.created_at
            if at <= now:
                about = topics.of(one.campaign, one.type)
                yield Activity(at, RESPONSE, "in", RESPONDED, one.campaign_id, None, about, None, one.earliest)
