"""Promises keep their word: who takes a person over, or is described otherwise, rewrites nothing that is past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from connector.judge import load
from connector.judging import judge_dirty, judge_in_memory
from connector.model import LEAD, Promise, PromiseState, Ref
from connector.policy import Policy
from connector.ports import Table
from connector.store.mirror import Mirror
from tests.people import policy
from tests.sync.org import NOW, Office, furnish

KNOWN = policy(sla={"effective_from": NOW.date() - timedelta(days=60)}, teams={"ldr": {"departments": ["LDR"]}})
RULES = load(KNOWN)
HOUR = timedelta(hours=1)
BEGUN, DUE = NOW + HOUR, NOW + 49 * HOUR
MET, BREACHED, RUNNING = PromiseState.MET, PromiseState.BREACHED, PromiseState.RUNNING


class Scene:
    """A lead that came to MAQL an hour after the first sync, owned by user-0. Times are the CRM's own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.crm = office.crm
        self.lead = sorted(self.crm.tables[Table.LEAD])[0]
        self.at(BEGUN)
        self.crm.edit(Table.LEAD, self.lead, status="MAQL")

    def at(self, when: datetime) -> None:
        """What follows happens then."""
        self.crm.now = int(when.timestamp()) - 1

    def read(self, when: datetime) -> Promise:
        """A sync, and the promise `worked` as it stands after it."""
        self.office.clock = when
        self.office.sync()
        return self.stands(self.office.mirror)

    def stands(self, mirror: Mirror) -> Promise:
        office = self.office
        judge_dirty(mirror, office.ledger, KNOWN, RULES, mirror.org_facts(), office.clock)
        (found,) = (one for _, one in mirror.verdicts.promises([Ref("acme", LEAD, self.lead)]) if one.name == "worked")
        return found

    def anew(self) -> Promise:
        """As a new mirror with the same ledger says."""
        mirror = self.office.open(f"anew-{self.office.clock:%d%H%M}.db")
        self.office.sync(mirror)
        found = self.stands(mirror)
        mirror.close()
        return found

    def called(self, by: str, *, at: datetime, written: datetime) -> None:
        """`by` logs at `written` that they talked at `at`."""
        self.at(written)
        done = {"kind": "call", "direction": "out", "outcome": "connected"}
        self.crm.add(Table.TASK, lead_id=self.lead, at=int(at.timestamp()), by=by, **done)

    def handed(self, to: str, *, at: datetime) -> None:
        self.at(at)
        self.crm.edit(Table.LEAD, self.lead, owner_id=to)

    def moved(self, user: str, to: str | None, *, at: datetime) -> None:
        """A user comes to another department."""
        self.at(at)
        self.crm.edit(Table.USER, user, department=to)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    office = Office(tmp_path)
    office.policy = KNOWN
    office.crm.now = int((NOW - 24 * HOUR).timestamp())
    furnish(office.crm)
    office.sync()
    yield Scene(office)
    office.close()


def test_work_counts_by_the_owner_of_that_time(scene: Scene) -> None:
    """Somebody talks to their lead and hands it on, all between two syncs: the promise is kept, and stays so."""
    scene.called("user-0", at=BEGUN + HOUR, written=BEGUN + HOUR)
    scene.handed("user-1", at=BEGUN + 2 * HOUR)
    first = scene.read(BEGUN + 3 * HOUR)
    assert (first.state, first.stopped_at) == (MET, BEGUN + HOUR)
    scene.handed("gone", at=DUE)
    assert scene.read(DUE + HOUR).state is MET
    assert scene.anew().state is MET


def test_a_new_owner_brings_no_old_work(scene: Scene) -> None:
    """What somebody did who did not own the lead then keeps no promise when it is handed to them: it is still open."""
    scene.called("user-1", at=BEGUN + HOUR, written=BEGUN + HOUR)
    assert scene.read(BEGUN + 2 * HOUR).state is RUNNING
    assert scene.read(DUE + HOUR).state is BREACHED
    scene.handed("user-1", at=DUE + 2 * HOUR)
    found = scene.read(DUE + 3 * HOUR)
    assert (found.state, found.stopped_at, found.owner_id) == (BREACHED, None, "user-1")
    assert scene.anew() == found


