"""Migrations, from the file to the CRM and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.case import OrgFacts
from connector.errors import Abort, MigrationError, NotPermitted
from connector.migrate import plan
from connector.model import Ref
from connector.policy import Policy
from connector.policy.loader import load
from connector.ports import PicklistValue, RecordType, Table
from connector.store.ledger import PlanHeader
from connector.store.mirror import Mirror
from connector.sync import sync
from tests.adapters.memory import MemoryCrm
from tests.apply.desk import Desk, leads, values
from tests.store.ledger.open import NOON, Clock

JUNK = ["Vmail", "Old - Nurture", "Zombie"]
STATUSES = tuple(
    PicklistValue(value, value, converts=value == "Qualified") for value in ("Open", "Inquiry", "Working", "Qualified")
)


class Migration:
    """A CRM with a mirror of it, and a process that migrates it."""

    def __init__(self, folder: Path, crm: MemoryCrm, desk: Desk, mirror: Mirror) -> None:
        self.folder, self.crm, self.desk, self.mirror = folder, crm, desk, mirror
        self.policy = load().policy

    def sync(self) -> None:
        """Brings the mirror up to date."""
        sync(self.mirror, self.crm.adapter(), self.desk.ledger, self.policy, mapping="m", now=NOON)

    def plan(self, text: str, name: str = "map.csv", policy: Policy | None = None) -> PlanHeader:
        """Plans the migration that the file says."""
        (self.folder / name).write_text(text, encoding="utf-8")
        org = self.mirror.org_facts()
        return plan(
            self.folder / name,
            mirror=self.mirror,
            ledger=self.desk.ledger,
            lease=self.desk.lease,
            policy=(policy or self.policy).for_org(org.converting, org.offered),
            org=org,
            now=NOON,
        )


@pytest.fixture
def migration(tmp_path: Path) -> Iterator[Migration]:
    """An org whose leads have some status values that nobody uses any more."""
    crm = MemoryCrm()
    crm.values["lead", "status"] = STATUSES
    crm.writable["contact"] -= {"status"}
    with Desk(tmp_path, crm, Clock()).open() as desk, Mirror.open(tmp_path / "mirror.db", crm.org) as mirror:
        yield Migration(tmp_path, crm, desk, mirror)


def _statuses(crm: MemoryCrm) -> list[str]:
    return sorted(row["status"] for row in crm.tables[Table.LEAD].values() if not row["is_converted"])


def test_migrates(migration: Migration) -> None:
    """No writable record keeps an old value of the file; what the file does not name stays, and is reported."""
    crm = migration.crm
    refs = leads(crm, *(JUNK * 20), "Inquiry")
    gone = leads(crm, "Vmail")[0]
    crm.tables[Table.LEAD][gone.id].update(is_converted=1)
    migration.sync()
    before = values(crm)
    header = migration.plan("from,to\nVmail,Inquiry\nOld - Nurture,Re-Market\n")
    assert header.kind == "migrate"
    assert header.by_rule == {"migrate": 40}
    assert header.findings == {"unmapped_value": 20}
    assert header.people == 62
    (example, *_) = migration.desk.entries(header.id)
    assert example.change.because == "'Vmail' becomes 'Inquiry' by map.csv line 2"
    text = "\n".join(header.warnings)
    assert "1 converted leads keep the old values" in text
    assert "'Zombie' (20 leads) is not in the file and stays as it is" in text
    assert "'Re-Market' is not in the org's list of lead statuses (20 changes would write it)" in text
    assert migration.desk.apply(header.id).applied == 40
    assert _statuses(crm) == sorted(["Inquiry"] * 21 + ["Re-Market"] * 20 + ["Zombie"] * 20)
    assert crm.value(gone, "status") == "Vmail"
    back = migration.desk.undo(header.id)
    assert migration.desk.apply(back.id).applied == 40
    assert values(crm) == before
    assert len(refs) == 61


def test_nobody_is_closed_or_opened(migration: Migration) -> None:
    """A value of another state would close the lead: refused with file and line. One whose state nobody knows goes."""
    states = {"Open": "Open", "Inquiry": "Open", "Working": "Disqualified"}
    migration.crm.values["lead", "status"] = tuple(
        PicklistValue(one.value, one.value, state=states.get(one.value, "")) for one in STATUSES
    )
    leads(migration.crm, "Open", "Vmail")
    migration.sync()
    with pytest.raises(MigrationError, match="'Working' belongs to the state Disqualified") as refused:
        migration.plan("from,to\nOpen,Working\n")
    assert refused.value.where == "map.csv line 2"
    assert migration.plan("from,to\nOpen,Inquiry\n").changes == 1
    assert migration.plan("from,to\nVmail,Working\n").changes == 1


def test_edited_since_the_plan(migration: Migration) -> None:
    """A lead edited between plan and apply is left alone and named; so is one edited before the undo."""
    one, two, *_ = leads(migration.crm, *["Vmail"] * 5)
    migration.sync()
    header = migration.plan("Vmail,Inquiry")
    migration.crm.edit(Table.LEAD, one.id, status="Working")
    assert migration.desk.apply(header.id).conflicts == 1
    migration.crm.edit(Table.LEAD, two.id, status="MQL")
    assert migration.desk.apply(migration.desk.undo(header.id).id).conflicts == 1
    assert [migration.crm.value(ref, "status") for ref in (one, two)] == ["Working", "MQL"]


def test_case_and_spacing(migration: Migration) -> None:
    """Values that differ in case or spacing only are taken along and named; an exact line wins over them."""
    leads(migration.crm, "Vmail", "vmail ", "V MAIL", "Old")
    migration.sync()
    header = migration.plan("Vmail,Inquiry\nOld,Working\n")
    assert header.changes == 4
    text = "\n".join(header.warnings)
    assert "'vmail ' (1 leads) is taken for 'Vmail' (map.csv line 1)" in text
    exact = migration.plan("VMAIL,Inquiry\nvmail ,Inquiry\nOld,Working\n")
    assert exact.changes == 4
    assert not any(warning.startswith("'vmail ' (") for warning in exact.warnings)


def test_contacts_too(migration: Migration) -> None:
    """Contacts are migrated where they have the field; a target that only contacts have is refused for leads."""
    crm = migration.crm
    crm.writable["contact"] |= {"status"}
    crm.add(Table.CONTACT, status="Buyer")
    migration.sync()
    assert migration.plan("Buyer,Customer").changes == 1
    leads(crm, "Buyer")
    migration.sync()
    with pytest.raises(MigrationError, match="has a lead status 'Customer'"):
        migration.plan("Buyer,Customer")
    header = migration.plan('[contact]\nBuyer = "Customer"\n[lead]\nBuyer = "Inquiry"', "map.toml")
    assert [entry.change.after for entry in migration.desk.entries(header.id)] == ["Customer", "Inquiry"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Vmail,Qualified", "'Qualified' converts a lead"),
        ("Vmail,SQL", "'SQL' converts a lead"),
        ("Vmail,Inqury", "neither the policy nor the org has a lead status 'Inqury'"),
        ("Vmail,inquiry", "'inquiry' is not how the status is spelt"),
        ("Vmail,Attempting Contact", "it is a call disposition"),
        ("Nobody has this,Inqury", "neither the policy nor the org"),
    ],
)
def test_targets(migration: Migration, line: str, what: str) -> None:
    """A target that converts, is misspelt or unknown is refused, with its line, before anything is planned."""
    leads(migration.crm, "Vmail")
    migration.sync()
    with pytest.raises(MigrationError, match=what) as caught:
        migration.plan(f"from,to\n{line}\n")
    assert caught.value.where == "map.csv line 2"
    assert migration.desk.ledger.plans.latest() == []


def test_targets_the_org_has(migration: Migration) -> None:
    """A value of the org's own list is a good target though the policy does not know it."""
    leads(migration.crm, "Vmail")
    migration.sync()
    assert migration.plan("Vmail,Working").changes == 1


