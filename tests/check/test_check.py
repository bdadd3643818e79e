"""connector check: each thing that can be wrong with an org turns exactly its own line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from connector.check import State, check, is_safe
from connector.inspection import Inspection, Roles, Sees, Writer
from connector.mapping import load as load_mapping
from connector.model import OBJECTS
from connector.policy.loader import load as load_policy
from connector.ports import Budget, FieldSchema, ObjectSchema, OrgSchema, PicklistValue, RecordType

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAPPING = load_mapping("salesforce")
SIGNED = """
extends = "demand-gen"
[definition]
version = "1"
date = 2026-01-15
sales = "Ann"
marketing = "Bo"
owner = "RevOps"

[score]
version = "1"
reviewed = 2026-01-20
"""
STATUSES = ("Raw", "Inquiry", "MAQL", "LAL", "MQL", "SAL", "Re-Market", "Disqualified")


def field(name: str, on: str, **more: object) -> FieldSchema:
    api = MAPPING.object(on).field(name).api
    return FieldSchema(name=name, api=api, label=name, type="string", writable=True, **more)  # type: ignore[arg-type]


def sound() -> OrgSchema:
    """An org with nothing wrong."""
    values = tuple(PicklistValue(value, value) for value in STATUSES)
    objects = {}
    for on in ("lead", "contact"):
        more = () if on == "lead" else (PicklistValue("SQL", "SQL"), PicklistValue("Customer", "Customer"))
        converted = (PicklistValue("Converted", "Converted", converts=True),) if on == "lead" else ()
        table = MAPPING.object(on)
        fields = {name: field(name, on) for name in table.writable if table.has(name)}
        fields["status"] = field("status", on, values=values + more + converted, tracked=True)
        objects[on] = ObjectSchema(name=on, api=table.api, label=on, fields=fields)
    return OrgSchema("00D", "Acme", "Europe/Berlin", "005", "connector@acme.example", "62.0", objects)


def changed(on: str, **more: object) -> OrgSchema:
    schema = sound()
    return msgspec.structs.replace(
        schema, objects={**schema.objects, on: msgspec.structs.replace(schema.objects[on], **more)}
    )


PLENTY = Budget(1000, 10, 5)
ALL = dict.fromkeys(OBJECTS, Sees.ALL)
QUIET = Inspection(
    versions=("31.0", "67.0"),
    skew=timedelta(),
    sees=ALL,
    edits=ALL,
    person_accounts=0,
    roles=Roles(10, 1),
    history_since=dict.fromkeys(OBJECTS, NOW),
)
"""Everything is seen, nothing wakes, nobody else writes."""
UNTRACKED = {f"who writes other fields of {on}" for on in ("Lead", "Contact")}
"""Only the history of the status is kept, so who writes our other fields can never be looked at."""


def lines(
    schema: OrgSchema, folder: Path, budget: Budget = PLENTY, policy: str = SIGNED, inspection: Inspection = QUIET
) -> dict[str, State]:
    file = folder / "policy.toml"
    file.write_text(policy, encoding="utf-8")
    found = check(schema, inspection, MAPPING, load_policy(file), budget, share=0.8, now=NOW)
    assert all(line.next for line in found if line.state is not State.OK), "whatever is wrong says what to do"
    wrong = {line.name: line.state for line in found if line.state is not State.OK}
    for name in UNTRACKED & wrong.keys():
        assert wrong.pop(name) is State.BLIND
    return wrong


def test_a_sound_org_is_all_green(tmp_path: Path) -> None:
    """Nothing is wrong: every line is ok."""
    assert lines(sound(), tmp_path) == {}


@pytest.mark.parametrize(
    ("schema", "line", "state"),
    [
        (changed("lead", can_read=False), "object Lead", State.STOP),
        (changed("lead", can_update=False), "object Lead", State.STOP),
        (changed("contact", can_update=False), "object Contact", State.NOTE),
        (
            changed("lead", record_types=(RecordType("012", "Partner", statuses=frozenset(STATUSES[1:])),)),
            "record type Partner of lead",
            State.NOTE,
        ),
    ],
)
def test_one_fault_turns_one_line(tmp_path: Path, schema: OrgSchema, line: str, state: State) -> None:
    """Each fault is seen on its own line and on no other."""
    assert lines(schema, tmp_path) == {line: state}


@pytest.mark.parametrize("name", ["disposition", "wake_up_date", "cycle"])
def test_a_missing_field_is_a_note(tmp_path: Path, name: str) -> None:
    """Rules that need it only report; nothing is unsafe."""
    fields = {key: value for key, value in sound().objects["lead"].fields.items() if key != name}
    api = MAPPING.object("lead").field(name).api
    assert lines(changed("lead", fields=fields, missing=(name,)), tmp_path) == {f"field Lead.{api}": State.NOTE}


def test_a_lead_status_that_cannot_be_written_stops(tmp_path: Path) -> None:
    """Without it there is nothing to do."""
    status = msgspec.structs.replace(sound().objects["lead"].fields["status"], writable=False)
    found = lines(changed("lead", fields={**sound().objects["lead"].fields, "status": status}), tmp_path)
    assert found == {"field Lead.Status": State.STOP}


def test_values_the_policy_does_not_know_are_named(tmp_path: Path) -> None:
    """An active picklist value that stands nowhere in the policy is a note; so is a status the list lacks."""
    status = sound().objects["lead"].fields["status"]
    odd = msgspec.structs.replace(status, values=(*status.values, PicklistValue("See Dave", "See Dave")))
    fields = sound().objects["lead"].fields
    assert lines(changed("lead", fields={**fields, "status": odd}), tmp_path) == {"lead values": State.NOTE}
    fewer = msgspec.structs.replace(status, values=status.values[1:])
    assert lines(changed("lead", fields={**fields, "status": fewer}), tmp_path) == {"lead statuses": State.NOTE}


def test_history_off_is_told(tmp_path: Path) -> None:
    """Tracking has no back-fill, so it is told before it is missed."""
    status = msgspec.structs.replace(sound().objects["lead"].fields["status"], tracked=False)
    found = lines(changed("lead", fields={**sound().objects["lead"].fields, "status": status}), tmp_path)
    assert found == {"history of Lead.Status": State.NOTE}


def test_calls_used_up_stop(tmp_path: Path) -> None:
    """Where most of the day's calls are gone, a run is not safe."""
    assert lines(sound(), tmp_path, Budget(1000, 900, 5)) == {"API calls": State.STOP}


