"""Marks that several parts of the tests share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("anew", print_blob=True)
settings.load_profile("repeatable")  # what fails for one fails for all; `make laws` draws anew


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--postgres`: ledgers and mirrors are kept in a real PostgreSQL instead of files."""
    parser.addoption("--postgres", action="store_true", help="keep ledgers and mirrors in PostgreSQL")


def pytest_configure(config: pytest.Config) -> None:
    """Registers `trap`: which production trap of the CRMs a test is about."""
    config.addinivalue_line("markers", 'trap(id): the production trap, such as "S16", that this test is about')
    config.addinivalue_line("markers", "file_only: the test is about the files of SQLite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about files is left out where there are none."""
    if config.getoption("--postgres"):
        skip = pytest.mark.skip(reason="about the files of SQLite")
        for item in items:
            if item.get_closest_marker("file_only"):
                item.add_marker(skip)


@pytest.fixture(autouse=True, scope="session")
def _stores(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where ledgers and mirrors are kept."""
    if not request.config.getoption("--postgres"):
        yield
        return
    from tests.database import instead_of_files

    with pytest.MonkeyPatch.context() as patch:
        instead_of_files(patch)
        yield
