"""The two samples hold the same: person by person, as far as each CRM can say it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample import Planted
from connector.sandbox.salesforce.org import Org as SalesforceOrg

Twin = tuple[SalesforceOrg, Planted]


def rows(org: Org | SalesforceOrg, sql: str) -> list[Any]:
    return [tuple(row) for row in org.storage.db.execute(sql).fetchall()]


def labels(org: Org, table: str, column: str) -> dict[object, str]:
    return {None: None, **{one.value: one.label for one in org.entities[table].by_name[column].options}}  # type: ignore[dict-item]


def second(text: str | None) -> str | None:
    return None if text is None else text.replace(".000Z", "Z")


def test_the_same_is_planted(planted: Planted, twin: Twin) -> None:
    """All counts are equal but those of tables, which are called otherwise, and of corrections of closed leads, which
    wait for the policy's word here; together the corrections are as many."""
    theirs = twin[1]
    different: dict[str, Any] = {"rows": {}, "as_of": "", "kept": {}, "changes": {}, "changes_if": {}}
    assert replace(planted, **different) == replace(theirs, **different)
    assert {name: n for name, n in planted.kept.items() if name != "closed leads"} == theirs.kept
    reopened = planted.changes_if["reopen_closed = true"]
    assert reopened > 0
    for group in ("changes", "changes_if"):
        ours = getattr(planted, group)
        assert all(ours[name] <= count for name, count in getattr(theirs, group).items())
    both = [sum(one.changes.values()) + sum(one.changes_if.values()) for one in (planted, theirs)]
    assert both[0] == both[1]


def test_closed_leads(org: Org, planted: Planted) -> None:
    """Leads that are disqualified, and those among them whose status reason ought to be another one."""
    names = labels(org, "lead", "statuscode")
    closed = [names[row[0]] for row in rows(org, "SELECT statuscode FROM lead WHERE statecode = 2 AND NOT merged")]
    assert len(closed) == planted.kept["closed leads"]
    assert sum(text != "Disqualified" for text in closed) == planted.changes_if["reopen_closed = true"]


def test_the_same_leads(org: Org, twin: Twin) -> None:
    """Names, status text, source, company, industry, owner, moments, what they became: equal for every lead."""
    reasons, sources = labels(org, "lead", "statuscode"), labels(org, "lead", "leadsourcecode")
    industries = labels(org, "lead", "industrycode")
    ours = {
        (*row[:3], reasons[row[3]], sources[row[4]], industries[row[5]], *row[6:])
        for row in rows(
            org,
            "SELECT firstname, lastname, emailaddress1, statuscode, leadsourcecode, industrycode, companyname, "
            "numberofemployees, createdon, statecode = 1, nwi_emailbouncedon, coalesce("
            "(SELECT u.fullname FROM systemuser u WHERE u.systemuserid = l.ownerid), "
            "(SELECT t.name FROM team t WHERE t.teamid = l.ownerid)) FROM lead l WHERE NOT merged",
        )
    }
    theirs = {
        (*row[:8], second(row[8]), row[9], second(row[10]), row[11])
        for row in rows(
            twin[0],
            "SELECT FirstName, LastName, Email, Status, LeadSource, Industry, Company, "
            "NumberOfEmployees, CreatedDate, IsConverted, EmailBouncedDate, coalesce("
            "(SELECT u.Name FROM User u WHERE u.Id = l.OwnerId), "
            '(SELECT g.Name FROM "Group" g WHERE g.Id = l.OwnerId)) FROM Lead l WHERE NOT IsDeleted',
        )
    }
    assert len(ours) > 1000
    assert ours == theirs


