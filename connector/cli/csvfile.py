"""CSV files that commands write."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from connector.errors import BadInput


def write_rows(path: Path, columns: Sequence[str], rows: Iterator[Sequence[str]]) -> int:
    """Writes a CSV file for its owner only, because it holds CRM data; answers how many rows. Raises BadInput."""
    count = 0
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for count, row in enumerate(rows, 1):  # noqa: B007 - how many it were
                writer.writerow(row)
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror}", where=str(path), next="name another file") from error
    return count
