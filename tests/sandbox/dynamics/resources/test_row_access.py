"""Rights to one row, asked over the wire."""

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api

ME = f"systemusers({base.INTEGRATION_ID})/Microsoft.Dynamics.CRM"


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
