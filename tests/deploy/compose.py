"""connector and PostgreSQL by deploy/compose.yaml, as it stands but for the images and the network.

Both share the machine's network, because the sandbox listens on loopback alone. The ledger is moved into the database
by the commands that docs/operations.md names.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.deploy.image import ROOT, USER, called
from tests.deploy.ports import free_port
from tests.deploy.scene import Scene

PORT = 8410
"""The one that the compose file's health check asks."""
OVERRIDE = """\
services:
  connector:
    image: {image}
    network_mode: host
    ports: !reset []
    environment:
      CONNECTOR_CLOCK: /clock/now
    volumes:
      - {clock}:/clock:ro
  database:
    image: {postgres}
    network_mode: host
    environment:
      PGPORT: "{port}"
"""


class Compose:
    """`compose`: how it is called; `engine`: the engine below it."""

    keys: Mapping[str, Any] = {"database": "file:/run/secrets/address"}
    address = f"http://127.0.0.1:{PORT}"

    def __init__(self, compose: Sequence[str], engine: Sequence[str], image: str, postgres: str) -> None:
        self._called, self._engine, self._image, self._postgres = compose, engine, image, postgres
        self._project = f"connector{uuid.uuid4().hex[:8]}"
        self._folder: Path | None = None

    def prepare(self, scene: Scene) -> None:
        """A project folder: compose.yaml under deploy/, the installation as state/, and secrets/."""
        self._folder = folder = scene.folder.parent
        (folder / "deploy").mkdir()
        shutil.copy(ROOT / "deploy" / "compose.yaml", folder / "deploy")
        (folder / "state").symlink_to(scene.folder, target_is_directory=True)
        port = free_port()
        text = OVERRIDE.format(image=self._image, postgres=self._postgres, clock=scene.clock.folder, port=port)
        (folder / "deploy" / "test.yaml").write_text(text)
        self._secrets(folder / "secrets", port)
        scene.installed(host="127.0.0.1", port=PORT)
        scene.configure()
        self._call("up", "-d", "--no-build", "database")
        self._own("/state/state", "/run/secrets/address")
        self._tell("ledger", "export", "/state/state/ledger.jsonl")
        scene.installed(host="127.0.0.1", port=PORT, **self.keys)
        scene.configure()
        self._tell("ledger", "import", "/state/state/ledger.jsonl")

    def start(self) -> None:
        self._call("up", "-d", "--no-build")

    def inspect(self) -> None:
        shown = called(*self._engine, "exec", self._container(), "python3", "-c", "import os; print(os.getuid())")
        assert shown.strip() == USER, shown

    def reload(self) -> None:
        self._call("kill", "-s", "HUP", "connector")

    def stop(self) -> int:
        container = self._container()
        self._call("stop", "connector")
        shown = called(*self._engine, "inspect", "--format", "{{.State.ExitCode}}", container)
        return int(shown)

    def log(self) -> str:
        line = (*self._line(), "logs", "--no-log-prefix", "connector")
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def command(self, *words: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._tell(*words, "--json"))
        return answer

    def close(self) -> None:
        """Nothing may be left over."""
        if self._folder is not None:
            subprocess.run([*self._line(), "down", "-v"], capture_output=True, check=False)

    def _secrets(self, folder: Path, port: int) -> None:
        folder.mkdir(mode=0o755)
        password = secrets.token_urlsafe(16)
        (folder / "database").write_text(password)
        (folder / "address").write_text(f"postgresql://connector:{password}@127.0.0.1:{port}/connector")

    def _own(self, *paths: str) -> None:
        """Gives what is mounted to the image's user, as an administrator does it with chown."""
        folder = self._folder
        mounts = ("-v", f"{folder}/installation:/state", "-v", f"{folder}/secrets:/run/secrets")
        line = ("run", "--rm", "--network", "host", *mounts, "--user", "0", "--entrypoint", "chown", self._image)
        called(*self._engine, *line, "-R", f"{USER}:{USER}", *paths)

    def _container(self) -> str:
        """By the labels that every compose puts on; not every one can be asked for the container of a service."""
        labels = {"project": self._project, "service": "connector"}
        filters = [f"--filter=label=com.docker.compose.{name}={value}" for name, value in labels.items()]
        return called(*self._engine, "ps", "-q", *filters).split()[0]

    def _tell(self, *words: str) -> str:
        return self._call("run", "--rm", "--no-deps", "-T", "connector", *words)

    def _call(self, *words: str) -> str:
        return called(*self._line(), *words)

    def _line(self) -> list[str]:
        folder = self._folder
        files = ("-f", f"{folder}/deploy/compose.yaml", "-f", f"{folder}/deploy/test.yaml")
        return [*self._called, "-p", self._project, *files]
