"""What is looked at, whatever connector runs in: it comes up, reloads, writes, ends when asked, and goes on."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from tests.deploy.clock import STEP
from tests.deploy.scene import SLOWLY, Scene

GRACE = 300
"""Seconds within which it has to end; every host waits a minute longer before it kills."""
IDLE, LEAP = 3 * SLOWLY, 0.5
"""Real seconds: of waiting until it is sure that nothing more comes, and between two leaps of the clock."""


class Host(Protocol):
    """Where connector runs. `keys`: what its connector.toml needs; `address`: where its pages are."""

    keys: Mapping[str, Any]
    address: str

    def prepare(self, scene: Scene) -> None:
        """Takes over the folder of the installation."""

    def start(self) -> None:
        """`connector serve`."""

    def inspect(self) -> None:
        """Looks at the running process: that it is healthy by the host's own check, and nobody's root."""

    def reload(self) -> None:
        """SIGHUP."""

    def stop(self) -> int:
        """Asks it to end, as the host does it; its exit code."""

    def log(self) -> str:
        """All that it has logged."""

    def command(self, *words: str) -> dict[str, Any]:
        """What another command of the same installation answers."""


def walk(host: Host, scene: Scene, say: Callable[[str], None]) -> None:
    """All of it. Raises AssertionError at the first thing that is not as it must be."""
    host.prepare(scene)
    scene.configure()
    _comes_up(host)
    say("up: /healthz, /readyz and /metrics answer; the first sync is done")
    _reloads(host, scene)
    say("reload: a file with a mistake is refused and the old one stays in force; a good one is read")
    say(f"SIGTERM while nothing is at work: exit code 0 after {_ends(host):.1f} s")
    plan, seconds = _ends_amid(host, scene, say)
    say(f"SIGTERM while rows were written: exit code 0 after {seconds:.1f} s; nothing is left open")
    _goes_on(host, scene, plan)
    say("the next night ended the plan; the CRM is as after an unbroken night, history included")


def _comes_up(host: Host) -> None:
    host.start()
    until(host, "it is alive", lambda: page(host, "/healthz") == (200, "ok\n"))
    until(host, "the first sync is done", lambda: 'job="sync",org="acme",result="done"' in page(host, "/metrics")[1])
    assert page(host, "/readyz") == (200, "ready\n")
    host.inspect()


def _reloads(host: Host, scene: Scene) -> None:
    scene.configure(sync="often")
    host.reload()
    until(host, "the file is refused", lambda: "the new configuration is refused" in host.log())
    assert page(host, "/healthz") == (200, "ok\n")
    scene.configure()
    host.reload()
    until(host, "the file is read", lambda: "configuration read again" in host.log())


def _ends(host: Host) -> float:
    begun = time.monotonic()
    code = host.stop()
    seconds = time.monotonic() - begun
    assert code == 0, f"it ended with {code}: {host.log()}"
    assert seconds < GRACE, f"it took {seconds:.0f} s to end"
    return seconds


def _ends_amid(host: Host, scene: Scene, say: Callable[[str], None]) -> tuple[str, float]:
    """The night comes, a few records go first and are looked at, then the rest: there it is met."""
    scene.configure(night=scene.soon())
    host.start()
    until(host, "the night writes", lambda: scene.written > 0, seconds=240)
    first = _quiet(scene)
    say(f"the night has begun: {first} changes, and then ten minutes of waiting, which are leapt over")
    _leap(host, scene, lambda: scene.written > first)
    ready = page(host, "/readyz")
    seconds = _ends(host)
    assert ready == (200, "ready\n")
    told = host.command("status")["nights"][0]
    assert told["outcome"] == "stopped", told
    assert "asked to end" in told["why"], told
    outcomes = host.command("show", told["plan"])["outcomes"]
    assert outcomes.get("applied", 0) > 0, outcomes
    assert outcomes.get("planned", 0) > 0, f"it was met too late: {outcomes}"
    assert not outcomes.get("intended"), outcomes
    return told["plan"], seconds


def _goes_on(host: Host, scene: Scene, plan: str) -> None:
    scene.clock.forward(timedelta(days=1))
    scene.configure(night=scene.soon())
    host.start()
    _leap(host, scene, lambda: 'job="night",org="acme",result="done"' in page(host, "/metrics")[1])
    assert page(host, "/readyz") == (200, "ready\n")
    told = host.command("status")
    assert (told["nights"][0]["outcome"], told["nights"][0]["resumed"], told["interrupted"]) == ("done", plan, []), told
    outcomes = host.command("show", plan)["outcomes"]
    assert set(outcomes) == {"applied"}, outcomes
    _ends(host)
    left = scene.left()
    different = [name for name, rows in scene.whole.items() if left[name] != rows]
    assert not different, f"{', '.join(different)} differ from what an unbroken night leaves"


def _leap(host: Host, scene: Scene, happens: Callable[[], bool]) -> None:
    """Moves the clock on, step by step, whenever nothing has been written for a while, until it happens.

    Not while a request is under way: there nobody leaps, and whoever holds a lease renews it by real time.
    """
    end = time.monotonic() + 420
    seen, since = scene.written, time.monotonic()
    while not happens():
        assert time.monotonic() < end, f"it did not happen in time: {host.log()}"
        time.sleep(LEAP)
        if scene.written != seen:
            seen, since = scene.written, time.monotonic()
        elif time.monotonic() - since > IDLE:
            scene.clock.forward(timedelta(seconds=STEP))


def _quiet(scene: Scene) -> int:
    """How much is written, as soon as nothing more comes for a while."""
    seen, since = scene.written, time.monotonic()
    while time.monotonic() - since < IDLE:
        time.sleep(LEAP)
        if scene.written != seen:
            seen, since = scene.written, time.monotonic()
    return seen


def page(host: Host, path: str) -> tuple[int, str]:
    """Status and text of one of its pages; 0 if nobody answers."""
    try:
        with urllib.request.urlopen(host.address + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def until(host: Host, what: str, happens: Callable[[], bool], seconds: float = 90) -> None:
    """Waits until it is so. Raises AssertionError, with the log, if it is not in time."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"waited in vain: {what}\n{host.log()}"
        time.sleep(0.1)