def test_an_unsigned_definition_is_a_note(tmp_path: Path) -> None:
    """It stops nothing, but somebody should sign it."""
    assert set(lines(sound(), tmp_path, policy='extends = "demand-gen"')) == {"policy"}


def test_safe_is_no_stop(tmp_path: Path) -> None:
    """Notes do not make a run unsafe, one stop does."""
    file = tmp_path / "p.toml"
    file.write_text(SIGNED, encoding="utf-8")
    good = check(sound(), QUIET, MAPPING, load_policy(file), Budget(1000, 10, 5), share=0.8, now=NOW)
    bad = check(
        changed("lead", can_read=False), QUIET, MAPPING, load_policy(file), Budget(10, 1, 1), share=0.8, now=NOW
    )
    assert is_safe(good)
    assert not is_safe(bad)


@pytest.mark.parametrize(
    ("skew", "state"),
    [(timedelta(seconds=61), State.NOTE), (-timedelta(minutes=9), State.NOTE), (timedelta(minutes=11), State.STOP)],
)
def test_clocks_apart(tmp_path: Path, skew: timedelta, state: State) -> None:
    """A minute is told, ten minutes stop: every deadline would be wrong."""
    assert lines(sound(), tmp_path, inspection=msgspec.structs.replace(QUIET, skew=skew)) == {"clock": state}


def test_a_clock_that_agrees_is_ok(tmp_path: Path) -> None:
    """A few seconds apart is how answers travel."""
    near = msgspec.structs.replace(QUIET, skew=timedelta(seconds=-4))
    assert lines(sound(), tmp_path, inspection=near) == {}


def test_what_could_not_be_asked_is_told(tmp_path: Path) -> None:
    """A login that may not see flows is told so; nothing is taken for absent."""
    refused = dict.fromkeys(("flow", "person accounts", "contact roles"), "insufficient access")
    blind = msgspec.structs.replace(QUIET, unasked=refused, person_accounts=None, roles=None)
    found = lines(sound(), tmp_path, inspection=blind)
    assert found == dict.fromkeys(("flows", "person accounts", "opportunities without a contact"), State.BLIND)


def test_an_old_version_is_noted(tmp_path: Path) -> None:
    """The oldest versions are retired one after the other."""
    old = msgspec.structs.replace(sound(), api_version="33.0")
    assert lines(old, tmp_path) == {"API version": State.NOTE}


def _tracked(tracked: bool | None) -> OrgSchema:
    status = msgspec.structs.replace(sound().objects["lead"].fields["status"], tracked=tracked)
    return changed("lead", fields={**sound().objects["lead"].fields, "status": status})


