"""One CSV file: its header and its rows with their line numbers. Knows nothing of any CRM.

UTF-8 with or without a byte order mark, commas, quotes doubled inside quotes, line breaks inside quotes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from connector.errors import BadInput

_LARGEST = 1 << 24
"""Characters in one field; Python's own limit is too low for e-mail bodies."""


class CsvFile:
    """A CSV file. `header` is its first line; `rows()` reads the rest anew each time it is called."""

    def __init__(self, path: Path) -> None:
        """Reads the header. Raises BadInput if the file cannot be read, is empty, or is not separated by commas."""
        self.path = path
        csv.field_size_limit(_LARGEST)
        self.header = [name.strip() for name in next((row for _, row in self._lines()), [])]
        if not self.header:
            raise BadInput("the file is empty", where=path.name, next="its first line must name the columns")
        if len(self.header) == 1 and ";" in self.header[0]:
            raise BadInput(
                "the columns are separated by semicolons", where=self.place(1), next="save it with commas: CSV UTF-8"
            )

    def place(self, line: int, column: str = "") -> str:
        """Where something is, for people: `Lead.csv, line 7, column Status`."""
        return f"{self.path.name}, line {line}" + (f", column {column}" if column else "")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The line on which each row begins, and its values, as many as there are columns. Empty lines are left out.

        Raises BadInput for a row that is longer or shorter than the header, and for text that is not UTF-8.
        """
        width = len(self.header)
        lines = self._lines()
        next(lines)
        for line, row in lines:
            if len(row) != width:
                raise BadInput(
                    f"{len(row)} values for {width} columns",
                    where=self.place(line),
                    next="quote values that hold commas, quotes or line breaks",
                )
            yield line, row

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        line = 1
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                for row in reader:
                    if row:
                        yield line, row
                    line = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise BadInput(
                f"byte {error.object[error.start]:#04x} is not UTF-8",
                where=f"{self.path.name}, line {line} or some lines on",
                next="save it as CSV UTF-8",
            ) from error
        except csv.Error as error:
            raise BadInput(str(error), where=self.place(line), next="check the quotes around there") from error
        except OSError as error:
            raise BadInput(error.strerror or str(error), where=str(self.path), next="make it readable") from error
