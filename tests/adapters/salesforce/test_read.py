"""Whole tables of a realistic org: every row, each once, the same by REST and by bulk, for few calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.ports import COLUMNS, Table
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.sample import fill
from connector.sandbox.server import Sandbox
from tests.adapters.contract import everything
from tests.adapters.salesforce.world import SalesforceWorld


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesforceWorld]:
    """A sample org with all its neighbourhoods; read only."""
    org = Org()
    fill(org, 400, 7)
    with Sandbox(org) as sandbox:
        yield SalesforceWorld(sandbox, tmp_path_factory.mktemp("sample"))
    org.close()


@pytest.mark.parametrize("table", list(Table))
def test_rest_and_bulk_bring_the_same_rows(sample: SalesforceWorld, table: Table) -> None:
    """Whichever way a table is read, its rows are equal value for value, and as many as the org counts."""
    by_rest, by_bulk = sample.adapter(), sample.adapter()
    by_bulk._reader._rest_to = 0
    batches = list(by_rest.read(table, None))
    rows, _, _, mark = everything(batches)
    again, _, _, later = everything(by_bulk.read(table, None))
    assert sorted(map(str, rows)) == sorted(map(str, again))
    assert len(rows) + sum(batch.passed_over for batch in batches) == by_rest.count(table)
    assert all(len(row) == len(COLUMNS[table]) for row in rows)
    assert mark is not None
    assert later is not None
    if table is not Table.CONTACT_HISTORY:
        assert rows, "the sample org has such rows"


def test_a_quiet_night_takes_few_calls(sample: SalesforceWorld) -> None:
    """Reading on all tables when little has changed costs about one call per table."""
    adapter = sample.adapter()
    marks = {table: everything(adapter.read(table, None))[3] for table in Table}
    fresh = sample.adapter()
    fresh.schema()
    for table in Table:
        everything(fresh.read(table, marks[table]))
    assert fresh.budget().ours <= 40


def test_only_mapped_columns_are_asked_for(sample: SalesforceWorld) -> None:
    """What no rule needs never leaves the CRM."""
    (source,) = sample.adapter()._reader._sources(Table.LEAD)
    assert "Description" not in source.shape.fields
    assert "Street" not in source.shape.fields


def test_an_optional_object_that_is_hidden_is_read_as_empty(sample: SalesforceWorld) -> None:
    """An org without campaigns is read without them; its mark says: look again the next time."""
    gone = sample.faults.add(path="Campaign(%20|[+])|sobjects/Campaign/", times=0, status=400, code="INVALID_TYPE")
    try:
        rows, _, _, mark = everything(sample.adapter().read(Table.CAMPAIGN, None))
    finally:
        sample.faults.wire.remove(gone)
    assert rows == []
    assert mark is not None
    assert everything(sample.adapter().read(Table.CAMPAIGN, mark))[0]


def test_an_object_that_must_be_there_is_named(sample: SalesforceWorld) -> None:
    """Without accounts nothing can be judged: the text says which right is missing."""
    from connector.errors import MappingError

    gone = sample.faults.add(path="FROM[+]Account|sobjects/Account/", times=0, status=400, code="INVALID_TYPE")
    try:
        with pytest.raises(MappingError) as caught:
            everything(sample.adapter().read(Table.ACCOUNT, None))
    finally:
        sample.faults.wire.remove(gone)
    assert "Account" in caught.value.what
    assert "read access" in caught.value.next


def test_an_unfinished_read_has_no_mark(sample: SalesforceWorld, tmp_path: Path) -> None:
    """Who stops in the middle has nothing to go on from: the mark comes with the very last batch."""
    batches = list(sample.adapter().read(Table.LEAD, None))
    assert [batch.mark is not None for batch in batches] == [False] * (len(batches) - 1) + [True]
    assert not batches[-1].rows
