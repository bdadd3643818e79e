"""/healthz, /readyz and /metrics tell how the process does, and nothing can be changed through them."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from connector.daemon import web
from connector.daemon.metrics import Metrics
from connector.daemon.web import Web
from connector.errors import ConfigError
from connector.ports import Budget
from connector.secrets import reveal


class Process:
    """What is asked."""

    def __init__(self) -> None:
        self.alive = True
        self.failing: dict[str, str] = {}


@pytest.fixture
def process() -> Process:
    """All is well."""
    return Process()


@pytest.fixture
def metrics() -> Metrics:
    """Nothing counted yet."""
    return Metrics()


@pytest.fixture
def address(process: Process, metrics: Metrics) -> Iterator[str]:
    """Where it listens."""
    with Web("127.0.0.1", 0, metrics, lambda: process.alive, lambda: process.failing) as web:
        yield web.address


def test_healthy_while_the_scheduler_runs(address: str, process: Process) -> None:
    """Else 503, so that somebody restarts it."""
    assert requests.get(f"{address}/healthz", timeout=5).status_code == 200
    process.alive = False
    assert requests.get(f"{address}/healthz", timeout=5).status_code == 503


def test_ready_while_nothing_fails(address: str, process: Process) -> None:
    """A job that failed is named with its reason, and does not make the process unhealthy."""
    assert requests.get(f"{address}/readyz", timeout=5).text == "ready\n"
    process.failing = {"acme/sync": "cannot reach the CRM"}
    found = requests.get(f"{address}/readyz", timeout=5)
    assert (found.status_code, found.text) == (503, "acme/sync: cannot reach the CRM\n")
    assert requests.get(f"{address}/healthz", timeout=5).status_code == 200


def test_no_secret_on_a_page(address: str, process: Process) -> None:
    """An error may repeat what the CRM said, and the CRM what it was told."""
    reveal("t0k3n-of-the-crm")
    process.failing = {"acme/sync": "refused: t0k3n-of-the-crm is no session"}
    assert requests.get(f"{address}/readyz", timeout=5).text == "acme/sync: refused: ••• is no session\n"


def test_metrics_are_what_prometheus_reads(address: str, metrics: Metrics) -> None:
    """Every line is a comment or a sample."""
    metrics.budget("acme", Budget(1000, 10, 7))
    metrics.planned("acme", {"recycled": 12})
    metrics.found("acme", 500, {"same_email": 3}, 40)
    text = requests.get(f"{address}/metrics", timeout=5).text
    assert 'connector_changes_total{org="acme",rule="recycled"} 12.0' in text
    assert 'connector_api_calls_left{org="acme"} 990.0' in text
    assert all(re.fullmatch(r"#.*|[a-z_]+(\{.*\})? \S+", line) for line in text.splitlines())


def test_nothing_else_is_there(address: str) -> None:
    """No other page, no other method."""
    assert requests.get(f"{address}/", timeout=5).status_code == 404
    assert requests.post(f"{address}/healthz", timeout=5).status_code == 501


@pytest.mark.long
def test_a_crowd_that_says_nothing(address: str) -> None:
    """Hundreds of connections that stay silent take no more than some threads, and a probe is answered all the same."""
    host, port = address.removeprefix("http://").split(":")
    before, crowd = threading.active_count(), list[socket.socket]()
    try:
        for _ in range(300):
            crowd.append(socket.create_connection((host, int(port)), timeout=5))
            crowd[-1].sendall(b"GET /healthz HT")
        assert requests.get(f"{address}/healthz", timeout=5).status_code == 200
        crowd[0].settimeout(5)
        assert crowd[0].recv(1) == b""
        until = time.monotonic() + 10
        while threading.active_count() > before + web.AT_ONCE + 1 and time.monotonic() < until:
            time.sleep(0.01)
        assert threading.active_count() <= before + web.AT_ONCE + 1
    finally:
        for one in crowd:
            one.close()


def test_who_says_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch, metrics: Metrics) -> None:
    """After a while, by us."""
    monkeypatch.setattr(web, "SILENCE", 0.05)
    with Web("127.0.0.1", 0, metrics, lambda: True, dict) as served:
        host, port = served.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as silent:
            assert silent.recv(1) == b""


def test_a_port_in_use_is_told(address: str) -> None:
    """With where to change it."""
    port = int(address.rpartition(":")[2])
    with pytest.raises(ConfigError, match="cannot listen on"):
        Web("127.0.0.1", port, Metrics(), lambda: True, dict)


def test_a_name_nobody_knows_is_no_question_of_the_port() -> None:
    """What is to be changed is the host."""
    with pytest.raises(ConfigError) as refused:
        Web("nowhere.invalid", 0, Metrics(), lambda: True, dict)
    assert "as host" in (refused.value.next or "")
