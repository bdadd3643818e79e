"""Time on the clock: elapsed, or only while the org works. Exact to the second. Pure.

hours.py      an org's week of working hours, with its time zone
holidays.py   days, or parts of days, on which nobody works, and how they come back
elapsed.py    the clock that always runs
business.py   the clock that runs while the org works: cumulative, so that a million deadlines cost seconds
calendar.py   all hours and holidays of an org, and the clocks made of them
"""

from connector.clock.business import BusinessClock
from connector.clock.calendar import Calendar, Clock
from connector.clock.elapsed import ELAPSED, ElapsedClock, Run
from connector.clock.holidays import Holiday, Recurrence
from connector.clock.hours import Hours

__all__ = ["ELAPSED", "BusinessClock", "Calendar", "Clock", "ElapsedClock", "Holiday", "Hours", "Recurrence", "Run"]
