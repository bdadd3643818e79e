"""Handing out what the ledger knows of an org, and moving it to another database."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import tracemalloc
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, Table

from connector.errors import BadInput
from connector.ports import JobState
from connector.store.ledger import Ledger, NightEnd, State, Told
from connector.store.ledger.copies import TABLES
from connector.store.ledger.copyfile import read_lines, write_lines, write_tables
from connector.store.place import Place
from tests.database import place
from tests.store.ledger.open import NOON, Clock, change, planned

TEXT = 'Ł, "said"\nnext = \u2028;\'\x01'
PLACES = {"file": lambda path: path, "postgres": place}


def ledger_at(where: Place, org: str = "acme") -> Ledger:
    """A ledger of an org."""
    return Ledger.open(where, org, Clock())


def fill(ledger: Ledger) -> None:
    """Three rows in every table there is, with every kind of value that their columns take."""
    with ledger._database.transaction() as connection:
        for one in TABLES:
            rows = [{c.name: _value(one, c, ledger.org, number) for c in one.columns} for number in range(3)]
            connection.execute(one.insert(), rows)


ONLY = {
    ("change", "state"): State.APPLIED,
    ("delivery", "state"): Told.SENT,
    ("job", "state"): JobState.CREATED.value,
    ("night", "outcome"): NightEnd.PARKED.value,
    ("plan", "marks"): json.dumps({TEXT: TEXT}),
    ("plan", "findings"): json.dumps({TEXT: 3}),
    ("plan", "warnings"): json.dumps([TEXT]),
    ("change", "raw"): json.dumps({"state": TEXT}),
    ("change", "put"): json.dumps({"state": TEXT}),
    ("night", "told"): json.dumps({"read": 3, "findings": {TEXT: 3}}),
}
"""Columns that do not hold just any text or number."""


def _value(one: Table, column: Column[Any], org: str, number: int) -> Any:
    if column.name == "org":
        return org
    if (one.name, column.name) in ONLY and not (column.nullable and number == 0):
        return ONLY[one.name, column.name]
    if one.name == "lease" and column.name in ("holder", "host", "born", "space", "pid", "since", "expires"):
        return "" if column.type.python_type is str else 0
    if column.nullable and number == 0:
        return None
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) * number
    if column.type.python_type is int:
        wide = "BIGINT" in str(column.type) or "BigInteger" in repr(column.type)
        return number + (2**37 if wide else 0)
    return f"{TEXT}{number}"


def held(ledger: Ledger) -> list[tuple[str, Any]]:
    """All that it knows."""
    return [(one.name, row) for one, rows in ledger.copies.pages() for row in rows]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """An export of the org acme."""
    with ledger_at(tmp_path / "old.db") as ledger:
        fill(ledger)
        write_lines(ledger.copies, tmp_path / "acme.jsonl", NOON)
    return tmp_path / "acme.jsonl"


@pytest.mark.parametrize(("old", "new"), list(product(PLACES, PLACES)))
def test_a_ledger_moves_whole(tmp_path: Path, old: str, new: str) -> None:
    """Every row of every table arrives as it was, from files to PostgreSQL and back, and nothing of another org."""
    with ledger_at(PLACES[old](tmp_path / "old.db")) as ledger, ledger_at(ledger._database.place, "globex") as other:
        fill(ledger)
        fill(other)
        before, sums = held(ledger), write_lines(ledger.copies, tmp_path / "acme.jsonl", NOON)
    with ledger_at(PLACES[new](tmp_path / "new.db")) as ledger, ledger_at(ledger._database.place, "globex") as other:
        assert read_lines(ledger.copies, tmp_path / "acme.jsonl") == sums
        assert held(ledger) == before
        assert {name for name, _ in before} == {one.name for one in TABLES}
        assert len(before) == 3 * len(TABLES)
        assert held(other) == []


def test_what_was_moved_is_gone_on_with(tmp_path: Path) -> None:
    """The new ledger's next plan and lease come after the old one's."""
    with ledger_at(tmp_path / "old.db") as ledger:
        with ledger.lease("connector plan") as lease:
            first, token = planned(ledger, lease, [change("00Q1")]), lease.token
        write_lines(ledger.copies, tmp_path / "acme.jsonl", NOON)
    with ledger_at(place(tmp_path / "new.db")) as ledger:
        read_lines(ledger.copies, tmp_path / "acme.jsonl")
        assert ledger.plans.find(first.id) == first
        with ledger.lease("connector plan") as lease:
            assert lease.token == token + 1
            assert planned(ledger, lease, [change("00Q2")]).number == first.number + 1


def _shorter(text: list[str]) -> list[str]:
    return text[:-1]


def _without_a_row(text: list[str]) -> list[str]:
    return [*text[:4], *text[5:]]


def _edited(text: list[str]) -> list[str]:
    return [line.replace('"because":"Ł', '"because":"L') for line in text]


def _of_another(text: list[str]) -> list[str]:
    return [text[0].replace('"acme"', '"globex"'), *text[1:]]


def _newer(text: list[str]) -> list[str]:
    return [text[0].replace('"revision":"', '"revision":"9'), *text[1:]]


def _no_export(text: list[str]) -> list[str]:
    return ["id,status", *text]


def _broken(text: list[str]) -> list[str]:
    return [*text[:3], text[3][:20], *text[4:]]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_shorter, "not whole"),
        (_without_a_row, "not those that were written"),
        (_edited, "not those that were written"),
        (_of_another, "is about org 'globex'"),
        (_newer, "another version"),
        (_no_export, "not the export of a ledger"),
        (_broken, "acme.jsonl:4"),
    ],
)
def test_a_spoilt_file_leaves_nothing(
    tmp_path: Path, lines: Path, spoil: Callable[[list[str]], list[str]], said: str
) -> None:
    """A file that is cut, edited, of another org or version is refused, and nothing of it is taken in."""
    text = lines.read_text(encoding="utf-8").split("\n")[:-1]
    spoilt = spoil(text)
    assert spoilt != text
    lines.write_text("\n".join(spoilt) + "\n", encoding="utf-8")
    with ledger_at(tmp_path / "new.db") as ledger:
        with pytest.raises(BadInput) as raised:
            read_lines(ledger.copies, lines)
        assert said in str(raised.value)
        assert raised.value.next
        assert held(ledger) == []


def _forged(lines: Path, table: str, column: str, value: str) -> int:
    """Puts a value, as JSON, into the last row of a table and makes the sums fit; the number of its line."""
    text = lines.read_text(encoding="utf-8").split("\n")[:-1]
    at = max(number for number, line in enumerate(text) if json.loads(line).get("table") == table)
    before = json.loads(text[at])["row"][column]
    old = f'"{column}":{json.dumps(before, ensure_ascii=False, separators=(",", ":"))}'
    text[at] = text[at].replace(old, f'"{column}":{value}', 1)
    assert f'"{column}":{value}' in text[at]
    end = json.loads(text[-1])
    ours = "".join(line + "\n" for line in text if line.startswith(f'{{"table":"{table}"'))
    end["end"][table]["digest"] = hashlib.sha256(ours.encode()).hexdigest()
    text[-1] = json.dumps(end)
    lines.write_text("\n".join(text) + "\n", encoding="utf-8")
    return at + 1


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("night", "due", '"abc"', "night.due cannot be taken in: it is no whole number"),
        ("night", "due", "10000000000000", "it is no time"),
        ("night", "due", str(2**63), "it is no time"),
        ("night", "due", "1e5", "no whole number"),
        ("night", "due", "true", "no whole number"),
        ("night", "due", "null", "may not be empty"),
        ("night", "due", "9" * 400, "no time"),
        ("night", "due", "9" * 5_000, "not a line of an export|no time"),
        ("night", "told", '"not json"', "night.told cannot be taken in: it is not the JSON"),
        ("night", "told", '"[]"', "not the JSON"),
        ("night", "told", json.dumps(json.dumps({"findings": 3})), "not the JSON"),
        ("night", "told", json.dumps("[" * 200_000), "not the JSON"),
        ("night", "told", "[" * 200_000, "not a line of an export"),
        ("night", "outcome", '"hacked"', "none of 'done'"),
        ("night", "why", "3", "no text"),
        ("change", "state", "99", "none of 0"),
        ("plan", "people", str(2**40), "too large"),
        ("plan", "findings", '"{\\"a\\":\\"b\\"}"', "not the JSON"),
        ("observation", "seen_at", "-99999999999999", "no time"),
        ("identity", "person_id", str(2**63), "too large"),
        ("batch", "before", '"%%%"', "not base64"),
        ("batch", "before", "3", "not base64"),
    ],
)
def test_what_no_command_could_read_is_not_taken_in(
    tmp_path: Path, lines: Path, kind: str, table: str, column: str, value: str, said: str
) -> None:
    """A value that its column cannot hold is refused with file and line, though all the sums are right."""
    number = _forged(lines, table, column, value)
    with ledger_at(PLACES[kind](tmp_path / "new.db")) as ledger:
        with pytest.raises(BadInput, match=said) as raised:
            read_lines(ledger.copies, lines)
        assert raised.value.where == f"{lines}:{number}"
        assert held(ledger) == []


@pytest.mark.parametrize("after", ["", "first\n"])
def test_what_has_no_lines_is_not_read_for_ever(
    tmp_path: Path, lines: Path, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line longer than any of ours ends the reading, the first or another; so does a device without end."""
    monkeypatch.setattr("connector.store.ledger.copyfile.LONGEST", 100_000)
    head = lines.read_text(encoding="utf-8").split("\n")[0] + "\n" if after else ""
    lines.write_text(head + "x" * 100_001, encoding="utf-8")
    with ledger_at(tmp_path / "new.db") as ledger:
        for file in (lines, Path("/dev/zero")):
            with pytest.raises(BadInput, match="longer than any"):
                read_lines(ledger.copies, file)
        assert held(ledger) == []


