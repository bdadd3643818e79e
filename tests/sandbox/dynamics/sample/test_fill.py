"""Filling an environment: reproducible, complete, sound."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample import Planted, Truth, fill
from connector.sandbox.dynamics.values import coercion
from tests.sandbox.dynamics.sample.conftest import NOW


def rows(org: Org, sql: str) -> list[Any]:
    return [tuple(row) for row in org.storage.db.execute(sql).fetchall()]


def tables(org: Org) -> list[str]:
    return [name for name, entity in org.entities.items() if not entity.view]


def test_the_same_seed_and_clock_give_the_same_bytes() -> None:
    """Two environments filled alike are equal in every row of every table; another seed gives other people."""
    made = []
    for seed in (7, 7, 8):
        org = Org(clock=lambda: NOW)
        planted = fill(org, 500, seed)
        made.append((planted, {name: rows(org, f'SELECT * FROM "{name}" ORDER BY 1') for name in tables(org)}))
        org.close()
    assert made[0] == made[1]
    assert made[0][1]["lead"] != made[2][1]["lead"]
    assert made[0][0].errors == made[2][0].errors


@settings(max_examples=6, deadline=None)
@given(people=st.integers(1, 400), seed=st.integers(0, 10))
def test_people_are_open_leads_and_contacts(people: int, seed: int) -> None:
    """However many people are asked for: leads that are neither qualified nor merged away plus contacts are so many."""
    org = Org(clock=lambda: NOW)
    planted = fill(org, people, seed)
    [(leads,)] = rows(org, "SELECT COUNT(*) FROM lead WHERE statecode != 1 AND NOT merged")
    [(contacts,)] = rows(org, "SELECT COUNT(*) FROM contact")
    org.close()
    assert leads + contacts == people == planted.people


def test_an_environment_without_people_is_refused() -> None:
    """Nought people is a mistake, said in words."""
    org = Org(clock=lambda: NOW)
    with pytest.raises(ValueError, match="at least one person"):
        fill(org, 0)
    org.close()


def test_every_value_is_one_that_its_column_may_hold(org: Org, planted: Planted) -> None:
    """Texts fit, numbers are in range, every choice is one of the column's options, a status reason of its state."""
    for entity in map(org.entities.__getitem__, planted.rows):
        stored = [one for one in entity.attributes if one.stored]
        names = ", ".join(f'"{one.name}"' for one in stored)
        states = (
            {one.value: one.state for one in entity.by_name["statuscode"].options} if "statuscode" in entity else {}
        )
        for row in rows(org, f'SELECT {names} FROM "{entity.name}"'):
            values = dict(zip((one.name for one in stored), row, strict=True))
            for one in stored:
                value = values[one.name]
                assert coercion(one)(value) == value, (entity.name, one.name, value)
                if value is None:
                    continue
                if one.max_length and isinstance(value, str):
                    assert len(value) <= one.max_length, (entity.name, one.name, value)
                if one.type in ("Picklist", "State", "Status") and one.options:
                    assert one.option(value) is not None, (entity.name, one.name, value)
                if one.min is not None and one.max is not None:
                    assert one.min <= value <= one.max, (entity.name, one.name, value)
            if states:
                assert states[values["statuscode"]] == values["statecode"], (entity.name, values["statuscode"])


def test_every_lookup_finds_its_row(org: Org, planted: Planted) -> None:
    """No dangling references: each id is a row of the table that the lookup points at."""
    keys = {}
    for name in tables(org):
        keys[name] = {id for (id,) in rows(org, f'SELECT "{org.entities[name].primary_id}" FROM "{name}"')}
    for entity in map(org.entities.__getitem__, planted.rows):
        for one in entity.attributes:
            if not one.is_lookup or not one.stored:
                continue
            kind = f'"{one.type_column}"' if one.type_column else f"'{one.targets[0]}'"
            for id, target in rows(org, f'SELECT DISTINCT "{one.name}", {kind} FROM "{entity.name}"'):
                if id is not None and (entity.name, one.name) != ("audit", "objectid"):
                    assert target in one.targets, (entity.name, one.name, target)
                    assert id in keys[target], (entity.name, one.name, id, target)


