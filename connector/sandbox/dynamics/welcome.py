"""The connector.toml that points at a running sandbox, with the secrets, keys and mapping that it names."""

from pathlib import Path
from typing import TYPE_CHECKING

from connector.sandbox.dynamics.apps import register
from connector.sandbox.dynamics.base import TENANT_ID
from connector.sandbox.keys import key_pair, write_private

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org
    from connector.sandbox.server import Sandbox

_CONFIG = """\
# Written by `connector sandbox dynamics`. Points at the local sandbox.
[[org]]
name = "sandbox"
crm = "dynamics"
url = "{https_url}"
login = "client_credentials"           # client_credentials | certificate | token
tenant = "{tenant}"
client_id = "{client_id}"
client_secret = "file:{folder}/sandbox.secret"
authority = "{https_url}"     # who issues tokens; a real environment needs no such line
ca_file = "{ca_file}"
{mapping}# policy = "policy.toml"               # a policy file; without it the preset demand-gen
state = "state"                        # directory for ledger and mirror, relative to this file

# Other ways to log in to it, instead of login, client_id and client_secret above:
# login = "certificate"
# client_id = "{client_id}"
# key = "file:{folder}/sandbox.key"
# certificate = "file:{folder}/sandbox.crt"

# login = "token"                      # with this one http will do, on this machine only; no authority, no ca_file
# token = "file:{folder}/sandbox.token"
# url = "{url}"
"""
MAPPING_FILE = "sandbox-mapping.toml"


def welcome(box: "Sandbox[Org]", folder: Path, config: Path, mapping: str = "") -> Path:
    """Write `config` for a running sandbox, its secrets into `folder` (readable by the owner only); its full path.

    `mapping`: what connector has to be told of the environment's own columns; it becomes a file beside the others.
    """
    key, certificate = key_pair()
    app, secret = register(box.org, certificate)
    secrets = {
        "sandbox.token": box.token,
        "sandbox.key": key,
        "sandbox.crt": certificate,
        "sandbox.secret": secret,
    }
    for name, text in secrets.items():
        write_private(folder / name, text)
    if mapping:
        (folder / MAPPING_FILE).write_text(mapping, encoding="utf-8")
    config = config.absolute()
    config.write_text(
        _CONFIG.format(
            url=box.url,
            https_url=box.https_url,
            ca_file=box.ca_file,
            folder=folder,
            tenant=TENANT_ID,
            client_id=app.client_id,
            mapping=f'mapping = "{MAPPING_FILE}"\n' if mapping else "",
        ),
        encoding="utf-8",
    )
    return config
