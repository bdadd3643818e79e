"""The command line. `main` is what the `connector` command runs."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs one command and exits with its code: 0 done, 1 error, 2 found, 3 refused, 4 some records failed."""
    from connector.cli.app import run

    sys.exit(run(sys.argv[1:]))
