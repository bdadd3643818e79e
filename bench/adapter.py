"""How fast the Salesforce adapter turns a bulk result into rows: CSV text to tuples of the common model, one core.

    python -m bench.adapter [rows]

Prints rows per second of processor time, parsing alone and with conversion, for a lead of 24 columns. No server and no
store take part.
"""

from __future__ import annotations

import sys
import tempfile
import time
from typing import IO

from connector.adapters.salesforce.bulk_query import parse
from connector.adapters.salesforce.sources import Source, sources
from connector.adapters.web.rows import TAIL
from connector.mapping import load
from connector.ports import Table

VALUES = {
    "Id": "00Q5g0000000001EAA",
    "IsConverted": "false",
    "IsDeleted": "false",
    "NumberOfEmployees": "120",
    "Email": "jane.doe@example.com",
    "EmailBouncedDate": "",
    "MasterRecordId": "",
    "ConvertedDate": "",
    "ConvertedContactId": "",
    "ConvertedAccountId": "",
    "ConvertedOpportunityId": "",
    "OwnerId": "0055g0000000001AAA",
}
STAMPS = ("SystemModstamp", "CreatedDate", "LastModifiedDate")


class Everything:
    """Stands for an org in which the standard fields of a lead can be seen and none of ours."""

    def describe(self, object: str) -> dict[str, str]:
        return {"name": object}

    def has(self, object: str, path: str) -> bool:
        return not path.endswith("__c") and "." not in path and path != "IsPersonAccount"


def leads() -> Source:
    """The lead query as the shipped mapping makes it."""
    (source,) = sources(load("salesforce"), Table.LEAD, Everything())  # type: ignore[arg-type]
    return source


def written(source: Source, rows: int) -> IO[bytes]:
    """A result file of so many leads."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    fields = source.shape.fields
    file.write((",".join(f'"{field}"' for field in fields) + "\n").encode())
    for number in range(rows):
        stamp = f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}T{number % 24:02d}:{number % 60:02d}:07.000Z"
        cells = [stamp if field in STAMPS else VALUES.get(field, "Some text") for field in fields]
        file.write((",".join(f'"{cell}"' for cell in cells) + "\n").encode())
    file.seek(0)
    return file


def main(rows: int = 1_000_000) -> dict[str, float]:
    """Measures and prints."""
    source = leads()
    fields = source.shape.fields
    with written(source, rows) as file:
        start = time.process_time()
        parsed = sum(len(batch) for batch in parse(file, fields))
        parsing = time.process_time() - start
        file.seek(0)
        start = time.process_time()
        turned = sum(len(source.arrange(source.shape.from_csv(batch)).rows) for batch in parse(file, fields))
        whole = time.process_time() - start
    assert parsed == turned == rows
    print(f"{rows:,} leads of {len(fields)} columns, {TAIL} of them ours")
    print(f"parse             {rows / parsing:>12,.0f} rows/s")
    print(f"parse and convert {rows / whole:>12,.0f} rows/s   (target 150,000)")
    return {"parse": rows / parsing, "convert": rows / whole}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
