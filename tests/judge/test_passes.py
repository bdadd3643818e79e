"""The rules run on what the last one left, until nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from types import ModuleType

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.case import Case, Verdict
from connector.judge import Rules, judge
from connector.judge.loading import Judge, Rule
from connector.judge.passes import ANY, run
from connector.model import CONTACT, Finding, Judgement, Person
from connector.rules._options import RuleOptions
from tests.people import activity, at, evidence, org, person, policy
from tests.rules import alone
from tests.rules.alone import case_of

OPTIONS = RuleOptions()


def rule(name: str, answer: Judge, order: int = 1) -> Rule:
    return Rule(name, order, ModuleType(name), OPTIONS, answer)


def sets(name: str, **fields: object) -> Rule:
    """A rule that gives the person these values, whatever they have."""
    return rule(name, lambda person, case, options: Verdict(replace(person, **fields), f"{name} says so"))


def moves(name: str, before: str, after: str) -> Rule:
    """A rule that moves a status on."""

    def answer(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        return Verdict(replace(person, status=after), name) if person.status == before else None

    return rule(name, answer)


def judged(*rules: Rule, who: Person | None = None, lacks: tuple[str, ...] = ()) -> Judgement:
    found = evidence(who or person(status="Inquiry", cycle=1))
    return judge(found.person, case_of(found, has=org(lacks)), Rules(rules))


def test_each_on_what_the_last_one_left() -> None:
    """First and last are compared; the last rule has the last word, the others are named, the reason is all of it."""
    (change,) = judged(moves("one", "Inquiry", "MAQL"), moves("two", "MAQL", "LAL")).changes
    assert (change.before, change.after, change.rule, change.also) == ("Inquiry", "LAL", "two", ("one",))
    assert change.because == "one: one; then two: two"
    assert change.rules == ("one", "two")


def test_one_rule_alone_speaks_for_itself() -> None:
    """A field that one rule changed carries that rule and its reason only, in however many passes; so do the others."""
    first, last = moves("one", "Inquiry", "MAQL"), moves("one", "MAQL", "LAL")
    changes = judged(first, last, sets("two", cycle=2)).changes
    assert [(one.field, one.rule, one.also, one.because) for one in changes] == [
        ("cycle", "two", (), "two says so"),
        ("status", "one", (), "one"),
    ]


def test_what_rests_on_a_step_that_left_no_trace() -> None:
    """A field that one rule changed and another put back is not written; both took part in what was made of it."""

    def follows(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        if person.status != "MAQL":
            return None
        return Verdict(replace(person, status="Inquiry", cycle=2), "it was MAQL")

    def starts(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        return Verdict(replace(person, status="MAQL"), "once") if person.cycle == 1 else None

    (change,) = judged(rule("starts", starts), rule("follows", follows)).changes
    assert (change.field, change.rule, change.also) == ("cycle", "follows", ("starts",))


def test_earlier_rules_see_what_later_ones_left() -> None:
    """A second pass lets the first rule act on what the last one left."""
    (change,) = judged(moves("one", "MAQL", "LAL"), moves("two", "Inquiry", "MAQL")).changes
    assert (change.after, change.rule) == ("LAL", "one")


def test_two_rules_that_disagree() -> None:
    """A person still changing after three passes is left alone; the finding names both rules."""
    result = judged(moves("one", "Inquiry", "MAQL"), moves("two", "MAQL", "Inquiry"))
    assert not result.changes
    assert [(finding.name, finding.value) for finding in result.findings] == [("unsettled", "one and two")]


def test_a_rule_that_fails() -> None:
    """A rule that raises leaves its person alone, whatever the others say, and is named with its error."""

    def broken(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        raise KeyError("nowhere")

    result = judged(sets("fine", cycle=2), rule("broken", broken))
    assert not result.changes
    (finding,) = result.findings
    assert (finding.name, finding.value) == ("rule_failed", "broken")
    assert finding.detail == "the rule broken failed: KeyError: 'nowhere'"


def test_who_must_be_told_is_told_even_so() -> None:
    """A rule that fails keeps nobody from being told of a customer's crossing, or of what they asked for."""
    fails = rule("bad", lambda person, case, options: {}["x"])
    known = policy(sla={"effective_from": at("2026-01-01")})
    qualify, sla = (one for name in ("qualify", "sla") for one in alone.rule(name, known).on)
    asked = activity("form", "2026-03-31", "in", about="demo")
    looked = tuple(activity("other", "2026-03-30", "", "", about=about) for about in ("case study", "pricing") * 2)
    found = evidence(
        person(CONTACT, status="Customer", title="CEO", employees=200, created_at=at("2025-01-01")),
        activities=(*looked, asked),
    )
    for order in ((fails, qualify, sla), (qualify, fails, sla), (qualify, sla, fails)):
        result = judge(found.person, case_of(found, known), Rules(order))
        assert [finding.name for finding in result.findings] == ["rule_failed"]
        assert result.changes == ()
        assert {one.promise for one in result.alerts} == {"request", "crossing", "acknowledged", "contacted"}
        assert {one.name for one in result.promises} == {"acknowledged", "contacted"}
        assert result.score is not None
        assert result.score.total >= 100


