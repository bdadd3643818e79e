"""What image, unit, compose file and manifest say fits the daemon, and each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.scheduleconfig import ServeConfig

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVE = ServeConfig()
SECONDS = {"s": 1, "m": 60, "min": 60}


def seconds(text: str) -> int:
    """`6m` or `6min` in seconds."""
    found = re.fullmatch(r"(\d+)([a-z]+)", text)
    assert found, text
    return int(found[1]) * SECONDS[found[2]]


@pytest.fixture(scope="module")
def unit() -> dict[str, str]:
    """The unit's settings."""
    lines = (DEPLOY / "connector.service").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The service of the compose file."""
    service: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["connector"]
    return service


@pytest.fixture(scope="module")
def pod() -> dict[str, Any]:
    """The pod of the manifest."""
    deployment = next(iter(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())))
    spec: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return spec


def test_nobody_kills_before_the_grace_is_over(unit: dict[str, str], compose: Any, pod: Any) -> None:
    """Unit, compose file and manifest wait longer than the daemon gives its jobs, and then some."""
    waits = (
        seconds(unit["TimeoutStopSec"]), seconds(compose["stop_grace_period"]), pod["terminationGracePeriodSeconds"],
    )  # fmt: skip
    assert min(waits) >= SERVE.grace_seconds + 60


def test_probes_ask_where_the_daemon_listens(compose: Any, pod: Any) -> None:
    """Its own port and pages, and no program that the image does not have."""
    check = compose["healthcheck"]["test"]
    assert check[:3] == ["CMD", "python3", "-c"]
    assert f"http://127.0.0.1:{SERVE.port}/healthz" in check[3]
    assert [port.split(":")[-1] for port in compose["ports"]] == [str(SERVE.port)]
    (container,) = pod["containers"]
    assert container["ports"] == [{"name": "web", "containerPort": SERVE.port}]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "web"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "web"}


def test_nobody_is_root(unit: dict[str, str], pod: Any) -> None:
    """The image's user is a number, which the manifest can check; the unit has a user of its own."""
    (user,) = re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.MULTILINE)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == int(user) > 0
    assert unit["User"] == "connector"


def test_roots_are_read_only_but_for_the_state(unit: dict[str, str], compose: Any, pod: Any) -> None:
    """Only /state and /tmp can be written, under the unit only its state directory."""
    assert compose["read_only"] is True
    assert [where for where in compose["volumes"] if not where.endswith(":ro")] == ["../state:/state"]
    assert compose["tmpfs"] == ["/tmp"]
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert {one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")} == {"/state", "/tmp"}
    assert (unit["ProtectSystem"], unit["StateDirectory"]) == ("strict", "connector")


def test_the_image_has_every_dependency() -> None:
    """On every system, not only on some: a line of the lock with a condition would leave it out of an image."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements.runtime.lock").read_text()
    always = set(re.findall(r"^([a-z0-9-]+)==[^ ;]+ \\$", lock, re.MULTILINE))
    wanted = {re.split(r"[\[<>=]", need)[0] for need in project["dependencies"]}
    assert wanted <= always, wanted - always


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "US/Pacific", "Asia/Calcutta"])
def test_time_zones_need_no_files_of_the_machine(zone: str) -> None:
    """Older names that orgs still go by are known, too."""
    look = f"import zoneinfo; print(zoneinfo.ZoneInfo({zone!r}).key)"
    environment = {**os.environ, "PYTHONTZPATH": ""}
    done = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == f"{zone}\n", done.stderr
