"""The schema says what is there, as this login sees it, and guesses nothing."""

from __future__ import annotations

from connector.model import CONTACT, FIELDS, LEAD
from connector.sandbox.salesforce.base import INTEGRATION_USERNAME
from tests.adapters.salesforce.world import SalesforceWorld


def test_who_and_where(world: SalesforceWorld) -> None:
    """Org, time zone, user and version are told."""
    schema = world.adapter().schema()
    assert schema.org_id.startswith("00D")
    assert schema.user_name == INTEGRATION_USERNAME
    assert schema.user_id.startswith("005")
    assert (schema.timezone, schema.api_version) == ("Europe/Berlin", "62.0") or schema.timezone


def test_user_info_that_is_refused_is_found_another_way(world: SalesforceWorld) -> None:
    """A token without the scope for user info names its user through the list of resources."""
    expected = world.adapter().schema().user_id
    world.faults.add(path="userinfo", times=0, status=403, code="", message="Bad_OAuth_Token")
    schema = world.adapter().schema()
    assert (schema.user_id, schema.user_name) == (expected, INTEGRATION_USERNAME)


def test_every_field_of_ours_is_described(world: SalesforceWorld) -> None:
    """Each writable field is there, writable, with the org's own name."""
    schema = world.adapter().schema()
    for name in (LEAD, CONTACT):
        fields = schema.objects[name].fields
        assert FIELDS.keys() <= fields.keys()
        assert all(fields[field].writable for field in FIELDS)
    assert schema.objects[CONTACT].fields["status"].api == "Contact_Status__c"
    assert schema.objects[LEAD].fields["email"].writable is False


def test_converting_statuses_are_told_by_the_org(world: SalesforceWorld) -> None:
    """Describe has no such flag: LeadStatus has."""
    values = world.adapter().schema().objects[LEAD].fields["status"].values
    assert {value.value for value in values if value.converts} == {"Closed - Converted"}
    assert sum(value.default for value in values) == 1


def test_the_status_is_not_restricted(world: SalesforceWorld) -> None:
    """The standard status field takes any text by API: that is how bad values get in."""
    assert world.adapter().schema().objects[LEAD].fields["status"].restricted is False


def test_tracking_is_told(world: SalesforceWorld) -> None:
    """Which status field leaves history rows."""
    schema = world.adapter().schema()
    assert schema.objects[LEAD].fields["status"].tracked is True
    assert schema.objects[CONTACT].fields["status"].tracked is True


def test_tracking_that_may_not_be_asked_is_unknown(world: SalesforceWorld) -> None:
    """Without the right to read definitions, tracking is unknown, not off."""
    world.faults.add(path="FieldDefinition", times=0, status=400, code="INVALID_TYPE", message="not supported")
    assert world.adapter().schema().objects[LEAD].fields["status"].tracked is None


def test_an_object_that_cannot_be_seen(world: SalesforceWorld) -> None:
    """A user who may not see contacts gets a schema that says so."""
    world.faults.add(path="sobjects/Contact/describe", times=0, status=404, code="NOT_FOUND", message="no")
    contact = world.adapter().schema().objects[CONTACT]
    assert not contact.can_read
    assert not contact.can_update
    assert "status" in contact.missing


def test_it_is_asked_once(world: SalesforceWorld) -> None:
    """The second time costs nothing; the first costs about ten calls."""
    adapter = world.adapter()
    adapter.schema()
    calls = adapter.budget().ours
    assert calls <= 10
    assert adapter.schema() is adapter.schema()
    assert adapter.budget().ours == calls
