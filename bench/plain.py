"""The plain script connector is measured against: read all leads, remap statuses, write them back. No safety at all.

It is what a capable admin writes in an afternoon: simple-salesforce's bulk2 and the csv module. It asks for eight
columns, not for the thirty connector keeps; it rereads nothing, keeps no journal, and cannot take anything back.

    python -m bench.plain HTTPS_URL TOKEN CA_FILE MAP.csv [COLUMNS]

COLUMNS, with commas, are what is asked for instead: how much of the difference is the columns.

Prints how many leads it read, how many it wrote and how many failed, as JSON.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
from pathlib import Path

import requests
from simple_salesforce import Salesforce

COLUMNS = "Id,Status,LastName,Email,Company,LeadSource,OwnerId,CreatedDate"


def main(url: str, token: str, ca_file: str, mapping: str, columns: str = COLUMNS) -> dict[str, int]:
    """Remaps, and counts."""
    with open(mapping, newline="", encoding="utf-8") as file:
        remap = {row["from"]: row["to"] for row in csv.DictReader(file)}
    session = requests.Session()
    session.verify, session.trust_env = ca_file, False
    salesforce = Salesforce(session_id=token, instance_url=url, version="62.0", session=session)
    read = 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "updates.csv"
        with open(out, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["Id", "Status"])
            for page in salesforce.bulk2.Lead.query(f"SELECT {columns} FROM Lead WHERE IsConverted = false"):
                for row in csv.DictReader(io.StringIO(page, newline="")):
                    read += 1
                    new = remap.get(row["Status"])
                    if new is not None:
                        writer.writerow([row["Id"], new])
        done = salesforce.bulk2.Lead.update(str(out), batch_size=50_000)
    failed = sum(job["numberRecordsFailed"] for job in done)
    return {"read": read, "written": sum(job["numberRecordsProcessed"] for job in done) - failed, "failed": failed}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:6])))
