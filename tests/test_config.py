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
        ("token =", "tokem =", "there is no key 'tokem' here; did you mean 'token'?"),
        ('name = "acme"', 'name = "A cme"', "'A cme' is not a short name of a-z, 0-9"),
        ("login =", "logon =", "did you mean 'login'?"),
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


DYNAMICS = """
[[org]]
name = "acme"
crm = "dynamics"
url = "https://acme.crm.dynamics.com/"
login = "client_credentials"
tenant = "acme.example"
client_id = "0a"
client_secret = "env:ACME_SECRET"
"""


def test_dynamics_has_keys_of_its_own(tmp_path: Path) -> None:
    """Each CRM has its own logins and its own version of the API."""
    org = read(written(tmp_path, DYNAMICS)).choose(None)
    org.can_log_in()
    assert (org.tenant, org.api_version) == ("acme.example", "9.2")
    assert read(written(tmp_path, GOOD)).choose(None).api_version == "62.0"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"client_credentials"', '"jwt"', "is no login of crm = 'dynamics'"),
        ('"dynamics"', '"salesforce"', "tenant means nothing to crm = 'salesforce'"),
        ('"dynamics"', '"oracle"', "dynamics"),
        ('"dynamics"', '["dynamics"]', "dynamics"),
        ('client_id = "0a"', 'username = "jane"', "username means nothing to crm = 'dynamics'"),
        ("https://acme.crm", "acme.crm", "https://acme.crm.dynamics.com"),
        ('tenant = "acme.example"', 'authority = "http://login.example"', "must be an https:// address"),
    ],
)
def test_keys_of_the_other_crm_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A key or login that the CRM does not know is told, with what it knows instead."""
    with pytest.raises(ConfigError) as raised:
        read(written(tmp_path, DYNAMICS.replace(old, new)))
    assert said in str(raised.value)
    assert "connector.toml" in str(raised.value)


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    """Logging in by certificate is refused until both halves are named."""
    text = DYNAMICS.replace('"client_credentials"', '"certificate"').replace("client_secret", "key")
    with pytest.raises(ConfigError, match="needs certificate"):
        read(written(tmp_path, text)).choose(None).can_log_in()


def test_what_a_login_needs_is_asked_for_when_it_logs_in(tmp_path: Path) -> None:
    """A policy can be looked at before there is an app; logging in without its keys is refused, naming the key."""
    org = read(written(tmp_path, GOOD.replace('login = "token"', 'login = "jwt"'))).choose(None)
    with pytest.raises(ConfigError, match="needs client_id and username and key, which are missing") as raised:
        org.can_log_in()
    assert "connector.toml:2 [org.acme.client_id]" in str(raised.value)
    assert org.secret("token").key.endswith("connector.toml:6 [org.acme.token]")


def test_two_orgs_of_one_name_are_refused(tmp_path: Path) -> None:
    """Ledger and mirror are kept by name, so a name must be used once."""
    with pytest.raises(ConfigError, match="two orgs are called 'acme'"):
        read(written(tmp_path, GOOD + GOOD))


@pytest.mark.parametrize("spelled", ["https://ACME.my.salesforce.com", "https://acme.my.salesforce.com:443/x"])
def test_two_orgs_of_one_address_are_refused(tmp_path: Path, spelled: str) -> None:
    """Two ledgers about one CRM would each take the other's writes for a stranger's."""
    other = GOOD.replace('"acme"', '"twice"').replace("https://acme.my.salesforce.com/", spelled)
    with pytest.raises(ConfigError, match="'acme' and 'twice' have the same address") as raised:
        read(written(tmp_path, GOOD + other))
    assert "[org.twice.url]" in raised.value.where


def test_an_org_must_be_chosen_among_several(tmp_path: Path) -> None:
    """With several orgs, --org says which; a wrong name is told what there is."""
    config = read(written(tmp_path, GOOD + GOOD.replace("acme", "beta")))
    with pytest.raises(NotFound, match="several orgs: acme, beta"):
        config.choose(None)
    with pytest.raises(NotFound, match="no org 'gamma'"):
        config.choose("gamma")
    assert config.choose("beta").name == "beta"


def test_a_database_for_all_or_for_one(tmp_path: Path) -> None:
    """`database` above the first org holds for all that name none of their own; errors name the key that counts."""
    two = GOOD + GOOD.replace("acme", "globex") + 'database = "file:globex.db"\n'
    config = read(written(tmp_path, 'database = "env:SHARED"\n' + two))
    found = [one.database_secret() for one in config.org]
    assert [str(one) for one in found] == ["Secret(env:SHARED)", "Secret(file:globex.db)"]
    assert [Path(one.database_key).name for one in config.org] == [
        "connector.toml:1 [database]",
        "connector.toml:14 [org.globex.database]",
    ]
    assert read(written(tmp_path, GOOD)).choose(None).database_secret() is None


@pytest.mark.parametrize("where", ["above", "in the org"])
def test_the_address_of_a_database_is_not_written_out(tmp_path: Path, where: str) -> None:
    """An address in the file is refused without repeating its password."""
    line = 'database = "postgresql://connector:hunter22@db/connector"\n'
    text = line + GOOD if where == "above" else GOOD + line
    with pytest.raises(ConfigError, match="by reference") as raised:
        read(written(tmp_path, text))
    assert "hunter22" not in str(raised.value)
    assert "database" in str(raised.value)
