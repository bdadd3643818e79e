"""The night: it writes what it may, leaves the rest as a plan, and ends cleanly wherever it must."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector import run
from connector.alerts.notices import of_nights
from connector.config import read
from connector.errors import ConfigError, CrmFailed, Paused
from connector.lastnight.lines import reason
from connector.night import night, within
from connector.openorg import OpenOrg
from connector.ports import Way
from connector.run import Manner
from connector.sandbox.salesforce.rules import Automation
from connector.store.ledger import Batch, Night, NightEnd, Settled, State
from tests.acceptance.conftest import Sample
from tests.acceptance.site import CLEANUP, HUMAN, Site, site

UNATTENDED = 'rules = ["normalise", "disposition", "recycled", "raw"]'
NIGHT = f'{CLEANUP}\n[night]\nwindow = ""\n{UNATTENDED}\n'
ROOMY = "\n[limits]\nrule = 5000\nrule_share = 1.0\nrun = 5000\nrun_share = 1.0\n"


class Waits:
    """Stands for time.sleep: remembers, and lets something happen meanwhile."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self.seconds: list[float] = []
        self._then = then

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._then()


@pytest.fixture
def at(sample: Sample, tmp_path: Path) -> Iterator[Site]:
    """The sample org, and an installation that has read it and applied each rule once."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=NIGHT + ROOMY) as made:
        yield made


def attend(at: Site, *rules: str) -> None:
    """Somebody has applied these rules once."""
    with opened(at) as org, org.lease() as lease:
        org.ledger.approvals.attend(set(rules), "00000000", lease)


def opened(at: Site) -> OpenOrg:
    """The org as a new process opens it."""
    config = read(at.connector.config)
    return OpenOrg(config, config.choose(None))


def one(at: Site, **how: Any) -> Night:
    """One night, without waiting."""
    with opened(at) as org:
        return night(org, **{"wait": Waits(), **how})


ALL = ("normalise", "disposition", "recycled", "raw")


def test_it_writes_what_it_may_and_leaves_the_rest(at: Site) -> None:
    """Listed, attended rules are written; records of others wait as one plan; a second night has nothing to do."""
    attend(at, *ALL)
    before = at.column()
    done = one(at)
    assert done.outcome is NightEnd.DONE
    assert done.told["applied"] == sum(done.told["changes"].values()) > 50
    assert set(done.told["changes"]) <= set(ALL)
    assert at.column() != before
    assert {row["rule"] for row in at.connector.rows(done.waiting)} - set(ALL)
    again = one(at)
    assert (again.outcome, again.plan, again.told.get("applied")) == (NightEnd.DONE, "", None)
    assert again.told["waiting_changes"] == done.told["waiting_changes"]


def test_rules_that_nobody_attended_wait(at: Site) -> None:
    """Of four listed rules two were applied by a person: the others' records are left for the morning."""
    attend(at, "recycled", "raw")
    done = one(at)
    assert set(done.told["changes"]) <= {"recycled", "raw"}
    assert done.told["never attended"] == ["disposition", "normalise"]
    assert {"disposition", "normalise"} <= {row["rule"] for row in at.connector.rows(done.waiting)}


def test_it_writes_nothing_that_rests_on_a_rule_that_is_not_listed(at: Site) -> None:
    """A blank contact whose status one rule would fill and another, which is listed, would move on: it waits."""
    rules = ("normalise", "qualify")
    at.configure(policy=NIGHT.replace(UNATTENDED, f"rules = {list(rules)}") + ROOMY)
    attend(at, *rules)
    assert not at.connector.ask("schema", "apply")["failed"]
    (campaign,) = at.org.insert("Campaign", [{"Name": "Website: contact form", "IsActive": True}], HUMAN)
    (contact,) = at.org.insert("Contact", [{"LastName": "Nightingale"}], HUMAN)
    member = {"CampaignId": campaign.id, "ContactId": contact.id, "Status": "Responded"}
    assert at.org.insert("CampaignMember", [member], HUMAN)[0].success
    done = one(at)
    (row,) = (row for row in at.connector.rows(done.waiting) if (row["id"], row["field"]) == (contact.id, "status"))
    assert (row["rule"], row["before"], row["after"]) == ("qualify", "", "MQL")
    assert "contact-status: " in row["because"]
    assert at.column("Contact_Status__c", "Contact")[contact.id] is None


