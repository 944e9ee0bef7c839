"""Readers for the values offices write into cells: phones, amounts, yes and no, lists (dates: ``core.text.dates``).

Each takes whatever a form or a workbook delivers and returns ``Parsed``: a value, or an error code of
``core.text.reasons``. None of them raises. An empty cell is no error: value ``None``, error ``""``.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core.text.clean import HANZI, normalise, plain_string
from core.text.parsed import EMPTY, Parsed

NUMBER_LIMIT = Decimal(10) ** 15

# -- phones

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))-?([2-9]\d{6,7})(?:(?:-|转|ext\.?|x)(\d{1,6}))?", re.IGNORECASE)
_SERVICE = re.compile(r"([48]00)-?(\d{3})-?(\d{4})")
_FOREIGN = re.compile(r"\+(?!86)[1-9]\d{7,14}")
_SCIENCE = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")


def parse_phone(value: Any) -> Parsed[str]:
    """A mobile as 11 digits, a landline as 0537-8721234[-ext], a foreign number as +digits."""
    notes: tuple[str, ...] = ()
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    text = normalise(value, "code").value
    if text.casefold() in EMPTY:
        return Parsed()
    if _SCIENCE.fullmatch(text):
        number = Decimal(text)
        if len(number.as_tuple().digits) < 10:  # 1.38E+10 typed or saved as text: the rest is gone
            return Parsed(error="phone_digits_lost")
        text, numeric = str(int(number)), True
    text = re.sub(r"^(?:电话|手机|联系电话|联系方式|tel|mobile|phone)[:：]?", "", text, flags=re.IGNORECASE)
    text = text.lstrip("'’`").removesuffix(".0")
    text = re.sub(r"[()\[\]（）]", "-", text).strip("-")
    text = re.sub(r"-{2,}", "-", text)
    text = re.sub(r"^(?:\+|00)86-?(?=\d)", "", text)
    digits = re.sub(r"[-.·]", "", text)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if _MOBILE.fullmatch(digits):
        return Parsed(digits)
    if match := _LANDLINE.fullmatch(text.replace(".", "-")):
        return Parsed("-".join(part for part in match.groups() if part))
    if match := _SERVICE.fullmatch(text):
        return Parsed("-".join(match.groups()))
    if _FOREIGN.fullmatch(text.replace("-", "")):
        return Parsed(text.replace("-", ""))
    if numeric and re.fullmatch(r"[3-9]\d{9,10}", digits):  # a number cell drops the area code's zero
        match = _LANDLINE.fullmatch("0" + digits)
        if match:
            return Parsed("-".join(part for part in match.groups() if part), notes=("zero_restored",))
    if re.fullmatch(r"[2-9]\d{6,7}", digits):
        return Parsed(error="phone_area_code")
    return Parsed(error="phone_format", notes=notes)


def parse_phones(value: Any) -> list[str]:
    """All numbers of a cell such as 13812345678/0537-8721234; empty when one of its parts is no number."""
    found: list[str] = []
    for part in re.split(r"[、/；;，,\n]+", normalise(value, "text").value):
        if not part.strip():
            continue
        whole = parse_phone(part).value
        numbers = [whole] if whole else [parse_phone(word).value for word in part.split()]
        if not all(numbers):
            return []
        found += [number for number in numbers if number and number not in found]
    return found


_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")


def parse_email(value: Any) -> Parsed[str]:
    text = normalise(value, "code").value
    if text.casefold() in EMPTY:
        return Parsed()
    text = text.removeprefix("mailto:")
    if len(text) > 254 or ".." in text or not _EMAIL.fullmatch(text):
        return Parsed(error="email_format")
    local, _at, host = text.partition("@")
    return Parsed(f"{local}@{host.lower()}")


def parse_url(value: Any) -> Parsed[str]:
    text = normalise(value, "code").value
    if text.casefold() in EMPTY:
        return Parsed()
    if re.match(r"www\.", text, re.IGNORECASE):
        text = f"http://{text}"
    if len(text) > 500 or not re.fullmatch(r"https?://[^\s/$.?#<>\"'`\\][^\s<>\"'`\\]*", text, re.IGNORECASE):
        return Parsed(error="url_format")
    return Parsed(text)


# -- numbers and money

_UNITS = {
    "": Decimal(1),
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万": Decimal(10_000),
    "万元": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "百万元": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "千万元": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "亿元": Decimal(100_000_000),
}
_AMOUNT = re.compile(
    r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)(百万元?|千万元?|亿元?|万元?|千元|元)?(?:人民币|整|左右|以上|以内|以下|上下)?"
)
_OPEN_MONEY = {"面议", "待定", "协商", "可协商", "面谈", "另议"}


def parse_decimal(value: Any, *, places: int | None = None) -> Parsed[Decimal]:
    """A plain number; thousands separators and a trailing 个/人/家/项/次/% are dropped."""
    number = _number(value)
    if number is not None:
        return _bounded(number, places)
    if isinstance(value, (bool, date)):
        return Parsed(error="number_format")
    text = _without_separators(normalise(value, "code").value)
    if text.casefold() in EMPTY:
        return Parsed()
    text = re.sub(r"^(?:约|大约|近|共)", "", text)
    text = re.sub(r"(?:个|人|名|家|项|次|天|年|月|岁|篇|件|套|台|小时|%)$", "", text)
    number = _decimal(text)
    return Parsed(error="number_format") if number is None else _bounded(number, places)


def parse_int(value: Any) -> Parsed[int]:
    parsed = parse_decimal(value)
    if parsed.value is None:
        return Parsed(error=parsed.error)
    if parsed.value != parsed.value.to_integral_value():
        return Parsed(error="number_whole")
    return Parsed(int(parsed.value))


def parse_money(value: Any, *, unit: str = "元") -> Parsed[Decimal]:
    """An amount in yuan. A bare number counts in ``unit`` (the column's: 万元 in most office ledgers)."""
    parsed = parse_money_range(value, unit=unit)
    if parsed.value is None:
        return Parsed(error=parsed.error, notes=parsed.notes)
    low, high = parsed.value
    return Parsed(high) if low == high else Parsed(error="money_format")


def parse_money_range(value: Any, *, unit: str = "元") -> Parsed[tuple[Decimal, Decimal]]:
    """``(low, high)`` in yuan; one amount gives it twice. 面议 and 待定 give no value and the note ``open``."""
    default = _UNITS.get(unit, Decimal(1))
    number = _number(value)
    if number is not None:
        return _money_pair(number * default, number * default)
    if isinstance(value, (bool, date)):
        return Parsed(error="money_format")
    text = _without_separators(normalise(value, "code").value).replace("¥", "").replace("人民币", "")
    if text.casefold() in EMPTY:
        return Parsed()
    if text in _OPEN_MONEY:
        return Parsed(notes=("open",))
    text = re.sub(r"^(?:约|大约|近|不超过|不低于|不少于|最高|最低|RMB|rmb)", "", text)
    parts = re.split(r"(?<=[\d元万亿])[-~至到](?=\d)", text)
    matches = [_AMOUNT.fullmatch(part) for part in parts]
    if len(parts) > 2 or not all(matches):
        return Parsed(error="money_format")
    units = [match[2] for match in matches if match]
    last = units[-1]
    amounts = []
    for match in matches:
        amount = _decimal(match[1]) if match else None
        if amount is None:
            return Parsed(error="money_format")
        # "50-100万": the unit at the end holds for both
        named = match[2] or last if match else None
        amounts.append(amount * (_UNITS[named] if named else default))
    return _money_pair(min(amounts), max(amounts))


def _money_pair(low: Decimal, high: Decimal) -> Parsed[tuple[Decimal, Decimal]]:
    if low < 0:
        return Parsed(error="money_negative")
    if high >= NUMBER_LIMIT:
        return Parsed(error="number_range")
    cent = Decimal("0.01")
    return Parsed((low.quantize(cent), high.quantize(cent)))


def _number(value: Any) -> Decimal | None:
    """A cell that is a number already; floats are read at the 15 digits a workbook keeps."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, float):
        return _decimal(f"{value:.15g}")
    return _decimal(str(value)) if not isinstance(value, int) or abs(value) < 10**30 else None


def _decimal(text: str) -> Decimal | None:
    if len(text) > 40 or not re.fullmatch(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", text, re.ASCII):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _bounded(number: Decimal, places: int | None) -> Parsed[Decimal]:
    if abs(number) >= NUMBER_LIMIT:
        return Parsed(error="number_range")
    return Parsed(number if places is None else number.quantize(Decimal(1).scaleb(-places)))


def _without_separators(text: str) -> str:
    return re.sub(r"(?<=\d)[,，](?=\d{3}(?:\D|$))", "", text)


# -- yes and no, lists

_YES = {"是", "有", "√", "✓", "✔", "☑", "对", "同意", "可", "可以", "能", "已授权", "y", "yes", "true", "t", "1", "on"}
_NO = {
    "否",
    "无",
    "没有",
    "×",
    "✗",
    "✘",
    "x",
    "☐",
    "不",
    "不同意",
    "不可",
    "不可以",
    "不能",
    "未授权",
    "n",
    "no",
    "false",
    "f",
    "0",
    "off",
}


def parse_bool(value: Any) -> Parsed[bool]:
    text = normalise(value, "code").value.casefold()
    if isinstance(value, bool):
        return Parsed(value)
    if text in _YES:
        return Parsed(True)
    if text in _NO:
        return Parsed(False)
    return Parsed() if text in EMPTY else Parsed(error="bool_format")


# A comma between digits belongs to a chemical name or a number; a slash only parts Chinese words.
_SEPARATOR = re.compile(rf"[、；;\n|｜]+|(?<!\d)[,，]+|[,，]+(?!\d)|(?<=[{HANZI}）》”)])/(?=[{HANZI}])")


def split_multi(value: Any) -> list[str]:
    """The items of a cell that lists several, in order and once each; separators inside brackets do not part."""
    text = normalise(value, "text").value
    items: list[str] = []
    start = depth = 0
    for match in re.finditer(rf"[(（《“\[【]|[)）》”\]】]|{_SEPARATOR.pattern}", text):
        mark = match[0]
        if mark in "(（《“[【":
            depth += 1
        elif mark in ")）》”]】":
            depth = max(0, depth - 1)
        elif depth == 0 or "\n" in mark:
            items.append(text[start : match.start()])
            start, depth = match.end(), 0
    items.append(text[start:])
    cleaned = (
        re.sub(r"^(?:[(（]?\d{1,2}[)）.、]|[①-⑳•●▪◆-])\s*(?=\D)", "", item.strip()).strip(" 。.") for item in items
    )
    return [item for item in dict.fromkeys(cleaned) if item and item.casefold() not in EMPTY]


def text_of_number(value: Any) -> Parsed[str]:
    """A text cell that a workbook turned into a number: 3.0 is 3; over 15 digits the end is lost."""
    if isinstance(value, float) and abs(value) >= 1e15:
        return Parsed(plain_string(value), notes=("digits_lost",))
    return Parsed(plain_string(value))
