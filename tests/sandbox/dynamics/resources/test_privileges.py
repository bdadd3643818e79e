"""Rights, asked over the wire."""

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api

ME = f"systemusers({base.INTEGRATION_ID})/Microsoft.Dynamics.CRM"


def test_a_user_learns_every_privilege_with_its_depth() -> None:
    """By name and depth; what is not given is not there."""
    with Sandbox(Org()) as box:
        api = Api(box)
        everything = {one["PrivilegeName"] for one in api.row(f"{ME}.RetrieveUserPrivileges")["RolePrivileges"]}
        assert {"prvReadLead", "prvReadActivity", "prvBypassCustomBusinessLogic"} <= everything
        roles.assign(box.org, base.INTEGRATION_ID, {"prvReadLead": 8, "prvWriteLead": 1, "prvReadUser": 8})
        found = api.row(f"{ME}.RetrieveUserPrivileges()")["RolePrivileges"]
        assert {one["PrivilegeName"]: one["Depth"] for one in found} == {
            "prvReadLead": "Global",
            "prvWriteLead": "Basic",
            "prvReadUser": "Global",
        }


def test_a_user_learns_their_rights_to_one_row() -> None:
    """A row of somebody else's can be read, not written, with write access to one's own rows."""
    with Sandbox(Org()) as box:
        api = Api(box)
        owner = {"ownerid@odata.bind": f"/systemusers({base.ADMIN_ID})"}
        theirs, mine = api.create("leads", lastname="L", **owner), api.create("leads", lastname="L")
        roles.assign(box.org, base.INTEGRATION_ID, {"prvReadLead": 8, "prvWriteLead": 1, "prvReadUser": 8})
        for url, rights in ((theirs, "ReadAccess"), (mine, "ReadAccess, WriteAccess")):
            row = url.rpartition("/")[2]
            path = f"{ME}.RetrievePrincipalAccess(Target=@t)?@t={{'@odata.id':'{row}'}}"
            assert api.row(path)["AccessRights"] == rights
