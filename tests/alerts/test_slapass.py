"""The SLA pass: everything is told once, on every channel, whatever is down, killed, merged or followed up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from connector.errors import BudgetSpent, LeaseHeld, NotFound
from connector.model import LEVELS
from connector.openorg import OpenOrg
from connector.ports import Table
from connector.slapass import sla_pass
from connector.store.ledger import Told
from tests.alerts.receivers import Hook, Mailbox
from tests.alerts.scene import ALL, HOUR, START, Scene

MAIL_ONLY = ALL.partition("[[org")[0]
TASK_ONLY = "[org.alerts.task]\non = true\n"


def test_each_level_is_told_once_on_every_channel(scene: Scene) -> None:
    """At 80 %, 100 % and 200 % of the promise there is one mail, one message and one task each, and none between."""
    scene.lead()
    told = []
    for hours in (1, 36, 2, 0, 8, 3, 1, 45, 5, 200):
        told += [one.alert.level for one in scene.run(after=hours * HOUR).raised]
    assert told == ["warn", "breach", "escalate"]
    assert scene.states() == {
        "mail": ["sent"] * 3,
        "chat:sales": ["sent"] * 3,
        "task": ["taken_back", "sent", "sent"],
    }
    assert [str(mail["Subject"]) for mail in scene.mailbox.mails] == [
        "acme: 1 promise about to break",
        "acme: 1 promise broken",
        "acme: 1 promise escalated",
    ]
    assert [message["title"] for message in scene.hook.messages] == [str(m["Subject"]) for m in scene.mailbox.mails]
    assert scene.mailbox.recipients[0] == ["revops@acme.example", "boss@acme.example"]
    tasks = [(own.task.owner_id, own.task.key.rpartition(":")[2]) for own in scene.crm.own_tasks.values()]
    assert tasks == [("rep", "breach"), ("boss", "escalate")]


def test_first_seen_far_too_late_is_told_once(scene: Scene) -> None:
    """Somebody first seen at 250 % of the promise gets one alert, at the highest level."""
    scene.lead()
    assert [one.alert.level for one in scene.run(after=120 * HOUR).raised] == ["escalate"]
    assert scene.run(after=HOUR).raised == ()


def test_a_follow_up_ends_it_and_takes_the_tasks_back(scene: Scene) -> None:
    """After a call nothing more is raised; our open tasks are deleted, never completed; a touched one is left."""
    leads = [scene.lead(), scene.lead(first_name="Bea")]
    scene.run(after=49 * HOUR)
    tasks = {own.task.about.id: own for own in scene.crm.own_tasks.values()}
    tasks[leads[1]].touched = True
    for lead in leads:
        scene.called(lead)
    passed = scene.run(after=100 * HOUR)
    assert (passed.raised, passed.tasks_taken_back, passed.tasks_left) == ((), 1, 1)
    assert [own.task.about.id for own in scene.crm.own_tasks.values()] == [leads[1]]
    assert sorted(scene.states()["task"]) == ["left", "taken_back"]
    calls = scene.crm.calls
    assert scene.run(after=HOUR, read=False).tasks_taken_back == 0
    assert scene.crm.calls == calls


def test_a_promise_that_lost_its_clock_is_still_owed(scene: Scene) -> None:
    """Promises that are in force from a later day on make it backlog, which nobody has worked: the task stays."""
    lead = scene.lead()
    scene.run(after=49 * HOUR)
    text = (scene.folder / "connector.toml").read_text()
    (scene.folder / "connector.toml").write_text(text.replace("2026-01-01", "2026-03-03"))
    passed = scene.run(after=HOUR)
    assert (passed.tasks_taken_back, scene.states()["task"]) == (0, ["sent"])
    scene.called(lead)
    assert scene.run(after=HOUR).tasks_taken_back == 1


def test_a_task_that_may_not_be_deleted(scene: Scene) -> None:
    """The CRM's reason is told; it is tried again after an hour, not with every pass."""
    lead = scene.lead()
    scene.run(after=49 * HOUR)
    (own,) = scene.crm.own_tasks.values()
    scene.crm.faults.refuse[own.id] = ("INSUFFICIENT_ACCESS", "not yours")
    scene.called(lead)
    assert "1 could not be taken back" in scene.run(after=HOUR / 4).problems[0]
    calls = scene.crm.calls
    assert scene.run(after=HOUR / 4, read=False).problems == ()
    assert scene.crm.calls == calls
    scene.crm.faults.refuse.clear()
    assert scene.run(after=HOUR, read=False).tasks_taken_back == 1


