"""The clock that runs while the org works.

A moment is working time if the wall clock in the org's zone then shows a time within that weekday's hours and within no
holiday. So on the day the clocks go back, an hour that is shown twice counts twice; on the day they go forward, an hour
that is never shown does not count.

Years are laid out when they are first asked about: the working spans of a year, and how many seconds of work came
before each. A deadline is then two binary searches.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from connector.clock.elapsed import Run
from connector.clock.holidays import Holiday
from connector.clock.hours import Hours, Span

_MINUTE: Final = 60
_HALF_A_DAY: Final = 12 * 3600
_YEARS_AHEAD: Final = 20
"""No deadline is looked for further ahead than this."""
_YEARS_IDLE: Final = 3
"""So long nobody has to work at all for nobody to be waited for."""


class BusinessClock:
    """Runs within `hours`, but for `holidays`. Immutable to whoever uses it."""

    def __init__(self, hours: Hours, holidays: tuple[Holiday, ...] = ()) -> None:
        self.name = hours.name
        self.hours = hours
        self.holidays = holidays
        self._zone = hours.zone
        self._first = self._last = 0
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        """Seconds of work before each span."""
        self._total = 0

    def due(self, start: datetime, limit: timedelta) -> datetime | None:
        """The first moment at which `limit` is used up; None if nobody works long enough in the years to come."""
        seconds = round(limit.total_seconds())
        if seconds <= 0:
            return start
        self._reach(start.year, start.year + 1)
        wanted = self._worked(int(start.timestamp())) + seconds
        ahead = start.year + 1
        while self._total < wanted:
            ahead += 1
            if ahead > start.year + (_YEARS_AHEAD if self._total else _YEARS_IDLE):
                return None
            self._reach(start.year, ahead)
        at = bisect_left(self._before, wanted) - 1
        return datetime.fromtimestamp(self._starts[at] + wanted - self._before[at], UTC)

    def used(self, start: datetime, end: datetime) -> timedelta:
        """How long the clock ran between the two; nothing if `end` is before `start`."""
        if end <= start:
            return timedelta()
        self._reach(start.year, end.year)
        return timedelta(seconds=self._worked(int(end.timestamp())) - self._worked(int(start.timestamp())))

    def trace(self, start: datetime, end: datetime) -> list[Run]:
        """What `used` is the sum of, span by span, and the holidays on which the clock stood still meanwhile."""
        if end <= start:
            return []
        self._reach(start.year, end.year)
        low, high = int(start.timestamp()), int(end.timestamp())
        runs: list[Run] = []
        for at in range(max(bisect_right(self._starts, low) - 1, 0), len(self._starts)):
            opens, closes = max(self._starts[at], low), min(self._ends[at], high)
            if self._starts[at] >= high:
                break
            if closes > opens:
                runs.append(Run(_moment(opens), _moment(closes), closes - opens))
        runs += self._stood_still(start, end)
        return sorted(runs, key=lambda run: run.start)

    def _stood_still(self, start: datetime, end: datetime) -> Iterator[Run]:
        first, last = start.astimezone(self._zone).date(), end.astimezone(self._zone).date()
        for holiday in self.holidays:
            for day in holiday.dates(first, last):
                if self.hours.week[day.weekday()]:
                    opens, closes = self._wall(day, holiday.from_minute), self._wall(day, holiday.to_minute)
                    if closes > start and opens < end:
                        yield Run(max(opens, start), min(closes, end), 0, holiday.name)

    def _wall(self, day: date, minute: int) -> datetime:
        """When the wall clock shows that minute of the day."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        return (midnight + timedelta(minutes=minute)).astimezone(UTC)

    def _worked(self, at: int) -> int:
        """Seconds of work since the first year that is laid out."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return 0
        return self._before[index] + min(at, self._ends[index]) - self._starts[index]

    def _reach(self, first: int, last: int) -> None:
        """Lays out the years from `first` to `last`; a moment early or late in a year may lie in another one there."""
        first, last = max(first - 1, 1970), last + 1
        if not self._last:
            self._first, self._last = first, first - 1
        if first < self._first:
            spans = [span for year in range(first, self._first) for span in self._year(year)]
            self._starts[:0] = [start for start, _ in spans]
            self._ends[:0] = [end for _, end in spans]
            self._first = first
            self._add_up()
        if last > self._last:
            for year in range(self._last + 1, last + 1):
                for start, end in self._year(year):
                    self._starts.append(start)
                    self._ends.append(end)
            self._last = last
            self._add_up()

    def _add_up(self) -> None:
        total = 0
        self._before = []
        for start, end in zip(self._starts, self._ends, strict=True):
            self._before.append(total)
            total += end - start
        self._total = total

    def _year(self, year: int) -> list[Span]:
        """The working spans of a year by UTC, in epoch seconds, in order."""
        begins = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
        ends = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
        first = date(year, 1, 1) - timedelta(days=2)
        closed = self._closed(first, date(year, 12, 31) + timedelta(days=2))
        spans: list[Span] = []
        for low, high, offset in self._offsets(begins, ends):
            day = datetime.fromtimestamp(low + offset, UTC).date()
            last = datetime.fromtimestamp(high - 1 + offset, UTC).date()
            while day <= last:
                midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - offset
                for opens, closes in _without(self.hours.week[day.weekday()], closed.get(day, ())):
                    start, end = max(midnight + opens * _MINUTE, low), min(midnight + closes * _MINUTE, high)
                    if start < end:
                        spans.append((start, end))
                day += timedelta(days=1)
        return spans

    def _closed(self, first: date, last: date) -> dict[date, tuple[Span, ...]]:
        closed: dict[date, tuple[Span, ...]] = {}
        for holiday in self.holidays:
            for day in holiday.dates(first, last):
                closed[day] = (*closed.get(day, ()), (holiday.from_minute, holiday.to_minute))
        return closed

    def _offsets(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """From, to, and seconds by which the wall clock is ahead of UTC, without a gap."""
        start, offset, at = low, self._offset(low), low
        while at < high:
            ahead = min(at + _HALF_A_DAY, high)
            if (other := self._offset(ahead)) != offset:
                change = self._change(at, ahead, offset)
                yield start, change, offset
                start, offset = change, other
            at = ahead
        if start < high:
            yield start, high, offset

    def _change(self, low: int, high: int, offset: int) -> int:
        """The first second after `low` at which the wall clock is no longer `offset` ahead."""
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high

    def _offset(self, at: int) -> int:
        ahead = datetime.fromtimestamp(at, self._zone).utcoffset()
        return int(ahead.total_seconds()) if ahead is not None else 0


def _without(spans: tuple[Span, ...], closed: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans, less those in which nobody works."""
    for off, on in closed:
        left: list[Span] = []
        for start, end in spans:
            left += [(a, b) for a, b in ((start, min(end, off)), (max(start, on), end)) if a < b]
        spans = tuple(left)
    return spans


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
