"""The command line. `main` is what the `connector` command runs."""

from __future__ import annotations

import gc
import sys
from typing import Final

ALLOCATIONS: Final = 50_000
"""New objects before Python looks for cycles among them. A page of people is thousands of records and no cycle; with
Python's own 700, every fifth second of a plan went into looking."""


def main() -> None:
    """Runs one command and exits with its code: 0 done, 1 error, 2 found, 3 refused, 4 some records failed."""
    gc.set_threshold(ALLOCATIONS)
    from connector.cli import ending

    ending.heed()
    from connector.cli.app import run

    sys.exit(run(sys.argv[1:]))
