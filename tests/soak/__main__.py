"""`python -m tests.soak [--nights 30] [--people 300] [--acts 14] [--seed N]`: a line per night, and what it came to."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import SystemRandom

from tests.alerts.receivers import mailbox
from tests.soak.figures import HEAD, growth, line
from tests.soak.month import Month, configure, served


def main() -> None:
    """Lives through it in a temporary folder, which stays if something is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    for name, default in (("nights", 30), ("people", 300), ("acts", 14), ("seed", SystemRandom().randrange(10**6))):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    folder, begun = Path(tempfile.mkdtemp(prefix="connector-soak-")), time.monotonic()
    print(f"seed {given.seed}, {given.nights} nights, {given.people} people, in {folder}\n{HEAD}", flush=True)
    box, clock, random = served(folder, given.seed)
    with box, mailbox() as mails:
        configure(box, folder, mails)
        month = Month(box, folder, clock, mails, random)
        month.begin(given.people)
        month.live(given.nights, given.acts, lambda night: print(line(night), flush=True))
        print("\n".join(growth(month)))
    shutil.rmtree(folder)
    print(f"{given.nights} nights in {time.monotonic() - begun:.0f} s: all as it ought to be")


if __name__ == "__main__":
    sys.exit(main())
