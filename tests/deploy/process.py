"""connector as it is installed here, as an ordinary process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tests.deploy.ports import free_port
from tests.deploy.scene import Scene


class Process:
    """`python -m connector serve` in the installation's folder."""

    keys: Mapping[str, Any] = {}

    def __init__(self) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._port = port

    def prepare(self, scene: Scene) -> None:
        self._folder = scene.folder
        scene.installed(host="127.0.0.1", port=self._port)

    def start(self) -> None:
        with (self._folder / "serve.log").open("a") as log:
            self._process = subprocess.Popen(self._line("serve"), stdout=log, stderr=log)

    def inspect(self) -> None:
        assert self._process.poll() is None

    def reload(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(360)

    def log(self) -> str:
        return (self._folder / "serve.log").read_text()

    def command(self, *words: str) -> dict[str, Any]:
        done = subprocess.run(self._line(*words, "--json"), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def close(self) -> None:
        """Nothing may be left over."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)

    def _line(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "connector", "--config", str(self._folder / "connector.toml"), *words]
