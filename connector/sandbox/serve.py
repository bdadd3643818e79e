"""`connector sandbox`: an org with data in it, served in the foreground until it is told to stop."""

import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from connector.errors import BadInput
from connector.sandbox.faults import Faults
from connector.sandbox.server import Sandbox

if TYPE_CHECKING:
    from connector.sandbox.sample.planted import Planted

CRMS = ("salesforce", "dynamics")
"""The CRMs that can be served."""


class _Served(NamedTuple):
    """An org with data in it, what writes its connector.toml, and what is to be announced of its contents."""

    org: Any
    welcome: Callable[[Sandbox[Any], Path, Path], Path]
    contents: dict[str, Any]


def serve(
    crm: str = "salesforce",
    *,
    port: int = 8401,
    https_port: int = 0,
    data: Path | None = None,
    people: int = 5_000,
    seed: int = 7,
    faults: Path | None = None,
    write: Path | None = None,
    announce: Callable[[dict[str, Any]], None],
) -> None:
    """Serve a CRM on loopback until SIGINT or SIGTERM.

    `data` is a folder of CSV files, one per object; without it a sample org of so many `people` is made from `seed`.
    `faults` is a faults file. `write` is where to put a ready connector.toml; the token and keys it names go beside it.
    Once it serves, `announce` gets url, https_url, ca_file, token and config (the path of the file written, or None);
    and what is in the org: `planted` in numbers (the sample org only), `planted_text` in lines for people.
    Raises BadInput for a file that is wrong, Abort when a port is taken.
    """
    if crm not in CRMS:
        raise BadInput(f"no sandbox for {crm!r}", where="connector sandbox", next=f"Choose one of: {', '.join(CRMS)}.")
    injected = Faults.read(faults) if faults else Faults()
    with _folder(write) as folder:
        served = _MAKERS[crm](data, people, seed)
        with Sandbox(served.org, faults=injected, port=port, https_port=https_port, folder=folder) as box:
            config = served.welcome(box, folder, write) if write else None
            told = {"url": box.url, "https_url": box.https_url, "ca_file": str(box.ca_file), "token": box.token}
            with _until_told() as stopped:
                announce({**told, "config": str(config) if config else None, **served.contents})
                stopped.wait()
        served.org.close()


def _salesforce(data: Path | None, people: int, seed: int) -> _Served:
    """A Salesforce org with data in it."""
    from connector.sandbox.salesforce.org import Org
    from connector.sandbox.salesforce.welcome import welcome

    org = Org()
    if data is None:
        from connector.sandbox.salesforce.sample import fill

        return _Served(org, welcome, _planted(fill(org, people, seed)))
    from connector.sandbox.salesforce.csvload import load_directory

    return _Served(org, welcome, {"planted_text": list(load_directory(org, data).lines())})


def _dynamics(data: Path | None, people: int, seed: int) -> _Served:
    """A Dataverse environment with data in it; the sample has columns of its own, which the mapping must name."""
    from connector.sandbox.dynamics.org import Org
    from connector.sandbox.dynamics.welcome import welcome

    org = Org()
    if data is None:
        from connector.sandbox.dynamics.sample import MAPPING, fill

        return _Served(org, partial(welcome, mapping=MAPPING), _planted(fill(org, people, seed)))
    from connector.sandbox.dynamics.csvload import load_directory

    return _Served(org, welcome, {"planted_text": list(load_directory(org, data).lines())})


def _planted(planted: "Planted") -> dict[str, Any]:
    return {"planted": planted.numbers(), "planted_text": list(planted.lines())}


_MAKERS: dict[str, Callable[[Path | None, int, int], _Served]] = {"salesforce": _salesforce, "dynamics": _dynamics}


@contextmanager
def _folder(write: Path | None) -> Iterator[Path]:
    """Where certificates and keys go: beside the configuration, or a folder that vanishes with the sandbox."""
    if write is not None:
        folder = write.absolute().parent
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="connector-sandbox-") as made:
        yield Path(made)


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """An event that the two signals which end a process set instead."""
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
