"""The policy as rules use it: what does this value mean, which status has this role, what would be written.

`Policy` is compiled once from a checked `PolicyFile`; looking a value up costs one dictionary access.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from connector.policy.model import PolicyFile, Status
from connector.policy.place import Meaning, Place, Places
from connector.policy.promises import Promises
from connector.policy.surroundings import CampaignKinds, CountedOpportunities, Scopes, Sources, Teams

__all__ = ["Meaning", "Place", "Policy"]


class Policy:
    """A checked policy. Immutable; `hash` is the same for the same merged content, whatever the files were.

    Attributes:
        file: everything the policy says, all layers merged
        hash: 64 hex digits over that
        sources: `sources.group(raw)`, the canonical lead source
        teams: `teams.of(user)`, the names of a user's teams
        scope: `scope.outside(person, account_type=…, owner=…)`, why somebody is not judged
        opportunities: `opportunities.counts(type)`
        promises: `promises.of(status)`, the SLAs that a stay starts; `promises.on_request`
        campaigns: `campaigns.account_based(name, type)`, `campaigns.ordinary(name, type)`
    """

    def __init__(self, file: PolicyFile, _places: Places | None = None) -> None:
        self.file = file
        self.hash = _hash(file)
        self.sources = Sources(file.sources)
        self.teams = Teams(file.teams)
        self.scope = Scopes(file.scope)
        self.opportunities = CountedOpportunities(file.opportunities)
        self.campaigns = CampaignKinds(file.campaigns)
        self.promises = Promises(file.sla, file.status)
        self._places = _places or Places(file)
        self._roles = {role: name for name, status in file.status.items() for role in status.roles}

    def for_org(
        self, converting: Iterable[str] = (), offered: Mapping[tuple[str, str | None], Iterable[str]] | None = None
    ) -> Policy:
        """The same policy for an org whose lead status values `converting` convert and whose picklists hold `offered`.

        Converting values then mean `Meaning.CONVERTED` on a lead whatever the policy says, and a status is written as
        the org's picklist spells it. `offered` is keyed by (object, record type or None), as in `OrgFacts`.
        """
        return Policy(self.file, Places(self.file, frozenset(converting), offered or {}))

    def place(self, object: str, text: str | None, record_type: str | None = None) -> Place:
        """What `text` means in the status field of a `lead` or `contact` of that record type (by name)."""
        return self._places.of(object, text, record_type)

    def status(self, name: str) -> Status:
        """The status of that name. Raises KeyError: rules only pass names that came from here."""
        return self.file.status[name]

    def role(self, role: str) -> str | None:
        """The name of the status that has the role, or None: the policy leaves it out."""
        return self._roles.get(role)

    def has_role(self, name: str | None, role: str) -> bool:
        """Whether the status of that name has the role."""
        return name is not None and self._roles.get(role) == name

    def rank(self, name: str | None) -> int | None:
        """Its place on the forward path."""
        status = self.file.status.get(name) if name is not None else None
        return status.rank if status else None

    def written(self, name: str, object: str) -> str | None:
        """The text that is stored for that status on that object; None where it is never written.

        Never written are statuses that the object does not have and, on a lead, the one with the role `converts`.
        """
        return self._places.written(name, object)


def _hash(file: PolicyFile) -> str:
    content = file.model_dump(mode="json", by_alias=True, exclude={"extends", "without"})
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
