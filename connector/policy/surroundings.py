"""What the policy says about everything around a status: sources, teams, scope, opportunities, campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from connector.model import Person, Scalar, User
from connector.policy.model import Campaigns, Opportunities, Scope, SourceGroup, Team
from connector.policy.wording import Patterns, fold


class Sources:
    """Raw lead source values, grouped into canonical sources."""

    def __init__(self, groups: Mapping[str, SourceGroup]) -> None:
        self._known: dict[str, tuple[str, SourceGroup] | None] = {}
        self._groups = {fold(raw): (name, group) for name, group in groups.items() for raw in (*group.values, name)}

    def group(self, raw: str | None) -> tuple[str, SourceGroup] | None:
        """The canonical source that `raw` means, without case and spacing; None if it is blank or unknown."""
        if not raw:
            return None
        if raw not in self._known:
            self._known[raw] = self._groups.get(fold(raw))
        return self._known[raw]


class Teams:
    """Who belongs to which team."""

    def __init__(self, teams: Mapping[str, Team]) -> None:
        self._teams = [(name, _TeamPatterns(team)) for name, team in teams.items()]
        self._known: dict[User, frozenset[str]] = {}

    def of(self, user: User | None) -> frozenset[str]:
        """The teams of a user or queue, by name; none if nothing in the policy matches."""
        if user is None:
            return frozenset()
        known = self._known.get(user)
        if known is None:
            known = self._known[user] = frozenset(name for name, patterns in self._teams if patterns.match(user))
        return known


class _TeamPatterns:
    def __init__(self, team: Team) -> None:
        self._departments = Patterns(team.departments)
        self._titles = Patterns(team.titles)
        self._roles = Patterns(team.roles)
        self._users = Patterns(team.users)
        self._queues = Patterns(team.queues)
        self._leave_out = Patterns(team.leave_out)

    def match(self, user: User) -> bool:
        if user.kind == "queue":
            return self._queues.match(user.name) or self._queues.match(user.id)
        if any(map(self._users.match, (user.name, user.email, user.id))):
            return True
        described = (user.department, user.title, user.role)
        if any(text and self._leave_out.match(text) for text in described):
            return False
        patterns = (self._departments, self._titles, self._roles)
        return any(text and each.match(text) for each, text in zip(patterns, described, strict=True))


class Scopes:
    """Who is judged at all."""

    def __init__(self, scopes: Mapping[Literal["lead", "contact"], Scope]) -> None:
        self._scopes: dict[str, _ScopePatterns] = {on: _ScopePatterns(scope) for on, scope in scopes.items()}

    def outside(self, person: Person, *, account_type: str | None = None, owner: User | None = None) -> str:
        """Why the person is out of scope, for people (`record type Partner`); the empty text if they are in."""
        scope = self._scopes.get(person.ref.object)
        return scope.outside(person, account_type, owner) if scope else ""


class _ScopePatterns:
    def __init__(self, scope: Scope) -> None:
        self._record_types = Patterns(scope.record_types) if scope.record_types else None
        self._account_types = Patterns(scope.account_types) if scope.account_types else None
        self._owners = Patterns(scope.owners) if scope.owners else None
        self._where = {name: Patterns(values) for name, values in scope.where.items()}
        self._leave_out = {name: Patterns(values) for name, values in scope.leave_out.items()}

    def outside(self, person: Person, account_type: str | None, owner: User | None) -> str:
        if self._record_types and not self._record_types.match(person.record_type):
            return f"record type {person.record_type or 'blank'}"
        if self._account_types and not self._account_types.match(account_type):
            return f"account type {account_type or 'blank'}"
        if self._owners and not _owned(self._owners, person, owner):
            return f"owner {owner.name if owner else person.owner_id or 'blank'}"
        for name, patterns in self._where.items():
            if not patterns.match(text := _text(person, account_type, name)):
                return f"{name} {text or 'blank'}"
        for name, patterns in self._leave_out.items():
            if patterns.match(text := _text(person, account_type, name)):
                return f"{name} {text or 'blank'}"
        return ""


def _owned(owners: Patterns, person: Person, owner: User | None) -> bool:
    names = (person.owner_id, owner.name, owner.email) if owner else (person.owner_id,)
    return any(name and owners.match(name) for name in names)


def _text(person: Person, account_type: str | None, name: str) -> str:
    """The value of a field or fact as text; flags are `true` and `false`."""
    if name == "account_type":
        return account_type or ""
    value: Scalar = next((value for fact, value in person.facts if fact == name), None)
    if value is None and not any(fact == name for fact, _ in person.facts):
        value = getattr(person, name, None)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


class CountedOpportunities:
    """Which opportunities count."""

    def __init__(self, section: Opportunities) -> None:
        self._count = Patterns(section.count)
        self._leave_out = Patterns(section.leave_out)

    def counts(self, type: str | None) -> bool:
        """Whether an opportunity of that type counts."""
        return self._count.match(type) and not self._leave_out.match(type)


class CampaignKinds:
    """What is special about campaigns."""

    def __init__(self, section: Campaigns) -> None:
        self._account_based = Patterns(section.account_based)
        self._ordinary = Patterns(section.ordinary)

    def account_based(self, campaign: str | None, type: str | None) -> bool:
        """Whether a campaign of that name and type is account-based (ABM)."""
        return any(text and self._account_based.match(text) for text in (campaign, type))

    def ordinary(self, campaign: str | None, type: str | None) -> bool:
        """Whether it is ordinary marketing, which people without any interaction must not get."""
        return self._ordinary.match(type) or bool(campaign and self._ordinary.match(campaign))