def test_nothing_happened_in_the_future(org: Org, planted: Planted) -> None:
    """Creation comes before change, and both before now."""
    for name in planted.rows:
        if "modifiedon" in org.entities[name]:
            wrong = rows(
                org, f"SELECT 1 FROM {name} WHERE createdon > modifiedon OR modifiedon > '2026-03-04T10:30:00Z'"
            )
            assert wrong == [], name
    assert rows(org, "SELECT 1 FROM audit WHERE createdon > '2026-03-04T10:30:00Z'") == []


def test_history_leads_to_the_present_status(org: Org) -> None:
    """Each change of a status starts where the one before ended, and the last one leads to what the lead has now."""
    last: dict[str, str] = {}
    changes = "SELECT objectid, changedata FROM audit WHERE objecttypecode = 'lead'"
    for lead, data in rows(org, f"{changes} ORDER BY objectid, createdon, versionnumber"):
        for change in json.loads(data)["changedAttributes"]:
            if change["logicalName"] == "statuscode":
                assert last.get(lead) == change["oldValue"]
                last[lead] = change["newValue"]
    now = {lead: str(status) for lead, status in rows(org, "SELECT leadid, statuscode FROM lead WHERE NOT merged")}
    assert last == now


def test_what_conversion_left(org: Org, planted: Planted) -> None:
    """A qualified lead names its contact and account; the contact and the opportunity name the lead."""
    assert rows(org, "SELECT 1 FROM lead WHERE (statecode = 1) != (parentcontactid IS NOT NULL)") == []
    [(back,)] = rows(org, "SELECT COUNT(*) FROM contact WHERE originatingleadid IS NOT NULL")
    assert back == planted.kept["converted leads"]
    deals = "SELECT 1 FROM lead l JOIN opportunity o ON o.opportunityid = l.qualifyingopportunityid"
    assert rows(org, f"{deals} WHERE o.originatingleadid IS NOT l.leadid") == []


def test_merged_and_deleted_twins(org: Org, planted: Planted) -> None:
    """Who lost a merge is there, closed and naming the winner; who was deleted is only remembered as deleted."""
    [(merged,)] = rows(
        org, "SELECT COUNT(*) FROM lead WHERE merged AND statecode = 2 AND masterid IN (SELECT leadid FROM lead)"
    )
    [(deleted,)] = rows(
        org, "SELECT COUNT(*) FROM deleted WHERE entity = 'lead' AND id NOT IN (SELECT leadid FROM lead)"
    )
    assert (merged, deleted) == (planted.kept["merged leads"], planted.kept["deleted leads"])


def test_row_counts_are_those_of_the_tables(org: Org, planted: Planted) -> None:
    """What `rows` claims was written can be counted; rows of the first day come on top."""
    for name, count in planted.rows.items():
        [(found,)] = rows(org, f'SELECT COUNT(*) FROM "{name}"')
        assert 0 <= found - count <= 3, name


def test_the_truth_is_told_once_for_every_open_lead(filled: tuple[Org, Planted, list[Truth]]) -> None:
    """`truth` names each open lead with the label of the status reason that it has."""
    org, _, truths = filled
    names = {one.value: one.label for one in org.entities["lead"].by_name["statuscode"].options}
    leads = rows(org, "SELECT leadid, statuscode FROM lead WHERE statecode != 1 AND NOT merged")
    assert {told.lead: told.before for told in truths} == {lead: names[status] for lead, status in leads}
    assert len(truths) == len(leads)


def test_a_present_clock_works_as_well() -> None:
    """Without a fixed clock the sample ends at the present moment."""
    org = Org()
    fill(org, 100)
    [(latest,)] = rows(org, "SELECT MAX(modifiedon) FROM lead")
    org.close()
    assert datetime.fromisoformat(latest) <= datetime.now(UTC)
