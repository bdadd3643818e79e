"""`python -m tests.conformance`: run the clients and say which cases work."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from connector.sandbox.dynamics import org as dynamics
from connector.sandbox.salesforce import apps
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.conformance import clients, salesforce_cli

Outcome = tuple[str, str | None]
"""A case, and why it failed."""


def main() -> int:
    """Exit code 0 when every case works, 1 when one does not, 2 when the clients cannot be installed."""
    missing = clients.install()
    if missing:
        print(f"cannot run: {missing}")  # noqa: T201
        return 2
    failures = 0
    for name, run in (("Salesforce CLI", _cli), ("jsforce", _jsforce), ("dynamics-web-api", _dynamics_web_api)):
        print(name)  # noqa: T201
        for case, why in run():
            failures += why is not None
            print(f"  {'ok    ' if why is None else 'FAILED'} {case}{'' if why is None else f': {why}'}", flush=True)  # noqa: T201
    return int(failures > 0)


def _org() -> Org:
    org = Org()
    org.load("Lead", ["FirstName", "LastName", "Company"], ([f"F{n}", f"L{n}", "ACME"] for n in range(2500)))
    return org


def _cli() -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory(prefix="conformance-") as home, Sandbox(_org()) as sandbox:
        for name, case in salesforce_cli.cases(sandbox, Path(home)):
            try:
                case()
            except (AssertionError, LookupError, ValueError, subprocess.TimeoutExpired) as error:
                yield name, repr(error)
            else:
                yield name, None


def _jsforce() -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory(prefix="conformance-") as home, Sandbox(_org()) as sandbox:
        app = apps.register(sandbox.org)
        where = [sandbox.url, sandbox.token, app.client_id, app.client_secret]
        yield from _script("jsforce", clients.JSFORCE, where, Path(home))


def _dynamics_web_api() -> Iterator[Outcome]:
    """By http and by https, whose CA Node is told of."""
    for scheme in ("http", "https"):
        org = dynamics.Org()
        org.load("lead", ["lastname", "subject"], ([f"Page {n}", "pages"] for n in range(25)))
        with tempfile.TemporaryDirectory(prefix="conformance-") as home, Sandbox(org) as sandbox:
            url = sandbox.url if scheme == "http" else sandbox.https_url
            trust = {"NODE_EXTRA_CA_CERTS": str(sandbox.ca_file)}
            where = [url, sandbox.token]
            for case, why in _script("dynamics_web_api", clients.DYNAMICS_WEB_API, where, Path(home), **trust):
                yield f"{case} ({scheme})", why


def _script(name: str, package: Path, where: list[str], home: Path, **environment: str) -> Iterator[Outcome]:
    """The cases that a script in Node reports, a line each."""
    script = Path(__file__).with_name(f"{name}.cjs")
    done = clients.run([str(clients.NODE), str(script), str(package), *where], home, **environment)
    lines = done.stdout.splitlines()
    for line in lines:
        kind, _, rest = line.partition(" ")
        yield (rest, None) if kind == "ok" else tuple(rest.split(": ", 1))  # type: ignore[misc]
    if not lines or done.returncode:
        yield name, done.stderr[-400:] or f"ended with {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
