"""Laws of writing, whatever is written in whatever order."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.dynamics import base
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.values import coercion

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)
OWNERS = (f"/systemusers({base.ADMIN_ID})", f"/systemusers({base.INTEGRATION_ID})", f"/teams({base.TEAM_ID})")
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "subject": TEXT | st.none(),
    "firstname": TEXT | st.none(),
    "description": st.text(max_size=50) | st.none(),
    "revenue": st.floats(0, 1e9).map(lambda one: round(one, 2)) | st.none(),
    "numberofemployees": st.integers(-5, 2_000_000) | st.none(),
    "donotemail": st.booleans(),
    "leadsourcecode": st.integers(0, 12) | st.none(),
    "estimatedclosedate": st.dates().map(str) | st.none(),
    "statecode": st.integers(0, 2),
    "statuscode": st.integers(1, 7),
    "ownerid@odata.bind": st.sampled_from(OWNERS),
}
BODIES = st.lists(st.fixed_dictionaries({}, optional=COLUMNS), max_size=6)


@pytest.fixture(scope="module")
def org() -> Org:
    return Org()


def row(org: Org, id: str) -> dict[str, Any]:
    return org.get(org.entities["lead"], id) or {}


def written(org: Org, id: str, body: dict[str, Any]) -> int | None:
    """The version after a change, or None if it was refused."""
    try:
        return org.update(org.entities["lead"], id, body).version
    except DataverseError:
        return None


def replayed(org: Org, id: str) -> dict[str, Any]:
    """The audited columns of a row as its audit rows tell them; each begins where the one before ended."""
    entity = org.entities["lead"]
    values: dict[str, Any] = {}
    query = "SELECT changedata FROM audit WHERE objectid = ? ORDER BY versionnumber"
    for (data,) in org.storage.db.execute(query, (id,)).fetchall():
        for change in msgspec.json.decode(data)["changedAttributes"]:
            name = change["logicalName"]
            assert change["oldValue"] == values.get(name), name
            values[name] = change["newValue"]
    stored: dict[str, Any] = {}
    for name, text in values.items():
        one = entity.by_name[name]
        plain = text.rpartition(",")[2] if one.is_lookup and text else text
        stored[name] = coercion(one)(plain)
    return stored


@settings(max_examples=50, deadline=None)
@given(BODIES)
def test_audit_tells_the_whole_story(org: Org, bodies: list[dict[str, Any]]) -> None:
    """Replaying the audit rows of a row gives the row: nothing is missing, nothing refused is in them."""
    id = org.create(org.entities["lead"], {"lastname": "L"}).id
    for body in bodies:
        before = row(org, id)
        version = written(org, id, body)
        if version is None:
            assert row(org, id) == before
        else:
            assert row(org, id)["versionnumber"] == version > before["versionnumber"]
    now, story = row(org, id), replayed(org, id)
    audited = [one.name for one in org.entities["lead"].attributes if one.audited and one.stored]
    for name in audited:
        if name != "leadid":
            assert story.get(name) == now[name], name


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({}, optional={name: COLUMNS[name] for name in COLUMNS if name not in ("statecode",)}))
def test_what_is_accepted_is_what_is_stored(org: Org, body: dict[str, Any]) -> None:
    """A column reads as it was written, or empty where an empty text was; nothing else about the row differs."""
    id = org.create(org.entities["lead"], {"lastname": "L"}).id
    before = row(org, id)
    if written(org, id, body) is None:
        return
    after = row(org, id)
    for name, value in body.items():
        if name in after:
            assert after[name] == (None if value == "" else value), name
    stamps = {"modifiedon", "modifiedby", "versionnumber", "fullname", "revenue_base", "owninguser", "owningteam"}
    touched = {name.partition("@")[0] for name in body} | stamps | {"ownerid__type"}
    assert {name: after[name] for name in after if name not in touched} == {
        name: before[name] for name in before if name not in touched
    }
