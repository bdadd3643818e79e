"""Many writers at once: conditions are looked at and rows written in one step."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org


@pytest.fixture(scope="module")
def org() -> Org:
    return Org()


def outcomes(act: Callable[[int], object]) -> list[int]:
    """The statuses of eight attempts at the same time; 0 for success."""

    def attempt(number: int) -> int:
        try:
            act(number)
        except DataverseError as error:
            return error.status
        return 0

    with ThreadPoolExecutor(8) as pool:
        return sorted(pool.map(attempt, range(8)))


def test_one_of_many_writers_with_the_same_etag_wins(org: Org) -> None:
    """The others get 412, and the row holds what the winner wrote."""
    entity = org.entities["lead"]
    for _ in range(10):
        made = org.create(entity, {"lastname": "L"})
        matching = Options(if_match=f'W/"{made.version}"')

        def write(number: int, id: str = made.id, matching: Options = matching) -> object:
            return org.update(entity, id, {"subject": str(number)}, matching)

        assert outcomes(write) == [0] + [412] * 7


def test_one_of_many_creators_of_the_same_row_wins(org: Org) -> None:
    """With If-None-Match the chosen id is given to one of them only."""
    for number in range(10):
        id = f"cccccccc-0000-4000-8000-{number:012x}"

        def create(number: int, id: str = id) -> object:
            return org.upsert(org.entities["task"], {"activityid": id}, {"subject": "t"}, Options(if_none_match="*"))

        assert outcomes(create) == [0] + [412] * 7


def test_a_reader_sees_whole_writes(org: Org) -> None:
    """While rows are written in pairs, another thread sees both of a pair or none."""
    entity = org.entities["campaign"]

    def write(number: int) -> object:
        with org.storage.transaction():
            org.create(entity, {"name": f"a{number}"})
            return org.create(entity, {"name": f"b{number}"})

    def read(number: int) -> int:
        return int(org.storage.reader().execute("SELECT count(*) FROM campaign").fetchone()[0])

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(40)]
        counts = list(pool.map(read, range(40)))
        for one in writing:
            one.result()
    assert all(count % 2 == 0 for count in counts)