def test_what_is_written_down_later_mends_nothing(scene: Scene) -> None:
    """The CRM was read after the deadline and held no work: a call that is entered the day after for the day before
    ends the waiting, but the promise was broken. So says a new mirror, too; a replay of the time before does not."""
    assert scene.read(DUE + HOUR).state is BREACHED
    scene.called("user-0", at=DUE - HOUR, written=DUE + 24 * HOUR)
    found = scene.read(DUE + 25 * HOUR)
    assert (found.state, found.breached_at, found.stopped_at) == (BREACHED, DUE, DUE - HOUR)
    assert not found.is_open
    assert scene.anew() == found
    mirror, before = scene.office.mirror, DUE - timedelta(minutes=30)
    replayed = judge_in_memory(mirror, scene.office.ledger, KNOWN, RULES, mirror.org_facts(), before)
    states = {one.state for found, _, said in replayed for one in said.promises if found.person.ref.id == scene.lead}
    assert states == {MET}


def test_what_is_read_later_was_in_time(scene: Scene) -> None:
    """We looked at the clock before we looked into the CRM again: nothing was known, so nothing is held against it."""
    scene.read(BEGUN + HOUR)
    scene.called("user-0", at=DUE - HOUR, written=DUE - HOUR)
    scene.office.clock = DUE + HOUR
    assert scene.stands(scene.office.mirror).state is BREACHED
    assert scene.read(DUE + 2 * HOUR).state is MET
    assert scene.anew().state is MET


def test_broken_between_two_looks_is_kept_by_the_next_sync(scene: Scene) -> None:
    """Judged late before the sync that follows the deadline, and not again: the second sync after it knows enough."""
    scene.read(BEGUN + HOUR)
    scene.office.clock = DUE + HOUR
    scene.stands(scene.office.mirror)
    scene.read(DUE + 2 * HOUR)
    scene.called("user-0", at=DUE - HOUR, written=DUE + 3 * HOUR)
    assert scene.read(DUE + 4 * HOUR).state is BREACHED


def test_other_terms_are_another_promise(scene: Scene) -> None:
    """What was broken by 48 hours was not by 96: a broken promise is one with its deadline."""
    scene.read(DUE + HOUR)
    scene.called("user-0", at=DUE - HOUR, written=DUE + 24 * HOUR)
    scene.read(DUE + 25 * HOUR)
    office = scene.office
    longer = policy(sla={"effective_from": NOW.date() - timedelta(days=60), "promise": {"worked": {"limit": "96h"}}})
    said = judge_in_memory(office.mirror, office.ledger, longer, load(longer), office.mirror.org_facts(), office.clock)
    assert {one.state for _, _, found in said for one in found.promises if one.name == "worked"} == {MET}


def test_work_that_was_there_in_time_keeps_the_promise_once_it_is_understood(scene: Scene) -> None:
    """A team that nobody had named in the policy: its call stood in the CRM long before the deadline. Put right, it
    keeps the promise, and a new mirror says the same."""
    scene.moved("user-1", "Inside Sales", at=BEGUN + timedelta(minutes=1))
    scene.read(BEGUN + HOUR / 2)
    scene.called("user-1", at=BEGUN + 2 * HOUR, written=BEGUN + 2 * HOUR)
    assert scene.read(DUE + HOUR).state is BREACHED
    assert scene.read(DUE + 2 * HOUR).state is BREACHED
    office = scene.office
    right = policy(
        sla={"effective_from": NOW.date() - timedelta(days=60)}, teams={"ldr": {"departments": ["Inside Sales"]}}
    )
    assert _states(scene, office.mirror, right) == {MET}
    anew = office.open("anew.db")
    office.sync(anew)
    assert _states(scene, anew, right) == {MET}
    anew.close()