def test_followed_up_before_a_task_was_made(scene: Scene) -> None:
    """If the CRM refuses the task until somebody has called, no task is made any more."""
    lead = scene.lead()
    scene.crm.faults.refuse[lead] = ("SOME_RULE", "no tasks today")
    passed = scene.run(after=49 * HOUR)
    assert "the CRM refused 1" in passed.problems[0]
    assert scene.states()["task"] == ["failed"]
    scene.crm.faults.refuse.clear()
    scene.called(lead)
    scene.run(after=HOUR)
    assert scene.states()["task"] == ["moot"]
    assert scene.crm.own_tasks == {}


def test_with_both_down_nothing_is_lost(scene: Scene) -> None:
    """What could not be sent is sent by the next pass, once, even if its promise was kept meanwhile."""
    lead = scene.lead()
    scene.mailbox.down()
    scene.hook.down()
    passed = scene.run(after=49 * HOUR)
    assert len(passed.problems) == 2
    assert all("not sent, tried again with the next pass" in problem for problem in passed.problems)
    assert (scene.states()["mail"], scene.states()["chat:sales"]) == (["failed"], ["failed"])
    scene.called(lead)
    scene.mailbox.up()
    scene.hook.up()
    assert scene.run(after=HOUR).problems == ()
    scene.run(after=HOUR)
    assert (len(scene.mailbox.raw), len(scene.hook.messages)) == (1, 1)
    assert "Meanwhile: somebody has followed up" in scene.mailbox.text()


def test_nobody_knows_whether_it_arrived(scene: Scene) -> None:
    """A mail or message that was taken without an answer is never sent again, and is named in the next digest."""
    scene.lead()
    scene.mailbox.hangs_up = scene.hook.hangs_up = True
    passed = scene.run(after=39 * HOUR)
    assert all("not known whether it arrived, not sent again" in problem for problem in passed.problems)
    scene.mailbox.hangs_up = scene.hook.hangs_up = False
    scene.run(after=HOUR)
    assert (len(scene.mailbox.raw), len(scene.hook.messages)) == (1, 1)
    scene.run(after=9 * HOUR)
    assert (len(scene.mailbox.raw), len(scene.hook.messages)) == (2, 2)
    text = scene.mailbox.text()
    assert "Nobody knows whether these were delivered" in text
    assert "Ann Lee, VP Sales, Acme & Söhne: MAQL" in text
    assert "80% of the time is gone (mail)" in text
    assert "80% of the time is gone (chat:sales)" in text
    scene.run(after=48 * HOUR)
    assert "Nobody knows" not in scene.mailbox.text()
    assert scene.states()["mail"] == ["unknown", "sent", "sent"]


def test_a_storm_is_told_as_one_summary(scene: Scene) -> None:
    """Over the line there is one mail and one message with numbers, and no task; the alerts count as told."""
    scene.configure("storm = 5\n" + ALL)
    for number in range(8):
        scene.lead(START + number * HOUR, first_name=f"P{number}", source="Webinar" if number % 2 else "Fair")
    passed = scene.run(after=60 * HOUR)
    assert len(passed.raised) == 8
    assert scene.crm.own_tasks == {}
    assert scene.states() == {"mail": ["sent"] * 8, "chat:sales": ["sent"] * 8, "task": ["given_up"] * 8}
    assert [str(mail["Subject"]) for mail in scene.mailbox.mails] == ["acme: 8 new alerts at once"]
    text = scene.mailbox.text()
    assert "8  worked, broken" in text
    assert "8  Rep" in text
    assert "P0 Lee" in text
    assert scene.run(after=HOUR).raised == ()


def test_quiet_hours_hold_back_and_let_go(scene: Scene) -> None:
    """At night nothing is sent but the task; in the morning it is, once."""
    scene.configure(ALL + '[org.alerts.quiet]\nfrom = "20:00"\nto = "07:00"\n')
    scene.lead(START + 12 * HOUR)
    passed = scene.run(after=61 * HOUR)
    assert passed.sent == {"task": 1}
    assert (scene.mailbox.raw, scene.hook.messages) == ([], [])
    assert scene.run(after=8 * HOUR).sent == {}
    scene.run(after=HOUR)
    assert (len(scene.mailbox.raw), len(scene.hook.messages)) == (1, 1)


