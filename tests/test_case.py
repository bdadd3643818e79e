"""What a case makes of the evidence."""

from __future__ import annotations

from connector.case import OrgFacts, build
from connector.judge import judge, load
from connector.model import CONTACT, FIELDS, Evidence, Opportunity, Ref
from connector.policy.loader import load as load_policy
from tests import people

POLICY = load_policy().policy
ORG = OrgFacts(writable=frozenset((CONTACT, field) for field in FIELDS))


def test_a_deal_won_with_a_day_to_come_was_won_nobody_knows_when() -> None:
    """Its close date is no evidence yet: no stamp lies in the future, and the person is looked at again that day."""
    to_come = people.at("2026-05-01")
    deal = Opportunity("006", "Big", None, False, True, people.at("2026-02-01"), to_come, "role")
    evidence = Evidence(key=1, person=people.person(CONTACT), opportunities=(deal,))
    case = build(evidence, POLICY, ORG, people.NOW)
    assert case.opportunities[0].closed_at is None
    assert case.next_at == to_come
    found = judge(evidence.person, case, load(POLICY))
    after = {change.field: change.after for change in found.changes}
    assert after["status"] == "Customer"
    assert (after.get("status_entered_at") or "") < "2026-04-01"
    assert evidence.person.ref == Ref(people.ORG, CONTACT, "1")
