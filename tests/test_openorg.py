"""Tests of connector.openorg."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import read
from connector.errors import ConfigError, StoreFailed
from connector.openorg import OpenOrg
from connector.ports import Table
from connector.secrets import HIDDEN, hidden
from connector.store.mirror.file import stored_facts
from tests.database import address
from tests.store.mirror.given import NOW, lead, load

CONFIG = """
[[org]]
name = "acme"
url = "https://acme.my.salesforce.com/"
login = "token"
token = "env:ACME_TOKEN"
policy = "policy.toml"
"""


def test_facts_have_the_names_they_were_read_under(tmp_path: Path) -> None:
    """Facts come in the mapping's order, whatever order the policy names them in: no value gets another's name."""
    (tmp_path / "connector.toml").write_text(CONFIG)
    (tmp_path / "policy.toml").write_text('extends = "demand-gen"\nfacts = ["city", "rating", "state"]\n')
    config = read(tmp_path / "connector.toml")
    with OpenOrg(config, config.choose(None)) as org:
        names = tuple(name for name, _ in org.mapping.object("lead").facts)
        assert set(names) == {"city", "rating", "state"}
        assert names != ("city", "rating", "state")
        assert stored_facts(org.mirror._connection) == names
        load(org.mirror, Table.LEAD, lead("00Q1", facts='["Hot","CA","Rome"]'))
        (page,) = org.mirror.people.everyone()
        assert dict(page[0].person.facts) == {"rating": "Hot", "state": "CA", "city": "Rome"}


def in_a_database(folder: Path, address: str, name: str = "acme") -> OpenOrg:
    """An org whose ledger and mirror are in that database."""
    (folder / "database").write_text(address)
    text = CONFIG.replace('"acme"', f'"{name}"') + 'database = "file:database"\n'
    (folder / "connector.toml").write_text(text)
    (folder / "policy.toml").write_text('extends = "demand-gen"\n')
    config = read(folder / "connector.toml")
    return OpenOrg(config, config.choose(None))


def test_ledger_and_mirror_in_a_database(tmp_path: Path) -> None:
    """With `database` nothing is kept in files, another process finds it all, and names that look alike stay apart."""
    with in_a_database(tmp_path, address(), "acme-emea") as org:
        assert not org.has_mirror
        for table in (Table.LEAD, Table.CONTACT):
            load(org.mirror, table, *[lead("00Q1")] if table is Table.LEAD else [])
        org.mirror.intake.settle()
        org.mirror.notes.set_synced_at(NOW)
        with org.lease():
            pass
    with in_a_database(tmp_path, address(), "acme-emea") as org:
        assert org.has_mirror
        assert org.reading.counts.people() == {"lead": 1}
        assert [run.result for run in org.ledger.runs.latest()] == ["done"]
    assert not (tmp_path / "state").exists()
    with in_a_database(tmp_path, address(), "acme_emea") as org:
        assert not org.has_mirror


@pytest.mark.parametrize(
    ("told", "error", "said"),
    [
        ("postgresql://connector:hunter22@127.0.0.1:9/connector", StoreFailed, "does not answer"),
        ("mysql://connector:hunter22@127.0.0.1/connector", ConfigError, "not one of PostgreSQL"),
        ("hunter22", ConfigError, "not one of PostgreSQL"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(
    tmp_path: Path, told: str, error: type[Exception], said: str
) -> None:
    """The error names the place, not the password, and the log would hide it."""
    with pytest.raises(error, match=said) as raised, in_a_database(tmp_path, told) as org:
        _ = org.ledger
    assert "hunter22" not in str(raised.value)
    assert hidden("password hunter22") == f"password {HIDDEN}"
    if error is ConfigError:
        assert "connector.toml:8 [org.acme.database]" in str(raised.value)