def test_a_row_that_is_there_twice_is_told(tmp_path: Path, lines: Path) -> None:
    """It is the file that is wrong, not the database."""
    text = lines.read_text(encoding="utf-8").split("\n")[:-1]
    end = json.loads(text[-1])
    ours = [line + "\n" for line in text if line.startswith('{"table":"run"')]
    again = [*ours, ours[-1]]
    end["end"]["run"] = {"rows": len(again), "digest": hashlib.sha256("".join(again).encode()).hexdigest()}
    at = text.index(ours[-1][:-1])
    lines.write_text("\n".join([*text[:at], text[at], *text[at:-1], json.dumps(end)]) + "\n", encoding="utf-8")
    with ledger_at(tmp_path / "new.db") as ledger:
        with pytest.raises(BadInput, match="twice"):
            read_lines(ledger.copies, lines)
        assert held(ledger) == []


def test_a_ledger_that_knows_the_org_takes_nothing(tmp_path: Path, lines: Path) -> None:
    """Nothing is mixed: a second import is refused, and so is one into a ledger in use."""
    with ledger_at(tmp_path / "new.db") as ledger:
        read_lines(ledger.copies, lines)
        before = held(ledger)
        with pytest.raises(BadInput, match="knows of org 'acme' already"):
            read_lines(ledger.copies, lines)
        assert held(ledger) == before


