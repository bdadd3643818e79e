"""`python -m tests.deploy {process,image,compose,unit}`: the walk through one way of running connector.

Exit code 0 when all is as it must be, 1 when something is not, 2 when it cannot be tried on this machine.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.deploy.compose import Compose
from tests.deploy.image import ROOT, Image
from tests.deploy.process import Process
from tests.deploy.scene import scene
from tests.deploy.unit import Unit, missing
from tests.deploy.walk import walk

BUILT = "connector-image-test"


class CannotRun(Exception):
    """Why it cannot be tried here."""


def main() -> int:
    """Builds what is missing, walks, and cleans up."""
    given = _given()
    folder, begun = Path(tempfile.mkdtemp(prefix="connector-deploy-")), time.monotonic()
    try:
        with scene(folder, given.people) as made:
            host = _host(given, folder)
            try:
                walk(host, made, lambda text: _say(f"{time.monotonic() - begun:5.0f} s  {text}"))
            finally:
                host.close()
    except CannotRun as error:
        _say(f"cannot run: {error}")
        return 2
    except AssertionError as error:
        _say(f"FAILED: {error}")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _say(f"{given.what}: all as it must be")
    return 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.deploy", description=__doc__)
    parser.add_argument("what", choices=["process", "image", "compose", "unit"])
    parser.add_argument("--people", type=int, default=5_000, help="how many the CRM has")
    parser.add_argument("--engine", default=_first("docker", "podman"), help="docker, podman, or how they are called")
    parser.add_argument("--compose", default="", help="how compose is called; else: ENGINE compose")
    parser.add_argument("--options", default="", help="further options of the engine's run")
    parser.add_argument("--image", default="", help="an image that is there; else it is built from the Dockerfile")
    parser.add_argument("--postgres", default="postgres:17", help="the image of the database")
    parser.add_argument(
        "--python", default=sys.executable, help="what /opt/connector is made with; readable by everybody"
    )
    return parser.parse_args()


def _host(given: argparse.Namespace, folder: Path) -> Process | Image | Compose | Unit:
    if given.what == "process":
        return Process()
    if given.what == "unit":
        if why := missing():
            raise CannotRun(why)
        return Unit(folder, given.python)
    engine = shlex.split(given.engine)
    if not engine or not _works([*engine, "info"]):
        raise CannotRun(f"no container engine answers ({given.engine or 'neither docker nor podman is installed'})")
    image = given.image or _built(engine)
    if given.what == "image":
        return Image(engine, image, shlex.split(given.options))
    compose = shlex.split(given.compose) or [*engine, "compose"]
    if not _works([*compose, "version"]):
        raise CannotRun(f"{shlex.join(compose)} does not answer")
    return Compose(compose, engine, image, given.postgres)


def _built(engine: Sequence[str]) -> str:
    """The image, as docs/operations.md says it is built."""
    done = subprocess.run([*engine, "build", "-t", BUILT, str(ROOT)], check=False)
    if done.returncode:
        raise CannotRun("the image could not be built; --image names one that is there")
    return BUILT


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _first(*names: str) -> str:
    return next((name for name in names if shutil.which(name)), "")


def _works(line: Sequence[str]) -> bool:
    return shutil.which(line[0]) is not None and not subprocess.run(line, capture_output=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
