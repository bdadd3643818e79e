"""What the firm's admins made of the environment: its publisher, its own columns, and its choices."""

from __future__ import annotations

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Option
from connector.sandbox.dynamics.metadata.create import with_new_column
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample.values import (
    BOUNCED_ON,
    DEAL_TYPE,
    DEAL_TYPES,
    EXTENDED,
    OPTION_PREFIX,
    PREFIX,
    extended,
    status_reasons,
)

MAPPING = f"""\
# Two columns that this firm made itself; laid over the shipped mapping.

[tables.lead.fields]
is_bounced = {{ api = "{BOUNCED_ON}", reads = "present" }}

[tables.contact.fields]
is_bounced = {{ api = "{BOUNCED_ON}", reads = "present" }}

[tables.opportunity.fields]
type = "{DEAL_TYPE}"
"""
"""What connector has to be told of the firm's own columns."""

_PUBLISHER = ("uniquename", "friendlyname", "customizationprefix", "customizationoptionvalueprefix")
_AUDITED = {
    "lead": {"statuscode", "statecode", "ownerid", "parentaccountid", "parentcontactid"},
    "contact": {"jobtitle", "statuscode", "statecode", "ownerid"},
}


def customize(org: Org) -> None:
    """Relabels and adds options, adds the firm's columns, and switches auditing off for all but a few columns."""
    org.load("publisher", _PUBLISHER, [("northwind", "Northwind Instruments", PREFIX, OPTION_PREFIX)])
    bounced = Attribute(
        name=BOUNCED_ON,
        schema_name="nwi_EmailBouncedOn",
        label="Email bounced on",
        type="DateTime",
        format="DateAndTime",
        behavior="UserLocal",
        audited=False,
        custom=True,
    )
    kinds = tuple(
        Option(value=OPTION_PREFIX * 10_000 + number, label=label, managed=False)
        for number, label in enumerate(DEAL_TYPES)
    )
    deal = Attribute(
        name=DEAL_TYPE, schema_name="nwi_DealType", label="Deal type", type="Picklist", options=kinds, audited=False,
        option_set=f"opportunity_{DEAL_TYPE}", custom=True,
    )  # fmt: skip
    for table, column in (("lead", bounced), ("contact", bounced), ("opportunity", deal)):
        org.define(with_new_column(org.entities[table], column))
    _choices(org)
    for table, audited in _AUDITED.items():
        entity = org.entities[table]
        switched = tuple(replace(one, audited=one.name in audited) for one in entity.attributes)
        org.define(entity.changed(attributes=switched, audited=True))


def _choices(org: Org) -> None:
    lead = org.entities["lead"]
    reasons = lead.by_name["statuscode"]
    org.define(lead.with_attribute(replace(reasons, options=status_reasons(reasons.options))))
    for (table, name), labels in EXTENDED.items():
        entity = org.entities[table]
        choice = entity.by_name[name]
        org.define(entity.with_attribute(replace(choice, options=extended(choice.options, labels))))