def test_what_was_written_by_others_at_work_cannot_be_moved(tmp_path: Path) -> None:
    """An export made while a command holds the lease is good for reading, but not for going on elsewhere."""
    with ledger_at(tmp_path / "old.db") as ledger, ledger.lease("connector apply 3fa9c1"):
        write_lines(ledger.copies, tmp_path / "acme.jsonl", NOON)
    with ledger_at(tmp_path / "new.db") as ledger:
        with pytest.raises(BadInput, match="`connector apply 3fa9c1` was at work"):
            read_lines(ledger.copies, tmp_path / "acme.jsonl")
        assert held(ledger) == []


@pytest.mark.parametrize("kind", PLACES)
def test_as_of_one_moment(tmp_path: Path, kind: str) -> None:
    """What others commit while it is read does not show half."""
    with ledger_at(PLACES[kind](tmp_path / "old.db")) as ledger:
        fill(ledger)
        before = held(ledger)
        pages = ledger.copies.pages()
        first = next(pages)
        with ledger._database.transaction() as connection:
            for one in TABLES:
                connection.execute(one.delete())
        assert [(one.name, row) for one, rows in (first, *pages) for row in rows] == before
        assert held(ledger) == []


def test_files_are_private(tmp_path: Path) -> None:
    """They hold what the CRM holds: readable by their owner alone, whatever the umask and whatever was there before."""
    target = tmp_path / "acme.jsonl"
    target.touch(0o644)
    before = os.umask(0)
    try:
        with ledger_at(tmp_path / "old.db") as ledger:
            fill(ledger)
            write_lines(ledger.copies, target, NOON, force=True)
            write_tables(ledger.copies, tmp_path / "csv")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in [target, *(tmp_path / "csv").iterdir()]} == {0o600}
    assert (tmp_path / "csv").stat().st_mode & 0o777 == 0o700
    assert {path.name for path in (tmp_path / "csv").iterdir()} == {f"{one.name}.csv" for one in TABLES}


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    """Where others may write too, nobody makes us overwrite another file by a link under the name we use."""
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (tmp_path / "acme.jsonl.new").symlink_to(tmp_path / "precious")
    with ledger_at(tmp_path / "old.db") as ledger:
        write_lines(ledger.copies, tmp_path / "acme.jsonl", NOON)
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "acme.jsonl").is_symlink()


