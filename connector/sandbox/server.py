"""A running sandbox: an org behind its wire protocol, on loopback, for tests and for the command line."""

from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from starlette.types import ASGIApp

from connector.sandbox.faults import Faults, FaultyApp
from connector.sandbox.web import Server


class Servable(Protocol):
    """What a CRM offers to be served: its web application, and a token that lets a client in and never expires."""

    def app(self) -> ASGIApp: ...

    def open_token(self) -> str: ...

    def misbehave(self, faults: Faults) -> None: ...


Crm = TypeVar("Crm", bound=Servable)


class Sandbox(Generic[Crm]):
    """Serves a CRM while the `with` block runs.

    `url` and `https_url` are its addresses, `ca_file` the certificate that https clients must trust, `token` an access
    token of the integration user, `org` the CRM itself, whose records a test may look at directly. Port 0 picks a free
    one. `faults` says what goes wrong; it may be changed while the sandbox runs.
    """

    def __init__(
        self,
        org: Crm,
        *,
        faults: Faults | None = None,
        port: int = 0,
        https_port: int = 0,
        folder: Path | None = None,
    ) -> None:
        self.org = org
        self.faults = faults or Faults()
        self.token = org.open_token()
        self.url = self.https_url = ""
        self.ca_file = Path()
        org.misbehave(self.faults)
        self._server = Server(FaultyApp(org.app(), self.faults), port=port, https_port=https_port, folder=folder)

    def __enter__(self) -> Self:
        self._server.__enter__()
        self.url, self.https_url, self.ca_file = self._server.url, self._server.https_url, self._server.ca_file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)
