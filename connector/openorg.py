"""One org, opened for one command: its policy, mapping, ledger, mirror and CRM, each opened when it is first needed.

The only place that picks an adapter, by the name of the CRM in connector.toml.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from connector.config import Config, OrgConfig
from connector.errors import ConnectorError, NotFound, StoreFailed
from connector.model import LEAD
from connector.policy.layers import Layer
from connector.policy.scoring import BAR
from connector.wallclock import Now, clock

if TYPE_CHECKING:
    from connector.judge import Rules
    from connector.mapping import Mapping
    from connector.policy import Policy
    from connector.policy.loader import Loaded
    from connector.ports import Adapter
    from connector.store.ledger import Lease, Ledger
    from connector.store.mirror import Mirror
    from connector.store.place import Place


class InForce(NamedTuple):
    """Policy and mapping of an org as they were read at some time, whatever their files hold now."""

    loaded: Loaded
    mapping: Mapping


class OpenOrg:
    """One org. `config` is its part of connector.toml, `now` tells the time. What is not needed is never opened.

    `in_force`: the policy and mapping to use; None: those that the files hold now.
    """

    def __init__(self, whole: Config, config: OrgConfig, in_force: InForce | None = None) -> None:
        self.config = config
        self.now: Now = clock(loopback=config.is_loopback)
        self._whole = whole
        self._in_force = in_force
        self._open = ExitStack()

    def __enter__(self) -> OpenOrg:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        if isinstance(error, ConnectorError) and not error.where:
            error.where = f"org {self.name}"  # every error says where; not every part of the line knows the org

    @property
    def name(self) -> str:
        """The org's short name."""
        return self.config.name

    @cached_property
    def loaded(self) -> Loaded:
        """The policy, checked, with where each value was said. Raises PolicyError naming file, line and key."""
        from connector.policy.loader import load

        if self._in_force is not None:
            return self._in_force.loaded
        return load(self._policy, tables=self._tables, statuses=self._mapping.statuses, bar=self.bar)

    def in_force(self) -> InForce:
        """What `loaded` and `mapping` are made of, for others that are to use the same. Raises as they do."""
        return InForce(self.loaded, self._mapping)

    def bar(self) -> int:
        """The bar of the score: the locked one, or the one that two people moved it to."""
        moved = self.ledger.bars.latest()
        return moved.bar if moved is not None else BAR

    def another_policy(self, name: str) -> Loaded:
        """A policy by the name of a preset or the path of its file, as it would be here. Raises PolicyError."""
        from connector.policy.loader import load, presets

        known, statuses = name in presets(), self._mapping.statuses
        path = None if known else Path(name)
        tables = Layer(name, {"extends": name}) if known else self._tables
        return load(path, tables=tables, statuses=statuses, bar=self.bar)

    def unchecked_policy(self) -> Loaded:
        """The policy with whatever contradictions it has, for commands that list them."""
        from connector.policy.loader import read

        return read(self._policy, tables=self._tables, statuses=self._mapping.statuses)

    @property
    def policy(self) -> Policy:
        """The checked policy."""
        return self.loaded.policy

    @cached_property
    def rules(self) -> Rules:
        """The rules that are on, with their options."""
        from connector.judge import load

        return load(self.policy, self.loaded.where)

    @cached_property
    def mapping(self) -> Mapping:
        """The CRM's mapping, with the facts that the policy names."""
        return self._mapping.with_facts(self.policy.file.facts, self.loaded.where("facts"))

    @property
    def ledger(self) -> Ledger:
        """What is remembered of the org. Makes nothing: where no ledger was made yet it knows of nothing.

        Raises StoreFailed if it is lost: see `made_ledger`.
        """
        if "made_ledger" in vars(self) or ("_blank" not in vars(self) and self.has_ledger):
            return self.made_ledger
        return self._blank

    @cached_property
    def made_ledger(self) -> Ledger:
        """The ledger, brought up to date; made if nobody has worked on the org yet.

        Raises StoreFailed if it is lost: the mirror shows that somebody has, and the ledger knows of nothing.
        """
        if not self.has_ledger:
            self._refuse_lost()
        ledger = self.any_ledger
        if ledger.is_new:
            self._refuse_lost()
        return ledger

    @cached_property
    def any_ledger(self) -> Ledger:
        """The ledger, made if it is not there, whatever the mirror shows: for what puts a lost one back."""
        from connector.store.ledger import Ledger

        return self._open.enter_context(Ledger.open(self.ledger_place, self.name, self.now))

    @property
    def has_ledger(self) -> bool:
        """Whether there is a ledger, be it of other orgs. Makes none."""
        from connector.store.ledger import Ledger

        return Ledger.is_there(self.ledger_place)

    @property
    def ledger_place(self) -> Place:
        """Where the ledger is kept: a file, or a schema of the database that the configuration names."""
        return self._place("connector_ledger", self.config.ledger_path)

    @property
    def has_mirror(self) -> bool:
        """Whether there is a mirror that can be read: not before the first sync has come to its end."""
        try:
            _ = self.reading
        except NotFound:
            return False
        return True

    @cached_property
    def mirror(self) -> Mirror:
        """The mirror, for what holds the lease; made if it is not there."""
        return self._open_mirror(reading=False)

    @cached_property
    def reading(self) -> Mirror:
        """The mirror, for what only reads. Raises NotFound if nothing was ever read from the CRM."""
        return self._open_mirror(reading=True)

    def revive(self) -> None:
        """After a long wait in which nothing was under way: what of the mirror was opened gets another connection if
        the database has cut it. The ledger sees to that by itself.
        """
        for opened in ("mirror", "reading"):
            if opened in vars(self):
                getattr(self, opened).revive()

    @cached_property
    def adapter(self) -> Adapter:
        """The CRM. Logs in with its first call."""
        self.config.can_log_in()
        found = importlib.import_module(f"connector.adapters.{self.config.crm}")
        connect: Callable[[OrgConfig, Mapping, Now], Adapter] = found.connect
        return connect(self.config, self.mapping, self.now)

    def lease(self, kind: str = "org") -> AbstractContextManager[Lease]:
        """The org's lease of that kind, in the name of this command. Raises LeaseHeld if another process has it."""
        return self.made_ledger.lease(" ".join(["connector", *sys.argv[1:]]), kind=kind)

    @contextmanager
    def writing(self) -> Iterator[Lease]:
        """The org's lease, for what writes the mirror: once it is lost, the mirror takes in nothing more."""
        from connector.store.mirror.mirror import unfenced

        with self.lease() as lease:
            self.mirror.fence = lease.check
            try:
                yield lease
            finally:
                self.mirror.fence = unfenced

    @cached_property
    def _mapping(self) -> Mapping:
        from connector.mapping import load

        if self._in_force is not None:
            return self._in_force.mapping
        path = self.config.mapping
        return load(self.config.crm, self.config.path(path) if path else None)

    @property
    def _policy(self) -> Path | None:
        return self.config.path(self.config.policy) if self.config.policy else None

    @property
    def _tables(self) -> Layer | None:
        if not self._whole.policy:
            return None
        return Layer("connector.toml", self._whole.policy, self._whole.file, ("policy",))

    def _place(self, schema: str, file: Path) -> Place:
        from connector.store.place import Postgres

        database = self.config.database_secret()
        return Postgres(database.read(), schema, key=self.config.database_key) if database is not None else file

    @cached_property
    def _blank(self) -> Ledger:
        from connector.store.ledger import Ledger

        self._refuse_lost()
        return self._open.enter_context(Ledger.blank(self.ledger_place, self.name, self.now))

    def _refuse_lost(self) -> None:
        """Raises StoreFailed if a mirror is there that was synced: a ledger that knows of nothing was lost."""
        from connector.store.mirror import Mirror

        try:
            if not Mirror.was_synced(self._mirror_place, self.name):
                return
        except StoreFailed:
            if not isinstance(self._mirror_place, Path):
                raise
            # a damaged file was a mirror; the advice for a mirror alone, to delete it, would begin anew unasked
        raise StoreFailed(
            f"the ledger is lost: it knows of no work on org {self.name!r}, but the mirror was filled with one",
            where=f"ledger {self.ledger_place}",
            next="put it back from the last backup, or from an export: connector ledger import FILE. Without it nothing"
            " can be undone, what was written counts as somebody else's, and alerts are told again. To begin anew all"
            f" the same, delete the mirror, too ({self._mirror_place}), then run connector sync",
        )

    @property
    def _mirror_place(self) -> Place:
        return self._place(f"connector_mirror_{self.name}", self.config.mirror_path)

    def _open_mirror(self, *, reading: bool) -> Mirror:
        from connector.store.mirror import Mirror

        facts = tuple(name for name, _ in self.mapping.object(LEAD).facts)
        via_account = self.policy.file.opportunities.via_account
        known, place = None if reading else facts, self._mirror_place
        return self._open.enter_context(Mirror.open(place, self.name, known, via_account=via_account, reading=reading))
