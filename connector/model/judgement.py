"""What judging one person comes to: changes, findings, points, and when time alone could change them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from connector.model.fields import Ref
from connector.model.promises import Alert, Promise


class Change(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One field of one record: what it is, what it ought to be, which rule says so and why.

    `before` and `after` are canonical text (see `connector.text`); None is an empty field. `record_type` (by name) says
    which records are of one kind when a plan tries a few of each kind first. `also`: other rules that took part before
    `rule` said the last word, each on what the one before it left; `because` tells the whole way.
    """

    ref: Ref
    field: str
    before: str | None
    after: str | None
    rule: str
    because: str
    version: str
    record_type: str | None = None
    also: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that took part: what asks whether a rule may write asks all of them."""
        return (*self.also, self.rule)

    def inverse(self, version: str = "") -> Change:
        """The change that takes this one back; `rule` becomes `undo`."""
        return Change(
            ref=self.ref,
            field=self.field,
            before=self.after,
            after=self.before,
            rule="undo",
            because=f"takes back {self.rule}: {self.because}",
            version=version,
            record_type=self.record_type,
        )


AND: Final = " and "
"""Between the rules that the value of a finding names."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """Something wrong that is not written. `name` is one of FINDINGS; `detail` is for people; `value` groups."""

    name: str
    detail: str
    value: str = ""


FINDINGS: Final[Mapping[str, str]] = {
    "unmapped_value": "a status value that the policy does not know",
    "needs_conversion": "an open lead that should be converted",
    "opportunity_without_conversion": "a lead that has an opportunity but was not converted",
    "same_email": "a lead and a contact with the same e-mail",
    "inactive_owner": "owned by a user who has left",
    "sales_owns_unqualified": "owned by sales while not qualified",
    "raw_in_campaign": "a raw person in an active campaign",
    "data_fault": "a phone number or an address that does not work",
    "no_evidence": "nothing tells what the status should be",
    "contested": "somebody else keeps changing the value back",
    "held": "an undone change, left alone until other facts change",
    "hand_back": "should be handed back by its owner",
    "source_blank": "no lead source",
    "missing_field": "the CRM lacks a field or value that the rule needs",
    "rule_failed": "a rule failed on this person",
    "unsettled": "two rules disagree about this person",
}
"""Every finding's name and what it means, for people."""


class Part(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One line of a score: what the points are for, how many, and whether for `fit` or `behaviour`."""

    name: str
    points: int
    kind: str


class Score(msgspec.Struct, frozen=True, gc=False):
    """A person's points: for who they are (`fit`), for what they did (`behaviour`), and line by line (`parts`).

    `parts` add up to `total`; lines that give nothing are left out. With the marketing platform's score only `total` is
    known.
    """

    total: float
    fit: int = 0
    behaviour: int = 0
    parts: tuple[Part, ...] = ()


class Judgement(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What judging one person came to: the standing corrections, the findings, and when time alone could change them.

    `skipped`: why the person was not judged (`converted`, `inactive`, `out of scope`, `person account`), else "".
    """

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    alerts: tuple[Alert, ...] = ()
    promises: tuple[Promise, ...] = ()
    score: Score | None = None
    until: datetime | None = None
    skipped: str = ""
