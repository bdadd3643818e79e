"""Traps in reading and addressing rows."""

from __future__ import annotations

import pytest

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.catalogue import Key
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api, refusal


@pytest.mark.trap("D36")
def test_a_secured_column_looks_empty() -> None:
    """The revenue that is there reads as null, in lists and single rows; `fixing` it is refused with 403."""
    with Sandbox(Org()) as box:
        api = Api(box)
        url = api.create("leads", lastname="L", revenue=5_000)
        roles.secure(box.org, "lead", "revenue")
        roles.assign(box.org, base.INTEGRATION_ID, ["prvReadLead", "prvWriteLead"])
        assert api.row(f"{url}?$select=revenue")["revenue"] is None
        assert api.row("leads?$select=revenue")["value"][0]["revenue"] is None
        assert refusal(api.patch(url, {"revenue": 1}))[:2] == (403, "0x8004F507")
        row = box.org.get(box.org.entities["lead"], url.rpartition("(")[2].rstrip(")")) or {}
        assert row["revenue"] == 5_000


@pytest.mark.trap("D29")
def test_a_key_value_with_a_slash_cannot_be_addressed(org: Org, api: Api) -> None:
    """The row is there and can be filtered for, but neither read nor upserted by its key, encoded or not."""
    key = Key(name="number", schema_name="ctso_Number", label="Number", attributes=("accountnumber",), id="k")
    org.define(org.entities["account"].changed(keys=(key,)))
    api.create("accounts", name="Plain", accountnumber="A1")
    api.create("accounts", name="Slash", accountnumber="A/1")
    assert api.row("accounts(accountnumber='A1')")["name"] == "Plain"
    for text in ("A/1", "A%2F1"):
        assert api.get(f"accounts(accountnumber='{text}')").status_code == 400
        assert api.patch(f"accounts(accountnumber='{text}')", {"name": "x"}).status_code == 400
    assert api.row("accounts?$filter=accountnumber eq 'A/1'")["value"][0]["name"] == "Slash"


@pytest.mark.trap("D33")
def test_the_same_label_has_another_number_elsewhere(org: Org, api: Api) -> None:
    """Made in one environment, `Re-Market` has the number of its publisher's prefix; here that number is none."""
    url = api.create("leads", lastname="L")
    assert refusal(api.patch(url, {"statuscode": 823270000}))[:2] == (400, "0x80048408")
    assert refusal(api.patch(url, {"leadsourcecode": 192350000}))[:2] == (400, "0x8004431A")
