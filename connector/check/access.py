"""What this login may see and do: leads and contacts, how many of them, and the tables that are evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.check.line import Line, State
from connector.inspection import Inspection, Sees
from connector.mapping import Mapping
from connector.model import LEAD, OBJECTS
from connector.ports import OrgSchema, Table

LOST: Final = {
    Table.USER: "nobody's owner, team or manager is known",
    Table.ACCOUNT: "what an account is, and when it was made, is not known: some contacts are left alone",
    Table.CAMPAIGN: "which campaigns are running or account-based is not known",
    Table.CAMPAIGN_MEMBER: "responses to campaigns are no evidence",
    Table.LEAD_HISTORY: "what a lead's status was before is not known, so most corrections are left out",
    Table.CONTACT_HISTORY: "what a contact's status was before is only known from our own observation",
    Table.OPPORTUNITY: "no contact can be told to be in a deal or a customer",
    Table.OPPORTUNITY_CONTACT: "which contacts take part in a deal is not known",
    Table.TASK: "calls and mails are no evidence: somebody who was called looks as if they never were",
    Table.EVENT: "meetings are no evidence",
    Table.MAIL: "mails are no evidence",
}
"""What is lost without a table."""


def lines(schema: OrgSchema, inspection: Inspection, mapping: Mapping) -> Iterator[Line]:
    """Leads and contacts first, then whose records, then the rest."""
    for name in OBJECTS:
        yield _object(schema, inspection, mapping, name)
        if schema.objects.get(name) is not None and schema.objects[name].can_read:
            yield from _records(mapping.object(name).api, name, inspection)
    for table, lost in LOST.items():
        found = mapping.table(table)
        if found is None:
            continue
        if table in inspection.hidden:
            state = State.NOTE if found.optional or table in (Table.EVENT, Table.MAIL) else State.STOP
            todo = f"give the integration user Read on {found.api}"
            yield Line(f"object {found.api}", state, "cannot be read", lost, todo)
        elif "rights" in inspection.unasked:
            yield _untold(found.api, lost, inspection)
        else:
            yield Line(f"object {found.api}", State.OK, "can be read")


def _object(schema: OrgSchema, inspection: Inspection, mapping: Mapping, name: str) -> Line:
    api, found = mapping.object(name).api, schema.objects.get(name)
    state = State.STOP if name == LEAD else State.NOTE
    if found is None or not found.can_read:
        why, todo = f"{api} records cannot be judged", inspection.advice.see.format(api=api)
        return Line(f"object {api}", state, "cannot be read", why, todo)
    if not found.can_update:
        why, todo = "nothing can be corrected there", f"give the integration user Edit on {api}"
        return Line(f"object {api}", state, "cannot be edited", why, todo)
    if "rights" in inspection.unasked:
        return _untold(api, "records that are kept from this user look as if they did not exist", inspection)
    return Line(f"object {api}", State.OK, "can be read and edited")


def _untold(api: str, why: str, inspection: Inspection) -> Line:
    found = f"could not look whether this user has its rights: {inspection.unasked['rights']}"
    return Line(f"object {api}", State.BLIND, found, why, inspection.advice.settings)


def _records(api: str, name: str, inspection: Inspection) -> Iterator[Line]:
    sees, edits = inspection.sees.get(name, Sees.UNKNOWN), inspection.edits.get(name, Sees.UNKNOWN)
    label, advice = f"records of {api}", inspection.advice
    if sees is Sees.SOME:
        why = "the others look as if they did not exist: counts, duplicates and shares would be wrong, and nobody told"
        yield Line(label, State.STOP, "only those shared with this user are seen", why, advice.see_all.format(api=api))
    elif edits is Sees.SOME:
        why = "corrections of the others will fail one by one"
        todo = advice.edit_all.format(api=api)
        yield Line(label, State.NOTE, "only those shared with this user can be edited", why, todo)
    elif Sees.UNKNOWN in (sees, edits):
        unasked = inspection.unasked.get("sharing", "the CRM does not tell")
        found = f"could not look whether all are seen and can be edited: {unasked}"
        why = "records that are kept from this user look as if they did not exist"
        yield Line(label, State.BLIND, found, why, advice.see_all.format(api=api))
    else:
        yield Line(label, State.OK, "all are seen and can be edited")
