"""The CSV dialect of bulk jobs: delimiter, line ending, quoting, and what is refused in an upload."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
MAX_BYTES = 100 * 1024 * 1024
"""What one ingest job takes: 100 MB of raw CSV, 150 MB once it is encoded [D bulk limits]."""
_FIELD_LIMIT = 2**31 - 1


class JobFailedError(Exception):
    """The whole job fails; the text is its errorMessage."""


class Layout(NamedTuple):
    """How a job's files are written: the delimiter and the line ending as characters."""

    delimiter: str = ","
    ending: str = "\n"

    def line(self, values: Sequence[str]) -> str:
        """One record with every value quoted."""
        quoted = ('"' + value.replace('"', '""') + '"' for value in values)
        return self.delimiter.join(quoted) + self.ending


class Upload:
    """An uploaded file: its header and its records. Raises JobFailedError for what spoils the whole file."""

    def __init__(self, path: Path, layout: Layout) -> None:
        csv.field_size_limit(_FIELD_LIMIT)
        self._layout = layout
        self._file = path.open(encoding="utf-8", errors="replace", newline="")
        first = self._file.readline()
        self._file.seek(0)
        self._reader = csv.reader(self._file, delimiter=layout.delimiter)
        self._check_ending(first)
        self.header = next(self._reader, [])
        if not any(self.header):
            raise JobFailedError("InvalidBatch : The CSV file has no header row")
        self.quoted = first.startswith('"')

    def _check_ending(self, first: str) -> None:
        """A file written on another system than the job says fails as a whole [I dataloader PR #1102, cli #3113]."""
        if first.endswith("\n") and first.endswith("\r\n") != (self._layout.ending == "\r\n"):
            name = "CRLF" if self._layout.ending == "\r\n" else "LF"
            text = f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {name}"
            raise JobFailedError(text)

    def records(self) -> Iterator[list[str]]:
        """The records after the header, each as long as it; empty lines are passed over."""
        width = len(self.header)
        for record in self._reader:
            if len(record) == width:
                yield record
            elif len(record) > width:
                text = f"ClientInputError : Too many columns in row {self._reader.line_num}: {len(record)} for {width}"
                raise JobFailedError(text)
            elif record:
                yield record + [""] * (width - len(record))

    def close(self) -> None:
        self._file.close()


def plain(values: Sequence[str], layout: Layout) -> str:
    """One record with quotes only where they are needed."""
    out = io.StringIO()
    csv.writer(out, delimiter=layout.delimiter, lineterminator=layout.ending).writerow(values)
    return out.getvalue()
