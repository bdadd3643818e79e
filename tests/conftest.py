"""Marks that several parts of the tests share."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Registers `trap`: which production trap of the CRMs a test is about."""
    config.addinivalue_line("markers", 'trap(id): the production trap, such as "S16", that this test is about')
