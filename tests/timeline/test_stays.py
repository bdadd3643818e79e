"""Rows walked into stays: our corrections, undone values and second thoughts left out."""

from __future__ import annotations

import pytest

from connector.model import Observation
from connector.timeline import KNOWN
from tests.people import at, evidence, own, person, policy, ref
from tests.timeline.reading import lead, timeline, told


def test_plain() -> None:
    """Each stay lasts until the next; the first began with the record if history was kept from then on."""
    found = lead("MQL", "2026-02-01 Inquiry LAL", "2026-03-02 LAL MQL")
    assert told(found) == ["Inquiry 01-01..02-01", "LAL 02-01..03-02", "MQL 03-02.."]
    assert told(found, tracked=False) == ["Inquiry ?02-01..02-01", "LAL 02-01..03-02", "MQL 03-02.."]


def test_nothing_known() -> None:
    """Without history the record's last change is since when it has been so at least."""
    assert told(lead("LAL", modified_at=at("2026-02-20")), tracked=False) == ["LAL ?02-20.."]
    assert told(lead("LAL")) == ["LAL 01-01.."]


def test_a_later_write_says_nothing_of_the_past() -> None:
    """What was known when the record first came stands: whoever writes to it later, we among them."""
    found, first = lead("LAL", modified_at=at("2026-03-20")), known("2026-02-20", "LAL")
    assert told(found, tracked=False, observed=[first]) == ["LAL ?02-20.."]
    spelt = known("2026-02-20", "lal")
    corrected = own("normalise", "2026-03-20", "lal", "LAL")
    assert told(found, corrected, tracked=False, observed=[spelt]) == ["LAL ?02-20.."]
    left = lead("MQL", "2026-03-02 LAL MQL", modified_at=at("2026-03-20"))
    assert told(left, tracked=False, observed=[first]) == ["LAL ?02-20..03-02", "MQL 03-02.."]
    assert told(left, tracked=False, observed=[spelt]) == ["LAL ?03-02..03-02", "MQL 03-02.."]
    hole, last = lead("SAL", "2026-02-01 LAL MQL", modified_at=at("2026-03-20")), known("2026-02-20", "SAL")
    assert told(hole, tracked=False, observed=[last]) == ["LAL ?02-01..02-01", "MQL 02-01..02-20", "SAL ?02-20.."]


def test_our_own_write_moves_no_bound() -> None:
    """Corrected tonight, and the record not read again yet: it held what we put right when it was last modified."""
    found = lead("LAL", modified_at=at("2026-02-20"))
    corrected = own("normalise", "2026-03-20", "lal", "LAL")
    assert told(found, corrected, tracked=False) == ["LAL ?02-20.."]


def test_a_change_that_a_sync_saw_without_one_before_it_bounds_the_stay() -> None:
    """A sync that follows no other saw the status: since then at the latest, whatever the record's own stamp says."""
    found = lead("LAL", modified_at=at("2026-03-20"))
    seen = Observation(ref(), "status", None, at("2026-03-01"), "Inquiry", "LAL")
    assert told(found, tracked=False, observed=[seen]) == ["LAL ?03-01.."]


def known(when: str, status: str) -> Observation:
    return Observation(ref(), KNOWN, None, at(when), None, status)


@pytest.mark.parametrize(
    ("rows", "stays"),
    [
        (["2026-03-01 LAL Prospecting", "2026-03-09 Prospecting LAL"], ["LAL 02-01.."]),
        (["2026-03-01 LAL -", "2026-03-09 - lal boss"], ["LAL 02-01.."]),
        (["2026-03-01 LAL -", "2026-03-02 - Prospecting", "2026-03-09 Prospecting LAL"], ["LAL 02-01.."]),
        (
            ["2026-03-01 LAL Prospecting", "2026-03-09 Prospecting MQL"],
            ["LAL 02-01..03-01", '"Prospecting" 03-01..03-09', "MQL 03-09.."],
        ),
        (
            ["2026-03-01 LAL Busy", "2026-03-02 Busy Prospecting", "2026-03-09 Prospecting LAL"],
            ["LAL 02-01..03-01", "(Busy) 03-01..03-09", "LAL 03-09.."],
        ),
        (
            ["2026-03-01 LAL MQL", "2026-03-02 MQL Prospecting", "2026-03-09 Prospecting LAL"],
            ["LAL 02-01..03-01", "MQL 03-01..03-02", '"Prospecting" 03-02..03-09', "LAL 03-09.."],
        ),
        (
            ["2026-03-01 LAL MQL", "2026-03-09 Prospecting MQL"],
            ["LAL 02-01..03-01", "MQL 03-01..03-09", '"Prospecting" ?03-09..03-09', "MQL 03-09.."],
        ),
    ],
)
def test_nowhere_is_no_place(rows: list[str], stays: list[str]) -> None:
    """Who comes back to a status from a blank, or a word nobody knows, never left it. Another status, or a hole in
    history, is another matter."""
    found = lead(rows[-1].split()[2], "2026-02-01 Inquiry LAL", *rows)
    assert told(found)[1:] == stays


