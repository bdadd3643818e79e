"""Reading one CSV file."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import BadInput
from connector.sandbox.csvfile import CsvFile

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=20)


def written(folder: Path, content: bytes) -> CsvFile:
    path = folder / "Lead.csv"
    path.write_bytes(content)
    return CsvFile(path)


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8), mark=st.booleans())
def test_whatever_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], mark: bool
) -> None:
    """Commas, quotes, line breaks and any letters come back as they were, with and without a byte order mark."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["Id", "Name"], *rows])
    content = text.getvalue().encode("utf-8-sig" if mark else "utf-8")
    file = written(tmp_path_factory.mktemp("csv"), content)
    assert file.header == ["Id", "Name"]
    assert [row for _, row in file.rows()] == rows


def test_lines_are_counted_in_the_file_not_in_rows(tmp_path: Path) -> None:
    """A row after quoted line breaks and empty lines is told where an editor shows it."""
    file = written(tmp_path, b'Id,Name\r\n1,"two\r\nlines"\r\n\r\n3,x\r\n')
    assert [(line, row[0]) for line, row in file.rows()] == [(2, "1"), (5, "3")]
    assert file.place(5, "Name") == "Lead.csv, line 5, column Name"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"Id;Name\n1;x\n", "line 1: the columns are separated by semicolons"),
        (b"Id,Name\n1,x\n2,y,z\n", "line 3: 3 values for 2 columns"),
        (b"Id,Name\n1\n", "line 2: 1 values for 2 columns"),
        (b"Id,Name\n1,M\xfcller\n", "0xfc is not UTF-8"),
        (b'Id,Name\n1,"x\n', "line 2: unexpected end of data"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, content: bytes, told: str) -> None:
    """Every kind of broken file is refused in one sentence that says where."""
    with pytest.raises(BadInput) as error:
        list(written(tmp_path, content).rows())
    assert "Lead.csv" in str(error.value)
    assert told in str(error.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A path that cannot be read is named."""
    with pytest.raises(BadInput, match=r"nowhere\.csv"):
        CsvFile(tmp_path / "nowhere.csv")
