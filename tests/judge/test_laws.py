"""Laws over everybody: whatever the preset, the person and their history."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.case import OrgFacts, build
from connector.judge import judge, load
from connector.model import FIELDS, Evidence, Judgement, OwnWrite, StatusChange
from connector.policy import Policy
from connector.text import from_text
from tests.people import NOW
from tests.strategies import POLICIES, evidences, orgs, policies, statuses

RULES = {known.hash: load(known) for known in POLICIES.values()}
MANY = settings(max_examples=150, deadline=None)


def judged(found: Evidence, known: Policy, has: OrgFacts, now: datetime, own: tuple[OwnWrite, ...] = ()) -> Judgement:
    case = build(found, known, has, now, own)
    return judge(found.person, case, RULES[known.hash])


def applied(
    found: Evidence, verdict: Judgement, when: datetime, own: tuple[OwnWrite, ...], *, tracked: bool
) -> tuple[Evidence, tuple[OwnWrite, ...]]:
    """The person with the changes made, as the next sync and the ledger will have them. The record's stamp stays as it
    is: what it said is kept in the ledger when it first moves, and counts (tests/sync/test_broken.py)."""
    who, rows = found.person, found.changes
    for change in verdict.changes:
        who = replace(who, **{change.field: from_text(FIELDS[change.field], change.after)})
        if change.field == "status" and tracked:
            rows = (*rows, StatusChange(when, "connector", change.before, change.after))
    if verdict.changes:
        who = replace(who, modified_by="connector", version=who.version + "'")
    writes = tuple(
        OwnWrite(change.ref, change.field, change.before, change.after, change.rule, when) for change in verdict.changes
    )
    return replace(found, person=who, changes=rows), own + writes


@MANY
@given(st.data())
def test_judging_after_apply_changes_nothing(data: st.DataObject) -> None:
    """A corrected person needs no correction."""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    first = judged(found, known, has, NOW)
    after, own = applied(found, first, NOW, (), tracked=data.draw(st.booleans()))
    assert judged(after, known, has, NOW, own).changes == ()


@MANY
@given(st.data())
def test_judging_after_apply_changes_nothing_later_either(data: st.DataObject) -> None:
    """Nor does a person who was corrected, changed by somebody, and corrected again."""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    own: tuple[OwnWrite, ...] = ()
    when = NOW
    for _ in range(2):
        found, own = applied(found, judged(found, known, has, when, own), when, own, tracked=True)
        when += timedelta(days=data.draw(st.integers(1, 40)))
        status = data.draw(statuses(known, found.person.ref.object))
        if status != found.person.status:
            row = StatusChange(when, "rep", found.person.status, status)
            who = replace(found.person, status=status, modified_at=when)
            found = replace(found, person=who, changes=(*found.changes, row))
        when += timedelta(hours=1)
    found, own = applied(found, judged(found, known, has, when, own), when, own, tracked=True)
    assert judged(found, known, has, when, own).changes == ()


@MANY
@given(st.data())
def test_until(data: st.DataObject) -> None:
    """For now ≤ t < until the verdict is the same."""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    first = judged(found, known, has, NOW)
    until = first.until or NOW + timedelta(days=3650)
    assert until > NOW
    seconds = int((until - NOW).total_seconds())
    for later in (seconds - 1, data.draw(st.integers(0, seconds - 1))):
        again = judged(found, known, has, NOW + timedelta(seconds=later))
        assert (again.changes, again.findings, again.alerts) == (first.changes, first.findings, first.alerts)
        assert again.promises == first.promises


@MANY
@given(st.data())
def test_rules_agree(data: st.DataObject) -> None:
    """With the presets, no rule fails and no two disagree."""
    known, has = data.draw(policies()), data.draw(orgs)
    names = {finding.name for finding in judged(data.draw(evidences(known)), known, has, NOW).findings}
    assert not names & {"unsettled", "rule_failed"}


@MANY
@given(st.data())
def test_only_writable_fields(data: st.DataObject) -> None:
    """A field that the org lacks is never changed, nor is anything that is not a field of ours."""
    known, has = data.draw(policies()), data.draw(orgs)
    found = data.draw(evidences(known))
    for change in judged(found, known, has, NOW).changes:
        assert change.field in FIELDS
        assert has.has(change.ref.object, change.field)
        assert change.before != change.after
