"""Dates as offices write them: serials, 2023.5, 2023年5月, 202305, 二〇二三年五月. Nothing here raises."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from core.text.clean import normalise
from core.text.parsed import EMPTY, Parsed, Precision

YEAR_MIN, YEAR_MAX = 1900, 2100

_CN_DIGIT = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "O": "0"}
_YMD = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T日]?\d{1,2}[:时]\d{1,2}.*)?")
_YM = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_YEAR = re.compile(r"(\d{4})年?")
_OPEN_END = {"至今", "长期", "现在", "目前", "在职", "在任", "永久", "无固定期限"}


def excel_date(serial: float, *, date1904: bool = False) -> date | None:
    """The day of an Excel serial. Excel counts a 29 February 1900 that never was (serial 60: ``None``)."""
    days = int(serial)
    try:
        if date1904:
            return date(1904, 1, 1) + timedelta(days=days)
        if days == 60 or days < 1:
            return None
        return date(1899, 12, 31) + timedelta(days=days if days < 60 else days - 1)
    except OverflowError:
        return None


def parse_date(value: Any, *, date1904: bool = False) -> Parsed[date]:
    """A day; 2023年5月 gives its first day with ``precision="month"``, 2023 the first of January with ``"year"``."""
    if isinstance(value, datetime):
        return _in_range(value.date(), "day")
    if isinstance(value, date):
        return _in_range(value, "day")
    if isinstance(value, bool):
        return Parsed(error="date_format")
    if isinstance(value, (int, float)):
        return _date_of_number(float(value), date1904=date1904)
    text = normalise(value, "code").value
    if text.casefold() in EMPTY:
        return Parsed()
    if text in _OPEN_END:
        return Parsed(notes=("open_end",))
    text = _chinese_numerals(text.lstrip("'")).rstrip("号")
    if match := _YMD.fullmatch(text):
        return _built(match[1], match[2], match[3], "day")
    if match := _YM.fullmatch(text):
        return _built(match[1], match[2], "1", "month")
    if re.fullmatch(r"\d{8}", text):
        return _built(text[:4], text[4:6], text[6:], "day")
    if re.fullmatch(r"(?:19|20)\d{4}", text):
        return _built(text[:4], text[4:], "1", "month")
    if match := _YEAR.fullmatch(text):
        return _built(match[1], "1", "1", "year")
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _date_of_number(float(text), date1904=date1904)
    if re.fullmatch(r"\d{1,2}[-/.年]\d{1,2}(?:[-/.月]\d{1,4}日?)?月?", text):
        return Parsed(error="date_ambiguous")
    return Parsed(error="date_format")


def parse_month(value: Any, *, date1904: bool = False) -> Parsed[date]:
    """A month as its first day; a bare year is not enough."""
    parsed = parse_date(value, date1904=date1904)
    if parsed.value is None:
        return parsed
    if parsed.precision == "year":
        return Parsed(error="date_missing_day")
    return Parsed(parsed.value.replace(day=1), notes=parsed.notes, precision="month")


def parse_year(value: Any) -> Parsed[int]:
    parsed = parse_date(value)
    return Parsed(parsed.value.year if parsed.value else None, parsed.error, parsed.notes, parsed.precision)


def _date_of_number(number: float, *, date1904: bool) -> Parsed[date]:
    if number != number or abs(number) > 1e9:
        return Parsed(error="date_format")
    whole = int(number)
    if YEAR_MIN <= number < YEAR_MAX + 1:
        fraction = repr(number).partition(".")[2]
        if fraction in ("", "0"):
            return _built(str(whole), "1", "1", "year")
        if fraction.isdigit() and len(fraction) <= 2:  # 2023.5 is May; 2023.1 may have been 2023.10
            built = _built(str(whole), fraction, "1", "month")
            return Parsed(built.value, built.error, ("month_ambiguous",) if fraction == "1" else (), built.precision)
        return Parsed(error="date_format")
    if number == whole and 190_001 <= whole <= 210_012:
        return _built(str(whole)[:4], str(whole)[4:], "1", "month")
    if number == whole and 19_000_101 <= whole <= 21_001_231:
        text = str(whole)
        return _built(text[:4], text[4:6], text[6:], "day")
    if 1 <= number < 80_000:
        day = excel_date(number, date1904=date1904)
        return _in_range(day, "day") if day else Parsed(error="date_format")
    return Parsed(error="date_format")


def _built(year: str, month: str, day: str, precision: Precision) -> Parsed[date]:
    try:
        return _in_range(date(int(year), int(month), int(day)), precision)
    except ValueError:
        return Parsed(error="date_format")


def _in_range(day: date, precision: Precision) -> Parsed[date]:
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        return Parsed(error="date_range")
    return Parsed(day, precision=precision)


def _chinese_numerals(text: str) -> str:
    """二〇二三年十月 to 2023年10月."""
    if not re.fullmatch(
        r"[〇零○O一二三四五六七八九]{4}年(?:[〇一二三四五六七八九十]{1,3}月)?(?:[一二三四五六七八九十]{1,3}[日号])?",
        text,
    ):
        return text
    year, _mark, rest = text.partition("年")
    rest = re.sub(r"[〇一二三四五六七八九十]+", lambda m: _small_number(m[0]), rest)
    return "".join(_CN_DIGIT[c] for c in year) + "年" + rest


def _small_number(text: str) -> str:
    if "十" not in text:
        return "".join(_CN_DIGIT[c] for c in text)
    tens, _ten, ones = text.partition("十")
    return str(int(_CN_DIGIT.get(tens, "1")) * 10 + int(_CN_DIGIT.get(ones, "0")))
