"""connector in a container, by the command line of docker or podman.

It shares the machine's network, because the sandbox listens on loopback alone. All else is as the compose file has it:
a root that cannot be written, no capability, an ordinary user.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.deploy.ports import free_port
from tests.deploy.scene import Scene

ROOT = Path(__file__).resolve().parents[2]
USER = "10001"
HEALTH = "import urllib.request as u; u.urlopen('{address}/healthz', timeout=5)"
CONFINED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")


def called(*line: str, seconds: float = 400) -> str:
    """What a command line says on standard output. Raises AssertionError with all it said, if it fails."""
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=seconds)
    assert done.returncode == 0, f"{' '.join(line)}: {done.stdout}{done.stderr}"
    return done.stdout


class Image:
    """`engine`: how docker or podman is called. `options`: further ones of its `run`."""

    keys: Mapping[str, Any] = {}

    def __init__(self, engine: Sequence[str], image: str, options: Sequence[str] = ()) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._port, self._engine, self._image, self._options = port, engine, image, options
        self._name = f"connector-{uuid.uuid4().hex[:8]}"

    def prepare(self, scene: Scene) -> None:
        self._scene = scene
        scene.installed(host="127.0.0.1", port=self._port)
        self._run("--rm", "--user", "0", "--entrypoint", "chown", self._image, "-R", f"{USER}:{USER}", "/state/state")
        shown = json.loads(self._call("image", "inspect", self._image))[0]["Config"]
        assert shown["User"].partition(":")[0] == USER, shown["User"]
        assert (shown["Entrypoint"], shown["Cmd"]) == (["connector"], ["serve"]), shown

    def start(self) -> None:
        self._remove()
        self._run("-d", "--name", self._name, *CONFINED, self._image)

    def inspect(self) -> None:
        self._call("exec", self._name, "python3", "-c", HEALTH.format(address=self.address))
        who = self._call("exec", self._name, "python3", "-c", "print(open('/proc/1/status').read())")
        ids = next(line.split()[1:] for line in who.splitlines() if line.startswith("Uid:"))
        assert set(ids) == {USER}, who

    def reload(self) -> None:
        self._call("kill", "--signal", "HUP", self._name)

    def stop(self) -> int:
        self._call("stop", "-t", "360", self._name)
        return int(self._call("inspect", "--format", "{{.State.ExitCode}}", self._name))

    def log(self) -> str:
        done = subprocess.run([*self._engine, "logs", self._name], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def command(self, *words: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._run("--rm", *CONFINED, self._image, *words, "--json"))
        return answer

    def close(self) -> None:
        """Nothing may be left over."""
        self._remove()

    def _remove(self) -> None:
        subprocess.run([*self._engine, "rm", "-f", self._name], capture_output=True, check=False)

    def _run(self, *words: str) -> str:
        folders = ("-v", f"{self._scene.folder}:/state", "-v", f"{self._scene.clock.folder}:/clock:ro")
        clock = ("-e", "CONNECTOR_CLOCK=/clock/now")
        return self._call("run", "--network", "host", *folders, *clock, *self._options, *words)

    def _call(self, *words: str) -> str:
        return called(*self._engine, *words)
