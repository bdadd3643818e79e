"""The connector.toml that points at a running sandbox, with the token and the keys that it names."""

from pathlib import Path
from typing import TYPE_CHECKING

from connector.sandbox.keys import key_pair, write_private
from connector.sandbox.salesforce.apps import register
from connector.sandbox.salesforce.base import INTEGRATION_USERNAME

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org
    from connector.sandbox.server import Sandbox

_CONFIG = """\
# Written by `connector sandbox salesforce`. Points at the local sandbox.
[[org]]
name = "sandbox"
crm = "salesforce"
url = "{url}"          # http only to loopback
login = "token"                        # token | jwt | client_credentials | refresh_token
token = "file:{folder}/sandbox.token"
# policy = "policy.toml"               # a policy file; without it the preset demand-gen
state = "state"                        # directory for ledger and mirror, relative to this file

# The same org by https:
# url = "{https_url}"
# ca_file = "{ca_file}"

# Other ways to log in to it, instead of login and token above:
# login = "jwt"
# client_id = "{client_id}"
# username = "{username}"
# audience = "https://test.salesforce.com"
# key = "file:{folder}/sandbox.key"

# login = "client_credentials"
# client_id = "{client_id}"
# client_secret = "file:{folder}/sandbox.secret"

# login = "refresh_token"
# client_id = "{client_id}"
# client_secret = "file:{folder}/sandbox.secret"
# refresh_token = "file:{folder}/sandbox.refresh"
"""


def welcome(box: "Sandbox[Org]", folder: Path, config: Path) -> Path:
    """Write `config` for a running sandbox, its secrets into `folder` (readable by the owner only); its full path."""
    key, certificate = key_pair()
    app = register(box.org, certificate)
    secrets = {
        "sandbox.token": box.token,
        "sandbox.key": key,
        "sandbox.secret": app.client_secret,
        "sandbox.refresh": next(iter(app.refresh_tokens)),
    }
    for name, text in secrets.items():
        write_private(folder / name, text)
    config = config.absolute()
    config.write_text(
        _CONFIG.format(
            url=box.url,
            https_url=box.https_url,
            ca_file=box.ca_file,
            folder=folder,
            client_id=app.client_id,
            username=INTEGRATION_USERNAME,
        ),
        encoding="utf-8",
    )
    return config
