"""What Salesforce admins call things, and where they click."""

from __future__ import annotations

from typing import Final

from connector.provisioning import Words

MAP_FIELDS: Final = "Setup → Object Manager → Lead → Fields & Relationships → Map Lead Fields"
_READ_WHOLE: Final = "connector reads the whole list, adds these and sends it back whole"

WORDS: Final = Words(
    undo_field="by hand: delete the field in Setup; its values go with it (kept for 15 days)",
    undo_values="by hand: deactivate the values in Setup; records that carry them keep them",
    undo_history="by hand: Setup → Object Manager → {label} → Fields → Set History Tracking",
    undo_access="by hand: take the assignment or the permission set away in Setup → Permission Sets",
    undo_conversion=f"by hand: {MAP_FIELDS}",
    undo_retire="by hand: activate the value in Setup",
    field="connector creates the field; nobody sees it until access is granted",
    values=_READ_WHOLE,
    statuses="connector reads the whole list, adds these, sends it back whole and compares before and after",
    access="connector grants it through the permission set “Connector Fields” and assigns that to the user",
    access_why="a new field is hidden from everybody, its maker included, until access to it is granted",
    no_access="look at the user's permissions: Read and Edit on {api}, and no muting permission set",
    retire="connector reads the whole list, deactivates this one and sends it back whole",
    conversion=MAP_FIELDS,
    lead_process="Setup → Lead Processes → the process of record type “{kind}” → Edit → add them to Selected Values",
    person_type="Setup → Object Manager → {label} → Record Types → {kind} → {field} → Edit → add them",
    converting="Setup → Object Manager → {label} → Fields & Relationships → {field}",
)