PARTNER = (RecordType("012", "Partner", statuses=None),)


@pytest.mark.parametrize(
    ("schema", "seen", "line"),
    [
        (sound(), {"skew": None}, "clock"),
        (sound(), {"sees": {**ALL, "lead": Sees.UNKNOWN}}, "records of Lead"),
        (sound(), {"edits": {**ALL, "contact": Sees.UNKNOWN}}, "records of Contact"),
        (changed("lead", record_types=PARTNER), {}, "record type Partner of lead"),
        (_tracked(None), {}, "history of Lead.Status"),
    ],
    ids=["clock", "sharing", "editing", "process", "history"],
)
def test_what_is_not_looked_at_is_never_ok(
    tmp_path: Path, schema: OrgSchema, seen: dict[str, object], line: str
) -> None:
    """What the CRM does not tell is blind, on its own line, and does not stop a run."""
    assert lines(schema, tmp_path, inspection=msgspec.structs.replace(QUIET, **seen)) == {line: State.BLIND}


def test_fields_whose_writers_are_not_known_are_named(tmp_path: Path) -> None:
    """Who else writes a field without history cannot be looked at: one line per object names these fields."""
    file = tmp_path / "p.toml"
    file.write_text(SIGNED, encoding="utf-8")
    found = check(sound(), QUIET, MAPPING, load_policy(file), PLENTY, share=0.8, now=NOW)
    told = {line.name: line for line in found if line.name in UNTRACKED}
    assert told.keys() == UNTRACKED
    one = told["who writes other fields of Lead"]
    assert one.state is State.BLIND
    assert MAPPING.object("lead").field("score").api in one.found
    assert "Lead.Status" not in one.found


def test_since_when_history_is_kept_may_be_unknown(tmp_path: Path) -> None:
    """“No change is on record yet” is only said by a CRM that was asked."""
    file = tmp_path / "p.toml"
    file.write_text(SIGNED, encoding="utf-8")
    untold = msgspec.structs.replace(QUIET, history_since={"contact": None}, unasked={"history": "no access"})
    found = {line.name: line.found for line in check(
        sound(), untold, MAPPING, load_policy(file), PLENTY, share=0.8, now=NOW
    )}  # fmt: skip
    assert found["history of Lead.Status"] == "is tracked; since when could not be told: no access"
    assert found[f"history of Contact.{MAPPING.object('contact').field('status').api}"].endswith("on record yet")


def test_tables_without_tracking_are_named(tmp_path: Path) -> None:
    """Where the CRM does not tell deletions, the tables are named; where it always does there is no line."""
    off = msgspec.structs.replace(QUIET, untracked=("opportunity", "task"))
    assert lines(sound(), tmp_path, inspection=off) == {"deletions": State.NOTE}
    assert lines(sound(), tmp_path, inspection=msgspec.structs.replace(QUIET, untracked=())) == {}


def test_a_column_that_cannot_hold_our_field_stops(tmp_path: Path) -> None:
    """A day in a column of moments would be another day elsewhere."""
    fields = dict(sound().objects["lead"].fields)
    fields["wake_up_date"] = msgspec.structs.replace(fields["wake_up_date"], unfit="a day cannot be kept in it")
    api = MAPPING.object("lead").field("wake_up_date").api
    assert lines(changed("lead", fields=fields), tmp_path) == {f"field Lead.{api}": State.STOP}


def test_rights_that_are_not_told_are_never_ok(tmp_path: Path) -> None:
    """Where the CRM does not say what this login may do, no object “can be read”."""
    untold = msgspec.structs.replace(QUIET, unasked={"rights": "not told"})
    found = lines(sound(), tmp_path, inspection=untold)
    assert {"object Lead", "object Contact", "object Task", "object Opportunity"} <= found.keys()
    assert set(found.values()) == {State.BLIND}


def test_writers_of_whom_only_some_were_looked_at(tmp_path: Path) -> None:
    """A machine that was found is told all the same; but “people only” is said of all changes or not at all."""
    partly = msgspec.structs.replace(QUIET, unasked={"writers of lead": "only the newest 5,000"})
    assert lines(sound(), tmp_path, inspection=partly) == {"who writes Lead.Status": State.BLIND}
    machine = msgspec.structs.replace(partly, writers=(Writer("lead", "status", "Sync User", 9, machine=True),))
    assert lines(sound(), tmp_path, inspection=machine) == {"who writes Lead.Status": State.NOTE}