def test_a_team_put_right_mends_nothing_that_was_entered_later(scene: Scene) -> None:
    """The same team, but the call was entered a day after the deadline, dated back: broken."""
    scene.moved("user-1", "Inside Sales", at=BEGUN + timedelta(minutes=1))
    scene.read(DUE + HOUR)
    scene.read(DUE + 2 * HOUR)
    scene.called("user-1", at=BEGUN + 2 * HOUR, written=DUE + 24 * HOUR)
    scene.read(DUE + 25 * HOUR)
    right = policy(
        sla={"effective_from": NOW.date() - timedelta(days=60)}, teams={"ldr": {"departments": ["Inside Sales"]}}
    )
    assert _states(scene, scene.office.mirror, right) == {BREACHED}


def test_a_row_that_is_changed_later_is_not_what_was_there(scene: Scene) -> None:
    """A call to nobody, made a conversation after the deadline, mends nothing."""
    scene.at(BEGUN + 2 * HOUR)
    call = {"kind": "call", "direction": "out", "by": "user-0"}
    id = scene.crm.add(Table.TASK, lead_id=scene.lead, at=int((BEGUN + HOUR).timestamp()), outcome="no_answer", **call)
    assert scene.read(DUE + HOUR).state is BREACHED
    scene.at(DUE + 2 * HOUR)
    scene.crm.edit(Table.TASK, id, outcome="connected")
    assert scene.read(DUE + 3 * HOUR).state is BREACHED


def test_a_merge_mends_nothing(scene: Scene) -> None:
    """A request that nobody answered goes over to the record that stays, and with it that it was broken: no call
    that is dated back mends it there, and so says a new mirror."""
    crm, office = scene.crm, scene.office
    stays = next(id for id in sorted(crm.tables[Table.LEAD]) if id != scene.lead)
    scene.at(BEGUN)
    form = {"kind": "form", "direction": "in", "outcome": "done", "about": "contact form"}
    request = crm.add(Table.TASK, lead_id=scene.lead, at=crm.now, by=None, **form)
    for hours in (1, 30, 31):
        scene.read(BEGUN + hours * HOUR)
    scene.at(BEGUN + 32 * HOUR)
    crm.edit(Table.LEAD, stays, owner_id="user-0")
    crm.merge(Table.LEAD, scene.lead, stays)
    crm.edit(Table.TASK, request, lead_id=stays)
    scene.lead = stays
    scene.called("user-0", at=BEGUN + HOUR, written=BEGUN + 33 * HOUR)
    office.clock = BEGUN + 34 * HOUR
    office.sync()
    assert _states(scene, office.mirror, KNOWN, of="contacted") == {BREACHED}
    anew = office.open("anew.db")
    office.sync(anew)
    assert _states(scene, anew, KNOWN, of="contacted") == {BREACHED}
    anew.close()


def test_a_sync_that_broke_off_after_another_mapping_forgets_nothing(scene: Scene) -> None:
    """Tables are to be read anew, and that breaks off: the handover after it still lies after the sync before, so what
    the new owner did before that counts for nothing."""
    scene.read(BEGUN + HOUR)
    scene.called("user-1", at=BEGUN + HOUR / 2, written=BEGUN + HOUR / 2)
    scene.read(BEGUN + 2 * HOUR)
    scene.office.mirror.notes.set_synced_at(None)
    scene.handed("user-1", at=BEGUN + 3 * HOUR)
    scene.at(BEGUN + 5 * HOUR)
    scene.crm.edit(Table.LEAD, scene.lead, phone="5")
    scene.called("user-1", at=BEGUN + 4 * HOUR, written=BEGUN + 4 * HOUR)
    found = scene.read(BEGUN + 6 * HOUR)
    assert (found.state, found.stopped_at) == (MET, BEGUN + 4 * HOUR)


