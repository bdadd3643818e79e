"""The components by type: how one is read from the org and what a change of it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from connector.sandbox.salesforce.metadata import (
    assignment_rules,
    business_process,
    custom_field,
    history_switches,
    lead_convert_settings,
    record_type,
    standard_value_set,
)
from connector.sandbox.salesforce.metadata.xml import Body

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


class Component(NamedTuple):
    """`read` gives None for a name that is not there; `update`, `create` and `remove` raise RefusedError."""

    read: Callable[[Org, str], Body | None]
    update: Callable[[Org, Body], None]
    create: Callable[[Org, Body], None] | None = None
    remove: Callable[[Org, str], None] | None = None


COMPONENTS: dict[str, Component] = {
    "AssignmentRules": Component(assignment_rules.read, assignment_rules.refuse),
    "AutoResponseRules": Component(assignment_rules.nothing, assignment_rules.refuse),
    "BusinessProcess": Component(business_process.read, business_process.update),
    "CustomField": Component(custom_field.read, custom_field.update, custom_field.create, custom_field.remove),
    "CustomObject": Component(history_switches.read_object, history_switches.update_object),
    "EscalationRules": Component(assignment_rules.nothing, assignment_rules.refuse),
    "LeadConfigSettings": Component(history_switches.read_lead_config, history_switches.update_lead_config),
    "LeadConvertSettings": Component(lead_convert_settings.read, lead_convert_settings.update),
    "RecordType": Component(record_type.read, record_type.update),
    "StandardValueSet": Component(standard_value_set.read, standard_value_set.update),
}
