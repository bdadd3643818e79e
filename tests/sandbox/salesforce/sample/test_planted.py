"""What the generator says it planted is what a plain look at the tables finds: counted by SQL, not by our rules."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.sample import Planted
from tests.sandbox.salesforce.sample.conftest import NOW

OPEN = "NOT l.IsConverted AND NOT l.IsDeleted"
LISTED = "('Inquiry','MAQL','LAL','MQL','SAL','SQL','Disqualified','Raw')"
PHONE_FAULTS = "('wrong number', 'disconnected')"
INTERACTED = """
    (EXISTS (SELECT 1 FROM EmailMessageRelation r JOIN EmailMessage m ON m.Id = r.EmailMessageId
             WHERE r.RelationId = l.Id AND m.Incoming AND m.Subject NOT LIKE 'Automatic reply%')
     OR EXISTS (SELECT 1 FROM Task t WHERE t.WhoId = l.Id AND t.CallDisposition = 'Connected')
     OR EXISTS (SELECT 1 FROM Event e WHERE e.WhoId = l.Id)
     OR EXISTS (SELECT 1 FROM CampaignMember c WHERE c.LeadId = l.Id AND c.HasResponded))
"""


def count(org: Org, where: str) -> int:
    found: int = org.storage.db.execute(f"SELECT COUNT(*) FROM Lead l WHERE {OPEN} AND {where}").fetchone()[0]
    return found


def ago(**past: float) -> str:
    return (NOW.astimezone(UTC) - timedelta(**past)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_statuses(org: Org, planted: Planted) -> None:
    """Every text in the status field is counted; the wrong ones are all accounted for by what is wrong with them."""
    found = dict(org.storage.db.execute(f"SELECT Status, COUNT(*) FROM Lead l WHERE {OPEN} GROUP BY 1").fetchall())
    assert dict(planted.statuses) == found
    wrong = {**planted.retired, **planted.drifted, **planted.dispositions, **planted.unmapped}
    assert wrong == {text: number for text, number in found.items() if f"'{text}'" not in LISTED}
    assert (
        sum(planted.dispositions.values())
        == planted.errors["disposition_as_status"]
        == planted.changes_if['[dispositions] keep = "ledger"']
    )
    assert sum(planted.drifted.values()) == planted.changes["normalise"]
    assert sum(planted.unmapped.values()) == planted.findings["unmapped_value"]


def test_retired_values_are_not_offered(org: Org, planted: Planted) -> None:
    """The picklist offers the agreed values without Re-Market; what leads carry besides is nowhere in Setup."""
    offered = [name for (name,) in org.storage.db.execute("SELECT ApiName FROM LeadStatus ORDER BY SortOrder")]
    assert offered == ["Inquiry", "MAQL", "LAL", "MQL", "SAL", "SQL", "Disqualified"]
    assert not set(planted.retired) & set(offered)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("needs_conversion", "l.Status = 'SQL'"),
        ("inactive_owner", "EXISTS (SELECT 1 FROM User u WHERE u.Id = l.OwnerId AND NOT u.IsActive)"),
        (
            "sales_owns_unqualified",
            "l.Status = 'Inquiry' AND EXISTS (SELECT 1 FROM User u WHERE u.Id = l.OwnerId AND u.Department = 'Sales' "
            "AND u.IsActive)",
        ),
        (
            "raw_in_campaign",
            "l.Status = 'Raw' AND EXISTS (SELECT 1 FROM CampaignMember m JOIN Campaign c ON c.Id = m.CampaignId "
            "WHERE m.LeadId = l.Id AND c.IsActive)",
        ),
        ("source_blank", "l.LeadSource IS NULL"),
        (
            "data_fault",
            f"(l.EmailBouncedDate IS NOT NULL OR lower(replace(l.Status, '  ', ' ')) IN {PHONE_FAULTS})",
        ),
        (
            "opportunity_without_conversion",
            "EXISTS (SELECT 1 FROM Contact c JOIN OpportunityContactRole r ON r.ContactId = c.Id "
            "JOIN Opportunity o ON o.Id = r.OpportunityId WHERE c.Email = l.Email AND NOT o.IsClosed)",
        ),
    ],
)
def test_findings_among_leads(org: Org, planted: Planted, name: str, where: str) -> None:
    """Each finding can be seen in the data as often as it was planted."""
    contacts = {"inactive_owner": "orphaned contact", "data_fault": "bounced contact"}
    assert count(org, where) == planted.findings[name] - planted.lives.get(contacts.get(name, ""), 0)


def test_bought_people_called_inquiry(org: Org, planted: Planted) -> None:
    """From a bought list, called Inquiry, without a sign of life and never reviewed."""
    bought = "lower(replace(l.LeadSource, '  ', ' ')) = 'purchased list'"
    reviewed = "EXISTS (SELECT 1 FROM LeadHistory h WHERE h.LeadId = l.Id AND h.NewValue IN ('LAL','MQL','SAL','SQL'))"
    found = count(org, f"{bought} AND l.Status = 'Inquiry' AND NOT {INTERACTED} AND NOT {reviewed}")
    back = count(org, f"l.Status = 'Raw' AND {INTERACTED}")
    assert found == planted.errors["raw_as_inquiry"]
    assert found == planted.changes_if["[evidence] complete = true"]
    assert back == planted.changes["raw"]
    assert count(org, f"{bought} AND l.Status NOT IN ('Inquiry', 'Raw')") == 0


def test_reviewed_people_back_at_inquiry(org: Org, planted: Planted) -> None:
    """LAL to Inquiry, not taken back within ten minutes."""
    leads = org.storage.db.execute(
        f"""SELECT l.Id, MAX(a.CreatedDate), MAX(b.CreatedDate) FROM Lead l
            JOIN LeadHistory a ON a.LeadId = l.Id AND a.NewValue = 'LAL'
            JOIN LeadHistory b ON b.LeadId = l.Id AND b.OldValue = 'LAL' AND b.NewValue = 'Inquiry'
            WHERE {OPEN} AND l.Status = 'Inquiry' GROUP BY l.Id"""
    ).fetchall()
    meant = [
        lead
        for lead, entered, left in leads
        if datetime.fromisoformat(left) - datetime.fromisoformat(entered) > timedelta(minutes=10)
    ]
    assert len(meant) == planted.changes["recycled"]
    assert len(leads) - len(meant) == planted.lives["slipped"]


@pytest.mark.parametrize("status", ["MAQL", "MQL"])
def test_nobody_did_anything(org: Org, planted: Planted, status: str) -> None:
    """In the status for more than two days, and no call, one-to-one mail or meeting since four hours before."""
    entered = "(SELECT MAX(h.CreatedDate) FROM LeadHistory h WHERE h.LeadId = l.Id AND h.Field = 'Status')"
    work = f"""
        EXISTS (SELECT 1 FROM Task t WHERE t.WhoId = l.Id AND t.TaskSubtype IN ('Call', 'Email')
                AND datetime(t.CreatedDate) >= datetime({entered}, '-4 hours'))
        OR EXISTS (SELECT 1 FROM Event e WHERE e.WhoId = l.Id
                   AND datetime(e.StartDateTime) >= datetime({entered}, '-4 hours'))
    """
    late = count(org, f"l.Status = '{status}' AND {entered} < '{ago(hours=48)}' AND NOT ({work})")
    assert late == planted.lives[f"{status.lower()}, late"]
    fresh = count(org, f"l.Status = '{status}' AND {entered} >= '{ago(hours=48)}'")
    assert fresh == planted.lives[f"{status.lower()}, fresh"]


def test_contacts(org: Org, planted: Planted) -> None:
    """What becomes of contacts follows from their opportunities; renewals do not count."""
    found = dict(
        org.storage.db.execute(
            """SELECT CASE WHEN open THEN 'SQL' WHEN won THEN 'Customer' WHEN lost THEN 'Re-Market' END, COUNT(*) FROM (
                 SELECT c.Id, SUM(NOT o.IsClosed) AS open, SUM(o.IsWon) AS won, SUM(o.IsClosed AND NOT o.IsWon) AS lost
                 FROM Contact c JOIN OpportunityContactRole r ON r.ContactId = c.Id
                 JOIN Opportunity o ON o.Id = r.OpportunityId WHERE o.Type != 'Renewal' GROUP BY c.Id) GROUP BY 1"""
        ).fetchall()
    )
    lives, expected = planted.lives, planted.contacts
    assert found["Customer"] == expected["Customer"]
    assert found["SQL"] == expected["SQL"] - lives["converted, no deal yet"]
    assert found["Re-Market"] == expected["Re-Market"] - lives["converted, no deal ever"]
    assert sum(expected.values()) == planted.rows["Contact"] == planted.errors["contact_without_status"]


def test_what_is_to_be_left_alone(org: Org, planted: Planted) -> None:
    """Converted leads, some with a retired value; deleted and merged ones."""
    db = org.storage.db
    [converted] = db.execute("SELECT COUNT(*) FROM Lead WHERE IsConverted").fetchone()
    [old] = db.execute("SELECT COUNT(*) FROM Lead WHERE IsConverted AND Status = 'Closed - Converted'").fetchone()
    [merged] = db.execute("SELECT COUNT(*) FROM Lead WHERE IsDeleted AND MasterRecordId IS NOT NULL").fetchone()
    [deleted] = db.execute("SELECT COUNT(*) FROM Lead WHERE IsDeleted AND MasterRecordId IS NULL").fetchone()
    kept = planted.kept
    assert (converted, old) == (kept["converted leads"], kept["converted leads with a retired value"])
    assert (merged, deleted) == (kept["merged leads"], kept["deleted leads"])


def test_summary_names_the_amounts(planted: Planted) -> None:
    """What the sandbox prints at its start says how many people there are and every error with its number."""
    text = "\n".join(planted.lines())
    assert "3,000 people" in text
    for name, number in planted.errors.items():
        assert f"{name} {number:,}" in text


def test_numbers_are_plain(planted: Planted) -> None:
    """What goes into the sandbox's first line of JSON survives JSON."""
    numbers = planted.numbers()
    assert json.loads(json.dumps(numbers)) == numbers
    assert numbers["errors"] == dict(planted.errors)
