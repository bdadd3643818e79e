"""The tables of an untouched environment."""

import pytest

from connector.sandbox.dynamics.catalogue import Entity, standard_entities
from connector.sandbox.dynamics.catalogue.tables import metadata_id

ENTITIES = standard_entities()

REAL_NAVIGATION = {
    ("task", "regardingobjectid"): ("regardingobjectid_lead_task", "Lead_Tasks"),
    ("phonecall", "regardingobjectid"): ("regardingobjectid_lead_phonecall", "Lead_Phonecalls"),
    ("email", "regardingobjectid"): ("regardingobjectid_lead_email", "Lead_Emails"),
    ("appointment", "regardingobjectid"): ("regardingobjectid_lead_appointment", "Lead_Appointments"),
    ("campaignresponse", "regardingobjectid"): ("regardingobjectid_lead_campaignresponse", "lead_CampaignResponses"),
    ("activitypointer", "regardingobjectid"): ("regardingobjectid_lead", "Lead_ActivityPointers"),
    ("annotation", "objectid"): ("objectid_lead", "Lead_Annotation"),
    ("activityparty", "partyid"): ("partyid_lead", "lead_activity_parties"),
    ("opportunity", "originatingleadid"): ("originatingleadid", "opportunity_originating_lead"),
    ("contact", "originatingleadid"): ("originatingleadid", "contact_originating_lead"),
    ("account", "originatingleadid"): ("originatingleadid", "account_originating_lead"),
    ("leadtoopportunitysalesprocess", "leadid"): ("leadId", "lead_leadtoopportunitysalesprocess"),
    ("slakpiinstance", "regarding"): ("regarding_lead", "slakpiinstance_lead"),
}
"""Navigation properties of and to lead, as a real environment has them."""


@pytest.mark.parametrize(("table", "column"), list(REAL_NAVIGATION))
def test_navigation_properties_are_spelled_as_in_a_real_environment(table: str, column: str) -> None:
    """Bind and expand names, with their letter case, are those of real metadata."""
    way = ENTITIES[table].by_name[column].navigation("lead")
    assert way is not None
    assert (way.single, way.collection) == REAL_NAVIGATION[table, column]


def test_a_lead_has_its_documented_states() -> None:
    """State, default status reason, and the state that each status reason belongs to."""
    lead = ENTITIES["lead"]
    states = {one.value: (one.invariant, one.default_status) for one in lead.by_name["statecode"].options}
    assert states == {0: ("Open", 1), 1: ("Qualified", 3), 2: ("Disqualified", 4)}
    reasons = {one.value: (one.label, one.state) for one in lead.by_name["statuscode"].options}
    assert reasons[1] == ("New", 0)
    assert reasons[3] == ("Qualified", 1)
    assert {value for value, (_, state) in reasons.items() if state == 2} == {4, 5, 6, 7}


def test_inverted_labels_are_kept() -> None:
    """confirminterest and evaluatefit say Yes for 0 and No for 1, as documented."""
    for name in ("confirminterest", "evaluatefit"):
        assert [(one.value, one.label) for one in ENTITIES["lead"].by_name[name].options] == [(0, "Yes"), (1, "No")]


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES.keys())
def test_every_table_is_whole(entity: Entity) -> None:
    """Its keys are columns, status reasons belong to its states, lookups have a way to every target there is."""
    assert entity.primary_id in entity
    assert entity.primary_name in entity or entity.name == "activityparty"
    names = [one.name for one in entity.attributes]
    assert len(set(names)) == len(names)
    assert all(one.name == one.schema_name.lower() for one in entity.attributes)
    status, state = entity.attribute("statuscode"), entity.attribute("statecode")
    if status is not None and state is not None:
        assert {one.state for one in status.options} <= {one.value for one in state.options}
        reasons = {one.value: one.state for one in status.options}
        assert all(reasons[one.default_status or 0] == one.value for one in state.options)
    for one in entity.attributes:
        if one.is_lookup and one.type != "Owner":
            assert {way.target for way in one.navigations} == set(one.targets)
            assert set(one.targets) <= set(ENTITIES), one.name


def test_names_seen_from_the_other_side_are_unique() -> None:
    """No two relationships share a collection-valued navigation property on the same table."""
    seen = [
        (way.target, way.collection)
        for entity in ENTITIES.values()
        for one in entity.attributes
        for way in one.navigations
    ]
    assert sorted({one for one in seen if seen.count(one) > 1}) == []


def test_set_names_and_codes_are_unique() -> None:
    """A set name, a type code and a MetadataId belong to one table."""
    for key in ("set_name", "code", "id"):
        values = [getattr(entity, key) for entity in ENTITIES.values()]
        assert len(set(values)) == len(values), key


def test_metadata_ids_are_the_same_everywhere() -> None:
    """The MetadataId of a standard column does not depend on the process."""
    assert ENTITIES["lead"].by_name["statuscode"].id == metadata_id("lead", "statuscode")


def test_virtual_columns_cannot_be_selected() -> None:
    """`statuscodename` and `owneridname` are in the metadata, but no row shows them."""
    lead = ENTITIES["lead"]
    for name, of in (("statuscodename", "statuscode"), ("owneridname", "ownerid"), ("owneridtype", "ownerid")):
        assert lead.by_name[name].attribute_of == of
        assert lead.property(name) is None
