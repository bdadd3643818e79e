"""Traps of change tracking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.sandbox.dynamics.base import INTEGRATION_ID
from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.webapi import refusal


def tracked(web: Any, set_name: str = "leads", columns: str = "lastname,_modifiedby_value") -> str:
    """The delta link of a full read."""
    link: str = web.body(set_name, f"$select={columns}", "odata.track-changes")["@odata.deltaLink"]
    return link


@pytest.mark.trap("D11")
def test_deletions_are_no_rows_and_rows_have_no_reason(web: Any) -> None:
    """Indexing `reason` on everything, or the key on everything, fails on one or the other."""
    kept, gone = web.made("leads", {"lastname": "kept"}), web.made("leads", {"lastname": "gone"})
    link = tracked(web)
    web.patch(f"leads({kept})", {"lastname": "changed"})
    web.call("DELETE", f"leads({gone})")
    row, deletion = web.call("GET", link).json()["value"]
    assert "reason" not in row
    assert "leadid" not in deletion
    assert (deletion["id"], deletion["reason"]) == (gone, "deleted")
    assert deletion["@odata.context"].endswith("$metadata#leads/$deletedEntity")


@pytest.mark.trap("D11")
def test_the_collection_name_of_metadata_may_not_be_the_path(web: Any) -> None:
    """EntitySetName is what the URL wants; guessing a plural answers 404."""
    [campaign] = web.value(
        "EntityDefinitions", "$select=EntitySetName,LogicalName&$filter=LogicalName eq 'opportunityclose'"
    )
    assert campaign["EntitySetName"] == "opportunitycloses"
    assert web.ask("opportunitycloses").status_code == 200
    assert refusal(web.ask("opportunitycloseses"))[:2] == (404, "0x8006088a")


@pytest.mark.trap("D12")
def test_a_token_that_was_kept_too_long_is_worthless(web: Any, new_org: Org) -> None:
    """0x80044352; a full read finds the rows, but nothing tells of what was deleted in between."""
    gone = web.made("leads", {"lastname": "gone"})
    link = tracked(web)
    web.call("DELETE", f"leads({gone})")
    now = new_org.clock()
    new_org.clock = lambda: now + timedelta(days=8)
    assert refusal(web.call("GET", link))[:2] == (400, "0x80044352")
    assert web.body("leads", "$select=lastname", "odata.track-changes")["value"] == []


@pytest.mark.trap("D39")
def test_own_corrections_come_back_in_the_next_delta(web: Any) -> None:
    """Only modifiedby and the etag tell them from other people's changes."""
    id = web.made("leads", {"lastname": "a"})
    link = tracked(web)
    web.patch(f"leads({id})", {"lastname": "corrected"}, If_Match="*")
    [row] = web.call("GET", link).json()["value"]
    assert (row["lastname"], row["_modifiedby_value"]) == ("corrected", INTEGRATION_ID)
    assert row["@odata.etag"] == web.body(f"leads({id})")["@odata.etag"]


@pytest.mark.trap("D38")
def test_writing_the_same_value_again_is_a_change(web: Any) -> None:
    """The row moves on in version and time, and comes back in the delta, though no value differs."""
    id = web.made("leads", {"lastname": "same"})
    before = web.body(f"leads({id})", "$select=lastname")
    link = tracked(web)
    web.patch(f"leads({id})", {"lastname": "same"})
    [row] = web.call("GET", link).json()["value"]
    assert row["@odata.etag"] != before["@odata.etag"]
