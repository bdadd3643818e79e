"""People who are hard to judge: person accounts, and contacts whose deals do not name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.check.line import Line, State
from connector.inspection import Inspection

TOO_MANY: Final = 0.25
"""Share of opportunities without a contact from which on contacts' statuses are unsafe to tell."""


def lines(inspection: Inspection, *, person_accounts: bool) -> Iterator[Line]:
    """Person accounts, contact roles."""
    if "person accounts" in inspection.unasked:
        refusal = inspection.unasked["person accounts"]
        yield Line("person accounts", State.BLIND, f"could not look: {refusal}", "", inspection.advice.settings)
    elif inspection.person_accounts:
        why = "connector does not read or write them yet; they are left out of every count"
        todo = "leave person_accounts = false, and expect them to be missing"
        state = State.STOP if person_accounts else State.NOTE
        yield Line("person accounts", state, f"{inspection.person_accounts:,}", why, todo)
    elif inspection.person_accounts is not None:
        yield Line("person accounts", State.OK, "there are none")
    yield from _roles(inspection)


def _roles(inspection: Inspection) -> Iterator[Line]:
    label = "opportunities without a contact"
    if "contact roles" in inspection.unasked:
        refusal = inspection.unasked["contact roles"]
        yield Line(label, State.BLIND, f"could not look: {refusal}", "contacts in deals cannot be told", "grant Read")
    if inspection.roles is None or not inspection.roles.opportunities:
        return
    deals, without = inspection.roles.opportunities, inspection.roles.without_contact
    found = f"{without:,} of {deals:,} ({without / deals:.0%})"
    if without / deals > TOO_MANY:
        why = "their contacts look as if they were in no deal, and are not moved to the status they earned"
        todo = "have sales add contact roles, or set via_account = true under [opportunities] of the policy"
        yield Line(label, State.NOTE, found, why, todo)
    else:
        yield Line(label, State.OK, found)
