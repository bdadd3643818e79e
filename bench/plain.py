"""The plain script connector is measured against: read all leads, remap statuses, write them back. No safety at all.

It is what a capable admin writes in an afternoon: simple-salesforce's bulk2 and the csv module. No reread, no journal,
no undo, no rules, no limits. `bench/first_run.py` runs it as a process of its own and compares CPU time.

    python -m bench.plain HTTPS_URL TOKEN CA_FILE MAP.csv
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

import requests
from simple_salesforce import Salesforce

QUERY = "SELECT Id, Status, LastName, Email, Company, LeadSource, OwnerId, CreatedDate FROM Lead WHERE IsConverted = false"


def main(url: str, token: str, ca_file: str, mapping: str) -> int:
    """Remaps and answers how many records were written."""
    with open(mapping, newline="", encoding="utf-8") as file:
        remap = {row["from"]: row["to"] for row in csv.DictReader(file)}
    session = requests.Session()
    session.verify = ca_file
    salesforce = Salesforce(session_id=token, instance_url=url, version="62.0", session=session)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "updates.csv"
        written = 0
        with open(out, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["Id", "Status"])
            for page in salesforce.bulk2.Lead.query(QUERY):
                for row in csv.DictReader(page.splitlines()):
                    new = remap.get(row["Status"])
                    if new is not None:
                        writer.writerow([row["Id"], new])
                        written += 1
        salesforce.bulk2.Lead.update(str(out), batch_size=50_000)
    return written


if __name__ == "__main__":
    print(main(*sys.argv[1:5]))
