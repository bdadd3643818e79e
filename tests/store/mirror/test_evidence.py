"""Tests of connector.store.mirror.evidence and surroundings: what is known about somebody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connector.model import Opportunity, User
from connector.ports import Table
from connector.store.mirror import Mirror
from connector.store.mirror.evidence import COMPANY, OWN
from connector.store.mirror.surroundings import DAY, MANY
from tests.store.mirror.given import AT, contact, everybody, lead, load, opened, row

WHEN = datetime.fromtimestamp(AT, UTC)


def deal(id: str, **columns: object) -> tuple[object, ...]:
    """An open deal."""
    return row(Table.OPPORTUNITY, id=id, name=id, **{"is_open": 1, "is_won": 0, **columns})


def test_every_column_reaches_its_field(tmp_path: Path) -> None:
    """All columns of a person come back typed, in the field of their name."""
    mirror = opened(tmp_path, facts=("rating",))
    names = "modified_by record_type status disposition status_reason first_source source email phone first_name"
    more = "last_name title company industry country owner_id account_id"
    texts = f"{names} {more}".split()
    times = ["created_at", "modified_at", "status_entered_at", "sla_due_at", "sla_breached_at"]
    given = {name: f"the {name}" for name in texts} | {name: AT + n for n, name in enumerate(times)}
    given |= {"version": "7", "wake_up_date": "2026-05-01", "status_since_is_estimate": 1, "score": 12.5, "cycle": 2}
    given |= {"employees": 40, "is_inactive": 1, "is_bounced": 1, "facts": '["Hot"]'}
    load(mirror, Table.LEAD, lead("00Q1", **given))
    person = everybody(mirror)["00Q1"].person
    assert {name: getattr(person, name) for name in texts} == {name: f"the {name}" for name in texts}
    assert [getattr(person, name) for name in times] == [datetime.fromtimestamp(AT + n, UTC) for n in range(5)]
    assert (person.wake_up_date, person.status_since_is_estimate, person.score) == (date(2026, 5, 1), True, 12.5)
    assert (person.cycle, person.employees, person.is_inactive, person.is_bounced) == (2, 40, True, True)
    assert (person.is_converted, person.facts, person.version) == (False, (("rating", "Hot"),), "7")


def test_the_owner_is_told_if_known(tmp_path: Path) -> None:
    """Users and queues own people; an owner who cannot be seen is none."""
    mirror = opened(tmp_path)
    load(mirror, Table.USER, ("u1", "Ann", "ann@x.org", 0, "user", "Sales", "Rep", "West", "u2"))
    load(mirror, Table.LEAD, lead("00Q1", owner_id="u1"), lead("00Q2", owner_id="hidden"))
    people = everybody(mirror)
    assert people["00Q1"].owner == User("u1", "Ann", "ann@x.org", False, "user", "Sales", "Rep", "West", "u2")
    assert people["00Q2"].owner is None


def test_a_contact_belongs_to_its_account(tmp_path: Path) -> None:
    """The account's name is the company, its type is told; without an account the contact's own company stands."""
    mirror = opened(tmp_path)
    load(mirror, Table.ACCOUNT, ("a1", "Acme Inc", AT, "Partner", None, None, None))
    load(mirror, Table.CONTACT, contact("0031", company="Acme", account_id="a1"), contact("0032", company="Own"))
    people = everybody(mirror)
    assert (people["0031"].person.company, people["0031"].account_type) == ("Acme Inc", "Partner")
    assert (people["0032"].person.company, people["0032"].account_type) == ("Own", None)


def test_a_contact_has_what_its_account_has_now(tmp_path: Path) -> None:
    """Industry and size of the account are the contact's as soon as the account is read; else what the contact had."""
    mirror = opened(tmp_path)
    load(mirror, Table.USER, ("u1", "Ann", "ann@x.org", 1, "user", None, None, None, None))
    load(mirror, Table.ACCOUNT, ("a1", "Acme", AT, None, "u1", "Banking", 500), ("a2", "B", AT, None, None, None, None))
    had = {"industry": "Retail", "employees": 20}
    load(mirror, Table.CONTACT, *(contact(f"003{n}", account_id=f"a{n}", **had) for n in (1, 2, 3)))
    people = everybody(mirror)
    facts = [(people[id].person.industry, people[id].person.employees) for id in ("0031", "0032", "0033")]
    assert facts == [("Banking", 500), ("Retail", 20), ("Retail", 20)]
    owners = [people[id].account_owner for id in ("0031", "0032", "0033")]
    assert [owner and owner.id for owner in owners] == ["u1", None, None]


def test_a_company_field_of_the_contacts_own_stays(tmp_path: Path) -> None:
    """Where the org keeps the company in a field of the contact, the account's name does not replace it."""
    mirror = opened(tmp_path)
    load(mirror, Table.ACCOUNT, ("a1", "Acme Inc", AT, None, None, None, None))
    load(mirror, Table.CONTACT, contact("0031", company="Acme Europe", account_id="a1"))
    mirror.notes.set(COMPANY, OWN)
    assert everybody(mirror)["0031"].person.company == "Acme Europe"


