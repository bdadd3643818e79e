"""Tests of connector.store.mirror.file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from connector.errors import NotFound
from connector.ports import Mark, Table
from connector.store.mirror import Mirror, file
from tests.store.mirror.given import NOW, everybody, lead, load, opened


def filled(folder: Path, **options: object) -> None:
    """A mirror with a lead, synced."""
    with opened(folder, **options) as mirror:
        load(mirror, Table.LEAD, lead("00Q1"))
        load(mirror, Table.CONTACT)
        load(mirror, Table.TASK)
        mirror.notes.set_synced_at(NOW)


def test_a_mirror_stays(tmp_path: Path) -> None:
    """Opened again, the mirror holds what it held."""
    filled(tmp_path)
    with opened(tmp_path) as mirror:
        assert list(everybody(mirror)) == ["00Q1"]
        assert mirror.notes.synced_at() == NOW
        assert mirror.notes.mark(Table.LEAD) == Mark("1")
        assert not mirror.is_empty()


def test_another_schema_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror of another schema is not migrated: it is emptied, and counts as never synced."""
    filled(tmp_path)
    monkeypatch.setattr(file, "schema_hash", lambda: "another")
    with opened(tmp_path) as mirror:
        assert everybody(mirror) == {}
        assert mirror.is_empty()
        assert mirror.notes.mark(Table.LEAD) is None


def test_the_mirror_of_another_org_is_made_anew(tmp_path: Path) -> None:
    """A file that holds another org's rows is not mixed with ours."""
    filled(tmp_path)
    with Mirror.open(tmp_path / "mirror.db", "other") as mirror:
        assert everybody(mirror) == {}


def test_a_half_made_file_is_made_anew(tmp_path: Path) -> None:
    """A database with other tables in it is no mirror."""
    other = sqlite3.connect(tmp_path / "mirror.db")
    other.execute("CREATE TABLE something (x)")
    other.close()
    with opened(tmp_path) as mirror:
        assert everybody(mirror) == {}


def test_reading_what_is_not_there_says_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading command makes and deletes nothing: it says that nothing was synced, or by another version."""
    with pytest.raises(NotFound, match="nothing has been synced yet") as told:
        opened(tmp_path, reading=True)
    assert "connector sync" in told.value.next
    assert list(tmp_path.iterdir()) == []
    filled(tmp_path)
    monkeypatch.setattr(file, "schema_hash", lambda: "another")
    with pytest.raises(NotFound, match="another version"):
        opened(tmp_path, reading=True)
    monkeypatch.undo()
    with opened(tmp_path, reading=True) as mirror:
        assert list(everybody(mirror)) == ["00Q1"]


def test_reading_waits_for_nobody(tmp_path: Path) -> None:
    """A reading command reads while another process writes, and sees what was committed."""
    filled(tmp_path)
    with opened(tmp_path) as writing, opened(tmp_path, reading=True) as reading:
        with writing._connection.transaction():
            writing._connection.run("DELETE FROM person")
            assert list(everybody(reading)) == ["00Q1"]
        assert everybody(reading) == {}


def test_a_first_load_that_broke_off_cannot_be_read(tmp_path: Path) -> None:
    """As long as people are being loaded for the first time, a reading command says so."""
    with opened(tmp_path) as mirror:
        mirror.intake.begin(Table.LEAD)
    with pytest.raises(NotFound, match="first sync"):
        opened(tmp_path, reading=True)


def test_other_facts_mean_reading_people_again(tmp_path: Path) -> None:
    """With other facts than were read, people are read in full again, and until then nothing counts as synced."""
    filled(tmp_path, facts=("rating",))
    with opened(tmp_path, facts=("rating",), reading=True):
        pass
    with pytest.raises(NotFound, match="other facts"):
        opened(tmp_path, facts=("rating", "state"), reading=True)
    with opened(tmp_path, facts=("rating", "state")) as mirror:
        assert mirror.is_empty()
        assert mirror.notes.mark(Table.LEAD) is None
        assert mirror.notes.is_known(Table.LEAD)
        assert mirror.notes.mark(Table.TASK) == Mark("1")
        load(mirror, Table.LEAD, lead("00Q1", facts='["Hot","CA"]'))
        assert everybody(mirror)["00Q1"].person.facts == (("rating", "Hot"), ("state", "CA"))
