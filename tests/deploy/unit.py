"""connector by deploy/connector.service, installed as docs/operations.md says, under a systemd of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.deploy.image import ROOT, called
from tests.deploy.ports import free_port
from tests.deploy.scene import Scene

BOOT = Path(__file__).with_name("boot.sh")
NAMESPACES = ("--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--kill-child=SIGKILL")
USER = "connector"
HOME = "/var/lib/connector"
CLOCK = "/run/clock/now"


def missing() -> str:
    """Why no unit can be started here, "" if one can."""
    if os.geteuid() != 0:
        return "it needs root, for namespaces of its own"
    for name in ("unshare", "nsenter", "setpriv", "pivot_root", "runuser"):
        if shutil.which(name) is None:
            return f"it needs {name} (util-linux)"
    if not Path("/lib/systemd/systemd").exists():
        return "it needs systemd's binaries under /lib/systemd"
    return "" if _cgroup2() else "no cgroup2 hierarchy is mounted"


class Unit:
    """`folder`: where the copy of the root is kept. `python`: what /opt/connector is made with."""

    keys: Mapping[str, Any] = {"state": HOME}

    def __init__(self, folder: Path, python: str) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._port, self._folder, self._python = port, folder, python
        self._inside, self._said = "", folder / "boot.log"
        self._group = _cgroup2() / f"connector-unit-{uuid.uuid4().hex[:8]}"

    def prepare(self, scene: Scene) -> None:
        scene.installed(host="127.0.0.1", port=self._port, **self.keys)
        wheels = self._folder / "wheels"
        called(self._python, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
        self._boot(scene)
        self._install(scene, next(wheels.glob("*.whl")))

    def start(self) -> None:
        self._call("systemctl", "start", "connector")

    def inspect(self) -> None:
        who = self._shown("MainPID")
        ids = next(line for line in self._call("cat", f"/proc/{who}/status").splitlines() if line.startswith("Uid:"))
        assert "0" not in ids.split()[1:], "it runs as root"

    def reload(self) -> None:
        self._call("systemctl", "reload", "connector")

    def stop(self) -> int:
        self._call("systemctl", "stop", "connector")
        assert (self._shown("ActiveState"), self._shown("Result")) == ("inactive", "success"), self.log()
        return int(self._shown("ExecMainStatus"))

    def log(self) -> str:
        return self._call("journalctl", "--no-pager", "-o", "cat", "-u", "connector")

    def command(self, *words: str) -> dict[str, Any]:
        settings = ("CONNECTOR_CONFIG=/etc/connector/connector.toml", f"CONNECTOR_CLOCK={CLOCK}")
        line = ("env", *settings, "/opt/connector/bin/connector", *words, "--json")
        answer: dict[str, Any] = json.loads(self._call("runuser", "-u", USER, "--", *line))
        return answer

    def close(self) -> None:
        """Nothing may be left over."""
        if self._inside:
            os.kill(int(self._inside), signal.SIGKILL)
            self._outside.wait(20)
        for _ in range(100):
            groups = sorted(self._group.glob("**/"), reverse=True) if self._group.exists() else []
            if not any((group / "cgroup.procs").read_text() for group in groups):
                break
            time.sleep(0.05)
        for group in groups:
            group.rmdir()

    def _boot(self, scene: Scene) -> None:
        """systemd, in a control group of its own; `_inside` is its process id as this machine sees it."""
        self._group.mkdir()
        join = f'echo $$ > {self._group}/cgroup.procs && exec "$@"'
        line: Sequence[str] = (
            "unshare", *NAMESPACES, str(BOOT), str(self._folder / "root"), str(scene.folder), str(scene.clock.folder),
        )  # fmt: skip
        with self._said.open("w") as said:
            self._outside = subprocess.Popen(["sh", "-c", join, "sh", *line], stdout=said, stderr=said)
        children = Path(f"/proc/{self._outside.pid}/task/{self._outside.pid}/children")
        self._until(lambda: children.read_text().split(), "no process was started")
        self._inside = children.read_text().split()[0]
        self._until(lambda: "systemd" in Path(f"/proc/{self._inside}/comm").read_text(), "systemd was not started")
        self._until(lambda: self._state() in ("running", "degraded"), "systemd did not come up")

    def _install(self, scene: Scene, wheel: Path) -> None:
        """As docs/operations.md says."""
        self._call("useradd", "--system", "--home-dir", HOME, "--create-home", USER)
        self._call(self._python, "-m", "venv", "/opt/connector")
        pip = ("/opt/connector/bin/python", "-m", "pip", "install", "-q")
        copied = Path(f"/proc/{self._inside}/root/opt")
        for file in (ROOT / "requirements.runtime.lock", wheel):
            shutil.copy(file, copied)
        self._call(*pip, "--require-hashes", "-r", "/opt/requirements.runtime.lock")
        self._call(*pip, "--no-deps", f"/opt/{wheel.name}")
        units = Path(f"/proc/{self._inside}/root/etc/systemd/system")
        shutil.copy(ROOT / "deploy" / "connector.service", units)
        (units / "connector.service.d").mkdir()
        (units / "connector.service.d" / "clock.conf").write_text(f"[Service]\nEnvironment=CONNECTOR_CLOCK={CLOCK}\n")
        self._call("systemd-analyze", "verify", "/etc/systemd/system/connector.service")
        shutil.copytree(scene.folder / "state", f"/proc/{self._inside}/root{HOME}", dirs_exist_ok=True)
        self._call("chown", "-R", f"{USER}:{USER}", HOME)
        self._call("systemctl", "daemon-reload")
        self._call("systemctl", "enable", "-q", "connector")

    def _state(self) -> str:
        done = subprocess.run(self._line("systemctl", "is-system-running"), capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def _shown(self, name: str) -> str:
        return self._call("systemctl", "show", "--value", "-p", name, "connector").strip()

    def _until(self, happens: Any, otherwise: str) -> None:
        end = time.monotonic() + 60
        while not happens():
            why = f"{otherwise}: {self._said.read_text()}"
            assert self._outside.poll() is None, why
            assert time.monotonic() < end, why
            time.sleep(0.1)

    def _line(self, *words: str) -> list[str]:
        return ["nsenter", "-t", self._inside, "-m", "-p", "-u", "-i", "-C", *words]

    def _call(self, *words: str) -> str:
        return called(*self._line(*words))


def _cgroup2() -> Path | None:
    """Where the cgroup2 hierarchy is mounted."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(where)
    return None
