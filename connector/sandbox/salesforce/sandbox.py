"""A running Salesforce sandbox, for tests and for the command line."""

from pathlib import Path
from types import TracebackType
from typing import Self

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.app import build
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Server


class Sandbox:
    """Serves an org while the `with` block runs: `url`, `https_url`, `ca_file`, and `token`, which never expires."""

    def __init__(
        self, org: Org | None = None, *, port: int = 0, https_port: int = 0, folder: Path | None = None
    ) -> None:
        self.org = org or Org()
        self.token = self.org.sessions.open(base.INTEGRATION_ID, "sandbox", None).token
        self._server = Server(build(self.org), port=port, https_port=https_port, folder=folder)
        self.url = self.https_url = ""
        self.ca_file = Path()

    def __enter__(self) -> Self:
        self._server.__enter__()
        self.url, self.https_url, self.ca_file = self._server.url, self._server.https_url, self._server.ca_file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)
