from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.calendar import SHANGHAI, add_working_days, is_working_day, working_days_between, working_hours_between


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 13), True),  # the last Friday before the Spring Festival of 2026
        (date(2026, 2, 14), True),  # a make-up Saturday
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),  # a make-up Saturday
        (date(2026, 9, 20), True),  # a make-up Sunday before the National Day
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),  # a make-up Saturday after it
    ],
)
def test_is_working_day_knows_holidays_and_make_up_days(day, working):
    verdict = is_working_day(day)
    assert bool(verdict) is working
    assert verdict.is_known


def test_deadline_runs_over_the_spring_festival():
    # Friday the 13th 10:00; the 14th is made up, the 15th to the 23rd is free
    assert add_working_days(at(2026, 2, 13, 10), 3).at == at(2026, 2, 25, 10)
    assert add_working_days(at(2026, 2, 15, 10), 1).at == at(2026, 2, 24, 10)


def test_deadline_runs_over_the_national_day():
    assert add_working_days(at(2026, 9, 30, 16), 3).at == at(2026, 10, 10, 16)
    assert working_days_between(date(2026, 9, 30), date(2026, 10, 10)).value == 3


def test_deadline_counts_in_shanghai_whatever_the_zone():
    deadline = add_working_days(datetime(2026, 2, 12, 17, tzinfo=UTC), 1)  # already the 13th in Shanghai
    assert deadline.at == at(2026, 2, 14, 1)
    assert deadline.is_known


def test_deadline_beyond_the_known_years_warns():
    year = calendar.known_years()[-1] + 1
    deadline = add_working_days(at(year - 1, 12, 31, 10), 3)
    assert deadline.unknown_years == (year,)
    assert str(year) in deadline.warning
    assert not is_working_day(date(year, 5, 1)).is_known
    assert working_days_between(date(year, 1, 1), date(year, 1, 9)).unknown_years == (year,)
    assert add_working_days(at(2026, 3, 2, 10), 3).warning == ""


def test_staff_are_warned_before_deadlines_reach_an_unknown_year():
    last = calendar.known_years()[-1]
    assert calendar.horizon_warning(at(last, 6, 1)) == ""
    assert str(last + 1) in calendar.horizon_warning(at(last, 12, 1))


def test_working_hours_leave_out_nights_noon_and_holidays():
    assert working_hours_between(at(2026, 3, 2, 9), at(2026, 3, 2, 17, 30)).value == 7
    assert working_hours_between(at(2026, 3, 2, 11), at(2026, 3, 2, 14)).value == 1.5
    assert working_hours_between(at(2026, 2, 14, 16, 30), at(2026, 2, 24, 10)).value == 2
    assert working_hours_between(at(2026, 3, 2, 12), at(2026, 3, 2, 9)).value == 0


def test_naive_times_are_refused():
    with pytest.raises(ValueError):
        add_working_days(datetime(2026, 3, 2), 1)  # noqa: DTZ001 - the point of the test


@given(st.datetimes(datetime(2005, 1, 1), datetime(2026, 9, 1)), st.integers(0, 60))  # noqa: DTZ001 - zoned below
def test_counting_there_and_between_agree(start, days):
    begin = start.replace(tzinfo=SHANGHAI)
    end = add_working_days(begin, days).at
    assert working_days_between(begin, end).value == days
    if days:
        assert is_working_day(end.date())
    assert add_working_days(end, -days).at <= begin + timedelta(days=12)