def test_another_status_has_its_own_first_sight(tmp_path: Path) -> None:
    """The status changed without a trace while there was no mirror: what is first known of the new one stands, whoever
    writes to the record later."""
    office = Office(tmp_path)
    office.policy = KNOWN
    day = datetime(2025, 3, 1, 9, tzinfo=UTC)
    office.crm.now = int(day.timestamp())
    id = office.crm.add(Table.LEAD, status="Inquiry")
    office.sync()
    office.clock += HOUR
    office.crm.now = int(office.clock.timestamp()) - 60
    office.crm.edit(Table.LEAD, id, status="LAL")
    office.sync()
    office.crm.now += 3600
    rows = dict(office.crm.tables[Table.LEAD_HISTORY])
    office.crm.edit(Table.LEAD, id, status="MAQL")
    office.crm.tables[Table.LEAD_HISTORY] = rows
    known = datetime.fromtimestamp(office.crm.tables[Table.LEAD][id]["modified_at"], UTC)
    anew = office.open("anew.db")
    found = []
    for _ in range(3):
        office.clock += HOUR
        office.sync(anew)
        judge_dirty(anew, office.ledger, KNOWN, RULES, anew.org_facts(), office.clock)
        ((_, one),) = anew.verdicts.promises([Ref("acme", LEAD, id)])
        found.append((one.of, one.at_least))
        office.crm.now += 3600
        office.crm.edit(Table.LEAD, id, title=f"VP {office.crm.now}")
    assert found == [(str(int(known.timestamp())), known)] * 3
    anew.close()
    office.close()


def _states(scene: Scene, mirror: Mirror, terms: Policy, of: str = "worked") -> set[PromiseState]:
    """How a promise stands by a policy."""
    said = judge_in_memory(mirror, scene.office.ledger, terms, load(terms), mirror.org_facts(), scene.office.clock)
    return {
        one.state
        for found, _, judged in said
        for one in judged.promises
        if found.person.ref.id == scene.lead and one.name == of
    }


def test_the_team_of_that_time(scene: Scene) -> None:
    """An LDR who goes to sales leaves what they kept behind; who comes to the LDRs brings nothing along."""
    scene.moved("user-1", "LDR", at=BEGUN)
    scene.read(BEGUN + HOUR)
    scene.called("user-1", at=BEGUN + 2 * HOUR, written=BEGUN + 2 * HOUR)
    assert scene.read(BEGUN + 3 * HOUR).state is MET
    scene.moved("user-1", "Sales", at=BEGUN + 4 * HOUR)
    assert scene.read(DUE + HOUR).state is MET
    assert scene.anew().state is MET


def test_who_comes_to_a_team_brings_no_old_work(scene: Scene) -> None:
    """Nor does what somebody did count because they belong to the team today."""
    scene.moved("user-1", "Marketing", at=BEGUN)
    scene.read(BEGUN + HOUR)
    scene.called("user-1", at=BEGUN + 2 * HOUR, written=BEGUN + 2 * HOUR)
    scene.read(BEGUN + 3 * HOUR)
    scene.moved("user-1", "LDR", at=BEGUN + 4 * HOUR)
    found = scene.read(BEGUN + 5 * HOUR)
    assert (found.state, found.stopped_at) == (RUNNING, None)
    assert scene.anew() == found


def test_a_contact_was_the_leads_owners_before(scene: Scene) -> None:
    """Converted into somebody else's contact: who owned the lead kept its promises, who owns the contact did not."""
    scene.called("user-1", at=BEGUN + HOUR, written=BEGUN + HOUR)
    scene.read(BEGUN + 2 * HOUR)
    scene.read(DUE + HOUR)
    scene.at(DUE + 2 * HOUR)
    contact = scene.crm.convert(scene.lead, "Closed - Converted")
    scene.crm.edit(Table.CONTACT, contact, owner_id="user-1")
    scene.office.clock = DUE + 3 * HOUR
    scene.office.sync()
    mirror = scene.office.mirror
    judge_dirty(mirror, scene.office.ledger, KNOWN, RULES, mirror.org_facts(), scene.office.clock)
    found = [one for _, one in mirror.verdicts.promises([Ref("acme", "contact", contact)]) if one.name == "worked"]
    assert [(one.state, one.due_at) for one in found] == [(BREACHED, DUE)]
    assert found[0].stopped_at is not None
    assert found[0].stopped_at > DUE