def test_at_most_one_digest_in_an_hour(scene: Scene) -> None:
    """With `every_minutes` alerts wait for the next digest; none is lost and none doubled."""
    scene.configure(MAIL_ONLY + "every_minutes = 60\n")
    scene.lead(START, first_name="P1")
    scene.lead(START + HOUR / 2, first_name="P2")
    scene.run(after=48 * HOUR)
    scene.run(after=HOUR / 2)
    assert len(scene.mailbox.raw) == 1
    scene.run(after=HOUR / 2)
    assert len(scene.mailbox.raw) == 2
    assert "P2 Lee" in scene.mailbox.text()
    assert "P1 Lee" not in scene.mailbox.text()


def test_without_channels_alerts_are_raised_and_listed(scene: Scene) -> None:
    """No channel, no message; and a channel that comes later does not tell old news."""
    scene.configure("")
    scene.lead()
    assert len(scene.run(after=49 * HOUR).raised) == 1
    scene.configure()
    scene.run(after=HOUR)
    assert scene.mailbox.raw == []


def test_a_channel_that_was_taken_out_is_given_up(scene: Scene) -> None:
    """What waited for it is not sent to anybody, and says why."""
    scene.lead()
    scene.hook.down()
    scene.run(after=49 * HOUR)
    scene.configure(MAIL_ONLY)
    scene.hook.up()
    scene.run(after=HOUR)
    assert scene.states()["chat:sales"] == ["given_up"]
    assert scene.hook.messages == []


def test_given_up_after_a_week(scene: Scene) -> None:
    """What could not be sent for seven days is given up, with the last reason."""
    scene.configure(MAIL_ONLY)
    scene.lead()
    scene.mailbox.down()
    scene.run(after=120 * HOUR)
    scene.run(after=timedelta(days=7, hours=1))
    assert scene.states()["mail"] == ["given_up"]
    with scene.opened() as org:
        (one,) = org.ledger.deliveries.of([1])[1]
        assert one.note.startswith("could not be sent for 7 days: 127.0.0.1")


def test_one_bad_channel_does_not_stop_the_others(scene: Scene) -> None:
    """A secret that is not there, or an address that is none, is a problem of that channel alone."""
    (scene.folder / "chat").write_text("nonsense")
    (scene.folder / "smtp").unlink()
    scene.lead()
    passed = scene.run(after=49 * HOUR)
    assert passed.sent == {"task": 1}
    assert ["chat:sales" in passed.problems[0], "mail" in passed.problems[1]] == [True, True]
    assert "nonsense" not in passed.problems[0]
    assert (scene.states()["mail"], scene.states()["chat:sales"]) == (["pending"], ["pending"])


def test_a_long_apply_does_not_keep_anybody_waiting(scene: Scene) -> None:
    """While another command holds the org's lease, who is due is judged in memory, told, and told once."""
    scene.lead()
    scene.run()
    with scene.opened() as apply, apply.lease():
        passed = scene.run(after=49 * HOUR, read=False)
        assert [one.alert.level for one in passed.raised] == ["breach"]
        assert passed.warning.startswith("the CRM was read 49 hours ago")
        assert scene.run(after=HOUR, read=False).raised == ()
    assert scene.run(after=HOUR).raised == ()
    assert len(scene.mailbox.raw) == 1
    assert "(UTC); the CRM was read Mon 2 Mar 2026, 09:00" in scene.mailbox.text()


def test_half_a_sync_is_no_ground_for_an_alert(scene: Scene) -> None:
    """While a sync is under way, or after one broke off, nobody is judged: the call may be in a table still to come."""
    scene.configure(MAIL_ONLY)
    lead = scene.lead()
    scene.run()
    scene.now += 49 * HOUR
    scene.called(lead)
    scene.crm.faults.spent_after = scene.crm.calls + 9
    with pytest.raises(BudgetSpent):
        scene.sync()
    passed = scene.run(read=False)
    assert passed.raised == ()
    assert "the last sync broke off" in passed.problems[0]
    with scene.opened() as sync, sync.lease():
        assert scene.run(read=False).problems == ()
    scene.crm.faults.spent_after = None
    assert (scene.run().raised, scene.mailbox.raw) == ((), [])


