"""`provisioning.Provisioner` for Salesforce: each kind of step is done by the file named after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.adapters.salesforce.org import identity
from connector.adapters.salesforce.schema_change import access, carriers, conversion, fields, lead_status, tracking
from connector.adapters.salesforce.schema_change import setup as looking
from connector.adapters.salesforce.schema_change import uses as using
from connector.adapters.salesforce.schema_change.words import WORDS
from connector.adapters.salesforce.session import Guard, Session
from connector.adapters.salesforce.visible import Visible
from connector.adapters.web.steps import one_step
from connector.errors import Skip
from connector.mapping import Mapping
from connector.provisioning import Carried, SchemaStep, Setup, StepKind, Uses, Words


class SalesforceProvisioner:
    """Changes one org, through the same login and transport as everything else."""

    def __init__(self, session: Session, mapping: Mapping, visible: Visible) -> None:
        self._session = session
        self._mapping = mapping
        self._visible = visible

    @property
    def words(self) -> Words:
        """See `words.py`."""
        return WORDS

    def is_custom(self, api: str) -> bool:
        """Custom fields end in `__c`; those of a package (`pkg__Field__c`) can only be made by the package."""
        return api.endswith("__c") and "__" not in api.removesuffix("__c")

    def setup(self, user: str | None = None) -> Setup:
        """See `setup.py`. Describes are those of the last `schema(fresh=True)`."""
        return looking.setup(self._session, self._mapping, self._visible, user)

    def change_schema(self, step: SchemaStep, still_ours: Callable[[], None]) -> None:
        """Does the step and reads it back."""
        with one_step():
            self._do(step, still_ours)

    def carried(self, object: str, values: Sequence[str]) -> list[Carried]:
        """See `carriers.py`."""
        return carriers.carried(self._session, self._visible, self._mapping.object(object), values)

    def uses(self, object: str, values: Sequence[str]) -> Uses:
        """See `uses.py`."""
        return using.uses(self._session, self._mapping.object(object).api, values)

    def _do(self, step: SchemaStep, guard: Guard) -> None:
        session = self._session
        if step.kind is StepKind.FIELD:
            fields.add(session, step, guard)
        elif step.kind is StepKind.VALUES:
            fields.add_values(session, step, guard)
        elif step.kind is StepKind.HISTORY:
            tracking.track(session, step, guard, self.is_custom)
        elif step.kind is StepKind.ACCESS:
            access.grant(session, step, guard)
            if step.user == identity(session).user_id:
                access.wait_until_visible(session, self._visible, step)
        elif step.kind is StepKind.CONVERSION:
            conversion.add(session, step, guard)
        elif step.kind is StepKind.RETIRE and self.is_custom(step.name):
            fields.deactivate(session, step, guard)
        elif step.kind in (StepKind.STATUSES, StepKind.RETIRE):
            lead_status.change(session, step, guard)
        else:
            raise Skip(f"a step {step.kind.value!r} is done by hand: {step.how}")
