"""When nothing is sent: nights and weekends, in the time zone of those who would be woken."""

from __future__ import annotations

from datetime import datetime, timedelta
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


def ends(config: QuietConfig | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When quiet hours that are at work now will be over, to the minute; None: it is not quiet, or it always is."""
    if config is None or not is_quiet(config, "", now, zone):
        return None
    begun = now.replace(second=0, microsecond=0)
    moments = (begun + timedelta(minutes=minutes) for minutes in range(1, 8 * 24 * 60))
    return next((at for at in moments if not is_quiet(config, "", at, zone)), None)
