"""What the policy and the mapping want of the CRM: fields, status values, and what conversion should carry over. Pure.

Only fields that the mapping lets us write are wanted; take one away under `[writable]` and it is not added. Status
values are those that the policy has on the object, as the org spells them; on a lead never the one that converts, for
which the org's own converting value stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from connector.mapping import Mapping, TableMap
from connector.model import CONTACT, LEAD, OBJECTS
from connector.policy import Policy
from connector.policy.wording import fold
from connector.ports import OrgSchema
from connector.provisioning import FieldType, NewField
from connector.rules._status import LABELS
from connector.schema.texts import AGE, AGE_LABEL, TEXTS

CARRIED: Final = ("disposition", "status_reason", "wake_up_date", "score", "cycle", "first_source")
"""What a lead's conversion should carry over to the contact. What is about the lead's own status (since when, by when)
is not: the contact's status begins with the conversion."""


class WantedField(msgspec.Struct, frozen=True):
    """A field that ought to be on an object; `api` is the object's name in the CRM."""

    object: str
    api: str
    field: NewField
    why: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Everything wanted. `statuses`: object → values that people should be able to pick, in the policy's order.
    `closing`: object → those of them with which work on somebody ends.

    `pairs`: (lead field, contact field), by the CRM's names, that conversion should carry over. `converts`: what the
    policy calls the status that leads are converted in, if it has one.
    """

    fields: tuple[WantedField, ...]
    statuses: dict[str, tuple[str, ...]]
    pairs: tuple[tuple[str, str], ...]
    converts: str | None = None
    closing: dict[str, tuple[str, ...]] = {}


def fitted(policy: Policy, org: OrgSchema) -> Policy:
    """The policy for an org that offers and converts what this schema says."""
    values = {name: on.fields["status"].values for name, on in org.objects.items() if "status" in on.fields}
    converting = [value.value for listed in values.values() for value in listed if value.converts]
    offered: dict[tuple[str, str | None], list[str]] = {
        (name, None): [value.value for value in listed if value.active] for name, listed in values.items()
    }
    return policy.for_org(converting, {key: texts for key, texts in offered.items() if texts})


def wanted(policy: Policy, mapping: Mapping, is_custom: Callable[[str], bool]) -> Wanted:
    """`policy`: as it is for the org (`Policy.for_org`). `is_custom`: whether a field of that name could be added."""
    tables = [mapping.object(name) for name in OBJECTS if name in mapping.tables]
    statuses = {table.name: _statuses(policy, table.name) for table in tables}
    return Wanted(
        fields=tuple(one for table in tables for one in _fields(policy, table, is_custom)),
        statuses=statuses,
        pairs=tuple(_pairs(mapping, is_custom)),
        converts=policy.role("converts"),
        closing={table.name: _closing(policy, table.name) for table in tables},
    )


def _fields(policy: Policy, table: TableMap, is_custom: Callable[[str], bool]) -> Iterator[WantedField]:
    stamp = table.columns.get("status_entered_at")
    for name, text in TEXTS.items():
        if name == AGE:
            api = table.shown.get(AGE, "") if stamp is not None and stamp.name in table.writable else ""
        else:
            api = table.field(name).api if name in table.writable and table.has(name) else ""
        if not api or not is_custom(api):
            continue
        days = policy.file.recycle.wake_up_days
        made = NewField(
            name=name,
            api=api,
            label=AGE_LABEL if name == AGE else LABELS[name],
            type=text.type,
            help=text.help.format(days=days),
            digits=text.digits,
            decimals=text.decimals,
            values=_values(policy, table.name, name) if text.type is FieldType.PICKLIST else (),
            restricted=name == "status",
            free=name == "disposition",
            tracked=name == "status",
            counts_from=stamp.api if name == AGE and stamp is not None else "",
        )
        yield WantedField(table.name, table.api, made, text.why)


def _statuses(policy: Policy, on: str) -> tuple[str, ...]:
    found = (policy.written(name, on) for name, status in policy.file.status.items() if on in status.on)
    return _distinct(text for text in found if text is not None)


def _closing(policy: Policy, on: str) -> tuple[str, ...]:
    written = (policy.written(name, on) for name in policy.file.status if policy.has_role(name, "closed"))
    return tuple(text for text in written if text is not None)


def _values(policy: Policy, on: str, field: str) -> tuple[str, ...]:
    file = policy.file
    if field == "status":
        return _statuses(policy, on)
    if field == "disposition":
        return _distinct(iter(file.dispositions.phrases))
    if field == "first_source":
        return _distinct(iter(file.sources))
    phrases = (phrase.reason for phrase in file.dispositions.phrases.values())
    junk = str(file.rules.get("junk", {}).get("reason") or "")
    written = (file.recycle.reason, *phrases, junk)
    return _distinct(text for text in (*file.reasons.recycle, *file.reasons.closed, *written) if text)


def _pairs(mapping: Mapping, is_custom: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    if LEAD not in mapping.tables or CONTACT not in mapping.tables:
        return
    lead, contact = mapping.object(LEAD), mapping.object(CONTACT)
    for name in CARRIED:
        if name in lead.writable and name in contact.writable:
            pair = (lead.field(name).api, contact.field(name).api)
            if all(map(is_custom, pair)):
                yield pair


def _distinct(texts: Iterator[str]) -> tuple[str, ...]:
    """Each once, without case and spacing: no picklist takes two values that differ by those alone."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(fold(text), text)
    return tuple(found.values())