def test_the_same_person_is_no_twin(tmp_path: Path) -> None:
    """A contact's own lead has its e-mail too; another lead with it is a twin."""
    mirror = opened(tmp_path)
    load(
        mirror,
        Table.LEAD,
        lead("00Q1", email="a@x.org", is_converted=1, converted_contact="0031"),
        lead("00Q2", email="A@X.org"),
    )
    load(mirror, Table.CONTACT, contact("0031", email="a@x.org", created_at=AT + 1))
    people = everybody(mirror)
    assert [twin.ref.id for twin in people["0031"].twins] == ["00Q2"]
    assert [twin.ref.id for twin in people["00Q2"].twins] == ["0031"]
    assert people["00Q1"].twins == ()


def test_of_many_twins_each_status_is_told(tmp_path: Path) -> None:
    """An address that hundreds share is told with a few records of every status it has, none left out."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1", email="info@x.org"))
    same = [contact(f"003{n:03}", email="info@x.org", status="SQL" if n == 150 else None) for n in range(200)]
    load(mirror, Table.CONTACT, *same)
    twins = everybody(mirror)["00Q1"].twins
    assert [twin.ref.id for twin in twins] == ["003000", "003001", "003002", "003150"]
    assert len(twins) == MANY + 1


@pytest.mark.parametrize(
    ("via_account", "told"), [(True, ["role", "conversion", "account"]), (False, ["role", "conversion"])]
)
def test_deals_belong_to_contacts_in_the_nearest_way(tmp_path: Path, via_account: bool, told: list[str]) -> None:
    """By role, by conversion, by account if wanted; each deal once, oldest first; no deal of somebody else."""
    mirror = opened(tmp_path, via_account=via_account)
    load(mirror, Table.LEAD, lead("00Q1", is_converted=1, converted_contact="0031", converted_opportunity="d2"))
    load(mirror, Table.CONTACT, contact("0031", account_id="a1"), contact("0032"))
    deals = [deal(f"d{n}", created_at=AT + n, account_id="a1") for n in (1, 2, 3)]
    load(mirror, Table.OPPORTUNITY, *deals, deal("d4", account_id="a2"))
    load(mirror, Table.OPPORTUNITY_CONTACT, ("r1", "d1", "0031"), ("r2", "d1", "0031"))
    people = everybody(mirror)
    assert [one.via for one in people["0031"].opportunities] == told
    first = people["0031"].opportunities[0]
    assert first == Opportunity("d1", "d1", None, True, False, datetime.fromtimestamp(AT + 1, UTC), None, "role")
    assert people["0032"].opportunities == ()


def converted(mirror: Mirror, **times: int) -> object:
    """A contact's conversion, given when lead, account and contact were made and the lead converted."""
    load(
        mirror,
        Table.LEAD,
        lead(
            "00Q1",
            created_at=AT,
            is_converted=1,
            converted_at=times["converted"],
            converted_contact="0031",
            converted_account="a1",
        ),
    )
    load(mirror, Table.CONTACT, contact("0031", created_at=times["contact"], account_id="a1"))
    if "account" in times:
        load(mirror, Table.ACCOUNT, ("a1", "Acme", times["account"], None, None, None, None))
    conversion = everybody(mirror)["0031"].conversion
    assert conversion is not None
    return conversion.account_was_new


@pytest.mark.parametrize(
    ("times", "new"),
    [
        ({"converted": AT + DAY, "account": AT + DAY, "contact": AT + DAY}, True),
        ({"converted": AT + DAY, "account": AT + DAY + 36_000, "contact": AT + DAY + 36_005}, True),
        ({"converted": AT + 9 * DAY, "account": AT - 9 * DAY, "contact": AT + 9 * DAY}, False),
        ({"converted": AT + 9 * DAY, "account": AT + DAY, "contact": AT + DAY}, False),
        ({"converted": AT + DAY, "contact": AT + DAY}, None),
    ],
    ids=["made together", "only the day is known", "older account", "older contact and account", "account not seen"],
)
def test_whether_the_account_was_new(tmp_path: Path, times: dict[str, int], new: bool | None) -> None:
    """A conversion made the account if account and contact were made together, and not before it."""
    assert converted(opened(tmp_path), **times) is new


def test_the_last_of_several_conversions_is_told(tmp_path: Path) -> None:
    """Two leads that became one contact: the one converted last is where the contact came from."""
    mirror = opened(tmp_path)
    load(
        mirror,
        Table.LEAD,
        lead("00Q1", is_converted=1, converted_at=AT + 9, converted_contact="0031", source="Web", status="Closed"),
        lead("00Q2", is_converted=1, converted_at=AT + 5, converted_contact="0031"),
    )
    load(mirror, Table.CONTACT, contact("0031", created_at=AT + 5))
    load(mirror, Table.LEAD_HISTORY, ("h1", "00Q1", AT, "u", "Raw", "Inquiry"))
    one = everybody(mirror)["0031"]
    assert one.conversion is not None
    assert one.person.converted_from == one.conversion.lead_id == "00Q1"
    assert (one.conversion.source, one.conversion.status, one.conversion.created_at) == ("Web", "Closed", WHEN)
    assert [change.after for change in one.conversion.changes] == ["Inquiry"]
