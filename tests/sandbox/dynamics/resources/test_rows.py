"""Single rows over the wire: status codes, headers and bodies."""

import pytest

from connector.sandbox.dynamics import base
from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.webapi import Api, refusal

ABSENT = "00000000-0000-0000-0000-0000000000aa"


def test_a_creation_answers_where_the_row_is(api: Api) -> None:
    """204, OData-EntityId on the host that was called, no body."""
    answer = api.call("POST", "leads", json={"lastname": "L"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["OData-EntityId"].startswith(f"{api.root}/leads(")
    assert answer.headers["OData-Version"] == "4.0"


def test_a_creation_answers_the_row_when_that_is_preferred(api: Api) -> None:
    """201 with the columns selected, etag and id; the preference is confirmed and no OData-EntityId is there."""
    prefer = {"Prefer": "return=representation"}
    answer = api.call("POST", "leads?$select=lastname", json={"lastname": "L"}, headers=prefer)
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "return=representation"
    assert "OData-EntityId" not in answer.headers
    assert set(body) == {"@odata.context", "@odata.etag", "lastname", "leadid"}


def test_an_update_answers_204_or_the_row(api: Api) -> None:
    """PATCH: 204 with OData-EntityId; with return=representation 200."""
    url = api.create("leads", lastname="L")
    plain = api.patch(url, {"statuscode": 2})
    assert (plain.status_code, plain.headers["OData-EntityId"]) == (204, url)
    shown = api.patch(f"{url}?$select=statecode,statuscode", {"statecode": 2}, Prefer="return=representation")
    assert shown.status_code == 200
    assert (shown.json()["statecode"], shown.json()["statuscode"]) == (2, 4)


@pytest.mark.trap("D24")
def test_only_an_etag_tells_of_an_edit_in_between(api: Api) -> None:
    """With the etag that was read the second writer gets 412 and nothing is written; without one the edit is lost."""
    url = api.create("leads", lastname="L", subject="first")
    etag = api.row(f"{url}?$select=subject")["@odata.etag"]
    api.patch(url, {"subject": "a salesperson's"})
    assert refusal(api.patch(url, {"subject": "ours"}, If_Match=etag)) == (
        412,
        "0x80060882",
        "The version of the existing record doesn't match the RowVersion property provided.",
    )
    assert api.row(url)["subject"] == "a salesperson's"
    assert api.patch(url, {"subject": "ours"}).status_code == 204
    assert api.row(url)["subject"] == "ours"


@pytest.mark.trap("D32")
def test_a_patch_brings_a_deleted_row_back_as_an_empty_shell(api: Api) -> None:
    """Without If-Match the id of a deleted lead becomes a new, nearly empty lead; with it the answer is 404."""
    url = api.create("leads", lastname="L", emailaddress1="l@x.example")
    assert api.call("DELETE", url).status_code == 204
    assert api.patch(url, {"statuscode": 2}, If_Match="*").status_code == 404
    assert api.get(url).status_code == 404
    assert api.patch(url, {"statuscode": 2}).status_code == 204
    shell = api.row(url)
    assert (shell["statuscode"], shell["lastname"], shell["emailaddress1"]) == (2, None, None)


def test_a_chosen_id_with_if_none_match_creates_once(api: Api) -> None:
    """The first PATCH creates, the second answers 412 and changes nothing."""
    path = "tasks(7f0f4d5e-0000-4000-8000-0000000000ff)"
    assert api.patch(path, {"subject": "once"}, If_None_Match="*").status_code == 204
    assert refusal(api.patch(path, {"subject": "twice"}, If_None_Match="*")) == (
        412,
        "0x80040237",
        "A record with matching key values already exists.",
    )
    assert api.row(path)["subject"] == "once"


def test_what_is_not_there_answers_404(api: Api) -> None:
    """A row, a set in the wrong case, a column: each with its own code."""
    assert refusal(api.get(f"leads({ABSENT})")) == (404, "0x80040217", f"lead With Id = {ABSENT} Does Not Exist")
    assert refusal(api.get("Account")) == (404, "0x8006088a", "Resource not found for the segment 'Account'.")
    assert refusal(api.get("Leads"))[1] == "0x8006088a"
    url = api.create("leads", lastname="L")
    assert refusal(api.get(f"{url}/nope"))[1] == "0x8006088a"
    assert refusal(api.call("DELETE", f"leads({ABSENT})"))[:2] == (404, "0x80040217")


def test_a_row_that_has_not_changed_answers_304(api: Api) -> None:
    """If-None-Match with the present etag, unless annotations are asked for."""
    url = api.create("leads", lastname="L")
    etag = api.row(url)["@odata.etag"]
    headers = {"If-None-Match": etag}
    assert api.get(url, **headers).status_code == 304
    assert api.get(url, Prefer='odata.include-annotations="*"', **headers).status_code == 200
    api.patch(url, {"subject": "x"})
    assert api.get(url, **headers).status_code == 200


def test_one_column_can_be_read_written_and_cleared(api: Api) -> None:
    """PUT and DELETE on a property; reading an empty one answers 204."""
    url = api.create("leads", lastname="L")
    assert api.get(f"{url}/subject").status_code == 204
    assert api.call("PUT", f"{url}/subject", json={"value": "x"}).status_code == 204
    assert api.get(f"{url}/subject").json()["value"] == "x"
    assert api.call("DELETE", f"{url}/subject").status_code == 204
    assert api.row(url)["subject"] is None


def test_a_lookup_can_be_followed_set_and_cleared(api: Api) -> None:
    """`/$ref` sets and clears; the navigation property shows the row behind it."""
    lead, account = api.create("leads", lastname="L"), api.create("accounts", name="Acme")
    assert api.get(f"{lead}/parentaccountid").status_code == 204
    assert api.call("PUT", f"{lead}/parentaccountid/$ref", json={"@odata.id": account}).status_code == 204
    assert api.row(f"{lead}/parentaccountid?$select=name")["name"] == "Acme"
    assert api.call("DELETE", f"{lead}/parentaccountid/$ref").status_code == 204
    assert api.row(lead)["_parentaccountid_value"] is None


def test_bodies_that_are_no_json_object_are_refused(api: Api) -> None:
    """0x80048d19, as for any payload that does not fit."""
    for body in (b"{", b"[]", b""):
        answer = api.call("POST", "leads", data=body)
        assert refusal(answer)[:2] == (400, "0x80048d19")


def test_keys_that_make_no_sense_are_refused(api: Api) -> None:
    """A text that is no GUID, and a column that is no alternate key."""
    assert api.get("leads(x)").status_code == 400
    assert refusal(api.get("accounts(accountnumber='1')"))[:2] == (400, "0x80060890")


def test_a_verb_that_nothing_answers_is_not_found(api: Api) -> None:
    """POST to a function answers 404 without a code, as recorded."""
    status, code, message = refusal(api.call("POST", "WhoAmI"))
    assert (status, code) == (404, "")
    assert message.startswith("No HTTP resource was found that matches the request URI")


@pytest.mark.parametrize("name", ["WhoAmI", "WhoAmI()"])
def test_who_am_i_with_and_without_brackets(api: Api, name: str) -> None:
    """The caller, their business unit and the organization."""
    found = api.row(name)
    assert (found["UserId"], found["OrganizationId"]) == (base.INTEGRATION_ID, base.ORGANIZATION_ID)
    assert found["@odata.context"] == f"{api.root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"


def test_every_answer_says_how_much_is_left(api: Api) -> None:
    """Headers for the pace, ids for tracing; error answers carry REQ_ID, too."""
    answer = api.get("WhoAmI", **{"x-ms-client-request-id": "abc"})
    assert answer.headers["x-ms-dop-hint"] == "8"
    assert int(answer.headers["x-ms-ratelimit-burst-remaining-xrm-requests"]) < 6_000
    assert answer.headers["x-ms-client-request-id"] == "abc"
    assert "REQ_ID" not in answer.headers
    refused = api.get("nope")
    assert refused.headers["REQ_ID"] == refused.headers["x-ms-service-request-id"]


def test_errors_are_annotated_on_request(api: Api) -> None:
    """With include-annotations the error object says more; its code stays."""
    error = api.get("nope", Prefer='odata.include-annotations="*"').json()["error"]
    assert error["code"] == "0x8006088a"
    assert error["@Microsoft.PowerApps.CDS.InnerError.Message"] == error["message"]


def test_other_api_versions_and_urls_are_told_apart(api: Api, org: Org) -> None:
    """v9.0 works, v7.0 and a missing version are 0x80060888; links keep the version that was called."""
    old = api.call("GET", api.root.replace("v9.2", "v9.0") + "/WhoAmI")
    assert "/v9.0/" in old.json()["@odata.context"]
    assert refusal(api.call("GET", api.root.replace("v9.2", "v7.0") + "/WhoAmI"))[:2] == (400, "0x80060888")
    assert refusal(api.call("GET", api.root.replace("/v9.2", "") + "/WhoAmI"))[:2] == (400, "0x80060888")
