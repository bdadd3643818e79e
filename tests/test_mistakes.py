"""Mistakes in files are told in plain words: what stands there, what is expected, never how it was checked."""

from __future__ import annotations

from pathlib import Path

import pytest

import connector
from connector.config import read
from connector.errors import ConfigError, PolicyError
from connector.mistakes import _PATTERNS
from tests.policy.laid import unchecked

CONFIG = """[[org]]
name = "acme"
url = "https://acme.my.salesforce.com/"
login = "token"
token = "env:ACME_TOKEN"
"""
MAIL = """[org.alerts.mail]
to = ["revops@acme.example"]
from = "connector@acme.example"
smtp = "env:ACME_SMTP"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "A cme"', "'A cme' is not a short name of a-z, 0-9"),
        ("bulk_above = 'many'", "'many' is not a whole number, like 5"),
        ("bulk_above = 0", "0 is not 1 or more"),
        ("api_share = 2.5", "2.5 is not 1.0 or less"),
        ("bypass_flows = 'maybe'", "'maybe' is not true or false, without quotes"),
        ("polices = 'x'", "there is no key 'polices' here; did you mean 'policy'?"),
        ("alerts = 5", "5 is not a table of its own, in [brackets]"),
        ("login = 'magic'", "'magic' is not one of 'token', 'jwt'"),
        ("token = 12345678", "what is written is not text in quotes"),
        ("api_version = 'x'", "'x' is not a version, like 62.0"),
        (MAIL.replace('["revops@acme.example"]', "[]"), "the list is empty: write at least one"),
        (MAIL.replace('["revops@acme.example"]', '"revops@acme.example"'), "is not a list in brackets"),
        (MAIL.replace("to =", "too ="), "there is no key 'too' here; did you mean 'to'?"),
    ],
)
def test_connector_toml(tmp_path: Path, text: str, said: str) -> None:
    """Each kind of mistake, with line and key; a secret is never repeated."""
    key = text.partition(" =")[0]
    lines = [line for line in CONFIG.splitlines() if not line.startswith(f"{key} =")]
    path = tmp_path / "connector.toml"
    path.write_text("\n".join([*lines, text, ""]))
    with pytest.raises(ConfigError) as raised:
        read(path)
    _is_plain(str(raised.value), said)
    assert "12345678" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('[scope.lead]\nrecord_types = "Direct"', "scope.lead.record_types", "'Direct' is not a list in brackets"),
        ('[limits]\nhistory_days = "x"', "limits.history_days", "there is no key 'history_days' here"),
        (
            '[sla]\neffective_from = "x"',
            "sla.effective_from",
            "'x' is not a time, like 2026-01-31T09:00:00Z or a date, like 2026-01-31",
        ),
        ('[sla.promise.maql]\nlimt = "2d"', "sla.promise.maql.limt", "did you mean 'limit'?"),
        ("[recycle]\nwake_up_days = 'soon'", "recycle.wake_up_days", "'soon' is not a whole number, like 5"),
    ],
)
def test_a_policy(text: str, key: str, said: str) -> None:
    """The same for a policy; a value that may be of two kinds is one mistake, under its own key."""
    with pytest.raises(PolicyError) as raised:
        unchecked(text)
    _is_plain(str(raised.value), said)
    assert f"[{key}]" in raised.value.where
    assert "more)" not in raised.value.what


def test_every_pattern_has_words() -> None:
    """A regular expression is never shown to anybody."""
    fields = [
        field for path in Path(connector.__file__).parent.rglob("*config.py") for field in path.read_text().splitlines()
    ]
    for line in fields:
        if "pattern=r" in line:
            assert any(pattern in line for pattern in _PATTERNS), line


def _is_plain(text: str, said: str) -> None:
    assert said in text
    assert not any(raw in text for raw in ("Value error", "Input should", "String should", "unable to", "Tuple should"))
