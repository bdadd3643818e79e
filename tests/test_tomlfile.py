"""Keys and lines of TOML files."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector.errors import ConfigError, MappingError
from connector.tomlfile import TomlFile, key_text, parse_key

TEXT = '''# a comment [not.a.header]
name = "x"

[status."Re-Market"]  # a header with a comment
meaning = """
[looks.like.a.header]
rank = 9
"""
roles = [
  "recycle", # [inside]
  "b = c",
]
write = { lead = "R" }

[[forbidden]]
to = "A"
[[forbidden]]
to = "B"
a.b.'c d' = 1
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("name",), 2),
        (("status",), 4),
        (("status", "Re-Market"), 4),
        (("status", "Re-Market", "meaning"), 5),
        (("status", "Re-Market", "roles"), 9),
        (("status", "Re-Market", "roles", "1"), 9),
        (("status", "Re-Market", "write", "lead"), 13),
        (("status", "Re-Market", "rank"), 4),
        (("forbidden", "0", "to"), 16),
        (("forbidden", "1", "to"), 18),
        (("forbidden", "1", "a", "b", "c d"), 19),
        (("nothing", "here"), None),
    ],
)
def test_lines(key: tuple[str, ...], line: int | None) -> None:
    """A key stands where it is written; what is not written, where the table around it begins."""
    assert TomlFile("f", TEXT).line(key) == line


def test_tables_within_arrays_of_tables() -> None:
    """A table whose header goes through an array belongs to the array's last table."""
    text = "[[org]]\na = 1\n[org.alerts]\nb = 2\n[[org]]\n[[org.alerts.chat]]\n[[org.alerts.chat]]\nc = 3\n"
    file = TomlFile("f.toml", text)
    assert file.where(("org", "0", "alerts", "b")) == "f.toml:4 [org.0.alerts.b]"
    assert file.where(("org", "1", "alerts", "chat", "1", "c")) == "f.toml:8 [org.1.alerts.chat.1.c]"


def test_where() -> None:
    """File, line and key, as TOML writes the key."""
    assert TomlFile("f.toml", TEXT).where(("status", "Re-Market", "roles")) == "f.toml:9 [status.Re-Market.roles]"
    assert TomlFile("f.toml", TEXT).where(("forbidden", "1", "a", "b", "c d")) == 'f.toml:19 [forbidden.1.a.b."c d"]'
    assert TomlFile("f.toml", TEXT).where(()) == "f.toml"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(["\\\\", '"', "a.b", "\x7f\n"])
@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4))
def test_a_key_is_read_as_it_was_written(key: list[str]) -> None:
    """key_text and parse_key are each other's inverse for every key, whatever stands in it."""
    assert parse_key(key_text(key)) == tuple(key)


def test_no_key() -> None:
    """What is no key is None."""
    assert parse_key("a b") is None


def test_not_toml_names_line_and_column() -> None:
    """The error has the class that was asked for, and says line and column."""
    with pytest.raises(MappingError) as caught:
        TomlFile("f.toml", "a = 1\nb = [1, 2\n", MappingError)
    assert caught.value.where.startswith("f.toml:")
    with pytest.raises(ConfigError) as other:
        TomlFile("f.toml", "a = 1\nb b = 2")
    assert other.value.where == "f.toml:2:3"


def test_a_table_of_an_array_is_called_by_its_name() -> None:
    """Its name says more than its place; without one the place is all there is."""
    file = TomlFile("f.toml", '[[org]]\nname = "acme"\nurl = "x"\n[[org]]\nurl = "y"\n')
    assert file.where(("org", "0", "url")) == "f.toml:3 [org.acme.url]"
    assert file.where(("org", "1", "url")) == "f.toml:5 [org.1.url]"