def test_two_passes_at_once(scene: Scene) -> None:
    """The second is told who is at work, and nothing is told twice."""
    scene.lead()
    scene.run(after=49 * HOUR)
    with scene.opened() as first, first.lease("sla"), pytest.raises(LeaseHeld), scene.opened() as second:
        sla_pass(second)
    assert len(scene.mailbox.raw) == 1


def test_with_nobody_due_it_costs_no_call(scene: Scene) -> None:
    """No API call, no lease of the org, no mail, while tasks of ours stand."""
    scene.lead()
    scene.run(after=49 * HOUR)
    calls, runs = scene.crm.calls, _runs(scene)
    for _ in range(3):
        scene.run(after=HOUR, read=False)
    assert scene.crm.calls == calls
    assert _runs(scene) == runs


def test_a_mirror_made_anew_tells_nothing_anew(scene: Scene) -> None:
    """The mirror is disposable: after a fresh sync no alert is raised again, and no task is taken back."""
    scene.lead()
    scene.run(after=49 * HOUR)
    for file in (scene.folder / "state").glob("mirror-*"):
        file.unlink()
    with pytest.raises(NotFound):
        scene.run(read=False)
    scene.sync()
    with scene.opened() as plan, plan.lease():
        scene.run(read=False)  # everybody is still to be judged, and must not be now
    passed = scene.run(after=HOUR)
    assert (passed.raised, passed.tasks_taken_back, len(scene.crm.own_tasks)) == ((), 0, 1)


def test_a_task_of_ours_is_no_news(scene: Scene) -> None:
    """It moves the lead's stamp; the next sync marks nobody, and the clock runs on."""
    scene.lead()
    scene.run(after=49 * HOUR)
    scene.sync()
    with scene.opened() as org:
        assert org.reading.dirty.count() == 0
        (promise,) = [promise for _, promise in org.reading.verdicts.promises()]
        assert promise.is_open


def test_alerts_follow_a_converted_lead(scene: Scene) -> None:
    """Somebody moved the lead on, so its task is taken back; nothing of it is told again of the contact it became."""
    lead = scene.lead()
    scene.run(after=49 * HOUR)
    scene.now += HOUR
    scene.crm.now = int(scene.now.timestamp())
    scene.crm.convert(lead, "SQL")
    passed = scene.run(after=200 * HOUR)
    assert (passed.raised, passed.tasks_taken_back) == ((), 1)
    assert scene.crm.own_tasks == {}


def test_alerts_follow_a_merge(scene: Scene) -> None:
    """The winner of a merge is not told of what the loser was told of; its own promise goes on."""
    loser, winner = scene.lead(first_name="Loser"), scene.lead(START + HOUR, first_name="Winner")
    assert len(scene.run(after=50 * HOUR).raised) == 2
    scene.crm.merge(Table.LEAD, loser, winner)
    assert scene.run(after=HOUR).raised == ()
    assert [one.alert.level for one in scene.run(after=60 * HOUR).raised] == ["escalate"]


def test_an_unanswered_task_is_looked_up(scene: Scene) -> None:
    """Carried out without an answer it is found; never carried out it is made: in the end there is one."""
    for fault in ("unanswered", "lost"):
        scene.configure(TASK_ONLY)
        scene.lead(scene.now, first_name=fault)
        getattr(scene.crm.faults, fault).add(scene.crm.writes + 1)
        scene.run(after=49 * HOUR)
        assert scene.states()["task"][-1] == "sending"
        scene.run(after=HOUR)
        assert scene.states()["task"][-1] == "sent"
    keys = [own.task.key for own in scene.crm.own_tasks.values()]
    assert len(keys) == len(set(keys)) >= 2


def test_a_request_that_was_carried_out_late_leaves_one_task(scene: Scene) -> None:
    """A second task for the same alert, made by a request believed lost, is found later and taken back."""
    scene.configure(TASK_ONLY)
    scene.lead()
    scene.crm.faults.lost.add(scene.crm.writes + 1)
    scene.run(after=49 * HOUR)
    scene.run()
    (own,) = scene.crm.own_tasks.values()
    scene.crm.add_task(own.task)
    scene.run(after=HOUR)
    assert list(scene.crm.own_tasks.values()) == [own]


