"""The same people in both CRMs: loaded as they are, each under the ids and in the words of its CRM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from connector.sandbox.dynamics.org import Org as DynamicsOrg
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.parity.dynamics import DynamicsFirm
from tests.parity.humans import Human
from tests.parity.salesforce import SalesforceFirm


class Firm(Protocol):
    """A served CRM with these people. `ids`: id → our key of whoever or whatever has it."""

    crm: str
    ids: dict[str, str]

    @property
    def box(self) -> Sandbox[Any]:
        """Where it is served."""

    def edit(self, key: str, status: str) -> None:
        """A colleague gives a lead another status."""

    def delete(self, key: str) -> None:
        """A colleague deletes a lead."""

    def status(self, key: str) -> str | None:
        """The status of a lead, straight from the CRM's own store; None if it is gone."""


@contextmanager
def firms(people: Sequence[Human], folder: Path) -> Iterator[tuple[Firm, Firm]]:
    """Both, served; what belongs to the installation at either stands in a folder of its CRM's name."""
    salesforce, dynamics = Org(), DynamicsOrg()
    one, two = SalesforceFirm(salesforce, people), DynamicsFirm(dynamics, people)
    for firm in (one, two):
        (folder / firm.crm).mkdir()
    with Sandbox(salesforce) as one.box, Sandbox(dynamics) as two.box:
        yield one, two
    salesforce.close()
    dynamics.close()