def test_no_rule_touches_identity() -> None:
    """A rule that changes who somebody is, or what is only read, has failed."""
    for field, value in (("email", "x@y.z"), ("created_at", at("2020-01-01")), ("person_id", 5), ("version", "v2")):
        result = judged(sets("bold", **{field: value}))
        assert not result.changes
        assert [finding.name for finding in result.findings] == ["rule_failed"]
        assert field in result.findings[0].detail


def test_a_field_the_org_lacks() -> None:
    """A verdict that needs a missing field is refused whole, and the finding names the schema step."""
    result = judged(sets("both", status="LAL", wake_up_date=at("2026-05-01").date()), lacks=("wake_up_date",))
    assert not result.changes
    assert [(finding.name, finding.value) for finding in result.findings] == [("missing_field", "lead.wake_up_date")]


def test_pins() -> None:
    """A pinned field is not changed: at all, or to that value; the rest of such a verdict is refused with it."""
    who = person(status="Inquiry", cycle=1)
    case = case_of(evidence(who))
    rules = (sets("both", status="LAL", cycle=3), sets("cycle", cycle=3))
    outcome = run(who, case, rules, {"status": "LAL"}, told=True)
    assert (outcome.person.status, outcome.person.cycle) == ("Inquiry", 3)
    assert outcome.steps[0].refused == "status is left alone"
    assert run(who, case, rules, {"status": "MQL"}).person.status == "LAL"
    assert run(who, case, rules, {"status": ANY, "cycle": ANY}).person is who


def test_values_that_are_written_alike_do_not_differ() -> None:
    """An empty text is no value, and a number is rounded to what is stored: neither is a change."""
    who = person(status="Inquiry", score=12.5, status_reason=None)
    assert not judged(sets("same", score=12.5000000001, status_reason=""), who=who).changes


def test_changes_come_in_the_order_of_fields() -> None:
    """Plans are ordered by record and field."""
    fields = [change.field for change in judged(sets("all", status="LAL", cycle=2, disposition="Busy")).changes]
    assert fields == sorted(fields) == ["cycle", "disposition", "status"]


def test_findings_are_told_once() -> None:
    """What is found in every pass is one finding; what a rule found while it changed something is kept."""
    news = Finding("hand_back", "to marketing")

    def found(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        return Verdict(person, findings=(Finding("same_email", "twice"),))

    def changing(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        return None if person.cycle == 2 else Verdict(replace(person, cycle=2), "two", (news,))

    result = judged(rule("found", found), rule("changing", changing))
    assert [finding.name for finding in result.findings] == ["hand_back", "same_email"]


def test_until_is_the_earliest() -> None:
    """The verdict holds until the first moment at which any rule's answer may change."""
    answers: list[Callable[..., Verdict]] = [
        lambda person, case, options: Verdict(person, until=at("2026-06-01")),
        lambda person, case, options: Verdict(person, until=at("2026-05-01")),
        lambda person, case, options: Verdict(person),
    ]
    assert judged(*(rule(str(i), answer) for i, answer in enumerate(answers))).until == at("2026-05-01")


def finds(name: str, status: str) -> Rule:
    """A rule that reports whoever is in a status, and says when that may change."""

    def answer(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        found = Verdict(person, findings=(Finding("hand_back", f"{name} found {person.status}"),), until=case.now)
        return found if person.status == status else None

    return rule(name, answer)


def test_nobody_is_asked_twice_about_the_same() -> None:
    """Rules after the last change have looked at the person as they are: what they said stands, unasked."""
    asked: list[str | None] = []

    def asks(person: Person, case: Case, options: RuleOptions) -> Verdict | None:
        asked.append(person.status)
        return Verdict(person, findings=(Finding("hand_back", "once"),))

    result = judged(finds("before", "Inquiry"), moves("one", "Inquiry", "MAQL"), rule("after", asks))
    assert asked == ["MAQL"]
    assert [finding.detail for finding in result.findings] == ["once"]


STATUSES = ("Inquiry", "MAQL", "LAL", "MQL")
RULES = [finds(f"finds {one}", one) for one in STATUSES]
RULES += [moves(f"{one} to {other}", one, other) for one, other in product(STATUSES, STATUSES) if one != other]


@given(st.lists(st.sampled_from(RULES), max_size=6))
def test_asking_again_would_change_nothing(rules: Sequence[Rule]) -> None:
    """Passes come to what they would if every rule were asked anew in every pass."""
    who = person(status="Inquiry", cycle=1)
    case = case_of(evidence(who))
    outcome = run(who, case, rules, {})
    now, findings = who, list[Finding]()
    for _ in range(3):
        before, findings = now, []
        for one in rules:
            verdict = one.judge(now, case, OPTIONS)
            if verdict is not None:
                findings += verdict.findings
                now = verdict.person
        if now is before:
            assert (outcome.person.status, outcome.findings) == (now.status, findings)
            return
    assert [finding.name for finding in outcome.findings] == ["unsettled"]