def test_the_same_history(org: Org, twin: Twin) -> None:
    """Every change of a lead's status, with its moment and its texts."""
    reasons = labels(org, "lead", "statuscode")
    ours = Counter()
    for mail, at, data in rows(
        org,
        "SELECT l.emailaddress1, a.createdon, a.changedata FROM audit a JOIN lead l ON l.leadid = a.objectid "
        "WHERE a.operation = 2",
    ):
        for change in json.loads(data)["changedAttributes"]:
            if change["logicalName"] == "statuscode":
                ours[mail, at, reasons[int(change["oldValue"])], reasons[int(change["newValue"])]] += 1
    theirs = Counter(
        (mail, second(at), before, after)
        for mail, at, before, after in rows(
            twin[0],
            "SELECT l.Email, h.CreatedDate, h.OldValue, h.NewValue FROM LeadHistory h JOIN Lead l ON l.Id = h.LeadId "
            "WHERE h.Field = 'Status' AND NOT l.IsDeleted",
        )
    )
    assert len(ours) > 1000
    assert ours == theirs


def test_the_same_contacts_and_deals(org: Org, twin: Twin) -> None:
    """Contacts with their accounts, and opportunities with type, outcome and amount."""
    ours = rows(
        org,
        "SELECT c.emailaddress1, a.name, c.jobtitle, c.department, c.address1_country FROM contact c "
        "JOIN account a ON a.accountid = c.parentcustomerid",
    )
    theirs = rows(
        twin[0],
        "SELECT c.Email, a.Name, c.Title, c.Department, c.MailingCountry FROM Contact c "
        "JOIN Account a ON a.Id = c.AccountId",
    )
    assert Counter(ours) == Counter(theirs)
    kinds = labels(org, "opportunity", "nwi_dealtype")
    deals = Counter(
        (mail, name, kinds[kind], state != 0, state == 1, amount)
        for mail, name, kind, state, amount in rows(
            org,
            "SELECT c.emailaddress1, o.name, o.nwi_dealtype, o.statecode, o.estimatedvalue FROM opportunity o "
            "JOIN contact c ON c.contactid = o.parentcontactid",
        )
    )
    others = Counter(
        (mail, name, kind, bool(closed), bool(won), amount)
        for mail, name, kind, closed, won, amount in rows(
            twin[0],
            "SELECT c.Email, o.Name, o.Type, o.IsClosed, o.IsWon, o.Amount FROM Opportunity o "
            "JOIN OpportunityContactRole r ON r.OpportunityId = o.Id JOIN Contact c ON c.Id = r.ContactId",
        )
    )
    assert deals == others


def test_the_same_activities(org: Org, twin: Twin) -> None:
    """Who was called, written to, met, and when; and who was in which campaign, and answered when."""
    person = (
        "coalesce((SELECT l.emailaddress1 FROM lead l WHERE l.leadid = {0}), "
        "(SELECT c.emailaddress1 FROM contact c WHERE c.contactid = {0}))"
    )
    who = "coalesce((SELECT l.Email FROM Lead l WHERE l.Id = {0}), (SELECT c.Email FROM Contact c WHERE c.Id = {0}))"
    ours = Counter(rows(
        org,
        f"SELECT {person.format('regardingobjectid')}, actualstart FROM phonecall UNION ALL "
        f"SELECT {person.format('regardingobjectid')}, actualstart FROM email UNION ALL "
        f"SELECT {person.format('regardingobjectid')}, actualstart FROM appointment",
    ))  # fmt: skip
    theirs = Counter(
        (mail, second(at))
        for mail, at in rows(
            twin[0],
            f"SELECT {who.format('WhoId')}, CreatedDate FROM Task UNION ALL "
            f"SELECT {who.format('WhoId')}, StartDateTime FROM Event",
        )
    )
    assert ours == theirs
    joined = Counter(rows(
        org,
        f"SELECT {person.format('p.partyid')}, k.name, substr(r.receivedon, 1, 10) FROM campaignresponse r "
        "JOIN campaign k ON k.campaignid = r.regardingobjectid JOIN activityparty p ON p.activityid = r.activityid "
        "WHERE p.partyid__type = 'lead' OR NOT EXISTS (SELECT 1 FROM activityparty q "
        "WHERE q.activityid = r.activityid AND q.partyid__type = 'lead')",
    ))  # fmt: skip
    others = Counter(rows(
        twin[0],
        f"SELECT {who.format('coalesce(m.LeadId, m.ContactId)')}, k.Name, m.FirstRespondedDate FROM CampaignMember m "
        "JOIN Campaign k ON k.Id = m.CampaignId",
    ))  # fmt: skip
    assert joined == others
