"""The connector.toml that a sandbox writes, and every way of logging in that it offers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.config import read
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample import MAPPING
from connector.sandbox.dynamics.welcome import MAPPING_FILE, welcome
from connector.sandbox.server import Sandbox


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox[Org], Path]]:
    """A sandbox that wrote its files."""
    org, folder = Org(), tmp_path_factory.mktemp("welcome")
    with Sandbox(org, folder=folder) as box:
        yield box, welcome(box, folder, folder / "connector.toml", MAPPING)
    org.close()


def uncommented(config: Path, login: str) -> dict[str, Any]:
    """The org's table with another login than the one that is not commented out."""
    lines = config.read_text(encoding="utf-8").splitlines()
    given = tomllib.loads("\n".join(lines))["org"][0]
    start = next(n for n, line in enumerate(lines) if line.startswith(f'# login = "{login}"'))
    block = [line.removeprefix("# ") for line in lines[start : start + 4] if line.startswith("# ")]
    return {**given, **tomllib.loads("\n".join(block))}


def test_it_is_a_configuration(written: tuple[Sandbox[Org], Path]) -> None:
    """connector reads it; the mapping of the sample's own columns lies beside it; secrets are the owner's only."""
    box, config = written
    org = read(config).org[0]
    assert (org.crm, org.login, org.url, org.authority) == (
        "dynamics",
        "client_credentials",
        box.https_url,
        box.https_url,
    )
    assert (config.parent / MAPPING_FILE).read_text(encoding="utf-8") == MAPPING
    assert str(org.mapping) == MAPPING_FILE
    for name in ("sandbox.token", "sandbox.key", "sandbox.crt", "sandbox.secret"):
        assert (config.parent / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("login", ["client_credentials", "certificate", "token"])
def test_every_login_works(written: tuple[Sandbox[Org], Path], login: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By secret and by certificate msal gets a token; a token that is given needs none. Each opens the door."""
    from msal import ConfidentialClientApplication

    box, config = written
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(box.ca_file))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    org = tomllib.loads(config.read_text(encoding="utf-8"))["org"][0]
    if login != org["login"]:
        org = uncommented(config, login)

    def secret(name: str) -> str:
        return Path(org[name].removeprefix("file:")).read_text(encoding="utf-8")

    if login == "token":
        token = secret("token")
    else:
        by_certificate = (
            {"private_key": secret("key"), "public_certificate": secret("certificate")}
            if login == "certificate"
            else {}
        )
        app = ConfidentialClientApplication(
            org["client_id"],
            authority=f"{org['authority']}/{org['tenant']}",
            client_credential=by_certificate or secret("client_secret"),
            instance_discovery=False,
        )
        token = app.acquire_token_for_client([f"{org['url']}/.default"])["access_token"]
    answer = requests.get(
        f"{org['url']}/api/data/v9.2/WhoAmI", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    assert answer.status_code == 200


def test_without_a_mapping(written: tuple[Sandbox[Org], Path], tmp_path: Path) -> None:
    """Somebody's own data brings no mapping of ours, and the file names none."""
    box, _ = written
    config = welcome(box, tmp_path, tmp_path / "connector.toml")
    assert read(config).org[0].mapping is None
    assert not (tmp_path / MAPPING_FILE).exists()