def test_a_correction_passes_over_nowhere() -> None:
    """LAL, a blank, Left Vmail, and LAL by us: LAL all along."""
    found = lead("LAL", "2026-02-01 Inquiry LAL", "2026-03-01 LAL -", "2026-03-02 - Busy", "2026-03-09 Busy LAL x")
    assert told(found, own("disposition", "2026-03-09", "Busy", "LAL"))[1:] == ["LAL 02-01.."]


def test_another_spelling_is_the_same_stay() -> None:
    """What means the same status is one stay, whatever stood there."""
    assert told(lead("LAL", "2026-02-01 Inquiry lal", "2026-03-02 lal LAL")) == ["Inquiry 01-01..02-01", "LAL 02-01.."]


def test_a_hole_in_history() -> None:
    """Where a change is missing the next beginning is unknown, and nothing is made up."""
    found = lead("MQL", "2026-02-01 Inquiry MAQL", "2026-03-02 LAL MQL")
    assert told(found) == ["Inquiry 01-01..02-01", "MAQL 02-01..03-02", "LAL ?03-02..03-02", "MQL 03-02.."]
    found = lead("SAL", "2026-02-01 Inquiry MAQL", modified_at=at("2026-03-20"))
    assert told(found) == ["Inquiry 01-01..02-01", "MAQL 02-01..03-20", "SAL ?03-20.."]


@pytest.mark.parametrize(
    ("minute", "by", "stays"),
    [
        ("10", "rep", ["Inquiry 01-01.."]),
        ("11", "rep", ["Inquiry 01-01..02-01", "LAL 02-01..02-01", "Inquiry 02-01.."]),
        ("05", "boss", ["Inquiry 01-01..02-01", "LAL 02-01..02-01", "Inquiry 02-01.."]),
    ],
)
def test_second_thoughts(minute: str, by: str, stays: list[str]) -> None:
    """What the same user takes back within ten minutes never happened; later, or by another, it did."""
    found = lead("Inquiry", "2026-02-01T10:00 Inquiry LAL rep", f"2026-02-01T10:{minute} LAL Inquiry {by}")
    assert told(found) == stays


def test_second_thoughts_by_a_detour() -> None:
    """Back through another value within ten minutes is back as well."""
    found = lead(
        "Inquiry",
        "2026-02-01T10:00 Inquiry LAL rep",
        "2026-02-01T10:03 LAL MQL rep",
        "2026-02-01T10:06 MQL Inquiry rep",
    )
    assert told(found) == ["Inquiry 01-01.."]


def test_second_thoughts_come_first() -> None:
    """From one word to a status and back within ten minutes: the word held all along, also where the status before it
    was the same."""
    found = lead(
        "Whatever",
        "2026-02-01T10:00 LAL Whatever rep",
        "2026-02-01T10:12 Whatever LAL rep",
        "2026-02-01T10:17 LAL Whatever rep",
    )
    assert told(found) == ["LAL 01-01..02-01", '"Whatever" 02-01..']
    assert timeline(found).stays[-1].since == at("2026-02-01T10:00")


def test_back_to_another_spelling_of_it() -> None:
    """Inquiry, LAL, inquiry within ten minutes: never left, and no hole in the history that follows."""
    found = lead(
        "MQL",
        "2026-02-01T10:00 Inquiry LAL rep",
        "2026-02-01T10:05 LAL inquiry rep",
        "2026-02-03T10:00 inquiry MQL rep",
    )
    assert told(found) == ["Inquiry 01-01..02-03", "MQL 02-03.."]


def test_a_correction_is_the_humans_entry_made_right() -> None:
    """Our write begins nothing: what was typed on 2 March was LAL."""
    found = lead("LAL", "2026-03-02 Inquiry Left_Vmail", "2026-03-09 Left_Vmail LAL connector")
    assert told(found, own("disposition", "2026-03-09", "Left Vmail", "LAL")) == ["Inquiry 01-01..03-02", "LAL 03-02.."]
    assert told(found) == ["Inquiry 01-01..03-02", "(Left Vmail) 03-02..03-09", "LAL 03-09.."]


def test_a_correction_that_keeps_the_status_continues_it() -> None:
    """LAL, Left Vmail, and back to LAL by us: LAL all along, although two words were typed."""
    found = lead(
        "LAL",
        "2026-02-01 Inquiry LAL",
        "2026-03-01 LAL Busy",
        "2026-03-02 Busy Left_Vmail",
        "2026-03-09 Left_Vmail LAL x",
    )
    wrote = own("disposition", "2026-03-09", "Left Vmail", "LAL")
    assert told(found, wrote) == ["Inquiry 01-01..02-01", "LAL 02-01.."]


def test_a_stay_keeps_its_id_when_it_is_put_right() -> None:
    """The same stay before and after our correction, so that its clock and its alerts go on."""
    before = lead("Left Vmail", "2026-03-02 Inquiry Left_Vmail")
    after = lead("LAL", "2026-03-02 Inquiry Left_Vmail", "2026-03-09 Left_Vmail LAL connector")
    wrote = own("disposition", "2026-03-09", "Left Vmail", "LAL")
    assert timeline(before).stays[-1].id == timeline(after, wrote).stays[-1].id


