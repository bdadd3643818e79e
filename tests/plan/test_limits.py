"""Limits and approvals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import Abort, BadInput, OverLimit
from connector.plan import About, approve, limits, permit, seal
from connector.policy.model import Limits
from connector.store.ledger import Kind, Lease, Ledger, PlanHeader, Share
from tests.store.ledger.open import NOON, Clock, change, opened, planned


def _header(kind: str = "rules", people: int = 1_000, **rules: tuple[int, int]) -> PlanHeader:
    parts = {rule: Share(*part) for rule, part in rules.items()}
    changes, records = (sum(part[n] for part in rules.values()) for n in (0, 1))
    return PlanHeader(
        number=1, id="3fa9c1d2", kind=kind, digest="", made_at=NOON, as_of=NOON, synced_at=None, policy="", marks={},
        people=people, changes=changes, records=records, rules=parts, findings={}, warnings=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("people", "changes", "records", "over"),
    [
        (100_000, 500, 500, False),
        (100_000, 501, 501, True),
        (1_000, 100, 100, False),
        (1_000, 101, 101, True),
        (1_000, 300, 100, False),  # three fields each of 10 % of the people
        (100, 20, 20, False),  # the floor
        (100, 21, 21, True),
        (0, 20, 20, False),
    ],
)
def test_per_rule(people: int, changes: int, records: int, over: bool) -> None:
    """A rule may make 500 changes, on 10 % of the people in scope, whichever comes first; 20 it always may."""
    assert bool(limits(_header(people=people, raw=(changes, records)), Limits())) is over


def test_changes_that_another_rule_ended() -> None:
    """A rule is measured by all that it has a part in, though others said the last word on it."""
    header = _header(people=100_000, qualify=(300, 300))
    kinds = [Kind("qualify", "contact", None, "status", None, "MQL", 300, ("contact-status",))]
    for begun, over in ((500, False), (501, True)):
        rules = {**header.rules, "contact-status": Share(0, begun, begun)}
        found = limits(msgspec.structs.replace(header, rules=rules), Limits(), kinds)
        assert [one.rule for one in found] == ["contact-status"] * over
        assert [one.largest for one in found] == [tuple(kinds)] * over


def test_per_run() -> None:
    """Rules that are each within their limit may together be over that of the run."""
    five = {f"rule{n}": (450, 450) for n in range(5)}
    (excess,) = limits(_header(people=100_000, **five), Limits())
    assert excess.rule == ""
    assert excess.text == "the plan would make 2,250 changes; the limit is 2,000"
    assert limits(_header(people=100_000, **dict(list(five.items())[:4])), Limits()) == []
    (excess,) = limits(_header(people=1_000, a=(90, 90), b=(90, 90), c=(90, 90)), Limits())
    assert excess.text == "the plan would make changes to 270 records; the limit is 200 (20% of 1,000 people in scope)"


def test_what_the_same_run_has_written_before_counts() -> None:
    """A plan within its limits may be over them with one that was gone on with: by rule, and in all."""
    header = _header(people=100_000, raw=(300, 300))
    assert limits(header, Limits(), earlier={"": Share(200, 200), "raw": Share(200, 200)}) == []
    (excess,) = limits(header, Limits(), earlier={"": Share(201, 201), "raw": Share(150, 201, 51)})
    assert excess.text == (
        "rule raw would make 300 changes, with 201 of a plan that was gone on with before in the same run; "
        "the limit is 500"
    )
    (excess,) = limits(header, Limits(), earlier={"": Share(1_701, 1_701), "recycled": Share(1_701, 1_701)})
    assert (excess.rule, excess.changes, excess.earlier) == ("", 300, Share(1_701, 1_701))


def test_migrations_and_undos() -> None:
    """They are not limited, unless the policy says so."""
    for kind in ("migrate", "undo"):
        assert limits(_header(kind, x=(9_000, 9_000)), Limits()) == []
        assert limits(_header(kind, x=(9_000, 9_000)), Limits(migrate=True)) != []


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5))
def test_never_below_the_floor(people: int, changes: int, floor: int) -> None:
    """Up to the floor nothing is over any limit; and more changes never make a plan that was over be within."""
    allowed = Limits(floor=floor)
    over = bool(limits(_header(people=people, raw=(changes, changes)), allowed))
    assert not (over and changes <= floor)
    assert not over or limits(_header(people=people, raw=(changes + 1, changes + 1)), allowed)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Ledger, Lease]]:
    """An empty ledger and its lease."""
    with opened(tmp_path, Clock()) as both:
        yield both


def test_refused_with_cause_and_command(held: tuple[Ledger, Lease]) -> None:
    """A plan over its limits is refused: by how much, because of what, and the exact command that allows it."""
    ledger, lease = held
    changes = [change(f"00Q{n:03d}", before="Vmail" if n < 30 else "Old") for n in range(50)]
    header = planned(ledger, lease, changes)
    with pytest.raises(OverLimit) as caught:
        permit(header, ledger, Limits(), by="ann", attended=True)
    text = str(caught.value)
    assert "rule normalise would make changes to 50 records; the limit is 20 (10% of 100 people in scope)" in text
    assert "Largest: lead status: Vmail → Inquiry, 30; lead status: Old → Inquiry, 20" in text
    assert f"`connector approve {header.id} --by NAME --because TEXT`" in text
    assert caught.value.exit_code == 3


def test_approved(held: tuple[Ledger, Lease]) -> None:
    """Once somebody has approved that plan it may be applied, and who and why is kept; another plan may not."""
    ledger, lease = held
    header, other = (planned(ledger, lease, [change(f"00Q{n:03d}") for n in range(50)]) for _ in range(2))
    approve(ledger, header.id[:7], "Ann", "agreed with sales")
    permit(header, ledger, Limits(), by="bob", attended=False)
    (approval,) = ledger.approvals.of(header.number)
    assert (approval.by, approval.because, approval.how) == ("Ann", "agreed with sales", "approve")
    with pytest.raises(OverLimit):
        permit(other, ledger, Limits(), by="ann", attended=True)


def test_approval_needs_name_and_reason(held: tuple[Ledger, Lease]) -> None:
    """Nobody approves without a name and a reason."""
    ledger, lease = held
    header = planned(ledger, lease, [change("00Q1")])
    for by, because in (("", "x"), ("Ann", " ")):
        with pytest.raises(BadInput, match="needs a name and a reason"):
            approve(ledger, header.id, by, because)
    assert ledger.approvals.of(header.number) == []


def test_cannot_be_approved(held: tuple[Ledger, Lease]) -> None:
    """A plan that can't be applied can't be approved either."""
    ledger, lease = held
    header = planned(ledger, lease, [change("00Q1")], bar="it replays 2025-01-01 (--now)")
    with pytest.raises(Abort, match="replays 2025-01-01"):
        approve(ledger, header.id, "Ann", "why not")


def test_migration_from_the_command_line(held: tuple[Ledger, Lease]) -> None:
    """A migration applied by hand counts as approved, and is recorded so; unattended it is held to the limits."""
    ledger, lease = held
    about = About(kind="migrate", as_of=NOON, policy="p", people=100)
    header = seal([change(f"00Q{n:03d}", rule="migrate") for n in range(50)], ledger, lease, about)
    with pytest.raises(OverLimit):
        permit(header, ledger, Limits(), by="night", attended=False)
    with pytest.raises(OverLimit):
        permit(header, ledger, Limits(migrate=True), by="ann", attended=True)
    permit(header, ledger, Limits(), by="ann", attended=True)
    (approval,) = ledger.approvals.of(header.number)
    assert (approval.by, approval.how) == ("ann", "applied from the command line")
