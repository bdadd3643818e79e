"""Rights, secured columns, and what the environment's own rules refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org

ME = base.INTEGRATION_ID
Own = Callable[..., Org]


def refused(act: Callable[[], Any]) -> DataverseError:
    """The refusal of an act."""
    with pytest.raises(DataverseError) as caught:
        act()
    return caught.value


def test_each_verb_takes_its_privilege(own: Own) -> None:
    """Create, write, assign, delete, and the two ends of a lookup are asked for one by one."""
    org = own()
    lead, task = org.entities["lead"], org.entities["task"]
    mine = org.create(lead, {"lastname": "L"}).id
    give = {"ownerid@odata.bind": f"/systemusers({base.ADMIN_ID})"}
    regarding = {"subject": "t", "regardingobjectid_lead_task@odata.bind": f"/leads({mine})"}
    acts: dict[str, tuple[str, Callable[[], Any]]] = {
        "prvCreateLead": ("", lambda: org.create(lead, {"lastname": "N"})),
        "prvWriteLead": ("", lambda: org.update(lead, mine, {"subject": "x"})),
        "prvAssignLead": ("prvWriteLead", lambda: org.update(lead, mine, give)),
        "prvAppendActivity": ("prvCreateActivity prvAppendToLead", lambda: org.create(task, regarding)),
        "prvAppendToLead": ("prvCreateActivity prvAppendActivity", lambda: org.create(task, regarding)),
        "prvDeleteLead": ("", lambda: org.delete(lead, mine)),
    }
    for needed, (others, act) in acts.items():
        roles.assign(org, ME, [*others.split(), "prvReadLead"])
        error = refused(act)
        assert (error.status, error.code) == (403, "0x80040220")
        assert f"is missing {needed} privilege" in error.message
        roles.assign(org, ME, [*others.split(), "prvReadLead", needed])
        act()


def test_own_rows_only(own: Own) -> None:
    """With depth 1 a row of another owner cannot be written, one of the user's team can."""
    org = own()
    lead = org.entities["lead"]
    owners = {
        "mine": f"/systemusers({ME})",
        "theirs": f"/systemusers({base.ADMIN_ID})",
        "ours": f"/teams({base.TEAM_ID})",
    }
    ids = {name: org.create(lead, {"lastname": name, "ownerid@odata.bind": url}).id for name, url in owners.items()}
    roles.assign(org, ME, {"prvReadLead": 1, "prvWriteLead": 1})
    org.update(lead, ids["mine"], {"subject": "x"})
    org.update(lead, ids["ours"], {"subject": "x"})
    error = refused(lambda: org.update(lead, ids["theirs"], {"subject": "x"}))
    assert (error.status, error.code) == (403, "0x80040220")
    condition, values = org.access(ME).rows(lead)
    found = org.storage.db.execute(f"SELECT lastname FROM lead WHERE {condition}", values).fetchall()
    assert sorted(row[0] for row in found) == ["mine", "ours"]


def test_a_secured_column_takes_a_field_permission(own: Own) -> None:
    """Without one it is hidden and can be neither set nor changed; an administrator needs none."""
    org = own()
    roles.secure(org, "lead", "revenue")
    lead = org.entities["lead"]
    made = org.create(lead, {"lastname": "L", "revenue": 5})
    assert org.access(ME).hidden(lead) == frozenset()
    roles.assign(org, ME, ["prvCreateLead", "prvReadLead", "prvWriteLead"])
    assert org.access(ME).hidden(lead) == {"revenue"}
    error = refused(lambda: org.update(lead, made.id, {"revenue": 6}))
    assert (error.status, error.code) == (403, "0x8004F507")
    error = refused(lambda: org.create(lead, {"lastname": "L", "revenue": 5}))
    assert (error.status, error.code) == (403, "0x8004F502")
    org.update(lead, made.id, {"subject": "x"})
    roles.permit(org, ME, "lead", "revenue", read=True)
    assert org.access(ME).hidden(lead) == frozenset()
    assert refused(lambda: org.update(lead, made.id, {"revenue": 6})).code == "0x8004F507"
    roles.permit(org, ME, "lead", "revenue", update=True)
    org.update(lead, made.id, {"revenue": 6})
    assert (org.get(lead, made.id) or {})["revenue"] == 6


def test_a_plugin_refuses_with_its_own_words(own: Own) -> None:
    """A row that a rule forbids is refused, unless the caller bypasses custom logic; a business rule stays."""
    rule = {"table": "lead", "when": {"leadsourcecode": "", "statuscode": [2]}, "message": "Say where it comes from."}
    plugin, fixed = own(validation_rule=[rule]), own(validation_rule=[rule | {"plugin": False}])
    bypass = Options(bypass=frozenset({"CustomSync"}))
    for org, passes in ((plugin, True), (fixed, False)):
        lead = org.entities["lead"]
        made = org.create(lead, {"lastname": "L"})
        error = refused(lambda o=org, e=lead, i=made.id: o.update(e, i, {"statuscode": 2}))
        assert (error.status, error.code, error.message) == (400, "0x80040265", "Say where it comes from.")
        if passes:
            org.update(lead, made.id, {"statuscode": 2}, bypass)
        else:
            assert refused(lambda o=org, e=lead, i=made.id: o.update(e, i, {"statuscode": 2}, bypass)).status == 400
        org.update(lead, made.id, {"statuscode": 2, "leadsourcecode": 8})


def test_duplicates_are_looked_for_only_when_asked(own: Own) -> None:
    """The API suppresses duplicate detection unless the request says otherwise; case does not matter."""
    org = own(duplicate_rule=[{"table": "lead"}])
    lead = org.entities["lead"]
    org.create(lead, {"lastname": "A", "emailaddress1": "a@x.example"})
    org.create(lead, {"lastname": "B", "emailaddress1": "A@x.example"})
    looking = Options(detect_duplicates=True)
    error = refused(lambda: org.create(lead, {"lastname": "C", "emailaddress1": "a@X.example"}, looking))
    assert (error.status, error.code) == (412, "0x80040333")
    org.create(lead, {"lastname": "C"}, looking)


def test_failures_befall_the_rows_they_are_meant_for(own: Own) -> None:
    """Every second write fails; each named row fails once and then passes."""
    org = own(row_fault=[{"table": "lead", "operation": "create", "every": 2, "times": 0}])
    lead = org.entities["lead"]
    for _ in range(2):
        error = refused(lambda: org.create(lead, {"lastname": "every second"}))
        assert (error.status, error.code) == (500, "0x80044150")
        org.create(lead, {"lastname": "the other"})
    made = org.create(org.entities["contact"], {"lastname": "C"}).id
    org = own(row_fault=[{"ids": [made], "each": True, "operation": "create"}])
    with pytest.raises(DataverseError):
        org.create(org.entities["contact"], {"contactid": made, "lastname": "C"})
    assert org.create(org.entities["contact"], {"contactid": made, "lastname": "C"}).id == made
