"""`provisioning.Provisioner` for Dynamics 365: each kind of step is done by the file named after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.metadata import Metadata
from connector.adapters.dynamics.org import Environment
from connector.adapters.dynamics.schema_change import (
    access,
    auditing,
    carriers,
    columns,
    conversion,
    status_reasons,
)
from connector.adapters.dynamics.schema_change import setup as looking
from connector.adapters.dynamics.schema_change import uses as using
from connector.adapters.dynamics.schema_change.solution import PREFIX
from connector.adapters.dynamics.schema_change.words import WORDS
from connector.adapters.dynamics.session import Session
from connector.adapters.web.steps import one_step
from connector.errors import Skip
from connector.mapping import Mapping
from connector.provisioning import Carried, SchemaStep, Setup, StepKind, Uses, Words


class DynamicsProvisioner:
    """Changes one environment, through the same login and transport as everything else."""

    def __init__(
        self, session: Session, mapping: Mapping, metadata: Metadata, environment: Callable[[], Environment]
    ) -> None:
        self._session = session
        self._mapping = mapping
        self._metadata = metadata
        self._environment = environment

    @property
    def words(self) -> Words:
        """See `words.py`."""
        return WORDS

    def is_custom(self, api: str) -> bool:
        """Columns under our publisher's prefix; those of another publisher are made by whoever that is."""
        return api.startswith(f"{PREFIX}_")

    def setup(self, user: str | None = None) -> Setup:
        """See `setup.py`. Metadata is that of the last `schema(fresh=True)`."""
        return looking.setup(self._session, self._environment(), self._metadata, self._mapping, user)

    def change_schema(self, step: SchemaStep, still_ours: Callable[[], None]) -> None:
        """Does the step and reads it back."""
        with one_step():
            self._do(step, still_ours)

    def carried(self, object: str, values: Sequence[str]) -> list[Carried]:
        """See `carriers.py`."""
        return carriers.carried(self._session, self._metadata, self._mapping.object(object), values)

    def uses(self, object: str, values: Sequence[str]) -> Uses:
        """See `uses.py`."""
        return using.uses(self._session, self._metadata, self._mapping.object(object), values)

    def _do(self, step: SchemaStep, guard: Guard) -> None:
        session = self._session
        if step.kind is StepKind.FIELD:
            columns.add(session, step, guard)
        elif step.kind is StepKind.VALUES:
            columns.add_values(session, step, guard)
        elif step.kind is StepKind.STATUSES:
            status_reasons.add(session, step, guard)
        elif step.kind is StepKind.RETIRE:
            status_reasons.retire(session, step, guard)
        elif step.kind is StepKind.HISTORY:
            auditing.track(session, step, guard)
        elif step.kind is StepKind.ACCESS:
            access.grant(session, step, guard)
        elif step.kind is StepKind.CONVERSION:
            conversion.add(session, step, guard)
        else:
            raise Skip(f"a step {step.kind.value!r} is done by hand: {step.how}")
