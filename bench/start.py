"""How long `connector --help` takes: the best of several, on the wall, because that is what people wait for."""

from __future__ import annotations

import os
import sys

from bench.process import spent

TRIES = 7


def help_time() -> tuple[float, float]:
    """Seconds on the wall and of processor time, the best of TRIES."""
    runs = [spent([sys.executable, "-m", "connector", "--help"], os.environ) for _ in range(TRIES)]
    return min(run.seconds for run in runs), min(run.cpu for run in runs)