def test_record_type(migration: Migration) -> None:
    """A target outside the process of a record type that needs it is refused, although the CRM would take it."""
    crm = migration.crm
    crm.record_types["lead"] = (RecordType("1", "Partner", statuses=frozenset({"Open", "Working"})),)
    leads(crm, "Vmail")
    leads(crm, "Old", record_type="Partner")
    migration.sync()
    assert migration.plan("Vmail,Inquiry\nOld,Working\n").changes == 2
    with pytest.raises(MigrationError, match="leads of record type 'Partner' do not have the status 'Inquiry'"):
        migration.plan("Old,Inquiry")
    text = 'Old = "Inquiry"\n["lead/Partner"]\nOld = "Working"'
    header = migration.plan(text, "map.toml")
    assert [entry.change.after for entry in migration.desk.entries(header.id)] == ["Working"]


def test_out_of_scope(migration: Migration) -> None:
    """Records out of the policy's scope are left as they are, and counted."""
    leads(migration.crm, "Vmail", "Vmail", record_type="Partner")
    inside = leads(migration.crm, "Vmail")
    migration.sync()
    policy = load(flags=_scope()).policy
    header = migration.plan("Vmail,Inquiry", policy=policy)
    assert [entry.change.ref for entry in migration.desk.entries(header.id)] == inside
    assert "2 records are out of the policy's scope and left as they are: record_type Partner" in header.warnings


def _scope() -> object:
    from connector.policy.layers import Layer

    return Layer("flags", {"scope": {"lead": {"leave_out": {"record_type": ["Partner"]}}}})


def test_nothing_to_do(migration: Migration) -> None:
    """A file that no record needs makes an empty plan and says so."""
    leads(migration.crm, "Inquiry")
    migration.sync()
    header = migration.plan("Vmail,Inquiry")
    assert header.changes == 0
    assert "'Vmail' (map.csv line 1) is on no writable record" in header.warnings


def test_empty_mirror(migration: Migration) -> None:
    """Without a sync there is nothing to plan on."""
    with pytest.raises(Abort, match="mirror is empty"):
        migration.plan("Vmail,Inquiry")


def test_not_writable(migration: Migration) -> None:
    """If the login may not write the status at all, nothing is planned."""
    migration.crm.writable["lead"] -= {"status"}
    leads(migration.crm, "Vmail")
    migration.sync()
    with pytest.raises(NotPermitted, match="cannot be written"):
        migration.plan("Vmail,Inquiry")


def test_mirror_knows_what_was_written(migration: Migration) -> None:
    """Planned again after it was applied, a migration finds nothing left to do: even without another sync."""
    leads(migration.crm, *["Vmail"] * 7)
    migration.sync()
    migration.desk.apply(migration.plan("Vmail,Inquiry").id)
    migration.mirror.wrote(migration.desk.told)
    assert migration.plan("Vmail,Inquiry").changes == 0
    migration.sync()
    assert migration.plan("Vmail,Inquiry").changes == 0
    assert isinstance(migration.mirror.org_facts(), OrgFacts)
    assert all(isinstance(ref, Ref) for ref, _ in migration.desk.told)
