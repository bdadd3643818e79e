"""Companies and the people in them."""

from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.sample.companies import company
from connector.sandbox.sample.dice import Dice
from connector.sandbox.sample.names import COUNTRIES, plain
from connector.sandbox.sample.people import PER_COMPANY, human


def test_forty_thousand_companies_have_names_and_domains_of_their_own() -> None:
    """No name and no mail domain comes twice, also when the stems start over; nobody's real domain is used."""
    made = [company(number) for number in range(40_000)]
    assert len({one.name for one in made}) == len({one.domain for one in made}) == len(made)
    assert all(one.domain.isascii() and one.domain.endswith(".example") for one in made)


@given(number=st.integers(0, 10**6), seeds=st.lists(st.integers(0, 10**6), min_size=PER_COMPANY, max_size=PER_COMPANY))
def test_colleagues_never_share_an_address(number: int, seeds: list[int]) -> None:
    """Whatever the dice say, people in different seats have different addresses, in plain letters."""
    where = company(number)
    addresses = {human(Dice(seed), where, seat).email for seat, seed in enumerate(seeds)}
    assert len(addresses) == PER_COMPANY
    assert all(address.isascii() and len(address) <= 80 for address in addresses)


def test_last_names_stay_different_in_plain_letters() -> None:
    """Müller and Mueller would share an address; no country has two such names."""
    for country in COUNTRIES:
        assert len({plain(name) for name in country.last}) == len(country.last) >= PER_COMPANY