def test_another_crm_under_the_same_name(at: Site) -> None:
    """What was attended there is not attended here: nothing is read, planned or written, by day or by night."""
    attend(at, *ALL)
    plan = at.connector.ask("plan")["plan"]
    at.connector.ask("sync")
    with opened(at) as org, org.lease(), org.ledger._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE crm SET id = '00D000000000001AAA'")
    before = at.column()
    with pytest.raises(ConfigError, match="is about the CRM 00D000000000001AAA"):
        one(at)
    for words in (("sync",), ("apply", plan)):
        assert "a name of its own" in at.connector.fails(*words)["next"]
    (at.folder / "state" / "mirror-acme.db").unlink()
    with pytest.raises(ConfigError, match="is about the CRM 00D000000000001AAA"):
        one(at)
    assert at.column() == before


def test_over_its_limits_nothing_is_written(at: Site) -> None:
    """A mapping error that would touch a third of the people parks the plan, with the command that approves it."""
    attend(at, *ALL)
    at.configure(policy=NIGHT + "\n[limits]\nfloor = 1\nrule = 10\nrule_share = 0.01\n")
    before = at.column()
    done = one(at)
    assert done.outcome is NightEnd.PARKED
    assert f"connector approve {done.plan} --by NAME --because TEXT" in done.why
    assert at.column() == before
    at.connector.ask("approve", done.plan, "--by", "Ann", "--because", "it is right")
    assert at.connector.ask("apply", done.plan)["applied"] > 50


def test_a_flow_is_caught_at_the_canary(at: Site, sample: Sample) -> None:
    """A flow that answers our writes with another owner stops it after the first few; the next night writes nothing."""
    attend(at, *ALL)
    at.org.rules.automation.append(Automation("Lead", "Status", owner="Unassigned Leads"))
    before = at.column()
    done = one(at)
    assert done.outcome is NightEnd.CANARY
    assert "OwnerId" in done.why
    changed = [id for id, status in at.column().items() if status != before[id]]
    assert 0 < len(changed) <= 3 * 40
    assert one(at).outcome is NightEnd.PARKED
    assert [id for id, status in at.column().items() if status != before[id]] == changed


def test_it_waits_ten_minutes_after_the_canary(at: Site) -> None:
    """Longer than a marketing platform takes to sync, whatever [limits] says."""
    attend(at, *ALL)
    waits = Waits()
    one(at, wait=waits)
    assert max(waits.seconds) == 600


def test_asked_to_end_it_ends_between_batches(at: Site) -> None:
    """SIGTERM while it waits: nothing is left intended, and the next night ends the same plan."""
    attend(at, *ALL)
    done = interrupted(at)
    assert "asked to stop" in done.why
    with opened(at) as org:
        (plan,) = org.ledger.plans.unfinished()
        assert org.ledger.batches.open(plan) == []
    assert done.told["applied"] > 0
    assert f"{done.told['applied']} applied" in at.connector.tell("status"), "what the canary wrote is written"
    again = one(at)
    assert again.told["resumed"] == done.plan
    assert again.outcome is NightEnd.DONE
    assert again.told["changes"] == {}
    text = at.connector.tell("status")
    assert f"went on with plan {done.plan} → {again.told['applied']} applied" in text
    assert "nothing was to be written" not in text
    with opened(at) as org:
        assert org.ledger.plans.unfinished() == []


def test_what_was_written_is_told_however_a_night_ends(at: Site) -> None:
    """One that was asked to end tells what it had written, by rule; the one that goes on tells only what it wrote."""
    attend(at, *ALL)
    first = interrupted(at)
    assert 0 < first.told["applied"] < sum(first.told["changes"].values())
    assert first.told["applied"] == sum(one.get("applied", 0) for one in first.told["outcomes"].values())
    assert f"→ {first.told['applied']:,} applied" in at.connector.tell("status")
    again = one(at)
    with opened(at) as org:
        plan = org.ledger.plans.find(first.plan)
        in_all = org.ledger.changes.counts(plan.number).of(State.APPLIED)
    assert again.told["changes"] == {}
    assert f"went on with plan {first.plan} → {again.told['applied']:,} applied" in at.connector.tell("status")
    assert again.told["applied"] == in_all - first.told["applied"] > 0


