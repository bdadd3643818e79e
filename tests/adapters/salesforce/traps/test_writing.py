"""Traps of writing: who must not be written, what the org refuses, and what people do meanwhile, survived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.model import LEAD, Ref
from connector.ports import Outcome, Result, Table, Update, Way
from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.apps import register, save
from connector.sandbox.salesforce.rules import DuplicateRule, RowFault, ValidationRule
from tests.adapters.contract import everything
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.world import SalesforceWorld

WAYS = [pytest.param(Way("rows", 200), id="rows"), pytest.param(Way("bulk", 50_000), id="bulk")]


def lead(world: SalesforceWorld, **columns: str) -> Ref:
    """A lead."""
    given = {"last_name": "Doe", "company": "Acme", "status": "Inquiry", **columns}
    return Ref(world.org, LEAD, world.add(Table.LEAD, **given))


def write(world: SalesforceWorld, way: Way, *refs: Ref) -> dict[Ref, Outcome]:
    """Writes SQL into each."""
    given = [Update(ref, {"status": "SQL"}) for ref in refs]
    return {outcome.ref: outcome for outcome in world.adapter().write(given, way, Remembered())}


@pytest.mark.trap("S21")
@pytest.mark.parametrize("way", WAYS)
def test_a_converted_lead_is_told_and_never_written(world: SalesforceWorld, way: Way) -> None:
    """Rereading says it is locked; if it is converted in between, its row fails for good and the others are written."""
    converted, open_ = lead(world), lead(world)
    world.convert(converted.id)
    assert {seen.ref: seen.locked for seen in world.adapter().reread([converted, open_], ["status"])} == {
        converted: "converted",
        open_: None,
    }
    outcomes = write(world, way, converted, open_)
    assert outcomes[converted].code == "CANNOT_UPDATE_CONVERTED_LEAD"
    assert outcomes[open_].result is Result.WRITTEN


@pytest.mark.trap("S22")
@pytest.mark.parametrize("way", WAYS)
def test_a_merged_record_is_gone_and_names_its_winner(world: SalesforceWorld, way: Way) -> None:
    """A loser is absent from a reread, fails when written, and the next read says into whom it went."""
    loser, winner = lead(world), lead(world)
    mark = everything(world.adapter().read(Table.LEAD, None))[3]
    world.merge(Table.LEAD, loser.id, winner.id)
    assert [seen.ref for seen in world.adapter().reread([loser, winner], ["status"])] == [winner]
    assert write(world, way, loser, winner)[loser].code == "ENTITY_IS_DELETED"
    _, gone, merged, _ = everything(world.adapter().read(Table.LEAD, mark))
    assert (loser.id, winner.id) in merged
    assert loser.id in {row[0] for row in gone}


@pytest.mark.trap("S25")
def test_values_are_compared_and_written_not_labels(world: SalesforceWorld) -> None:
    """A value whose label people see differently is read and written as the value."""
    world.crm.storage.db.execute(
        "UPDATE LeadStatus SET MasterLabel = 'Offen – nicht kontaktiert' WHERE ApiName = 'Open - Not Contacted'"
    )
    world.crm.after_load(world.crm.objects["LeadStatus"])
    ref = lead(world, status="Open - Not Contacted")
    adapter = world.adapter()
    values = {value.value: value.label for value in adapter.schema().objects[LEAD].fields["status"].values}
    assert values["Open - Not Contacted"] == "Offen – nicht kontaktiert"
    (seen,) = adapter.reread([ref], ["status"])
    assert seen.values["status"] == "Open - Not Contacted"


@pytest.mark.trap("S26")
def test_what_a_record_type_offers_is_known_before_it_is_written(world: SalesforceWorld) -> None:
    """The process of each record type is asked for: the API would take any value."""
    record_types.add(world.crm, "Lead", "Partner", {"Status": ["Open - Not Contacted", "Closed - Converted"]})
    (kind,) = world.adapter().schema().objects[LEAD].record_types
    assert kind.name == "Partner"
    assert kind.statuses == {"Open - Not Contacted", "Closed - Converted"}


@pytest.mark.trap("S26")
def test_a_process_that_may_not_be_asked_is_unknown(world: SalesforceWorld) -> None:
    """Where the UI API is refused, the offered values are unknown, and nothing is assumed."""
    record_types.add(world.crm, "Lead", "Partner", {"Status": ["Open - Not Contacted"]})
    world.faults.add(path="ui-api", times=0, status=403, code="INSUFFICIENT_ACCESS", message="no")
    (kind,) = world.adapter().schema().objects[LEAD].record_types
    assert kind.statuses is None


@pytest.mark.trap("S33")
@pytest.mark.parametrize("way", WAYS)
def test_nothing_but_the_change_is_sent(world: SalesforceWorld, way: Way) -> None:
    """Read-only and untouched fields stay out of the request, so nothing can refuse them."""
    ref = lead(world, first_name="Jane")
    assert write(world, way, ref)[ref].result is Result.WRITTEN
    assert [seen.values for seen in world.adapter().reread([ref], ["status"])] == [{"status": "SQL"}]


@pytest.mark.trap("S34")
@pytest.mark.parametrize("way", WAYS)
def test_a_bad_value_that_is_already_there_is_not_sent_back(world: SalesforceWorld, way: Way) -> None:
    """An e-mail that no form would take today does not stop a status from being corrected."""
    world.crm.load("Lead", ("LastName", "Company", "Status", "Email"), [("Doe", "A", "Inquiry", "foo@bar")])
    ((row,), _, _, _) = everything(world.adapter().read(Table.LEAD, None))
    ref = Ref(world.org, LEAD, row[0])
    assert write(world, way, ref)[ref].result is Result.WRITTEN


@pytest.mark.trap("S35")
@pytest.mark.parametrize("way", WAYS)
def test_a_duplicate_rule_fails_its_row_only(world: SalesforceWorld, way: Way) -> None:
    """A blocked row is a failed row with the rule's words; nothing is forced through."""
    one, two, other = lead(world, email="a@b.example"), lead(world, email="a@b.example"), lead(world)
    world.crm.rules.duplicate_rule.append(DuplicateRule("Lead", ("Email",)))
    outcomes = write(world, way, one, two, other)
    assert [outcomes[ref].code for ref in (one, two)] == ["DUPLICATES_DETECTED"] * 2
    assert outcomes[other].result is Result.WRITTEN


