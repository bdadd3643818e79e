"""Record ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.salesforce.ids import BASE62, IdSource, checksum, to18

ids15 = st.text(BASE62, min_size=15, max_size=15)


@pytest.mark.parametrize(
    "id18",
    [
        "0012300000bVTq1AAG",
        "7503h00000CV7GpAAL",
        "750B000000BqgfeIAB",
        "0057e00000RmwSWAAZ",
        "00D5g0000000001EAA",
        "012000000000000AAA",
    ],
)
def test_checksums_of_real_ids(id18: str) -> None:
    """The last three characters of recorded ids follow from the first fifteen."""
    assert checksum(id18[:15]) == id18[15:]


@given(ids15)
def test_short_and_long_form_are_one_id(id15: str) -> None:
    """15 characters become 18, 18 stay as they are, and lost case is put right from the checksum."""
    id18 = to18(id15)
    assert id18 is not None
    assert id18[:15] == id15
    assert to18(id18) == to18(id18.upper()) == to18(id18.lower()) == id18


@pytest.mark.parametrize("text", ["", "abc", "00Q-00000000001", "00Q0000000000011", "00Q000000000001EA!", "x" * 19])
def test_what_is_no_id(text: str) -> None:
    """Anything else is no id."""
    assert to18(text) is None


def test_ids_rise_and_never_repeat() -> None:
    """Ids of one prefix rise in code-point order, also past a given id."""
    source = IdSource()
    first = source.take("00Q", 200)
    assert first == sorted(set(first))
    assert all(to18(id18) == id18 for id18 in first)
    ahead = IdSource({"00Q": 5_000}).next("00Q")
    source.above(ahead)
    assert source.next("00Q") > ahead
    assert source.next("003")[:3] == "003"
