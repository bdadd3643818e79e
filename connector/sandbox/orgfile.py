"""The file that an org lives in: given, or a copy in a folder of its own that goes away with the org."""

import atexit
import shutil
import tempfile
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path

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


def made_once(make: Callable[[Path], Path]) -> Callable[[], Path]:
    """Gives what `make` made in the folder it was given: made at the first call, gone with the process."""

    @cache
    def first() -> Path:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return make(folder)

    return first
