"""Values that somebody keeps changing back, and changes that were undone, are left alone."""

from __future__ import annotations

from datetime import timedelta

from connector.case import build
from connector.judge import judge, load
from connector.model import Evidence, Hold, Judgement, OwnWrite, User
from connector.policy import Policy
from tests.people import at, changes, evidence, org, own, person, policy, ref
from tests.rules.alone import after, names

LEDGER = policy(dispositions={"keep": "ledger"})
REP = User("rep", "Jo Smith")


def judged(
    found: Evidence, *wrote: OwnWrite, now: str = "2026-04-01", known: Policy = LEDGER, holds: tuple[Hold, ...] = ()
) -> Judgement:
    case = build(found, known, org(), at(now), wrote, holds)
    return judge(found.person, case, load(known))


def retyped(*, owner: User | None = REP) -> Evidence:
    """We put Left Vmail right on 1 March; the rep typed it again on the 2nd."""
    rows = changes(
        "2026-02-01 Inquiry LAL",
        "2026-02-20 LAL Left_Vmail",
        "2026-03-01 Left_Vmail LAL connector",
        "2026-03-02 LAL Left_Vmail rep",
    )
    who = person(status="Left Vmail", status_entered_at=at("2026-02-01"), cycle=1)
    return evidence(who, changes=rows, owner=owner)


WROTE = own("disposition", "2026-03-01", "Left Vmail", "LAL")


def test_changed_back() -> None:
    """A value we wrote that was changed back is left alone; the finding names user, count and field."""
    result = judged(retyped(), WROTE, now="2026-03-10")
    assert not result.changes
    (finding,) = [one for one in result.findings if one.name == "contested"]
    assert finding.value == "disposition"
    assert finding.detail == (
        'status was changed back from "LAL" to "Left Vmail" by Jo Smith, after 1 of our corrections within 30 days; '
        "the last one on 2026-03-01"
    )


def test_a_user_who_is_not_the_owner_is_named_by_id() -> None:
    """Only the owner's name is known here; others are named by their id."""
    result = judged(retyped(owner=None), WROTE, now="2026-03-10")
    assert "by user rep" in next(one.detail for one in result.findings if one.name == "contested")


def test_until_the_window_is_over() -> None:
    """After 30 days it is corrected again, and the verdict says when."""
    result = judged(retyped(), WROTE, now="2026-03-10")
    assert result.until == at("2026-03-31")
    assert not judged(retyped(), WROTE, now="2026-03-30").changes
    assert after(judged(retyped(), WROTE, now="2026-03-31")) == "LAL"


def test_the_third_time() -> None:
    """Two corrections within 30 days, each to something else: the third is not made."""
    rows = changes(
        "2026-03-01 Inquiry LAL",
        "2026-03-02 LAL Left_Vmail",
        "2026-03-03 Left_Vmail LAL connector",
        "2026-03-04 LAL Busy",
        "2026-03-05 Busy LAL connector",
        "2026-03-06 LAL No_Answer",
    )
    found = evidence(person(status="No Answer", cycle=1, status_entered_at=at("2026-03-01")), changes=rows)
    wrote = (
        own("disposition", "2026-03-03", "Left Vmail", "LAL"),
        own("disposition", "2026-03-05", "Busy", "LAL"),
    )
    assert "contested" in names(judged(found, *wrote, now="2026-03-10"))
    assert judged(found, *wrote, now="2026-03-10").until == at("2026-03-03") + timedelta(days=30)
    assert after(judged(found, wrote[1], now="2026-03-10")) == "LAL"
    patient = policy(dispositions={"keep": "ledger"}, contested={"times": 4})
    assert after(judged(found, *wrote, now="2026-03-10", known=patient)) == "LAL"


def test_no_other_change_rests_on_one_that_is_not_made() -> None:
    """Left Vmail stays, so Status Entered At is not written for LAL either."""
    found = retyped()
    bare = evidence(person(status="Left Vmail"), changes=found.changes)
    assert not judged(bare, WROTE, now="2026-03-10").changes


def test_our_own_value_moving_on_is_not_contested() -> None:
    """Stamps follow a status that humans change often: nobody has changed the stamp but us."""
    rows = changes("2026-03-01 Inquiry MAQL", "2026-03-02 MAQL LAL", "2026-03-03 LAL MQL")
    found = evidence(person(status="MQL", cycle=1, status_entered_at=at("2026-03-02")), changes=rows)
    stamps = [
        own("age", f"2026-03-0{day}T12:00", f"2026-03-0{day - 1}T00:00:00Z", f"2026-03-0{day}T00:00:00Z", field=field)
        for day, field in ((1, "status_entered_at"), (2, "status_entered_at"))
    ]
    assert after(judged(found, *stamps, now="2026-03-10"), "status_entered_at") == "2026-03-03T00:00:00Z"


def test_promotions_do_not_count() -> None:
    """Moving somebody on twice is no correction."""
    rows = changes("2026-03-01 Inquiry LAL", "2026-03-06 LAL Left_Vmail")
    found = evidence(person(status="Left Vmail", cycle=1, status_entered_at=at("2026-03-01")), changes=rows)
    wrote = [own("raw", f"2026-03-0{day}", "Raw", "Inquiry") for day in (2, 3)]
    assert after(judged(found, *wrote, now="2026-03-10")) == "LAL"


def hold(value: str = "LAL", field: str = "status") -> Hold:
    return Hold(ref(), field, value, at("2026-03-05"))


def test_an_undone_change_is_held() -> None:
    """What somebody undid is not written again, and nothing that rests on it."""
    rows = changes("2026-02-01 Inquiry LAL", "2026-03-02 LAL Left_Vmail")
    found = evidence(person(status="Left Vmail", cycle=1), changes=rows)
    result = judged(found, holds=(hold(),))
    assert not result.changes
    (finding,) = [one for one in result.findings if one.name == "held"]
    assert finding.detail == (
        'status → "LAL" was undone on 2026-03-05; left alone until something else about this person changes'
    )


def test_another_value_is_not_held() -> None:
    """Held is the value, not the field."""
    rows = changes("2026-02-01 Inquiry LAL", "2026-03-02 LAL Left_Vmail")
    found = evidence(person(status="Left Vmail", cycle=1), changes=rows)
    assert after(judged(found, holds=(hold("MQL"),))) == "LAL"


def test_another_field_is_still_written() -> None:
    """A held stamp does not keep the status from being corrected."""
    rows = changes("2026-02-01 Inquiry lal")
    found = evidence(person(status="lal", cycle=1), changes=rows)
    result = judged(found, holds=(hold("2026-02-01T00:00:00Z", "status_entered_at"),))
    assert [change.field for change in result.changes] == ["status"]
    assert names(result) >= {"held"}
