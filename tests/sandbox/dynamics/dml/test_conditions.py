"""If-Match and If-None-Match: what they keep an update, an upsert and a deletion from."""

import pytest

from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org

ABSENT = "11111111-1111-1111-1111-111111111111"


@pytest.fixture(scope="module")
def org() -> Org:
    return Org()


def upsert(org: Org, id: str, **options: str) -> tuple[bool, int]:
    """Whether the row was created, and its version."""
    made = org.upsert(org.entities["lead"], {"leadid": id}, {"subject": "s"}, Options(**options))
    return made.created, made.version


def refused(org: Org, id: str, **options: str) -> tuple[int, str]:
    """Status and code of a refused upsert."""
    with pytest.raises(DataverseError) as caught:
        upsert(org, id, **options)
    return caught.value.status, caught.value.code


def test_without_a_condition_a_missing_row_is_created_and_an_existing_one_changed(org: Org) -> None:
    """PATCH is an upsert: the id of the URL becomes the id of the row."""
    id = "22222222-2222-2222-2222-222222222222"
    assert upsert(org, id)[0] is True
    assert upsert(org, id)[0] is False


def test_if_match_any_never_creates(org: Org) -> None:
    """404, and no row appears."""
    assert refused(org, ABSENT, if_match="*") == (404, "0x80040217")
    assert refused(org, ABSENT, if_match='W/"1"') == (404, "0x80040217")
    assert org.get(org.entities["lead"], ABSENT) is None


def test_if_none_match_never_changes(org: Org) -> None:
    """412 for a row that is there; a missing one is created with the id that was chosen."""
    id = "33333333-3333-3333-3333-333333333333"
    assert upsert(org, id, if_none_match="*")[0] is True
    before = org.get(org.entities["lead"], id)
    assert refused(org, id, if_none_match="*") == (412, "0x80040237")
    assert org.get(org.entities["lead"], id) == before


def test_an_etag_must_be_that_of_the_row(org: Org) -> None:
    """The right one passes once; afterwards it is stale. Neither a stale nor a malformed one changes the row."""
    made = org.create(org.entities["lead"], {"lastname": "L"})
    etag = f'W/"{made.version}"'
    upsert(org, made.id, if_match=etag)
    row = org.get(org.entities["lead"], made.id)
    for stale in (etag, 'W/"x"', '"0"'):
        assert refused(org, made.id, if_match=stale) == (412, "0x80060882")
    assert org.get(org.entities["lead"], made.id) == row
    assert upsert(org, made.id, if_match=f'W/"{(row or {})["versionnumber"]}"')[0] is False


def test_a_deletion_honours_an_etag(org: Org) -> None:
    """The stale one leaves the row where it is."""
    made = org.create(org.entities["lead"], {"lastname": "L"})
    with pytest.raises(DataverseError) as caught:
        org.delete(org.entities["lead"], made.id, Options(if_match='W/"1"'))
    assert caught.value.code == "0x80060882"
    org.delete(org.entities["lead"], made.id, Options(if_match=f'W/"{made.version}"'))
    assert org.get(org.entities["lead"], made.id) is None


def test_a_table_without_optimistic_concurrency_refuses_etags() -> None:
    """0x8006088D; If-Match * is still taken."""
    org = Org()
    org.define(org.entities["lead"].changed(concurrency=False))
    made = org.create(org.entities["lead"], {"lastname": "L"})
    assert refused(org, made.id, if_match=f'W/"{made.version}"') == (400, "0x8006088D")
    assert upsert(org, made.id, if_match="*")[0] is False
    org.close()


def test_a_row_is_not_found_by_a_column_that_is_no_key(org: Org) -> None:
    """Alternate keys must be defined."""
    with pytest.raises(DataverseError) as caught:
        org.upsert(org.entities["account"], {"accountnumber": "1"}, {"name": "A"})
    assert (caught.value.status, caught.value.code) == (400, "0x80040203")