def test_recycled_puts_right_since_the_reviewed_status_was_left() -> None:
    """Re-Market instead of Inquiry since Inquiry was entered."""
    found = lead("Re-Market", "2026-02-01 Inquiry LAL", "2026-03-02 LAL Inquiry", "2026-03-09 Inquiry Re-Market x")
    wrote = own("recycled", "2026-03-09", "Inquiry", "Re-Market")
    assert told(found, wrote)[1:] == ["LAL 02-01..03-02", "Re-Market 03-02.."]


def test_a_migration_continues_the_stay() -> None:
    """A value replaced by `connector migrate` is that value's stay, made right."""
    found = lead("LAL", "2026-03-02 Inquiry Working", "2026-03-09 Working LAL connector")
    assert told(found, own("migrate", "2026-03-09", "Working", "LAL")) == ["Inquiry 01-01..03-02", "LAL 03-02.."]


def test_undone_writes_never_happened() -> None:
    """A write of ours and its undo leave no trace, nor does a person's entry made between them vanish."""
    found = lead(
        "Left Vmail", "2026-03-02 Inquiry Left_Vmail", "2026-03-09 Left_Vmail LAL x", "2026-03-10 LAL Left_Vmail x"
    )
    wrote = own("disposition", "2026-03-09", "Left Vmail", "LAL", undone=True)
    undo = own("undo", "2026-03-10", "LAL", "Left Vmail")
    assert told(found, wrote, undo) == ["Inquiry 01-01..03-02", "(Left Vmail) 03-02.."]


def test_a_promotion_begins_a_stay() -> None:
    """Moving somebody on is history: since the event that we stamped with it, else since the write."""
    found = lead("Inquiry", "2026-03-09 Raw Inquiry connector")
    wrote = own("raw", "2026-03-09", "Raw", "Inquiry")
    assert told(found, wrote) == ["Raw 01-01..03-09", "Inquiry 03-09.."]
    stamp = own("age", "2026-03-09", None, "2026-02-20T00:00:00Z", field="status_entered_at")
    assert told(found, wrote, stamp) == ["Raw 01-01..02-20", "Inquiry 02-20.."]


def test_entry_to_raw_is_a_correction() -> None:
    """The rule raw does both: a bought inquiry was raw all along."""
    found = lead("Raw", "2026-02-01 MAQL Inquiry", "2026-03-09 Inquiry Raw connector")
    assert told(found, own("raw", "2026-03-09", "Inquiry", "Raw")) == ["MAQL 01-01..02-01", "Raw 02-01.."]


def test_a_contacts_first_status() -> None:
    """It began with its evidence, as we stamped it; without a stamp nobody knows. It is an estimate."""
    who = person("contact", status="Customer", status_entered_at=at("2026-02-10"), status_since_is_estimate=True)
    wrote = own("contact-status", "2026-03-09", None, "Customer", of=ref("contact"))
    stamp = own("age", "2026-03-09", None, "2026-02-10T00:00:00Z", of=ref("contact"), field="status_entered_at")
    assert told(evidence(who), wrote, stamp) == ['"" 01-01..02-10', "Customer ~02-10.."]
    bare = evidence(person("contact", status="Customer"))
    assert told(bare, wrote) == ["Customer ~?03-09.."]


def test_observations() -> None:
    """Without history, what we saw ourselves is a beginning, and an estimate."""
    observed = [Observation(ref(), "status", at("2026-02-01"), at("2026-02-02"), "Inquiry", "LAL")]
    assert told(lead("LAL"), tracked=False, observed=observed) == ["Inquiry ?02-02..02-02", "LAL ~02-02.."]


def test_read_through_values_and_remap() -> None:
    """An old value is read as what it means now."""
    from connector.timeline import read

    known = policy(values={"any": {"Working": "LAL"}}, remap={"any": {"Nurture": "Re-Market"}})
    found = lead("Nurture", "2026-02-01 Inquiry Working", "2026-03-02 Working Nurture")
    assert [stay.name for stay in read(found, known, {}).stays] == ["Inquiry", "LAL", "Re-Market"]


def test_a_hole_makes_it_at_least_since() -> None:
    """Where the CRM no longer knows what was changed, nobody claims to know since when the status is what it is."""
    assert told(lead("MQL", "2026-01-05 Raw Inquiry", "2026-02-01 - -")) == [
        "Raw 01-01..01-05",
        "Inquiry 01-05..02-01",
        "MQL ?02-01..",
    ]
    assert told(lead("MQL", "2026-02-01 - -"))[-1] == "MQL ?02-01.."
    back_and_forth = told(lead("Inquiry", "2026-01-05 Raw Inquiry", "2026-02-01 - -", "2026-02-03 - -"))
    assert back_and_forth[-1] == "Inquiry ?02-03.."
