"""Tests of connector.openorg."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from connector.config import read
from connector.errors import ConfigError, StoreFailed
from connector.openorg import OpenOrg
from connector.ports import Table
from connector.secrets import HIDDEN, hidden
from connector.store.ledger import Ledger
from connector.store.ledger.copyfile import read_lines, write_lines
from connector.store.mirror.file import stored_facts
from tests.database import address, database
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


def filled(org: OpenOrg) -> None:
    """As a sync does it: under the org's lease, one lead comes into the mirror."""
    with org.writing():
        for table in (Table.LEAD, Table.CONTACT):
            load(org.mirror, table, *[lead("00Q1")] if table is Table.LEAD else [])
        org.mirror.intake.settle()
        org.mirror.notes.set_synced_at(NOW)


def in_files(folder: Path) -> OpenOrg:
    """An org whose ledger and mirror are files."""
    (folder / "connector.toml").write_text(CONFIG)
    (folder / "policy.toml").write_text('extends = "demand-gen"\n')
    config = read(folder / "connector.toml")
    return OpenOrg(config, config.choose(None))


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
        filled(org)
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


def emptied(address: str, schema: str) -> None:
    """Somebody drops a schema."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


def test_whoever_only_reads_makes_no_ledger(tmp_path: Path) -> None:
    """Where none is there, a ledger that knows of nothing is read, in files and in a database; a lease makes it."""
    fresh = database()
    for org in (in_files(tmp_path), in_a_database(tmp_path, fresh)):
        with org:
            assert org.bar() == 100
            assert (org.ledger.plans.latest(), org.ledger.nights.latest(), org.ledger.runs.at_work()) == ([], [], {})
            assert not org.has_ledger
            with org.lease():
                assert list(org.ledger.runs.at_work()) == ["org"]
            assert org.has_ledger
    emptied(fresh, "connector_ledger")  # it was there


def test_what_is_written_to_no_ledger_is_not_forgotten(tmp_path: Path) -> None:
    """A write that nobody made a ledger for fails, instead of going into one that ends with the process."""
    with in_files(tmp_path) as org, pytest.raises(StoreFailed, match="may not be written"):
        org.ledger.nights.begin(NOW)


def test_a_lost_ledger_is_refused_in_files(tmp_path: Path) -> None:
    """The mirror was synced, the ledger is gone or empty: nobody reads it, nobody takes its lease, none is made."""
    with in_files(tmp_path) as org:
        filled(org)
        ledger, mirror = org.config.ledger_path, org.config.mirror_path
    ledger.unlink()
    for what in ("gone", "empty", "of others"):
        if what == "empty":
            ledger.touch()
        if what == "of others":
            with Ledger.open(ledger, "other", lambda: NOW) as others, others.lease("connector sync"):
                pass
        with in_files(tmp_path) as org:
            with pytest.raises(StoreFailed, match="the ledger is lost"):
                _ = org.ledger
            with pytest.raises(StoreFailed, match="the ledger is lost") as told, org.lease():
                pass
        assert str(mirror) in str(told.value)
        assert "ledger import" in str(told.value)
        assert ledger.exists() == (what != "gone")
    mirror.unlink()
    with in_files(tmp_path) as org:  # to begin anew
        filled(org)


def test_a_lost_ledger_is_refused_in_a_database(tmp_path: Path) -> None:
    """The same where both are schemas; an import puts one back, or the mirror's schema goes as well."""
    fresh = database()
    with in_a_database(tmp_path, fresh) as org:
        filled(org)
        write_lines(org.ledger.copies, tmp_path / "acme.jsonl", NOW)
    emptied(fresh, "connector_ledger")
    with in_a_database(tmp_path, fresh) as org:
        with pytest.raises(StoreFailed, match="the ledger is lost"):
            _ = org.ledger
        assert not org.has_ledger
        with pytest.raises(StoreFailed, match="schema connector_mirror_acme"), org.writing():
            pass
    with in_a_database(tmp_path, fresh) as org:
        read_lines(org.any_ledger.copies, tmp_path / "acme.jsonl")
    with in_a_database(tmp_path, fresh) as org, org.lease() as lease:
        assert lease.token == 2
    emptied(fresh, "connector_ledger")
    emptied(fresh, "connector_mirror_acme")
    with in_a_database(tmp_path, fresh) as org:
        filled(org)


def test_a_ledger_is_lost_though_other_facts_are_to_be_read(tmp_path: Path) -> None:
    """A mirror whose people have to be read anew was synced all the same."""
    with in_files(tmp_path) as org:
        filled(org)
        org.mirror.notes.set_synced_at(None)
        org.config.ledger_path.unlink()
    with in_files(tmp_path) as org, pytest.raises(StoreFailed, match="the ledger is lost"):
        _ = org.ledger


def test_a_ledger_is_lost_though_the_mirror_is_damaged(tmp_path: Path) -> None:
    """A disk that took the one and spoilt the other: the advice is not to delete the mirror and go on."""
    with in_files(tmp_path) as org:
        filled(org)
        ledger, mirror = org.config.ledger_path, org.config.mirror_path
    ledger.unlink()
    mirror.write_bytes(b"spoilt" * 10_000)
    with in_files(tmp_path) as org, pytest.raises(StoreFailed, match="the ledger is lost"):
        _ = org.ledger
