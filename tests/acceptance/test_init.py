"""`connector init` writes a file to start from, for each CRM and each way of logging in."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.cli.init import KEYS
from connector.config import LOGINS, read
from connector.errors import ConfigError
from tests.acceptance.commandline import CommandLine

CHOICES = [(crm, login) for crm, logins in LOGINS.items() for login in logins]


@pytest.mark.parametrize(("crm", "login"), CHOICES)
def test_a_file_for_each_login(tmp_path: Path, crm: str, login: str) -> None:
    """It can be read, names the keys of that login, and says what is still to be filled in."""
    path = tmp_path / "connector.toml"
    ran = CommandLine(path).run("init", "--crm", crm, "--login", login)
    assert ran.code == 0, ran.everything
    org = read(path).choose(None)
    assert (org.crm, org.login) == (crm, login)
    blank = [name for name in LOGINS[crm][login] if getattr(org, name) == ""]
    assert all(getattr(org, name) is not None for name in LOGINS[crm][login])
    if blank:
        with pytest.raises(ConfigError, match=f"needs {blank[0]}"):
            org.can_log_in()


def test_every_login_is_offered() -> None:
    """What the configuration knows, init writes; the first one is the usual one."""
    assert {crm: sorted(logins) for crm, logins in KEYS.items()} == {c: sorted(logins) for c, logins in LOGINS.items()}
    assert [next(iter(logins)) for logins in KEYS.values()] == ["jwt", "certificate"]