@pytest.mark.parametrize("status", ["MAQL", "maql"])
def test_at_least_since_stays(tmp_path: Path, status: str) -> None:
    """Nobody knows since when: what was known at first stands, whoever writes to the record later, we among them. A
    mirror made anew says the same."""
    office = Office(tmp_path)
    office.policy = KNOWN
    office.crm.now = int(datetime(2025, 3, 1, 9, tzinfo=UTC).timestamp())
    id = office.crm.add(Table.LEAD, status=status)
    first = datetime.fromtimestamp(office.crm.now, UTC)
    office.sync()

    def at_least(mirror: Mirror) -> datetime | None:
        judge_dirty(mirror, office.ledger, KNOWN, RULES, mirror.org_facts(), office.clock)
        ((_, one),) = mirror.verdicts.promises([Ref("acme", LEAD, id)])
        assert (one.state, one.since) == (PromiseState.BACKLOG, None)
        return one.at_least

    assert at_least(office.mirror) == first
    for days in (1, 2):
        office.clock = NOW + timedelta(days=days)
        if days == 1:
            office.apply(list(office.mirror.verdicts.changes()))
            assert office.crm.tables[Table.LEAD][id]["status"] == "MAQL"
        office.crm.now = int(office.clock.timestamp())
        office.crm.edit(Table.LEAD, id, title=f"VP {days}")
        office.sync()
        assert at_least(office.mirror) == first
    anew = office.open("anew.db")
    office.sync(anew)
    assert at_least(anew) == first
    anew.close()
    office.close()


def test_a_promise_kept_late_is_not_kept_in_time_afterwards(scene: Scene) -> None:
    """Somebody called two hours late, and the CRM was read then: another call, entered days later for the day before,
    makes it no promise kept."""
    scene.called("user-0", at=DUE + HOUR, written=DUE + HOUR)
    found = scene.read(DUE + 2 * HOUR)
    assert (found.state, found.stopped_at) == (BREACHED, DUE + HOUR)
    scene.called("user-0", at=DUE - HOUR, written=DUE + 24 * HOUR)
    assert scene.read(DUE + 25 * HOUR).state is BREACHED
    assert scene.anew().state is BREACHED


def test_a_mirror_lost_after_the_deadline_mends_nothing(scene: Scene) -> None:
    """The CRM was read after the deadline; before the next sync the mirror is deleted, and a call is entered that is
    dated back. When its row was made tells: broken, and so for good, also for the mirror after that."""
    assert scene.read(DUE + HOUR).state is BREACHED
    scene.called("user-0", at=DUE - HOUR, written=DUE + 24 * HOUR)
    office = scene.office
    office.mirror.close()
    office.mirror = office.open("anew.db")
    found = scene.read(DUE + 25 * HOUR)
    assert (found.state, found.breached_at, found.stopped_at) == (BREACHED, DUE, DUE - HOUR)
    assert not found.is_open
    for hours in (26, 27):
        assert scene.read(DUE + hours * HOUR).state is BREACHED
    assert scene.office.ledger.observations.of_object("sync")[0].since == DUE + 26 * HOUR  # nothing is left unmarked
    assert len(scene.office.ledger.observations.of_object("sync")) == 1
    assert scene.anew().state is BREACHED


def test_a_mirror_lost_takes_nothing_from_what_was_kept(scene: Scene) -> None:
    """The call stood in the CRM when that was read first after the deadline; all later mirrors say that it kept the
    promise. What was read for the first time by a new mirror, before anybody could look, counts as well."""
    scene.read(BEGUN + HOUR)
    scene.called("user-0", at=DUE - HOUR, written=DUE + HOUR)
    assert scene.read(DUE + 2 * HOUR).state is MET
    assert scene.anew().state is MET
    assert scene.read(DUE + 4 * HOUR).state is MET