def test_nothing_is_overwritten_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there stays, though it came while the export was written; beside one table no other is put."""
    target, folder = tmp_path / "acme.jsonl", tmp_path / "csv"
    with ledger_at(tmp_path / "old.db") as ledger:
        fill(ledger)
        write_lines(ledger.copies, target, NOON)
        whole = target.read_bytes()
        target.write_text("the only one")
        folder.mkdir()
        (folder / "night.csv").symlink_to(tmp_path / "nowhere")
        with pytest.raises(BadInput, match="is already there"):
            write_tables(ledger.copies, folder)
        with pytest.raises(BadInput, match="is already there") as told:
            write_lines(ledger.copies, target, NOON)
        assert "--force" in told.value.next
        assert target.read_text() == "the only one"
        assert [path.name for path in folder.iterdir()] == ["night.csv"]
        write_lines(ledger.copies, target, NOON, force=True)
        assert target.read_bytes() == whole
        write_tables(ledger.copies, folder, force=True)
        assert len(list(folder.iterdir())) == len(TABLES)
        target.unlink()
        fsync = os.fsync
        monkeypatch.setattr(os, "fsync", lambda file: (fsync(file), target.write_text("came meanwhile")))
        with pytest.raises(BadInput, match="is already there"):
            write_lines(ledger.copies, target, NOON)
        assert target.read_text() == "came meanwhile"


def test_tables_for_reading(tmp_path: Path) -> None:
    """Each CSV file has its columns and all its rows, line breaks and quotes in values included."""
    with ledger_at(tmp_path / "old.db") as ledger:
        fill(ledger)
        write_tables(ledger.copies, tmp_path / "csv")
    with (tmp_path / "csv" / "change.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["because"] for row in rows] == [f"{TEXT}{number}" for number in range(3)]
    assert [row["org"] for row in rows] == ["acme"] * 3


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The error names the file; nothing half is left behind."""
    (tmp_path / "file").touch()
    with ledger_at(tmp_path / "old.db") as ledger:
        for write in (
            lambda path: write_lines(ledger.copies, path / "x", NOON),
            lambda path: write_tables(ledger.copies, path),
        ):
            with pytest.raises(BadInput, match="cannot be written"):
                write(tmp_path / "file")


@pytest.mark.long
@pytest.mark.parametrize("kind", PLACES)
def test_memory_is_flat(tmp_path: Path, kind: str) -> None:
    """Twenty thousand changes pass without being held, both ways."""
    with ledger_at(tmp_path / "old.db") as ledger, ledger.lease("connector plan") as lease:
        planned(ledger, lease, (change(f"00Q{number:08d}") for number in range(20_000)))
    old, new = PLACES[kind](tmp_path / "a.db"), PLACES[kind](tmp_path / "b.db")
    target = tmp_path / "acme.jsonl"
    with ledger_at(tmp_path / "old.db") as ledger:
        write_lines(ledger.copies, target, NOON)
    with ledger_at(old) as ledger:
        read_lines(ledger.copies, target)
    with ledger_at(old) as one, ledger_at(new) as two:
        tracemalloc.start()
        write_lines(one.copies, target, NOON, force=True)
        read_lines(two.copies, target)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    size = target.stat().st_size
    assert json.loads(target.read_bytes().splitlines()[-1])["end"]["change"]["rows"] == 20_000
    assert peak < size / 2 < 6_000_000
