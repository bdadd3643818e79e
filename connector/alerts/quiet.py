"""When nothing is sent: nights and weekends, in the time zone of those who would be woken."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from connector.alertconfig import QuietConfig

SATURDAY = 5


def is_quiet(config: QuietConfig | None, level: str, now: datetime, zone: ZoneInfo) -> bool:
    """Whether an alert of that level has to wait. `zone`: the org's, for a configuration that names none."""
    if config is None or level in config.through:
        return False
    local = now.astimezone(ZoneInfo(config.zone) if config.zone else zone)
    if config.weekends and local.weekday() >= SATURDAY:
        return True
    start, end = config.hours
    at = local.time()
    if start == end:
        return False
    return start <= at < end if start < end else at >= start or at < end
