"""What holds after any sequence of writes."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.salesforce.base import ADMIN_ID, QUEUE_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.picklists import rename
from tests.sandbox.salesforce.dml.conftest import Hands

KEEP = Options(auto_assign=False)
STATUSES = st.sampled_from(["Open - Not Contacted", "Inquiry", "Left Vmail", "x" * 256])
STEPS = st.one_of(
    st.tuples(st.just("status"), STATUSES),
    st.tuples(st.just("title"), st.text(max_size=140)),
    st.tuples(st.just("owner"), st.sampled_from([ADMIN_ID, QUEUE_ID, "nobody"])),
    st.tuples(st.just("task"), st.dates().map(str)),
    st.tuples(st.just("rule"), st.just("")),
    st.tuples(st.just("wait"), st.integers(1, 5_000).map(str)),
)


def take(org: Org, hands: Hands, lead: str, step: tuple[str, str]) -> bool:
    """One step; whether it was accepted."""
    kind, value = step
    if kind == "wait":
        hands.pass_(seconds=int(value))
        return True
    if kind == "task":
        return org.insert("Task", [{"WhoId": lead, "Subject": "x", "ActivityDate": value}])[0].success
    if kind == "rule":
        return org.update("Lead", [{"Id": lead, "Rating": "Hot"}])[0].success
    field = {"status": "Status", "title": "Title", "owner": "OwnerId"}[kind]
    return org.update("Lead", [{"Id": lead, field: value}], KEEP)[0].success


def stored(org: Org, lead: str) -> dict[str, Any]:
    cursor = org.storage.reader().execute('SELECT * FROM Lead WHERE "Id" = ?', (lead,))
    return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))


def trail(org: Org, lead: str, field: str, place: int) -> list[tuple[Any, Any]]:
    """Old and new values of a field in the order they were written; `place` tells names (0) from ids (1)."""
    query = 'SELECT OldValue, NewValue FROM LeadHistory WHERE LeadId = ? AND Field = ? ORDER BY "Id"'
    rows = org.storage.reader().execute(query, (lead, field)).fetchall()
    return rows[place::2] if field == "Owner" else rows


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_stamps_and_history_tell_the_truth(steps: list[tuple[str, str]]) -> None:
    """LastModifiedDate never passes SystemModstamp, a refused write changes nothing, and history leads from the first
    value to the present one without a gap."""
    hands = Hands()
    org = Org(clock=hands)
    lead = str(org.insert("Lead", [{"LastName": "a", "Company": "b"}], KEEP)[0].id)
    first = stored(org, lead)
    for step in steps:
        before = stored(org, lead)
        accepted = take(org, hands, lead, step)
        after = stored(org, lead)
        assert after["CreatedDate"] <= after["LastModifiedDate"] <= after["SystemModstamp"]
        assert accepted or after == before
    for field, name, place in (("Status", "Status", 0), ("OwnerId", "Owner", 1)):
        value = first[field]
        for old, new in trail(org, lead, name, place):
            assert (old, old != new) == (value, True)
            value = new
        assert value == stored(org, lead)[field]
    org.close()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(["Inquiry", "Raw", "Open - Not Contacted"]), min_size=1, max_size=20))
def test_a_rename_loses_nobody(statuses: list[str]) -> None:
    """After a rename everybody who carried the old value carries the new one, and others are as before."""
    org = Org()
    org.load("Lead", ["LastName", "Company", "Status"], [["a", "b", status] for status in statuses])
    renamed = rename(org, "Lead", "Status", "Inquiry", "First Touch")
    query = "SELECT Status FROM Lead ORDER BY rowid"
    now = [row[0] for row in org.storage.reader().execute(query)]
    assert now == ["First Touch" if status == "Inquiry" else status for status in statuses]
    assert renamed == statuses.count("Inquiry")
    org.close()
