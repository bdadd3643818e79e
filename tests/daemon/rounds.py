"""A process that does the daemon's jobs round after round, one for each line it is sent, and says what memory it holds.

python -m tests.daemon.rounds CONNECTOR.TOML
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from connector.config import read
from connector.daemon import log
from connector.daemon.calendar import Job
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics


def main() -> None:
    """Answers each line with the kilobytes that are resident, and what failed."""
    log.configure("json")
    config, worker = read(Path(sys.argv[1])), Worker(Metrics(), lambda: "", lambda seconds: None)
    for _ in sys.stdin:
        for job in (Job.SYNC, Job.ALERTS, Job.NIGHT, Job.RECONCILE):
            worker.work(config, "acme", job)
        gc.collect()
        status = Path("/proc/self/status").read_text()
        resident = status.partition("VmRSS:")[2].split()[0]
        sys.stdout.write(f"{resident} {'; '.join(worker.failing.values())}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