def test_nobody_to_give_a_task_to(scene: Scene) -> None:
    """A queue that several people work off, without a fallback: the task failed, and says why; mail still goes."""
    scene.crm.add(Table.USER, id="queue", name="Leads", active=1, kind="queue")
    for id in ("rep", "other"):
        scene.crm.add(Table.QUEUE_MEMBER, queue_id="queue", user_id=id)
    scene.lead(owner_id="queue")
    passed = scene.run(after=49 * HOUR)
    assert passed.sent == {"chat:sales": 1, "mail": 1, "task": 0}
    assert "owned by the queue Leads, which 2 people work off; no fallback is set" in passed.problems[0]
    with scene.opened() as org:
        (one,) = (d for d in org.ledger.deliveries.of([1])[1] if d.channel == "task")
        assert one.state is Told.FAILED
        assert "owned by the queue Leads, which 2 people work off; no fallback is set" in one.note


def test_a_fallback_that_is_corrected_gets_what_waited(scene: Scene) -> None:
    """A wrong fallback fails the task in every pass, which says so; once it is right, the task is made."""
    scene.configure(TASK_ONLY + 'fallback = "nobody@acme.example"\n')
    scene.lead(owner_id="gone")
    for _ in range(6):
        passed = scene.run(after=49 * HOUR if not scene.states() else HOUR / 12)
        assert scene.states() == {"task": ["failed"]}
        assert "no active user is called 'nobody@acme.example'" in passed.problems[0]
    scene.configure(TASK_ONLY + 'fallback = "other@acme.example"\n')
    assert scene.run().problems == ()
    assert scene.states() == {"task": ["sent"]}
    (own,) = scene.crm.own_tasks.values()
    assert own.task.owner_id == "other"


def test_a_task_that_nobody_could_take_is_given_up_in_the_end(scene: Scene) -> None:
    """After `give_up_days` nobody is asked again, and the note keeps the reason."""
    scene.configure(TASK_ONLY + 'fallback = "nobody@acme.example"\n')
    scene.lead(owner_id="gone")
    scene.run(after=49 * HOUR)
    scene.run(after=8 * 24 * HOUR)
    with scene.opened() as org:
        (one,) = org.ledger.deliveries.of([1])[1]
    assert one.state is Told.GIVEN_UP
    assert "7 days" in one.note
    assert "nobody@acme.example" in one.note


def test_the_fallback_gets_it(scene: Scene) -> None:
    """Where the owner has left, the task goes to the fallback."""
    scene.configure(TASK_ONLY + 'fallback = "OTHER@acme.example"\ntype = "SLA"\n')
    scene.crm.add(Table.USER, id="gone", name="Gone", active=0, kind="user")
    scene.lead(owner_id="gone")
    scene.run(after=49 * HOUR)
    (own,) = scene.crm.own_tasks.values()
    assert (own.task.owner_id, own.task.type) == ("other", "SLA")


def test_news_is_answered_by_any_work(scene: Scene) -> None:
    """Somebody closed asks for a quote: the owner gets a task that says so, and it goes when somebody has called."""
    scene.configure(TASK_ONLY + 'levels = ["tell"]\n', "[policy.sla.promise]\n")
    lead = scene.lead()
    scene.now += 10 * HOUR
    scene.crm.now = at = int(scene.now.timestamp())
    scene.crm.edit(Table.LEAD, lead, status="Disqualified")
    asked = {"kind": "form", "direction": "in", "outcome": "done", "about": "quote"}
    scene.crm.add(Table.TASK, lead_id=lead, at=at + 60, **asked)
    assert [one.alert.level for one in scene.run(after=HOUR).raised] == ["tell"]
    (own,) = scene.crm.own_tasks.values()
    assert own.task.subject == "To know: Ann Lee, VP Sales, Acme & Söhne"
    assert scene.run(after=HOUR).tasks_taken_back == 0
    scene.called(lead)
    assert scene.run(after=HOUR).tasks_taken_back == 1


