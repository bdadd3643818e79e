"""The configuration: what is read, and what an admin is told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import read
from connector.errors import ConfigError, NotFound

GOOD = """
[[org]]
name = "acme"
url = "https://acme.my.salesforce.com/"
login = "token"
token = "env:ACME_TOKEN"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "connector.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    """Name, address and login are enough; state is kept beside the file."""
    org = read(written(tmp_path, GOOD)).choose(None)
    assert org.url == "https://acme.my.salesforce.com"
    assert org.ledger_path == tmp_path / "state" / "ledger.db"
    assert org.mirror_path == tmp_path / "state" / "mirror-acme.db"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("https://acme", "http://acme", "http:// is only allowed to this machine"),
        ('"env:ACME_TOKEN"', '"00D!secret"', "a secret must be given by reference"),
        ('login = "token"', 'login = "magic"', "token"),
        ("token =", "tokem =", "is not a key that connector knows"),
        ('name = "acme"', 'name = "A cme"', "pattern"),
        ("login =", "logon =", "is not a key that connector knows"),
        ("[[org]]", "[[orgs]]", "names no org"),
        ('url = "https', "url = https", "TOML"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each mistake is told with file and key, and never repeats a secret."""
    with pytest.raises(ConfigError) as raised:
        read(written(tmp_path, GOOD.replace(old, new)))
    text = str(raised.value)
    assert said in text
    assert "connector.toml" in text
    assert "00D!secret" not in text
    assert raised.value.next


def test_what_a_login_needs_is_asked_for_when_it_logs_in(tmp_path: Path) -> None:
    """A policy can be looked at before there is an app; logging in without its keys is refused, naming the key."""
    org = read(written(tmp_path, GOOD.replace('login = "token"', 'login = "jwt"'))).choose(None)
    with pytest.raises(ConfigError, match="needs client_id") as raised:
        org.can_log_in()
    assert "connector.toml" in str(raised.value)


def test_two_orgs_of_one_name_are_refused(tmp_path: Path) -> None:
    """Ledger and mirror are kept by name, so a name must be used once."""
    with pytest.raises(ConfigError, match="two orgs are called 'acme'"):
        read(written(tmp_path, GOOD + GOOD))


def test_an_org_must_be_chosen_among_several(tmp_path: Path) -> None:
    """With several orgs, --org says which; a wrong name is told what there is."""
    config = read(written(tmp_path, GOOD + GOOD.replace('"acme"', '"beta"')))
    with pytest.raises(NotFound, match="several orgs: acme, beta"):
        config.choose(None)
    with pytest.raises(NotFound, match="no org 'gamma'"):
        config.choose("gamma")
    assert config.choose("beta").name == "beta"