def interrupted(at: Site) -> Night:
    """A night that somebody asked to end while it waited for its canary."""
    asked = ""

    def ask() -> None:
        nonlocal asked
        asked = "the process was asked to stop"

    done = one(at, wait=Waits(ask), asked=lambda: asked)
    assert done.outcome is NightEnd.STOPPED
    return done


@pytest.fixture
def windowed(at: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Nights may write from 22 to 6 hours in Berlin, and any rule. `windowed("22:30")` sets the clock; in UTC."""
    at.configure(policy=NIGHT.replace('window = ""', 'window = "22:00-06:00"') + ROOMY)
    attend(at, *ALL)
    clock, today = tmp_path / "clock", datetime.now(UTC).date()
    monkeypatch.setenv("CONNECTOR_CLOCK", str(clock))

    def it_is(time: str, days: int = 0) -> None:
        clock.write_text(f"{today + timedelta(days)}T{time}:00Z")

    return it_is


def test_what_was_left_is_ended_inside_the_window_only(at: Site, windowed: Callable[..., None]) -> None:
    """The window ends while the next night goes on with a plan: it stops there, as a new plan would."""
    windowed("22:30")
    interrupted(at)
    before = at.column()
    windowed("22:45")
    again = one(at, wait=Waits(lambda: windowed("11:00", days=1)))
    assert (again.outcome, at.column()) == (NightEnd.IDLE, before)
    assert "outside of the window" in again.why


def retired_again(at: Site, count: int = 3, but: Container[str] = ()) -> list[str]:
    """Somebody gives so many leads, others than those, a status that was retired; their ids."""
    worked = [id for id, status in at.column().items() if status == "Inquiry" and id not in but][:count]
    at.human("Lead", *({"Id": id, "Status": "Open - Not Contacted"} for id in worked))
    return worked


def test_what_was_gone_on_with_counts_for_the_limits(at: Site, later: Callable[[], None]) -> None:
    """A night's plan is within its limits by itself, and not with what the night has just ended of another."""
    attend(at, *ALL)
    with opened(at) as org:
        made = org.ledger.plans.find(at.connector.ask("plan")["plan"])
    most = max(share.all for share in made.rules.values())
    at.configure(policy=NIGHT + ROOMY.replace("rule = 5000", f"floor = 1\nrule = {most}"))
    left = interrupted(at)
    (rule,) = (name for name, share in made.rules.items() if share.all == most)
    assert rule == "normalise"
    later()
    planned = {row["id"] for row in at.connector.rows(left.plan)}
    before = left.told["outcomes"][rule]["applied"]  # in a night of its own: that does not count
    worked = retired_again(at, before + 3, but=planned)
    done = one(at)
    assert done.outcome is NightEnd.PARKED
    assert "of a plan that was gone on with before in the same run; the limit is" in done.why
    assert done.told["resumed"] == left.plan != done.plan
    assert {"Open - Not Contacted"} == {at.column()[id] for id in worked}
    text = at.connector.tell("status")
    (resumed, own) = done.told["written"]
    assert resumed["applied"] > 0
    assert own == {**dict.fromkeys(own, 0), "plan": done.plan}
    assert f"went on with plan {left.plan} → {resumed['applied']:,} applied" in text
    assert f"plan {done.plan}: {len(worked)} normalise → nothing was written" in text
    assert one(at).told["applied"] == len(worked)


def test_what_was_left_is_not_ended_against_the_policy(at: Site) -> None:
    """A rule that was taken out of [night] meanwhile writes nothing unattended, not even what a night had begun."""
    attend(at, *ALL)
    done = interrupted(at)
    before = at.column()
    at.configure(policy=NIGHT.replace('"normalise", ', "") + ROOMY)
    again = one(at)
    assert (again.outcome, at.column()) == (NightEnd.PARKED, before)
    assert "normalise" in again.why
    assert f"connector resume {done.plan}" in again.why


def test_a_canary_that_stops_the_next_night_stops_those_after_it(at: Site) -> None:
    """The night that goes on with a plan is the one that shows the stranger's hand: nobody tries others after that."""
    attend(at, *ALL)
    at.org.rules.automation.append(Automation("Lead", "Status", owner="Unassigned Leads"))
    interrupted(at)
    assert one(at).outcome is NightEnd.CANARY
    before = at.column()
    third = one(at)
    assert (third.outcome, at.column()) == (NightEnd.PARKED, before)


def test_a_plan_that_was_taken_back_waits_for_nobody(at: Site) -> None:
    """Stopped at its canary and undone by a person: the next night begins a plan of its own."""
    attend(at, *ALL)
    flow = Automation("Lead", "Status", owner="Unassigned Leads")
    at.org.rules.automation.append(flow)
    done = one(at)
    assert done.outcome is NightEnd.CANARY
    at.org.rules.automation.remove(flow)
    undo = at.connector.ask("undo", done.plan)["plan"]
    assert one(at).outcome is NightEnd.PARKED
    assert at.connector.ask("apply", undo)["applied"] > 0
    after = one(at)
    assert after.outcome is NightEnd.DONE
    assert after.told["applied"] > 0
    assert "resumed" not in after.told


def test_a_plan_that_a_person_left_is_theirs(at: Site) -> None:
    """Nobody knows whether they meant to stop, so nothing is written over it."""
    attend(at, *ALL)
    plan = at.connector.ask("plan")["plan"]
    with opened(at) as org, pytest.raises(Paused):
        run.apply(org, plan, manner=Manner(wait=stops))
    before = at.column()
    done = one(at)
    assert (done.outcome, at.column()) == (NightEnd.PARKED, before)
    assert f"connector resume {plan}" in done.why


def stops(seconds: float) -> None:
    """Somebody ends the process while it waits for its canary."""
    raise Paused("asked to end")


def test_a_plan_that_a_person_could_not_begin_stops_no_night(at: Site) -> None:
    """The CRM was down before anything was sent: that apply was never begun, and nights go on."""
    attend(at, *ALL)
    first = at.connector.ask("plan")["plan"]
    fault = at.box.faults.add(path="/services/data", times=0, status=503)
    with opened(at) as org, pytest.raises(CrmFailed):
        run.apply(org, first)
    at.box.faults.wire.remove(fault)
    assert at.connector.ask("status")["interrupted"] == []
    done = one(at)
    assert done.outcome is NightEnd.DONE
    assert done.told["applied"] > 0


def test_a_plan_of_which_nothing_could_be_written_stops_no_night(at: Site) -> None:
    """A person's apply broke off after its first record was refused: nothing of it stands, so nights go on."""
    attend(at, *ALL)
    plan = at.connector.ask("plan")["plan"]
    with opened(at) as org, org.lease() as lease:
        header = org.ledger.plans.find(plan)
        org.ledger.journal.intend(header, Batch(1, Way("rows", 200), False), [(1, None)], [], lease)
        org.ledger.journal.settle(header, [Settled(1, State.FAILED, "NO", "no")], lease)
        org.ledger.journal.close(header, 1, lease)
    assert at.connector.ask("status")["interrupted"] == [plan]
    assert one(at).outcome is NightEnd.DONE


def test_outside_of_the_window_nothing_is_written(at: Site, windowed: Callable[..., None]) -> None:
    """At noon in Berlin the plan is made and parked; at 23 hours it is written."""
    windowed("11:00")
    noon = one(at)
    assert noon.outcome is NightEnd.PARKED
    assert "outside of the window 22:00-06:00" in noon.why
    windowed("22:30")
    assert one(at).told["applied"] > 50


def test_a_window_is_not_judged_by_a_time_zone_that_nobody_knows(at: Site, windowed: Callable[..., None]) -> None:
    """The mirror is gone, and with it the org's time zone: what was left is not ended outside of the window there."""
    windowed("02:00")
    interrupted(at)
    before = at.column()
    (at.folder / "state" / "mirror-acme.db").unlink()
    windowed("05:30")
    again = one(at)
    assert (again.outcome, at.column()) == (NightEnd.PARKED, before)
    assert "in Europe/Berlin, outside of the window" in again.why


def test_passes_of_one_night_share_their_calls(at: Site) -> None:
    """However often it is begun anew, a night has one share of the day's API calls, and what it used is told."""
    attend(at, *ALL)
    first = one(at)
    allowed = 0
    with opened(at) as org:
        org.adapter.schema()
        allowed = org.adapter.budget().allowed or 0
    assert first.told["calls"] > 10
    at.configure(policy=NIGHT + ROOMY, api_share=(first.told["calls"] + 32) / allowed)
    worked = retired_again(at)
    again = one(at)
    assert (again.outcome, {at.column()[id] for id in worked}) == (NightEnd.IDLE, {"Open - Not Contacted"})
    assert f"{first.told['calls']} of them by an earlier pass of this night" in again.why
    assert 0 < again.told["calls"] < first.told["calls"]


def test_a_night_of_rules_that_do_not_exist_or_are_off(at: Site) -> None:
    """A name that is no rule is refused by everything that reads the policy; one that is off is warned of."""
    at.connector.ask("sync")
    at.configure(policy=NIGHT.replace('"normalise"', '"normalize"') + ROOMY)
    for words in (("run",), ("plan",)):
        refused = at.connector.fails(*words)
        assert "there is no rule 'normalize'" in refused["what"]
        assert "normalise" in refused["next"]
    told = at.connector.ask("policy", "check", exits=1)
    assert [error["what"] for error in told["errors"]] == ["there is no rule 'normalize'"]
    at.configure(policy=NIGHT.replace('"normalise"', '"junk"').replace("[rules.junk]\non = true", "") + ROOMY)
    (warning,) = (one for one in at.connector.ask("policy", "check")["warnings"] if "junk" in one["what"])
    assert warning["what"] == "the rule junk is off, so nights have nothing of it to apply"
    assert "policy.toml" in warning["where"]


def test_an_error_is_kept_and_raised(at: Site) -> None:
    """The CRM is down: the night is written down as failed, with the reason."""
    at.box.faults.add(path="/services/data", times=0, status=503)
    with pytest.raises(CrmFailed):
        one(at)
    with opened(at) as org:
        (last,) = org.ledger.nights.latest()
    assert last.outcome is NightEnd.FAILED
    assert "503" in last.why or "tried" in last.why


def test_the_command_line_tells_it(at: Site) -> None:
    """`run` exits 3 where all waits for a first time; alert and `status` name the rules, the latter in ten lines."""
    told = at.connector.ask("run", exits=3)
    assert told["never attended"] == sorted(ALL)
    assert (told["outcome"], sorted(told["held back"])) == ("done", sorted(ALL))
    text = at.connector.tell("status")
    assert len(text.splitlines()) <= 10
    assert told["waiting"] in text
    assert "nothing was to be written" not in text
    assert (
        f"held back until a person has applied these rules once: {told['held back']['disposition']:,} changes" in text
    )
    assert f"(connector apply {told['waiting']})" in text
    with opened(at) as org:
        ((_, alert),) = of_nights(org.ledger.nights.latest(), "acme", org.now())
    assert "held back until a person has applied these rules once: " in alert.text
    assert f"of normalise, {told['held back']['raw']} " in alert.text
    attend(at, "raw")
    some = one(at)
    assert some.told["held back"]
    assert not some.waits_for_a_first_time, "something was written: what is held back is told, and no more"


def test_a_reason_is_told_to_its_end(at: Site) -> None:
    """However many rules are over their limits: `run` and `status` show the command that approves the plan."""
    attend(at, *ALL)
    at.configure(policy=NIGHT + "\n[limits]\nfloor = 1\nrule = 1\nrule_share = 0.0001\n")
    told = at.connector.ask("run", exits=3)
    assert len(told["why"].splitlines()) > 4, told["why"]
    for text in (at.connector.tell("run", exits=3), at.connector.tell("status")):
        assert "--by NAME --because TEXT" in text
        assert "can be written by hand" not in text


@pytest.mark.parametrize(
    ("lines", "shown"), [(3, ["0", "1", "2"]), (5, list("01234")), (7, ["0", "1", "2", "… and 3 more", "6"])]
)
def test_long_reasons(lines: int, shown: list[str]) -> None:
    """What is left out is counted, and the last line, which says what to do, is never left out."""
    assert reason("\n  ".join(map(str, range(lines)))) == shown


@pytest.mark.parametrize(
    ("window", "hour", "inside"),
    [("22:00-06:00", 23, True), ("22:00-06:00", 5, True), ("22:00-06:00", 6, False), ("01:00-04:00", 4, False),
     ("01:00-04:00", 1, True), ("01:00-04:00", 0, False)],
)  # fmt: skip
def test_windows(window: str, hour: int, inside: bool) -> None:
    """A window may cross midnight; its end belongs to it no more."""
    assert within(window, datetime(2026, 3, 2, hour, tzinfo=UTC)) is inside
