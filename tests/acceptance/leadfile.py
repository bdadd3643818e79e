"""A folder of CSV files as somebody exports them: 9,000 leads whose status holds 26 different pieces of junk."""

from __future__ import annotations

import csv
import random
from pathlib import Path

LEADS = 9_000
CONVERTED = 240
CONTACTS = 120

MAPPED = {
    "Old - Nurture": "Re-Market",
    "old-nurture 2": "Re-Market",
    "Web 2014": "Inquiry",
    "Trade Show, Hannover": "Inquiry",
    'Asked for "the blue one"': "MAQL",
    "O'Brien's list": "Raw",
    "50% qualified": "MAQL",
    "A_B test": "Inquiry",
    "C:\\import\\leads": "Raw",
    "Zurückgestellt": "Re-Market",
    "Größer als 500": "MQL",
    "不明": "Inquiry",
    "=SUM(A1)": "Inquiry",
    "Hot": "MQL",
    "Warm": "MAQL",
    "Cold": "Inquiry",
    "1": "Inquiry",
    "NULL": "Inquiry",
    "Do not touch": "Disqualified",
    "Competitor": "Disqualified",
    "SAL (old)": "SAL",
    "Lead is working": "LAL",
}
"""What map.csv says."""

UNMAPPED = ("Ask Dave", "Phase 2", "???", "Import 2016-03")
"""Junk that map.csv does not speak of."""

FINE = ("Inquiry", "MAQL", "LAL", "MQL", "Disqualified")


def write(folder: Path) -> Path:
    """Lead.csv, Contact.csv, Account.csv, and map.csv beside the folder; gives the path of map.csv."""
    dice = random.Random(26)
    junk = [*MAPPED, *UNMAPPED]
    assert len(junk) == 26
    folder.mkdir()
    _csv(folder / "Account.csv", ["Id", "Name"], [[_id("001", 1), "Engines"]])
    contacts = [[_id("003", n), f"Contact{n}", _id("001", 1), f"c{n}@acme.com"] for n in range(1, CONTACTS + 1)]
    contacts += [[_id("003", 9_000 + n), f"Was a lead {n}", _id("001", 1), ""] for n in range(CONVERTED)]
    _csv(folder / "Contact.csv", ["Id", "LastName", "AccountId", "Email"], contacts)
    header = ["Id", "LastName", "Company", "Status", "Email", "CreatedDate", "IsConverted", "ConvertedContactId"]
    rows = []
    for n in range(LEADS):
        status = junk[n % 26] if n % 9 else dice.choice(FINE)
        converted = n < CONVERTED
        contact = _id("003", 9_000 + n) if converted else ""
        made = f"20{10 + n % 15}-0{1 + n % 9}-11T10:00:00Z"
        rows.append([_id("00Q", n + 1), f"Lead{n}", "Acme", status, f"l{n}@acme.com", made, converted, contact])
    dice.shuffle(rows)
    _csv(folder / "Lead.csv", header, rows)
    path = folder.parent / "map.csv"
    _csv(path, ["from", "to"], [list(pair) for pair in MAPPED.items()])
    return path


def _id(prefix: str, number: int) -> str:
    """A record id of fifteen characters, as reports export them."""
    return f"{prefix}7Q000{number:06}X"


def _csv(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
