"""Working days: weekends, public holidays and make-up days of mainland China, in Asia/Shanghai.

The holidays come from the ``chinesecalendar`` library, which learns each year when the State Council has
published it. Beyond its years only weekends are known; every answer then says so (``is_known``,
``unknown_years``) and ``year_warning`` words it, so that no page shows a guessed deadline as a sure one.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
from django.conf import settings
from django.utils.translation import gettext as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Office hours of a county office; the setting OFFICE_HOURS replaces them. The noon break does not count.
OFFICE_HOURS = ((time(9, 0), time(12, 0)), (time(13, 30), time(17, 30)))


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """Truthy on a working day. Without ``is_known`` only the weekend was looked at."""

    is_working: bool
    is_known: bool

    def __bool__(self) -> bool:
        return self.is_working


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant reached by counting working days, and the years in which the count had to guess."""

    at: datetime
    unknown_years: tuple[int, ...] = ()

    @property
    def is_known(self) -> bool:
        return not self.unknown_years

    @property
    def warning(self) -> str:
        return year_warning(self.unknown_years)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of working days or hours, and the years in which the count had to guess."""

    value: float
    unknown_years: tuple[int, ...] = ()

    @property
    def is_known(self) -> bool:
        return not self.unknown_years

    @property
    def warning(self) -> str:
        return year_warning(self.unknown_years)


@lru_cache(maxsize=1)
def known_years() -> range:
    """The years whose holidays the library knows."""
    years = {day.year for day in chinese_calendar.holidays} | {day.year for day in chinese_calendar.workdays}
    return range(min(years), max(years) + 1)


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> DayVerdict:
    """Whether offices work on ``day``; make-up Saturdays and Sundays count as working."""
    if isinstance(day, datetime):
        day = local(day).date()
    if day.year in known_years():
        return DayVerdict(bool(chinese_calendar.is_workday(day)), True)
    return DayVerdict(day.weekday() < 5, False)


def add_working_days(start: datetime, days: int, *, tz: ZoneInfo = SHANGHAI) -> Deadline:
    """The same clock time ``days`` working days after ``start`` (before it, if negative).

    The day of ``start`` never counts; from a weekend the first working day after it is day one. Zero days give
    ``start`` itself. ``start`` must carry a time zone; the result is in ``tz``.
    """
    here = local(start, tz)
    day, left, step = here.date(), abs(days), timedelta(days=1 if days >= 0 else -1)
    unknown: set[int] = set()
    while left:
        day += step
        verdict = is_working_day(day)
        if not verdict.is_known:
            unknown.add(day.year)
        left -= verdict.is_working
    return Deadline(datetime.combine(day, here.timetz()), tuple(sorted(unknown)))


def end_of_day(day: date, *, tz: ZoneInfo = SHANGHAI) -> datetime:
    """When a deadline given as a date runs out: the last second of that day."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=tz)


def working_days_between(start: date | datetime, end: date | datetime) -> Count:
    """Working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
    first, last = (local(d).date() if isinstance(d, datetime) else d for d in (start, end))
    sign = 1
    if last < first:
        first, last, sign = last, first, -1
    unknown: set[int] = set()
    total = 0
    day = first
    while day < last:
        day += timedelta(days=1)
        verdict = is_working_day(day)
        if not verdict.is_known:
            unknown.add(day.year)
        total += verdict.is_working
    return Count(sign * total, tuple(sorted(unknown)))


def working_hours_between(start: datetime, end: datetime) -> Count:
    """Office hours from ``start`` to ``end`` (0 when ``end`` is earlier), to the second."""
    first, last = local(start), local(end)
    unknown: set[int] = set()
    seconds = 0.0
    day = first.date()
    while day <= last.date():
        verdict = is_working_day(day)
        if not verdict.is_known:
            unknown.add(day.year)
        if verdict:
            for opens, closes in getattr(settings, "OFFICE_HOURS", OFFICE_HOURS):
                begin = max(first, datetime.combine(day, opens, tzinfo=SHANGHAI))
                finish = min(last, datetime.combine(day, closes, tzinfo=SHANGHAI))
                seconds += max(0.0, (finish - begin).total_seconds())
        day += timedelta(days=1)
    return Count(seconds / 3600, tuple(sorted(unknown)))


def local(moment: datetime, tz: ZoneInfo = SHANGHAI) -> datetime:
    """The same instant on the office's clock. A naive time is refused: nobody can say what it means."""
    if moment.tzinfo is None:
        raise ValueError("a time zone is required")
    return moment.astimezone(tz)


def horizon_warning(moment: datetime, *, days: int = 45) -> str:
    """What staff should be told when deadlines set now reach into a year without known holidays; else empty."""
    last = (local(moment) + timedelta(days=days)).date()
    years = {local(moment).year, last.year}
    return year_warning(tuple(sorted(year for year in years if year not in known_years())))


def year_warning(years: tuple[int, ...]) -> str:
    """What to show beside a date that was counted without that year's holidays; empty when all are known."""
    if not years:
        return ""
    return _(
        "{years}年的节假日和调休安排尚未收录，该日期仅按周末推算，请留意国务院办公厅通知并更新节假日数据。"
    ).format(years=_("、").join(str(year) for year in years))
