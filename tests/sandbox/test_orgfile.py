"""The file that an org lives in."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path

from connector.sandbox.orgfile import file_for, first_day
from connector.sandbox.storage import Storage


class Owner:
    """Stands for an org."""


class Born:
    """Stands for an org on its first day."""

    def __init__(self, path: Path) -> None:
        self.storage = Storage(path)

    def snapshot(self, path: Path) -> Path:
        self.storage.copy_to(path)
        return path

    def close(self) -> None:
        self.storage.close()


def test_a_file_that_is_there_is_used_as_it_is(tmp_path: Path) -> None:
    """Nothing is made or copied for it."""
    path = tmp_path / "org.db"
    path.write_text("mine")

    def first() -> Path:
        raise AssertionError("nobody asked for it")

    assert file_for(Owner(), path, first) == path
    assert path.read_text() == "mine"


def test_a_file_that_is_not_there_is_a_copy(tmp_path: Path) -> None:
    """Of what was said, which stays as it is."""
    origin, path = tmp_path / "first.db", tmp_path / "org.db"
    origin.write_text("first")
    assert file_for(Owner(), path, lambda: origin).read_text() == "first"
    path.write_text("changed")
    assert origin.read_text() == "first"


def test_a_file_without_a_place_goes_with_its_owner(tmp_path: Path) -> None:
    """Its folder is gone as soon as nobody holds the org."""
    origin = tmp_path / "first.db"
    origin.write_text("first")
    owner = Owner()
    path = file_for(owner, None, lambda: origin)
    assert path.read_text() == "first"
    del owner
    gc.collect()
    assert not path.parent.exists()


def test_the_first_day_is_made_once() -> None:
    """However often it is asked for, and only when it is."""
    made: list[Path] = []

    def lay_out(path: Path) -> None:
        made.append(path)
        Storage(path).close()

    first = first_day(lay_out, Born, lambda org: org.storage.db.execute("CREATE TABLE first (day)"))
    assert made == []
    assert first() == first()
    with sqlite3.connect(first()) as db:
        assert db.execute("SELECT count(*) FROM first").fetchone() == (0,)
    assert len(made) == 1
