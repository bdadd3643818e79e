"""The object's own switch of field history: CustomObject.enableHistory, for leads also LeadConfigSettings [D, W]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.salesforce import tracking
from connector.sandbox.salesforce.metadata.xml import Body
from connector.sandbox.salesforce.schema.refusal import RefusedError

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

LEAD_CONFIG = "LeadConfig"
_FIRST = {
    "doesEnableLeadConvertDefaultSubjectBlankTaskCreation": True,
    "doesHideOpportunityInConvertLeadWindow": False,
    "doesPreserveLeadStatus": True,
    "doesSelectNoOpportunityOnConvertLead": False,
    "enableConversionsOnMobile": False,
    "enableOrgWideMergeAndDelete": True,
    "shouldLeadConvertRequireValidation": True,
}


def read_object(org: Org, name: str) -> Body | None:
    """A standard object: its labels, and whether it keeps field history."""
    found = org.object(name)
    if found is None or not found.layoutable:
        return None
    body: Body = {"fullName": found.name, "label": found.label, "pluralLabel": found.plural}
    return body | {"enableFeeds": found.feed, "enableHistory": tracking.keeps_history(org, found.name)}


def update_object(org: Org, body: Body) -> None:
    """Switch field history of an object on or off; nothing else of an object can be changed here."""
    found = org.object(str(body.get("fullName")))
    if found is None or not found.layoutable:
        text = f"In field: fullName - no CustomObject named {body.get('fullName')} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text)
    same = {"fullName", "label", "pluralLabel", "enableFeeds", "enableHistory"}
    other = next((key for key in body if key not in same), None)
    if other is not None:
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", f"This sandbox cannot change {other} of an object", (other,))
    if body.get("enableHistory") is not None:
        _switch(org, found.name, bool(body["enableHistory"]))


def read_lead_config(org: Org, name: str) -> Body | None:
    """The settings of leads."""
    if name != LEAD_CONFIG:
        return None
    known = org.settings.get("lead config", {})
    return {"fullName": name, **_FIRST, **known, "doesTrackHistory": tracking.keeps_history(org, "Lead")}


def update_lead_config(org: Org, body: Body) -> None:
    """Change the settings that are given."""
    if body.get("fullName") != LEAD_CONFIG:
        text = f"In field: fullName - no LeadConfigSettings named {body.get('fullName')} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text)
    plain = {key: value for key, value in body.items() if key in _FIRST and value is not None}
    with org.storage.transaction():
        org.settings["lead config"] = {**org.settings.get("lead config", {}), **plain}
        if body.get("doesTrackHistory") is not None:
            _switch(org, "Lead", bool(body["doesTrackHistory"]))


def _switch(org: Org, object_name: str, on: bool) -> None:
    if on == tracking.keeps_history(org, object_name):
        return
    try:
        tracking.switch(org, object_name, on)
    except ValueError as error:
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", str(error), ("enableHistory",)) from error
