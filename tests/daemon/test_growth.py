"""A daemon that lives for weeks holds no more memory than in its first days."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.site import CLEANUP, site
from tests.acceptance.test_night import attend

ROUNDS, EARLY, LEADS = 45, 15, 60
SPARE = 6_000
"""Kilobytes by which caches may still fill after the first rounds; what leaks, leaks with every round."""
NIGHT = f'{CLEANUP}\n[night]\nwindow = ""\nrules = ["normalise", "disposition"]\n'


@pytest.mark.long
def test_it_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty-five days of syncs, alerts, nights and reconciles, with something to correct every day."""
    clock, day = tmp_path / "clock", datetime(2026, 3, 2, 9, tzinfo=UTC)
    clock.write_text(f"{day:%Y-%m-%dT%H:%M:%SZ}")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(clock))
    with site(tmp_path, policy=NIGHT) as at:
        at.org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", "Inquiry") for n in range(LEADS)])
        leads = sorted(at.column())
        at.connector.ask("sync")
        attend(at, "normalise", "disposition")
        line = [sys.executable, "-m", "tests.daemon.rounds", str(at.connector.config)]
        process = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        held = []
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            for number in range(ROUNDS):
                day += timedelta(days=1)
                clock.write_text(f"{day:%Y-%m-%dT%H:%M:%SZ}")
                at.human("Lead", {"Id": leads[number], "Status": "Left Vmail"})
                process.stdin.write("\n")
                process.stdin.flush()
                resident, _, failed = process.stdout.readline().partition(" ")
                assert not failed.strip()
                assert at.column()[leads[number]] == "LAL"
                held.append(int(resident))
        finally:
            process.kill()
            process.communicate()
    assert held[-1] < held[EARLY] + SPARE, held
