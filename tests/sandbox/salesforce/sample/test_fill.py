"""Filling an org: reproducible, complete, sound."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.sample import Planted, Truth, fill
from connector.sandbox.salesforce.values import coercion
from tests.sandbox.salesforce.sample.conftest import NOW


def rows(org: Org, sql: str) -> list[Any]:
    return org.storage.db.execute(sql).fetchall()


def column(org: Org, object_name: str, field: str) -> set[str]:
    return {value for (value,) in rows(org, f'SELECT DISTINCT "{field}" FROM "{object_name}"') if value is not None}


def everything(org: Org) -> dict[str, list[Any]]:
    return {name: rows(org, f'SELECT * FROM "{name}" ORDER BY Id') for name in org.objects if "Id" in org.objects[name]}


def test_the_same_seed_and_clock_give_the_same_bytes() -> None:
    """Two orgs filled alike are equal in every row of every object; another seed gives other people."""
    made = []
    for seed in (7, 7, 8):
        org = Org(clock=lambda: NOW)
        made.append((fill(org, 600, seed), everything(org)))
        org.close()
    assert made[0] == made[1]
    assert made[0][1]["Lead"] != made[2][1]["Lead"]
    assert made[0][0].errors == made[2][0].errors


def test_everything_is_told_relative_to_now() -> None:
    """An org filled a year later has the same lives, a year later: no date is fixed."""
    ages = []
    for now in (NOW, NOW + timedelta(days=364)):  # the same weekday
        org = Org(clock=lambda now=now: now)
        fill(org, 600, 7)
        created = [datetime.fromisoformat(text) for (text,) in rows(org, "SELECT CreatedDate FROM Lead ORDER BY Id")]
        ages.append([now - moment for moment in created])
        org.close()
    assert ages[0] == ages[1]


@settings(max_examples=12, deadline=None)
@given(people=st.integers(1, 700), seed=st.integers(0, 10))
def test_people_are_open_leads_and_contacts(people: int, seed: int) -> None:
    """However many people are asked for: open leads plus contacts are exactly so many."""
    org = Org(clock=lambda: NOW)
    planted = fill(org, people, seed)
    [(leads,)] = rows(org, "SELECT COUNT(*) FROM Lead WHERE NOT IsConverted AND NOT IsDeleted")
    [(contacts,)] = rows(org, "SELECT COUNT(*) FROM Contact")
    org.close()
    assert leads + contacts == people == planted.people


def test_an_org_without_people_is_refused() -> None:
    """Nought people is a mistake, said in words."""
    org = Org(clock=lambda: NOW)
    with pytest.raises(ValueError, match="at least one person"):
        fill(org, 0)
    org.close()


def test_row_counts_are_those_of_the_tables(org: Org, planted: Planted) -> None:
    """What `rows` claims was written can be counted; users and queues of the first day come on top."""
    for name, count in planted.rows.items():
        [(found,)] = rows(org, f'SELECT COUNT(*) FROM "{name}"')
        assert found - count in (0, 1, 2, 3), name


def test_every_value_is_in_the_form_its_column_stores(org: Org, planted: Planted) -> None:
    """Poured rows are as if they had been loaded: bringing them into form changes nothing, and all texts fit."""
    for found in map(org.objects.__getitem__, planted.rows):
        stored = [field for field in found.fields if field.stored]
        names = ", ".join(f'"{field.name}"' for field in stored)
        for row in org.storage.db.execute(f'SELECT {names} FROM "{found.name}"'):
            for field, value in zip(stored, row, strict=True):
                assert coercion(field)(value) == value, (found.name, field.name, value)
                if isinstance(value, str) and field.length:
                    assert len(value) <= field.length, (found.name, field.name, value)
                assert field.nillable or value is not None, (found.name, field.name)


def test_every_lookup_finds_its_record(org: Org, planted: Planted) -> None:
    """No dangling references: each id in a reference field is a row of one of the objects it may point at."""
    known = {name: column(org, name, "Id") for name, found in org.objects.items() if "Id" in found}
    for found in map(org.objects.__getitem__, planted.rows):
        for field in found.fields:
            if field.type == "reference" and field.stored:
                targets = set[str]().union(*(known.get(name, set()) for name in field.reference_to))
                used = column(org, found.name, field.name)
                assert used <= targets, (found.name, field.name, next(iter(used - targets), None))


def test_nothing_happened_in_the_future_or_before_it_could(org: Org) -> None:
    """Creation, change and activity follow one another and end before now."""
    now = NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for name in ("Lead", "Contact", "Account", "Opportunity", "Task", "Event", "CampaignMember"):
        wrong = rows(
            org,
            f"SELECT Id FROM {name} WHERE CreatedDate > LastModifiedDate OR LastModifiedDate > SystemModstamp "
            f"OR SystemModstamp > '{now}'",
        )
        assert wrong == [], name
    for child, parent in (
        ("LeadHistory", "LeadId"),
        ("Task", "WhoId"),
        ("Event", "WhoId"),
        ("CampaignMember", "LeadId"),
    ):
        early = f"SELECT c.Id FROM {child} c JOIN Lead l ON l.Id = c.{parent} WHERE c.CreatedDate < l.CreatedDate"
        assert rows(org, early) == [], child


def test_history_leads_from_value_to_value_to_the_present_one(org: Org) -> None:
    """Each status row starts where the one before ended, goes somewhere else, and the last one leads to the status."""
    last: dict[str, str] = {}
    changes = "SELECT LeadId, OldValue, NewValue FROM LeadHistory WHERE Field = 'Status'"
    for lead, before, after in rows(org, f"{changes} ORDER BY LeadId, CreatedDate, Id"):
        assert before != after
        assert last.get(lead, before) == before
        last[lead] = after
    statuses = dict(rows(org, "SELECT Id, Status FROM Lead"))
    assert last.items() <= statuses.items()
    assert len(last) > 1000


def test_no_two_people_share_an_address_unless_planted(org: Org, planted: Planted) -> None:
    """E-mail addresses are unique among leads and among contacts, but for the records that were entered twice."""
    assert rows(org, "SELECT Email FROM Lead WHERE NOT IsDeleted GROUP BY Email HAVING COUNT(*) > 1") == []
    assert rows(org, "SELECT Email FROM Contact GROUP BY Email HAVING COUNT(*) > 1") == []
    live = "NOT l.IsConverted AND NOT l.IsDeleted"
    both = rows(org, f"SELECT l.Id FROM Lead l JOIN Contact c ON c.Email = l.Email WHERE {live}")
    assert 2 * len(both) == planted.findings["same_email"]


def test_the_org_looks_like_one(org: Org, planted: Planted) -> None:
    """About seven leads to three contacts; names with marks, quotes and commas; several hands, queues, campaigns."""
    assert 0.65 < planted.rows["Lead"] / (planted.rows["Lead"] + planted.rows["Contact"]) < 0.75
    companies = "\n".join(name for (name,) in rows(org, "SELECT DISTINCT Company FROM Lead"))
    assert all(mark in companies for mark in ('"', ",", "'", "&", "ö"))
    countries = {name for (name,) in rows(org, "SELECT DISTINCT Country FROM Lead")}
    assert {"Österreich", "Türkiye", "Česko"} <= countries
    assert any("\n" in (text or "") for (text,) in rows(org, "SELECT Description FROM Lead"))
    assert len(rows(org, "SELECT DISTINCT OwnerId FROM Lead")) > 15
    assert len(rows(org, "SELECT DISTINCT LeadSource FROM Lead")) > 25


def test_ids_given_out_later_are_new(org: Org) -> None:
    """The org goes on counting where the sample stopped."""
    [(highest,)] = rows(org, "SELECT MAX(Id) FROM Lead")
    assert org.ids.next("00Q") > highest


def test_the_truth_is_told_once_for_every_open_lead(filled: tuple[Org, Planted, list[Truth]]) -> None:
    """`truth` names each open lead with the status it has, and a rule exactly where the status ought to change."""
    org, planted, truths = filled
    open_leads = dict(rows(org, "SELECT Id, Status FROM Lead WHERE NOT IsConverted AND NOT IsDeleted"))
    assert {told.lead: told.before for told in truths} == open_leads
    assert len(truths) == len(open_leads)
    assert sum(told.rule == "disposition" for told in truths) == sum(planted.dispositions.values())
    assert all((told.before != told.after) == bool(told.rule) for told in truths)


def test_a_present_clock_works_as_well() -> None:
    """Without a fixed clock the sample ends at the present moment."""
    org = Org(clock=lambda: datetime.now(UTC))
    fill(org, 300)
    [(latest,)] = rows(org, "SELECT MAX(SystemModstamp) FROM Lead")
    org.close()
    assert datetime.now(UTC) - timedelta(days=9) < datetime.fromisoformat(latest) <= datetime.now(UTC)
