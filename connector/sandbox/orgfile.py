"""The file that an org lives in: given, or a copy in a folder of its own that goes away with the org."""

import atexit
import shutil
import tempfile
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from connector.sandbox.storage import Storage

_PREFIX = "connector-sandbox-"


def file_for(org: object, path: Path | None, first: Callable[[], Path]) -> Path:
    """The file at `path`; if there is none, it is made as a copy of `first()`.

    Without a path it is a copy in a temporary folder, which goes away with `org`.
    """
    if path is None:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        weakref.finalize(org, shutil.rmtree, folder, ignore_errors=True)
        path = folder / "org.db"
    if not path.exists():
        shutil.copyfile(first(), path)
    return path


class FilledOrg(Protocol):
    """An org as far as its first day needs it."""

    @property
    def storage(self) -> Storage:
        """Its database."""

    def snapshot(self, path: Path) -> Path:
        """Writes a complete copy to `path`."""

    def close(self) -> None:
        """Closes its database."""


AnyOrg = TypeVar("AnyOrg", bound=FilledOrg)


def first_day(
    lay_out: Callable[[Path], None], begin: Callable[[Path], AnyOrg], fill: Callable[[AnyOrg], object]
) -> Callable[[], Path]:
    """Gives the database of an org on its first day: made at the first call, gone with the process.

    Args:
        lay_out: makes a database of empty tables at a path
        begin: opens the org of the database at a path
        fill: writes what every org has from the beginning
    """

    @cache
    def made() -> Path:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "raw.db"
        lay_out(path)
        org = begin(path)
        with org.storage.transaction():
            fill(org)
        copy = org.snapshot(folder / "first-day.db")
        org.close()
        return copy

    return made
