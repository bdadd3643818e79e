"""Tests of connector.rules.sla: sixty and more cases worked out by hand, and what a table cannot say."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest
from msgspec.structs import replace

from connector.case import Case, build
from connector.judge import Rule, Rules, judge, load
from connector.model import Activity, Evidence, Judgement, OwnWrite, Person, PromiseState, StatusChange
from connector.rules._options import RuleOptions
from tests.judge.test_laws import applied
from tests.people import org, policy, ref
from tests.rules.alone import after, rule
from tests.rules.promised import USERS, Line, evidence, facts, judged, known, lines, setting, time, told


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.why)
def test_case(line: Line) -> None:
    """Each promise stands as was worked out by hand, and the right level is told."""
    assert told(judged(line)) == line.promises


MAQL = Line("Inquiry 02-01 > MAQL 03-30 09:00", "", "", "04-01 10:00", "", "")


def stamps(found: Judgement) -> dict[str, str | None]:
    return {one.field: one.after for one in found.changes}


def test_the_stamps_are_those_of_the_earliest_open_promise() -> None:
    """Of three clocks that run, the one that is due first; when it stops, the next."""
    line = MAQL._replace(done="form demo 03-31 20:00", now="04-01 08:00")
    assert stamps(judged(line)) == {
        "sla_due_at": "2026-04-01T00:00:00Z",
        "sla_breached_at": "2026-04-01T00:00:00Z",
    }
    answered = line._replace(done="form demo 03-31 20:00, auto_reply out 03-31 21:00 bot")
    assert stamps(judged(answered)) == {"sla_due_at": "2026-04-01T09:00:00Z"}


def test_stamps_are_written_only_when_they_differ_and_cleared_when_nothing_is_open() -> None:
    """A second judging of the same person writes nothing; a follow-up empties both."""
    found, own = evidence(MAQL)
    due = time("04-01 09:00")
    stamped = replace(found, person=replace(found.person, sla_due_at=due, sla_breached_at=due))
    now = time(MAQL.now)
    terms, has = known(setting("")), facts(setting(""))

    def judge_by_sla(one: Evidence) -> Judgement:
        return judge(one.person, build(one, terms, has, now, own), rule("sla", terms))

    assert judge_by_sla(stamped).changes == ()
    called = Activity(time("04-01 09:30"), "call", "out", "connected", "a1", "ldr")
    assert stamps(judge_by_sla(replace(stamped, activities=(called,)))) == {
        "sla_due_at": None,
        "sla_breached_at": None,
    }


def test_the_next_judging_is_due_exactly_when_something_changes() -> None:
    """At 80 %, at the limit, at twice the limit, and then never."""
    moments = [judged(MAQL._replace(now=now)).until for now in ("03-30 10:00", "04-01 08:00", "04-01 09:00", "04-04")]
    assert moments == [time("03-31 23:24"), time("04-01 09:00"), time("04-03 09:00"), None]


def test_a_stay_that_begins_by_a_clock_ahead_of_ours_is_looked_at_again() -> None:
    """The CRM says that they came to MAQL, or left it, some seconds from now: judged then, or nobody is ever told."""
    came = judged(MAQL._replace(history="Inquiry 02-01 > MAQL 03-30 09:00:20", now="03-30 09:00:20"))
    found, own = evidence(MAQL._replace(history="Inquiry 02-01 > MAQL 03-30 09:00:20", now="03-30 09:00:20"))
    terms, has = known(setting("")), facts(setting(""))
    early = judge(found.person, build(found, terms, has, time("03-30 09:00"), own), rule("sla", terms))
    assert (early.promises, early.until) == ((), time("03-30 09:00:20"))
    assert told(came) == "worked running due 04-01 09:00:20"
    left, own = evidence(MAQL._replace(history="Inquiry 02-01 > MAQL 03-30 09:00 > LAL 03-30 10:00:20", now="03-31"))
    stays = judge(left.person, build(left, terms, has, time("03-30 10:00"), own), rule("sla", terms))
    assert (told(stays), stays.until) == ("worked running due 04-01 09:00", time("03-30 10:00:20"))


def test_an_alert_says_the_same_whenever_it_is_judged() -> None:
    """Text, time and key are those of the moment the level was reached."""
    first, later = (judged(MAQL._replace(now=now)).alerts for now in ("04-01 09:00", "04-03 08:59:59"))
    assert first == later
    (alert,) = first
    assert (alert.promise, alert.level, alert.at, alert.due_at) == (
        "worked",
        "breach",
        alert.due_at,
        time("04-01 09:00"),
    )
    assert alert.text == "MAQL: to be worked within 48h, was due 2026-04-01 09:00 UTC"


def test_without_the_fields_nothing_is_stamped_but_somebody_is_told() -> None:
    """An org without SLA Due At still gets its alerts."""
    found, own = evidence(MAQL)
    terms = known(setting(""))
    has = org(["sla_due_at", "sla_breached_at"], users=USERS)
    judgement = judge(found.person, build(found, terms, has, time(MAQL.now), own), rule("sla", terms))
    assert judgement.changes == ()
    assert [one.level for one in judgement.alerts] == ["breach"]


def test_whoever_turns_out_to_be_junk_was_owed_nothing() -> None:
    """Junk voids the clocks, of the stay and of the request: neither met nor breached."""
    line = MAQL._replace(done="form demo 03-30 09:00")
    found, own = evidence(line)
    found = replace(found, person=replace(found.person, email="asdf@test.com"))
    terms = policy(rules={"junk": {"on": True}}, sla={"effective_from": time("01-01")})
    has, now = org(users=USERS), time(line.now)
    first = judge(found.person, build(found, terms, has, now, own), load(terms))
    assert after(first) == "Disqualified"
    assert {one.state for one in first.promises} == {PromiseState.VOID}
    assert first.alerts == ()
    row = StatusChange(now, "connector", "MAQL", "Disqualified")
    written = OwnWrite(ref(), "status", "MAQL", "Disqualified", "junk", now)
    closed = replace(found, person=replace(found.person, status="Disqualified"), changes=(*found.changes, row))
    again = judge(closed.person, build(closed, terms, has, now, (*own, written)), load(terms))
    assert {one.state for one in again.promises} == {PromiseState.VOID}
    assert again.alerts == ()


def test_a_promise_without_a_clock_is_said() -> None:
    """Where the org shows no business hours, the deadline is not made up: a finding names what is missing."""
    line = MAQL._replace(setting="business, no hours")
    (finding,) = judged(line).findings
    assert (finding.name, finding.value) == ("missing_field", "hours: business")


def test_a_status_that_is_not_written_yet_is_told_when_it_is() -> None:
    """A direct request makes somebody ready tonight: the deadline is stamped with it, the alert waits for the write."""
    line = Line("Inquiry 02-01", "form demo 03-28 09:00", "", "04-01 10:00", "", "")
    found, own = evidence(line)
    terms = known(setting(""))
    has, now = facts(setting("")), time(line.now)
    first = judge(found.person, build(found, terms, has, now, own), load(terms))
    assert after(first) == "MQL"
    assert {one.promise for one in first.alerts} & set(terms.promises.all) == {"acknowledged", "contacted"}
    assert {one.name for one in first.promises} == {"acknowledged", "contacted"}
    row = StatusChange(now, "connector", "Inquiry", "MQL")
    write = OwnWrite(ref(), "status", "Inquiry", "MQL", "qualify", now)
    stamp = OwnWrite(ref(), "status_entered_at", None, after(first, "status_entered_at"), "age", now)
    ready = replace(found, person=replace(found.person, status="MQL"), changes=(row,))
    again = judge(ready.person, build(ready, terms, has, now, (write, stamp)), load(terms))
    assert {one.name for one in again.promises} == {"acknowledged", "contacted", "followed_up"}
    assert again.alerts
    assert {one.promise for one in again.alerts} >= {"followed_up"}


def test_our_write_has_one_key_before_and_after_the_crm_shows_it() -> None:
    """A promotion that the next sync brings as a row of an earlier second is the same stay: nobody is told twice."""
    line = Line("Inquiry 02-01 > =MQL 03-31 10:00:07 qualify", "", "owner rep", "04-03 10:00", "", "")
    found, own = evidence(line)
    terms, has, now = known(setting(line.setting)), facts(setting("")), time(line.now)
    shown = replace(found, changes=tuple(replace(one, at=one.at - timedelta(seconds=7)) for one in found.changes))
    before, after_sync = (
        judge(one.person, build(one, terms, has, now, own), rule("sla", terms)).alerts
        for one in (replace(found, changes=()), shown)
    )
    assert [one.key for one in before] == [one.key for one in after_sync] != []


def test_what_is_promised_is_owed_also_where_another_rule_fails() -> None:
    """Somebody is left alone by a fault of ours: no stamp is written, but whoever must be told is told."""

    def fails(person: Person, case: Case, options: RuleOptions) -> None:
        raise ZeroDivisionError

    found, own = evidence(MAQL)
    terms = known(setting(""))
    broken = Rule("broken", 5, ModuleType("broken"), RuleOptions(), fails)
    rules = Rules((broken, *rule("sla", terms).on))
    judgement = judge(found.person, build(found, terms, facts(setting("")), time(MAQL.now), own), rules)
    assert [finding.name for finding in judgement.findings] == ["rule_failed"]
    assert judgement.changes == ()
    assert [one.level for one in judgement.alerts] == ["breach"]
    assert [one.state for one in judgement.promises] == [PromiseState.BREACHED]
    assert judgement.until == time("04-03 09:00")


def test_without_the_stamp_field_no_deadline_of_our_own_making_is_written() -> None:
    """Where the org has no Status Entered At, what began with a promotion of ours begins with the write, whenever that
    will be: its deadline is told and not stamped, and a finding names the field. What is stamped tonight stands."""
    pages = ("pricing", "case study", "service page", "pricing", "case study", "pricing")
    did = [Activity(time("03-29 09:00"), "form", "in", "done", f"a{n}", None, about) for n, about in enumerate(pages)]
    found, own = evidence(MAQL._replace(history="Inquiry 02-01"))
    fits = replace(found.person, title="CEO", employees=200, industry="Manufacturing")
    found = replace(found, person=fits, activities=tuple(did))
    terms, now = known(setting("")), time("04-01 10:00")
    fields = ("sla_due_at", "sla_breached_at")
    for lacks in ((), ("status_entered_at",)):
        has = org(lacks, users=USERS)
        first = judge(found.person, build(found, terms, has, now, own), load(terms))
        assert after(first) == "MAQL"
        assert [one.field for one in first.changes if one.field in fields] == ([] if lacks else sorted(fields))
        later, written = applied(found, first, now, own, tracked=True)
        again = judge(later.person, build(later, terms, has, now, written), load(terms))
        assert again.changes == ()
        (worked,) = again.promises
        assert worked.due_at == (time("04-03 10:00") if lacks else time("03-31 09:00"))
        named = [one.value for one in again.findings if one.name == "missing_field"]
        assert named == ["lead.status_entered_at"] * len(lacks)


def test_junk_typed_over_is_void_before_it_is_written_as_after() -> None:
    """Closed by hand, then "Left Vmail" typed over it, and the address is noise: junk puts it right tonight, so tonight
    already nothing is owed, and nothing is left to clear tomorrow."""
    line = Line("Disqualified 02-01 > Left_Vmail 03-31", "form demo 03-30 09:00", "", "04-01 10:00", "", "")
    found, own = evidence(line)
    due = time("03-30 13:00")
    noise = replace(found.person, email="asdf@test.com", sla_due_at=due, sla_breached_at=due)
    found = replace(found, person=noise)
    terms = policy(rules={"junk": {"on": True}}, sla={"effective_from": time("01-01")})
    has, now = org(users=USERS), time(line.now)
    first = judge(found.person, build(found, terms, has, now, own), load(terms))
    assert {one.state for one in first.promises} == {PromiseState.VOID}
    assert [(one.field, one.after) for one in first.changes if one.field.startswith("sla")] == [
        ("sla_breached_at", None),
        ("sla_due_at", None),
    ]
    later, written = applied(found, first, now, own, tracked=True)
    assert judge(later.person, build(later, terms, has, now, written), load(terms)).changes == ()


def test_moved_on_tonight_without_the_stamp_field_they_still_wait() -> None:
    """Nobody knows yet since when they will be MQL; that they wait as MAQL is known, tonight as tomorrow."""
    line = MAQL._replace(done="form demo 03-30 12:00, call connected 03-30 13:00 rep", now="03-31 10:00")
    found, own = evidence(line)
    terms, has, now = known(setting("")), org(["status_entered_at"], users=USERS), time(line.now)
    first = judge(found.person, build(found, terms, has, now, own), load(terms))
    assert after(first) == "MQL"
    later, written = applied(found, first, now, own, tracked=True)
    again = judge(later.person, build(later, terms, has, now, written), load(terms))
    assert again.changes == ()
    for one in (first, again):
        assert [(p.state, p.due_at) for p in one.promises if p.name == "worked"] == [
            (PromiseState.RUNNING, time("04-01 09:00"))
        ]


@pytest.mark.parametrize(
    ("done", "states"),
    [
        ("call done in 03-30 09:00 rep", ["met", "met"]),
        ("call done in 03-30 09:00 bot", ["met", "running"]),
        ("call no_answer in 03-30 09:00 rep", ["running", "running"]),
        ("call voicemail in 03-30 09:00 rep, call done in 03-30 10:00 rep", ["met", "met", "met", "met"]),
    ],
)
def test_a_call_that_asks(done: str, states: list[str]) -> None:
    """Where every inbound call is a request: whoever is spoken with was answered, whoever reached nobody waits."""
    line = Line("Inquiry 02-01", done, "", "03-30 12:00", "", "")
    terms = policy(sla={"effective_from": time("01-01")}, score={"direct": ["inbound call"]})
    found, _ = evidence(line)
    judgement = judge(found.person, build(found, terms, facts(setting("")), time(line.now)), rule("sla", terms))
    assert [one.state.value for one in judgement.promises] == states
