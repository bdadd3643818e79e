"""The firm's own choices: every text that the sample's people carry is an option, for a choice holds nothing else.

Numbers of the firm's own options begin with its publisher's prefix. Options that an untouched environment has and that
say the same keep their numbers; some are relabelled, as admins do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Entity, Option
from connector.sandbox.sample.campaigns import CAMPAIGNS
from connector.sandbox.sample.companies import INDUSTRIES
from connector.sandbox.sample.sources import BOUGHT, INBOUND
from connector.sandbox.sample.statuses import (
    ATTEMPTS,
    DISQUALIFIED,
    DRIFTED,
    INQUIRY,
    LAL,
    LEFT_COMPANY,
    MAQL,
    MQL,
    PHONE_FAULTS,
    RAW,
    RETIRED_SPELLINGS,
    SAL,
    SQL,
    UNMAPPED,
)

PREFIX = "nwi"
OPTION_PREFIX = 82190
OPEN, QUALIFIED, CLOSED = 0, 1, 2
"""States of a lead."""
MERGED_AWAY = 7
"""The status reason Canceled: what a lead that lost a merge is left with."""

_FIRST = OPTION_PREFIX * 10_000
_RELABELLED = {1: INQUIRY, 2: LAL, 3: SQL, 4: DISQUALIFIED}
_AGREED = (MAQL, MQL, SAL, SQL, RAW)
_LONG_AGO = "Closed - Converted"
_NOT_CONVERTED = "Closed - Not Converted"
_TYPED = (
    *(text for status, texts in DRIFTED.items() if status != DISQUALIFIED for text in texts),
    *(text for status, texts in RETIRED_SPELLINGS.items() if status != _NOT_CONVERTED for text in texts),
    *ATTEMPTS,
    *PHONE_FAULTS,
    *LEFT_COMPANY,
    *UNMAPPED,
)
_SHUT = (*RETIRED_SPELLINGS[_NOT_CONVERTED], *DRIFTED[DISQUALIFIED])


def status_reasons(stock: Iterable[Option]) -> tuple[Option, ...]:
    """The status reasons of leads: the stock ones, some of them relabelled, and the firm's own."""
    kept = [replace(one, label=_RELABELLED.get(one.value, one.label)) for one in stock]
    bound = [(OPEN, text) for text in (*_AGREED, *_TYPED)] + [(QUALIFIED, _LONG_AGO)] + [(CLOSED, t) for t in _SHUT]
    own = [
        Option(value=_FIRST + number, label=text, state=state, managed=False)
        for number, (state, text) in enumerate(dict.fromkeys(bound))
    ]
    return (*kept, *own)


def extended(stock: Iterable[Option], labels: Iterable[str]) -> tuple[Option, ...]:
    """The stock options, and one more for each label that none of them has."""
    kept = tuple(stock)
    there = {one.label for one in kept}
    new = [label for label in dict.fromkeys(labels) if label not in there]
    own = (Option(value=_FIRST + number, label=label, managed=False) for number, label in enumerate(new))
    return (*kept, *own)


SOURCES = (*INBOUND, *BOUGHT)
CAMPAIGN_TYPES = tuple(kind.type for kind in CAMPAIGNS.values())
NO_ANSWER = "No answer yet"
"""What the firm calls a campaign response that it logged when it wrote to somebody."""
DEAL_TYPES = ("New Business", "Existing Business", "Renewal")

EXTENDED = {
    ("lead", "leadsourcecode"): SOURCES,
    ("contact", "leadsourcecode"): SOURCES,
    ("lead", "industrycode"): INDUSTRIES,
    ("account", "industrycode"): INDUSTRIES,
    ("campaign", "typecode"): CAMPAIGN_TYPES,
    ("campaignresponse", "responsecode"): (NO_ANSWER,),
}
"""(Table, choice) → the labels that it has besides those of an untouched environment."""


_RETIRED = ("changes_if", "[remap] of the retired values")
_DRIFTED = ("changes", "normalise")


class Choices:
    """Numbers of options by label, as the environment has them. `wrong_when_closed`: status reasons of closed leads
    that ought to be another one → what counts the correction in a CRM that closes nothing."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._numbers = {
            (entity, name): {one.label: one.value for one in _attribute(entities, entity, name).options}
            for entity, name in (*EXTENDED, ("lead", "leadqualitycode"), ("opportunity", DEAL_TYPE))
        }
        reasons = _attribute(entities, "lead", "statuscode").options
        self._reasons = {(one.state, one.label): one.value for one in reversed(reasons)}
        self.wrong_when_closed = {
            **{self._reasons[CLOSED, text]: _RETIRED for text in RETIRED_SPELLINGS[_NOT_CONVERTED]},
            **{self._reasons[CLOSED, text]: _DRIFTED for text in DRIFTED[DISQUALIFIED]},
        }

    def number(self, entity: str, name: str, label: str | None) -> int | None:
        """The number of the option of that label; None for None."""
        return None if label is None else self._numbers[entity, name][label]

    def status(self, text: str, *, converted: bool = False) -> tuple[int, int]:
        """State and status reason of a lead whose status is that text."""
        for state in (QUALIFIED,) if converted else (OPEN, CLOSED):
            found = self._reasons.get((state, text))
            if found is not None:
                return state, found
        raise KeyError(text)


DEAL_TYPE = f"{PREFIX}_dealtype"
BOUNCED_ON = f"{PREFIX}_emailbouncedon"


def _attribute(entities: Mapping[str, Entity], entity: str, name: str) -> Attribute:
    return entities[entity].by_name[name]