def test_an_answer_of_which_only_the_day_is_known(scene: Scene) -> None:
    """Its promise begins when a sync saw it first, for good, not at midnight: nothing is broken by breakfast."""
    scene.configure(MAIL_ONLY)
    scene.crm.now = int((START - 100 * HOUR).timestamp())
    lead = scene.crm.add(Table.LEAD, status="Inquiry", last_name="Lee", owner_id="rep")
    scene.crm.add(Table.CAMPAIGN, id="web", name="Contact form", type="Website", active=1)
    member = scene.crm.add(
        Table.CAMPAIGN_MEMBER, campaign_id="web", lead_id=lead, responded=0, created_at=scene.crm.now
    )
    assert scene.run().raised == ()
    midnight = START.replace(hour=0)
    scene.crm.now = int((START + HOUR / 2).timestamp())
    scene.crm.edit(Table.CAMPAIGN_MEMBER, member, responded=1, responded_at=int(midnight.timestamp()))
    assert scene.run(after=HOUR).raised == ()
    with scene.opened() as org:
        found = {one.name: one for _, one in org.reading.verdicts.promises()}
    assert {one.since for one in found.values()} == {START + HOUR}
    assert all(one.is_estimate for one in found.values())
    for file in (scene.folder / "state").glob("mirror-*"):
        file.unlink()  # what was seen first is in the ledger
    raised = scene.run(after=4 * HOUR).raised
    assert [(one.alert.promise, one.alert.level, one.alert.at) for one in raised] == [
        ("acknowledged", "breach", START + 5 * HOUR)
    ]
    assert "(asked that day, counted from 2026-03-02 10:00 UTC)" in raised[0].alert.text


def test_before_the_first_sync(scene: Scene) -> None:
    """There is nothing to judge: it says so."""
    with pytest.raises(NotFound, match="nothing has been synced"):
        scene.run(read=False)


def _runs(scene: Scene) -> int:
    """How often the org's own lease was taken."""
    with scene.opened() as org:
        return _count(org)


def _count(org: OpenOrg) -> int:
    return sum(run.kind == "org" for run in org.ledger.runs.latest(1_000))


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    left=st.integers(60, 30 * 60),
    gap=st.integers(30, 90),
    passes=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    readable=st.integers(0, 4),
    slips=st.booleans(),
)
@example(left=600, gap=90, passes=[30, 18, 30, 25, 25], readable=4, slips=False)
@example(left=600, gap=90, passes=[30, 10, 10, 25, 25], readable=3, slips=True)
@pytest.mark.long
def test_what_was_told_of_a_stay_is_not_told_again_once_its_history_can_be_read(
    tmp_path_factory: pytest.TempPathFactory,
    box: Mailbox,
    chat: Hook,
    left: int,
    gap: int,
    passes: list[int],
    readable: int,
    slips: bool,
) -> None:
    """No history can be read, so the stay began when a sync saw it; later the CRM's own rows tell the minute, and what
    came before. Each level is told once whenever that is, and our task stays until somebody follows up."""
    scene = Scene(tmp_path_factory.mktemp("dated"), box, chat)
    scene.configure(TASK_ONLY)
    scene.crm.now = int((START - 40 * HOUR).timestamp())
    lead = scene.crm.add(Table.LEAD, status="Inquiry", owner_id="rep")
    scene.run()
    begun = START + timedelta(minutes=left)
    for value, at in (("MAQL", begun - HOUR / 3), ("LAL", begun - HOUR / 4), ("MAQL", begun))[0 if slips else 2 :]:
        scene.crm.now = int(at.timestamp())
        scene.crm.edit(Table.LEAD, lead, status=value)
    rows = scene.crm.tables[Table.LEAD_HISTORY]
    hidden = dict(rows)
    rows.clear()
    scene.now = begun + timedelta(minutes=gap)
    told = [one.alert.level for one in scene.run().raised]
    for number, hours in enumerate(passes):
        scene.now += hours * HOUR
        if number == readable:
            scene.crm.now = max(scene.crm.now, int(scene.now.timestamp()))
            rows.update({id: {**row, "_seq": scene.crm.tick()} for id, row in hidden.items()})
        told += [one.alert.level for one in scene.run().raised]
    assert told == sorted(set(told), key=LEVELS.index)
    waits = [own for own in scene.crm.own_tasks.values() if own.is_open]
    assert bool(waits) == bool(told)
    scene.called(lead)
    scene.run(after=HOUR)
    assert not [own for own in scene.crm.own_tasks.values() if own.is_open]
