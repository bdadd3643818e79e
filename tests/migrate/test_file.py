"""Reading migration files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import MigrationError
from connector.migrate import Pair, read


def _read(folder: Path, text: str | bytes, name: str = "map.csv") -> tuple[Pair, ...]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path)


def _pairs(found: tuple[Pair, ...]) -> list[tuple[str, str]]:
    return [(pair.old, pair.new) for pair in found]


@pytest.mark.parametrize(
    "text",
    [
        "from,to\nOld one,New\nOther,New\n",
        "Old one,New\nOther,New",
        "FROM;To\r\nOld one;New\r\nOther;New\r\n",
        "from\tto\nOld one\tNew\nOther\tNew\n",
        "Old one|New\n\n\nOther| New \n",
        "\ufefffrom,to\nOld one,New\nOther,New\n",
        "from,to,,\nOld one,New,,\nOther,New,,\n,,,\n",
        '"from","to"\n"Old one","New"\n"Other","New"\n',
        "from,to\nOld one,New\nOther,New\n".encode("utf-16"),
    ],
    ids=["header", "none", "semicolon", "tab", "bar", "mark", "empty columns", "quotes", "utf-16"],
)
def test_forms(tmp_path: Path, text: str | bytes) -> None:
    """Header or none, any usual delimiter, whatever a spreadsheet adds: the same pairs."""
    assert _pairs(_read(tmp_path, text)) == [("Old one", "New"), ("Other", "New")]


def test_delimiter_in_a_value(tmp_path: Path) -> None:
    """A value may hold the other delimiters; a header says which one is meant."""
    assert _pairs(_read(tmp_path, "from;to\nOpen, not contacted;Inquiry\n")) == [("Open, not contacted", "Inquiry")]
    assert _pairs(_read(tmp_path, '"Open, not contacted",Inquiry\n')) == [("Open, not contacted", "Inquiry")]
    with pytest.raises(MigrationError, match="both ';' and ',' split every line in two"):
        _read(tmp_path, "Open, not contacted;Inquiry\n")


def test_spaces_of_old_values_are_kept(tmp_path: Path) -> None:
    """A stored value may begin or end with a space; a new one never does."""
    assert _pairs(_read(tmp_path, "Left Vmail , Inquiry\n")) == [("Left Vmail ", "Inquiry")]


def test_toml(tmp_path: Path) -> None:
    """In TOML the pairs stand at the top, or per object and record type."""
    text = 'Old = "New"\n[contact]\n"Old" = "Other"\n["lead/Partner"]\n"Old" = "Third"\n'
    found = _read(tmp_path, text, "map.toml")
    assert [(pair.table, pair.new) for pair in found] == [
        ("any", "New"),
        ("contact", "Other"),
        ("lead/Partner", "Third"),
    ]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("from,to\n", "map.csv", "holds no pair"),
        ("", "map.csv", "holds no pair"),
        ("from,to\nA,B\nA,C\n", "map.csv line 3", "'A' stands here a second time; the first is 'A' → 'B'"),
        ("from,to\nA,B\nA,B\n", "map.csv line 3", "a second time"),
        ("A b,B\na B ,C\n", "map.csv line 2", "a second time, but for case and spacing"),
        ("from,to\nA,B\nB,A\n", "map.csv line 2", "run in a loop: 'A' → 'B' .map.csv line 2., 'B' → 'A'"),
        ("A,B\nB,C\nC,A\n", "map.csv line 1", "loop"),
        ("from,to\nA,B\nb,C\n", "map.csv line 2", "'B' is itself replaced"),
        ("A,A\n", "map.csv line 1", "would become itself"),
        ("A,B\nC,\n", "map.csv line 2", "`to` is empty"),
        ("A,B\n ,C\n", "map.csv line 2", "`from` is empty"),
        ("from,to\nA,B\nA,B,C\n", "map.csv line 3", "3 columns instead of two"),
        ("from,to\nA,B\nC\n", "map.csv line 3", "1 columns instead of two"),
        (b"from,to\nA,B\nK\xf6ln,C\n", "map.csv line 3", "not UTF-8"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, text: str | bytes, where: str, what: str) -> None:
    """Whatever is wrong with a file is said with its line, and what to do."""
    with pytest.raises(MigrationError, match=what) as caught:
        _read(tmp_path, text)
    assert caught.value.where == where
    assert caught.value.next


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("A = 3", "map.toml 'A'", "3 is no text"),
        ("A = ", "map.toml", "not valid TOML"),
        ('[account]\nA = "B"', "map.toml [account]", "no object 'account'"),
        ('[lead]\nA = "B"\n[contact]\nB = "A"', "", ""),
        ('A = "B"\n[lead]\nB = "A"', "map.toml 'A'", "loop"),
    ],
)
def test_toml_refused(tmp_path: Path, text: str, where: str, what: str) -> None:
    """The same in TOML, by key; what holds for different objects does not collide."""
    if not what:
        assert len(_read(tmp_path, text, "map.toml")) == 2
        return
    with pytest.raises(MigrationError, match=what) as caught:
        _read(tmp_path, text, "map.toml")
    assert caught.value.where == where


def test_chain_says_where_it_ends(tmp_path: Path) -> None:
    """Of a chain the error says how to write what was probably meant."""
    with pytest.raises(MigrationError) as caught:
        _read(tmp_path, "A,B\nB,C\nC,D\n")
    assert caught.value.next == "write where 'A' is to end: A,D"


def test_spelling_may_be_corrected(tmp_path: Path) -> None:
    """A line that only mends case or spacing is no chain."""
    assert _pairs(_read(tmp_path, "inquiry,Inquiry\nVmail,Inquiry\n")) == [("inquiry", "Inquiry"), ("Vmail", "Inquiry")]


def test_missing(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(MigrationError, match="cannot be read: No such file"):
        read(tmp_path / "none.csv")


VALUE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(st.dictionaries(VALUE, VALUE, min_size=1, max_size=8))
def test_what_is_read_never_runs_in_circles(tmp_path_factory: pytest.TempPathFactory, pairs: dict[str, str]) -> None:
    """Law: of what was read, nothing that is written is replaced in its turn, and every value has one successor."""
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows([("from", "to"), *pairs.items()])
    path = tmp_path_factory.mktemp("law") / "map.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    try:
        found = read(path)
    except MigrationError:
        return
    old = {pair.old for pair in found}
    assert len(old) == len(found)
    assert not old & {pair.new for pair in found if pair.old.casefold() != pair.new.casefold()}
