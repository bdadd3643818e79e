"""State and status reason go in pairs."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org

REASONS = {0: (1, 2), 1: (3,), 2: (4, 5, 6, 7)}
STATE_OF = {reason: state for state, reasons in REASONS.items() for reason in reasons}


@pytest.fixture(scope="module")
def org() -> Org:
    return Org()


def lead(org: Org, state: int = 0, status: int = 1) -> str:
    """The id of a new lead in that state."""
    id = org.create(org.entities["lead"], {"lastname": "L"}).id
    if (state, status) != (0, 1):
        org.update(org.entities["lead"], id, {"statecode": state, "statuscode": status})
    return id


def put(org: Org, id: str, record: dict[str, Any]) -> tuple[int, int]:
    """The pair after a change."""
    org.update(org.entities["lead"], id, record)
    return pair(org, id)


def pair(org: Org, id: str) -> tuple[int, int]:
    row = org.get(org.entities["lead"], id) or {}
    return row["statecode"], row["statuscode"]


def test_a_status_reason_alone_moves_within_its_state(org: Org) -> None:
    """New to Contacted is possible without naming the state."""
    assert put(org, lead(org), {"statuscode": 2}) == (0, 2)


def test_a_status_reason_of_another_state_is_refused(org: Org) -> None:
    """The state is not inferred: the row keeps its pair, and the message is the platform's."""
    id = lead(org)
    with pytest.raises(DataverseError) as caught:
        put(org, id, {"statuscode": 5})
    assert (caught.value.status, caught.value.code) == (400, "0x80048408")
    assert caught.value.message == f"5 is not a valid status code for state code LeadState.Open on lead with Id {id}."
    assert pair(org, id) == (0, 1)


def test_a_state_alone_gets_its_default_status_reason(org: Org) -> None:
    """Disqualified alone means Lost; the state the row is in already keeps its reason."""
    assert put(org, lead(org), {"statecode": 2}) == (2, 4)
    assert put(org, lead(org, 0, 2), {"statecode": 0}) == (0, 2)


def test_a_pair_that_does_not_match_is_refused(org: Org) -> None:
    """Both given, from different states."""
    with pytest.raises(DataverseError) as caught:
        put(org, lead(org), {"statecode": 2, "statuscode": 2})
    assert caught.value.code == "0x80048408"
    assert "LeadState.Disqualified" in caught.value.message


def test_a_number_that_is_no_status_reason_is_refused(org: Org) -> None:
    """A status reason of another environment belongs to no state here."""
    with pytest.raises(DataverseError) as caught:
        put(org, lead(org), {"statuscode": 823270000})
    assert caught.value.code == "0x80048408"


@pytest.mark.trap("D18")
def test_a_state_is_not_valid_for_create(org: Org) -> None:
    """It is ignored; with a status reason of that state the creation is refused."""
    made = org.create(org.entities["lead"], {"lastname": "L", "statecode": 2})
    assert pair(org, made.id) == (0, 1)
    with pytest.raises(DataverseError) as caught:
        org.create(org.entities["task"], {"subject": "t", "statecode": 2, "statuscode": 6})
    assert caught.value.message.startswith("6 is not a valid status code for state code TaskState.Open on task")


def test_a_closed_lead_is_read_only_until_it_is_reopened(org: Org) -> None:
    """Other columns are refused while it is closed; a status reason of that state, or reopening it, is not."""
    id = lead(org, 2, 4)
    for record in ({"subject": "x"}, {"statuscode": 5, "subject": "x"}):
        with pytest.raises(DataverseError) as caught:
            put(org, id, record)
        assert caught.value.code == "0x80040230"
    assert put(org, id, {"statuscode": 6}) == (2, 6)
    assert put(org, id, {"statecode": 0, "statuscode": 2, "subject": "back"}) == (0, 2)


def test_an_inactive_contact_can_still_be_changed(org: Org) -> None:
    """Only leads, opportunities and activities are read-only when closed."""
    made = org.create(org.entities["contact"], {"lastname": "C"})
    org.update(org.entities["contact"], made.id, {"statecode": 1, "statuscode": 2})
    org.update(org.entities["contact"], made.id, {"jobtitle": "CEO"})
    assert (org.get(org.entities["contact"], made.id) or {})["jobtitle"] == "CEO"


def test_a_closed_activity_ends(org: Org) -> None:
    """A task that is completed has an actual end; a scheduled appointment has none and stays writable."""
    task = org.create(org.entities["task"], {"subject": "t"})
    org.update(org.entities["task"], task.id, {"statecode": 1, "statuscode": 5})
    assert (org.get(org.entities["task"], task.id) or {})["actualend"] is not None
    meeting = org.create(org.entities["appointment"], {"subject": "m"})
    org.update(org.entities["appointment"], meeting.id, {"statecode": 3, "statuscode": 5})
    org.update(org.entities["appointment"], meeting.id, {"location": "Room 1"})
    assert (org.get(org.entities["appointment"], meeting.id) or {})["actualend"] is None


def test_enforced_transitions_are_looked_at_when_the_state_changes() -> None:
    """From Contacted one may only go to Qualified; within the state anything goes."""
    org = Org()
    entity = org.entities["lead"]
    status = entity.by_name["statuscode"]
    options = tuple(msgspec.structs.replace(one, transitions=(3,)) if one.value == 2 else one for one in status.options)
    org.define(entity.with_attribute(msgspec.structs.replace(status, options=options)).changed(transitions=True))
    id = lead(org, 0, 2)
    with pytest.raises(DataverseError) as caught:
        put(org, id, {"statecode": 2, "statuscode": 4})
    assert caught.value.code == "0x8004F00E"
    assert put(org, id, {"statuscode": 1}) == (0, 1)
    assert put(org, id, {"statuscode": 2}) == (0, 2)
    assert put(org, id, {"statecode": 1, "statuscode": 3}) == (1, 3)
    org.close()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={"statecode": st.integers(0, 3), "statuscode": st.integers(1, 8), "subject": st.just("x")},
        ),
        max_size=6,
    )
)
def test_a_pair_always_matches_whatever_is_written(org: Org, changes: list[dict[str, Any]]) -> None:
    """Law: after any change the status reason belongs to the state, and a refused one changes nothing."""
    id = lead(org)
    for record in changes:
        before = org.get(org.entities["lead"], id)
        try:
            org.update(org.entities["lead"], id, record)
        except DataverseError:
            assert org.get(org.entities["lead"], id) == before
        state, status = pair(org, id)
        assert STATE_OF[status] == state
