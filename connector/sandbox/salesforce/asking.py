"""What a query may see when this user asks it now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.sandbox.salesforce.access import Access
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.soql.select import Asking

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


class _Visible:
    """The catalogue with what is hidden from the user left out."""

    def __init__(self, access: Access, names: Iterable[str]) -> None:
        self._access = access
        self._names = names

    def find(self, name: str) -> ObjectType | None:
        return self._access.visible(name)

    def all(self) -> Iterable[ObjectType]:
        return [found for name in self._names if (found := self._access.visible(name)) is not None]


def asking(org: Org, user_id: str, *, deleted: bool = False) -> Asking:
    """Who asks, when, and in which time zone days begin; `deleted` for queryAll."""
    visible = _Visible(org.access(user_id), org.objects)
    return Asking(visible, org.clock(), time_zone(org), user_id, deleted)


def time_zone(org: Org) -> ZoneInfo:
    """The org's time zone; GMT if it has none that is known."""
    row = org.storage.reader().execute('SELECT "TimeZoneSidKey" FROM "Organization" LIMIT 1').fetchone()
    try:
        return ZoneInfo(row[0] if row and row[0] else "GMT")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("GMT")
