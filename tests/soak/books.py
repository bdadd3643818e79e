"""The books: what the CRM saw against what the ledger says, and what arrived against what was raised."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.soak.crm import Write

APPLIED = 2
"""The ledger's own word for a change that the CRM has carried out."""
SENT, TAKEN_BACK = 2, 6
FIELDS = {
    "Status": "status", "Contact_Status__c": "status", "Last_Call_Disposition__c": "disposition",
    "Status_Reason__c": "status_reason", "Wake_Up_Date__c": "wake_up_date", "Status_Entered_At__c": "status_entered_at",
    "Status_Since_Is_Estimate__c": "status_since_is_estimate", "Lead_Score__c": "score", "SLA_Due_At__c": "sla_due_at",
    "SLA_Breached_At__c": "sla_breached_at", "Funnel_Cycle__c": "cycle", "First_Source__c": "first_source",
}  # fmt: skip
"""What the fields are called in the CRM and in the ledger."""


def read(ledger: Path, query: str) -> list[dict[str, Any]]:
    """Rows of the ledger, without opening it for writing."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query)]


def accounted(ledger: Path, writes: Iterable[Write]) -> int:
    """Every field that the CRM saw us write is one applied change of the ledger, and the other way round; how many.

    Counted, so that nothing was written twice; the texts of statuses are compared as well.
    """
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for write in writes:
        if write.is_ours:
            for name, value in write.values.items():
                assert name in FIELDS, f"{write.object}.{name} is no field of ours"
                key = (write.object.lower(), write.id, FIELDS[name], str(value) if FIELDS[name] == "status" else "")
                seen[key] += 1
    known = Counter(
        (row["object"], row["id"], row["field"], str(row["after"]) if row["field"] == "status" else "")
        for row in read(ledger, f"SELECT object, id, field, after FROM change WHERE state = {APPLIED}")
    )
    assert seen == known, f"seen by the CRM alone: {seen - known}; known to the ledger alone: {known - seen}"
    return seen.total()


def settled(ledger: Path) -> None:
    """Nothing is left intended, no batch open, no lease held."""
    assert read(ledger, "SELECT * FROM change WHERE state = 1") == []
    assert read(ledger, "SELECT * FROM batch WHERE settled_at IS NULL") == []
    assert read(ledger, "SELECT * FROM lease WHERE holder <> ''") == []


def told_once(ledger: Path, mails: list[EmailMessage]) -> int:
    """Every alert was raised once and arrived once, in the mail that the ledger names; how many."""
    alerts = read(ledger, "SELECT number, person_id, promise, of, level FROM alert")
    keys = Counter((one["person_id"], one["promise"], one["of"], one["level"]) for one in alerts)
    assert not [key for key, count in keys.items() if count > 1]
    told = read(ledger, f"SELECT alert, message FROM delivery WHERE channel = 'mail' AND state = {SENT}")
    arrived = Counter(str(mail["Message-ID"]) for mail in mails)
    assert not [name for name, count in arrived.items() if count > 1], "a mail came twice"
    by_mail = Counter(row["message"] for row in told)
    assert by_mail.keys() == arrived.keys()
    for mail in mails:
        assert alerts_in(str(mail["Subject"])) == by_mail[str(mail["Message-ID"])], mail["Subject"]
    return len(told)


def alerts_in(subject: str) -> int:
    """How many alerts a digest says it tells."""
    return sum(int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*(?= )", subject.partition(":")[2]))
