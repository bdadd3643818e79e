"""The org of the benchmark in a process of its own, so that its processor time and memory are nobody else's.

    python -m bench.org make SNAPSHOT LEADS     fills an org and keeps it in a file
    python -m bench.org serve SNAPSHOT FOLDER   serves a copy of it; certificates go into FOLDER

While it serves, it answers lines on its standard input, one JSON object each: `calls` (requests so far, by kind),
`left` (leads by whether their status is a retired one), `change N` (somebody edits every N-th lead), `touch` (somebody
edits two). It stops with its input.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Receive, Scope, Send

from bench.leads import RETIRED, fill
from connector.sandbox.faults import Faults
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.dml.results import Options, Record
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

_ID = re.compile(r"(?<=/)[a-zA-Z0-9]{15,18}(?:-\d+)?(?=/|$)")
_FROM = re.compile(r"\sFROM (\w+)")
_AT_ONCE = 2_000


class Counted:
    """An org that counts what is asked of it, by method and kind of resource."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.calls: Counter[str] = Counter()

    def app(self) -> ASGIApp:
        """The org's application, with a look at each request."""
        served = self.org.app()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            path = _ID.sub("ID", scope["path"].partition("/services/data/v")[2].partition("/")[2])
            asked = _FROM.search(unquote_plus(scope["query_string"].decode("latin-1")))
            self.calls[f"{scope['method']} {path}{f' {asked[1]}' if asked else ''}"] += 1
            await served(scope, receive, send)

        return app

    def open_token(self) -> str:
        """A token that lets a client in."""
        return self.org.open_token()

    def misbehave(self, faults: Faults) -> None:
        """It does not."""
        self.org.misbehave(faults)


def make(snapshot: Path, leads: int) -> None:
    """Fills an org and keeps it."""
    org = Org()
    fill(org, leads)
    org.snapshot(snapshot)
    org.close()


def serve(snapshot: Path, folder: Path) -> None:
    """Serves until the input ends."""
    org = Org.from_snapshot(snapshot)
    counted = Counted(org)
    with Sandbox(counted, folder=folder) as box:
        _say({"url": box.url, "https_url": box.https_url, "ca_file": str(box.ca_file), "token": box.token})
        days = 0
        for line in sys.stdin:
            command, _, rest = line.strip().partition(" ")
            if command == "calls":
                _say(counted.calls)
            elif command == "left":
                _say(left(org))
            elif command == "change":
                _say({"changed": change(org, int(rest), days)})
                days += 1
            elif command == "touch":
                _say({"changed": touch(org)})
            else:
                raise SystemExit(f"bench.org: {command}?")
    org.close()


def left(org: Org) -> dict[str, int]:
    """How many leads carry a retired value, and how many do not."""
    found = Counter[str]()
    for status, count in org.storage.reader().execute("SELECT Status, count(*) FROM Lead GROUP BY Status"):
        found["retired" if status in RETIRED else "good"] += count
    return {"retired": found["retired"], "good": found["good"]}


def change(org: Org, every: int, day: int = 0) -> int:
    """Somebody edits every so-many-th lead, others every day: half get a title, half a value that was retired. How
    many were edited."""
    ids = [id for (id,) in org.storage.reader().execute("SELECT Id FROM Lead ORDER BY Id")][day::every]
    old = tuple(RETIRED)
    records: list[Record] = [
        {"Id": id, "Status": old[number % len(old)]} if number % 2 else {"Id": id, "Title": f"Buyer {number}"}
        for number, id in enumerate(ids)
    ]
    return _edit(org, records)


def touch(org: Org) -> int:
    """Somebody accepts an inquiry and gives another a title: an org does not stand still. How many were edited."""
    rows = org.storage.reader().execute("SELECT Id FROM Lead WHERE Status = 'Inquiry' ORDER BY Id LIMIT 2")
    (accepted,), (titled,) = rows.fetchall()
    return _edit(org, [{"Id": accepted, "Status": "LAL"}, {"Id": titled, "Title": "Owner"}])


def _edit(org: Org, records: list[Record]) -> int:
    for start in range(0, len(records), _AT_ONCE):
        results = org.update("Lead", records[start : start + _AT_ONCE], Options(user_id=ADMIN_ID, auto_assign=False))
        failed = [result for result in results if not result.success]
        if failed:
            raise SystemExit(f"bench.org: {failed[0]}")
    return len(records)


def _say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    what, file, last = sys.argv[1:4]
    if what == "make":
        make(Path(file), int(last))
    else:
        serve(Path(file), Path(last))