def test_between_the_last_sync_and_a_new_mirror_nobody_looked(scene: Scene) -> None:
    """Due after the last sync of the mirror that was lost: what is written down by the next one is in time."""
    scene.read(DUE - 2 * HOUR)
    scene.called("user-0", at=DUE - HOUR, written=DUE + 24 * HOUR)
    scene.office.clock = DUE + 25 * HOUR
    assert scene.anew().state is MET


def test_everybody_marked_as_a_sync_begins_mends_nothing(scene: Scene) -> None:
    """The same if nobody was judged after the sync that followed the deadline: neither single people nor all."""
    office = scene.office
    scene.read(BEGUN + HOUR)
    office.clock = DUE + HOUR
    office.sync()
    office.mirror.dirty.all("another policy")
    scene.called("user-0", at=DUE - HOUR, written=DUE + 24 * HOUR)
    assert scene.read(DUE + 25 * HOUR).state is BREACHED
    for hours in (26, 27):
        assert scene.read(DUE + hours * HOUR).state is BREACHED
    assert scene.anew().state is BREACHED


def test_somebody_marked_as_a_sync_begins_mends_nothing(scene: Scene) -> None:
    """A single mark, such as of a record that we have just written to."""
    office = scene.office
    scene.read(BEGUN + HOUR)
    office.clock = DUE + HOUR
    office.sync()
    office.mirror.dirty.records([Ref("acme", LEAD, scene.lead)], "written")
    scene.called("user-0", at=DUE - HOUR, written=DUE + 24 * HOUR)
    assert scene.read(DUE + 25 * HOUR).state is BREACHED


def test_old_activities_that_are_brought_over_break_nothing(scene: Scene) -> None:
    """Somebody deletes the call and brings it in again from elsewhere, as a move of data does: what was found kept
    stays so."""
    scene.called("user-0", at=BEGUN + HOUR, written=BEGUN + HOUR)
    scene.read(BEGUN + 2 * HOUR)
    assert scene.read(DUE + HOUR).state is MET
    assert scene.read(DUE + 2 * HOUR).state is MET
    for id in list(scene.crm.tables[Table.TASK]):
        scene.crm.delete(Table.TASK, id)
    scene.called("user-0", at=BEGUN + HOUR, written=DUE + 24 * HOUR)
    assert scene.read(DUE + 25 * HOUR).state is MET
    assert scene.anew().state is MET


def test_the_ledger_keeps_no_names_of_users(scene: Scene) -> None:
    """Whose department changed, or who is gone, is kept by id; what an earlier version kept with name and address is
    kept without, and says the same of the team of that time."""
    scene.moved("user-1", "LDR", at=BEGUN)
    scene.read(BEGUN + HOUR)
    scene.called("user-1", at=BEGUN + 2 * HOUR, written=BEGUN + 2 * HOUR)
    scene.read(BEGUN + 3 * HOUR)
    kept = scene.office.ledger.observations
    old = ['["Ann Lee","ann@acme.com","user","LDR",null,null]', '["Ann Roe","ann@acme.com","user","Sales",null,null]']
    scene.at(BEGUN + 4 * HOUR)
    scene.crm.edit(Table.USER, "user-1", department="Sales", name="Ann Roe", email="ann@acme.com")
    scene.read(BEGUN + 5 * HOUR)
    user = Ref("acme", "user", "user-1")
    last = kept.of([user])[-1]
    kept.instead(user, "user", [*kept.of([user])[:-1], msgspec.structs.replace(last, before=old[0], after=old[1])])
    assert scene.stands(scene.office.mirror).state is MET
    scene.at(DUE)
    scene.crm.edit(Table.USER, "user-1", name="Ann Poe")
    assert scene.read(DUE + HOUR).state is MET
    texts = [text for one in kept.of_object("user") for text in (one.before, one.after) if text]
    assert '["user","LDR",null,null]' in texts
    assert not [text for text in texts if "Ann" in text or "@" in text]
