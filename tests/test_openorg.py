"""Tests of connector.openorg."""

from __future__ import annotations

from pathlib import Path

from connector.config import read
from connector.openorg import OpenOrg
from connector.ports import Table
from connector.store.mirror.file import stored_facts
from tests.store.mirror.given import lead, load

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
