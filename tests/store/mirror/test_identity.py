"""Tests of connector.store.mirror.identity."""

from __future__ import annotations

from pathlib import Path

from connector.model import Ref, StatusChange
from connector.ports import Batch, Mark, Table
from connector.store.mirror import Mirror
from connector.store.mirror.identity import born
from tests.store.mirror.given import AT, change, contact, everybody, judge, lead, load, opened, ref


class Listening:
    """A witness that remembers who became somebody else."""

    def __init__(self) -> None:
        self.told: list[tuple[Ref, int, str]] = []

    score_field: str | None = None

    def statuses(self, seen: object) -> None: ...

    def scores(self, seen: object) -> None: ...

    def ours(self, changes: list[tuple[Ref, StatusChange]]) -> list[bool]:
        return [False] * len(changes)

    def repointed(self, records: list[tuple[Ref, int, str]]) -> None:
        self.told += records


def few(object: int, id: str, attempt: int) -> int:
    """A numbering with only a handful of numbers, so that records get the same one."""
    return (born(object, id, 0) + attempt) % 7


def numbers(mirror: Mirror) -> dict[str, int]:
    """Everybody's person id by record id."""
    return {id: one.person.person_id for id, one in everybody(mirror).items()}


def test_the_number_of_a_record_is_the_same_in_every_mirror() -> None:
    """It depends on object and id alone, is positive, and fits 63 bits. Never change this: alerts hang on it."""
    assert born(1, "00Q000000000001AAA") == 5_874_925_768_865_927_155
    assert born(0, "00Q000000000001AAA") != born(1, "00Q000000000001AAA")
    assert 0 <= min(born(1, str(n)) for n in range(1000)) <= max(born(1, str(n)) for n in range(1000)) < 2**63


def test_a_contact_is_the_lead_it_was_converted_from(tmp_path: Path) -> None:
    """Lead and contact are one person, with the number of whichever was created first; the ledger is told."""
    mirror, ear = opened(tmp_path), Listening()
    load(mirror, Table.LEAD, lead("00Q1", created_at=AT), lead("00Q2", created_at=AT + 9))
    load(mirror, Table.CONTACT, contact("0031", created_at=AT + 5), contact("0032", created_at=AT + 5))
    judge(mirror)
    converted = [
        lead("00Q1", created_at=AT, is_converted=1, converted_contact="0031"),
        lead("00Q2", created_at=AT + 9, is_converted=1, converted_contact="0032"),
    ]
    mirror.put(Batch(Table.LEAD, converted), witness=ear)
    found = numbers(mirror)
    assert found["00Q1"] == found["0031"] == born(1, "00Q1")
    assert found["00Q2"] == found["0032"] == born(0, "0032")
    assert sorted(ear.told) == [
        (ref("0031", "contact"), born(1, "00Q1"), "conversion"),
        (ref("00Q2"), born(0, "0032"), "conversion"),
    ]


def test_whoever_becomes_somebody_else_is_judged_again(tmp_path: Path) -> None:
    """An older lead converted into a contact makes the contact's other lead the same person too."""
    mirror = opened(tmp_path)
    first = lead("00Q2", created_at=AT + 2, is_converted=1, converted_contact="0031")
    load(mirror, Table.LEAD, lead("00Q1", created_at=AT), first)
    load(mirror, Table.CONTACT, contact("0031", created_at=AT + 5))
    judge(mirror)
    change(mirror, Table.LEAD, lead("00Q1", created_at=AT, is_converted=1, converted_contact="0031"))
    assert judge(mirror) == ["00Q1", "00Q2", "0031"]
    assert set(numbers(mirror).values()) == {born(1, "00Q1")}


def test_who_somebody_is_outlives_the_lead(tmp_path: Path) -> None:
    """When the lead is deleted the contact stays who it was; a mirror made anew is told so by the ledger."""
    mirror, ear = opened(tmp_path), Listening()
    mirror.put(Batch(Table.LEAD, [lead("00Q1", is_converted=1, converted_contact="0031")], mark=Mark("1")), first=True)
    mirror.put(Batch(Table.CONTACT, [contact("0031", created_at=AT + 1)], mark=Mark("1")), first=True, witness=ear)
    mirror.intake.settle()
    change(mirror, Table.LEAD, gone=[lead("00Q1")])
    assert numbers(mirror) == {"0031": born(1, "00Q1")}
    (tmp_path / "anew").mkdir()
    anew = opened(tmp_path / "anew")
    anew.intake.recall(ear.told)
    load(anew, Table.LEAD)
    load(anew, Table.CONTACT, contact("0031", created_at=AT + 1))
    assert numbers(anew) == {"0031": born(1, "00Q1")}


def test_a_merge_is_told(tmp_path: Path) -> None:
    """The loser's record is the winner's person from then on."""
    mirror, ear = opened(tmp_path), Listening()
    load(mirror, Table.LEAD, lead("00Q1"), lead("00Q2"))
    mirror.put(Batch(Table.LEAD, gone=[lead("00Q1")], merged=[("00Q1", "00Q2")]), witness=ear)
    assert ear.told == [(ref("00Q1"), born(1, "00Q2"), "merge")]


def test_two_records_never_have_one_number(tmp_path: Path) -> None:
    """Records whose numbers fall together are parted, in a first load and later, and the ledger is told which."""
    mirror, ear = opened(tmp_path, numbering=few), Listening()
    mirror.put(Batch(Table.LEAD, [lead(f"00Q{n}") for n in range(4)], mark=Mark("1")), first=True, witness=ear)
    mirror.put(Batch(Table.LEAD, [lead(f"00Q{n}") for n in range(4, 7)]), witness=ear)
    found = numbers(mirror)
    assert sorted(found.values()) == list(range(7))
    probed = {one.id: number for one, number, why in ear.told if why == "probe"}
    assert probed
    assert probed == {id: number for id, number in found.items() if id in probed}
    (tmp_path / "anew").mkdir()
    anew = opened(tmp_path / "anew", numbering=few)
    anew.intake.recall(ear.told)
    load(anew, Table.LEAD, *(lead(f"00Q{n}") for n in reversed(range(7))))
    assert numbers(anew) == found