@pytest.mark.trap("S36")
def test_tokens_in_jwt_form_are_told(world: SalesforceWorld) -> None:
    """The Metadata API would refuse such tokens for ever: the admin hears of it from `check`."""
    app = register(world.crm)
    app.jwt_tokens = True
    save(world.crm, app)
    (world.folder / "secret").write_text(app.client_secret)
    adapter = world.adapter(login="client_credentials", client_id=app.client_id, client_secret="file:secret")
    assert any("JWT" in line for line in adapter.inspect(lambda: datetime.now(UTC)).remarks)
    assert not any("JWT" in line for line in world.adapter().inspect(lambda: datetime.now(UTC)).remarks)


@pytest.mark.trap("S38")
def test_a_reread_shows_what_a_user_entered_meanwhile(world: SalesforceWorld) -> None:
    """The value and version of this moment are told, so that a newer value is never overwritten."""
    ref = lead(world)
    (before,) = world.adapter().reread([ref], ["status"])
    world.crm.clock = lambda: datetime.fromisoformat(before.version) + timedelta(seconds=3)
    world.edit(Table.LEAD, ref.id, status="Nurturing")
    (now,) = world.adapter().reread([ref], ["status"])
    assert (before.values["status"], now.values["status"]) == ("Inquiry", "Nurturing")
    assert now.version > before.version


@pytest.mark.trap("S41")
def test_a_record_of_a_user_who_left_fails_alone(world: SalesforceWorld) -> None:
    """Where the org refuses records of inactive owners, that row fails with the CRM's words."""
    left, other = lead(world), lead(world)
    code = "INACTIVE_OWNER_OR_USER"
    world.crm.rules.row_fault.append(RowFault(code, "operation performed with inactive user", every=1, times=1))
    outcomes = write(world, Way("rows", 200), left, other)
    assert sorted(outcome.code for outcome in outcomes.values()) == ["", code]


@pytest.mark.trap("S44")
@pytest.mark.parametrize("way", WAYS)
def test_a_validation_rule_fails_its_rows_with_its_text(world: SalesforceWorld, way: Way) -> None:
    """Rules fire on any change of an old record: those rows fail in the admin's own words, the others are written."""
    old, fine = lead(world, title="VP"), lead(world, title="CEO")
    world.crm.rules.validation_rule.append(ValidationRule("Lead", "Please fill in: Industry", {"Title": "VP"}))
    outcomes = write(world, way, old, fine)
    assert outcomes[old].code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "Please fill in: Industry" in outcomes[old].text
    assert outcomes[fine].result is Result.WRITTEN
