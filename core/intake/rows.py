"""One raw row to cleaned values. Only required columns reject a row; any other bad cell is a warning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.codes import check_credit_code
from core.intake.columns import Choice, Column, Register
from core.intake.mapping import Mapping, header_key
from core.intake.parser import Cell, CellFault
from core.intake.table import RawRow, Table
from core.text import (
    REVIEW_NOTES,
    Parsed,
    is_blank,
    normalise,
    parse_bool,
    parse_date,
    parse_decimal,
    parse_email,
    parse_int,
    parse_money,
    parse_money_range,
    parse_month,
    parse_phone,
    parse_phones,
    parse_url,
    parse_year,
    plain_string,
    reason_text,
    remedy_text,
    split_multi,
    text_of_number,
)

TEXT_KINDS = {"line", "text", "person", "org", "code"}
LIST_KINDS = {"multi", "multi_choice"}


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with one cell: where it stands, a stable code, the words, the remedy."""

    key: str
    column: str  # the header as the office wrote it, or the register's label
    place: str  # Sheet1!C12
    code: str
    original: str = ""
    detail: str = ""  # replaces the remedy, e.g. the allowed choices
    reason: str = ""  # replaces the wording of ``code``: what an importer itself found wrong

    @property
    def message(self) -> str:
        return self.reason or reason_text(self.code)

    @property
    def remedy(self) -> str:
        return self.detail or remedy_text(self.code)

    def __str__(self) -> str:
        sentence = _("{place}（{column}）：{message}。").format(
            place=self.place, column=self.column, message=self.message
        )
        return _("{sentence}{remedy}。").format(sentence=sentence, remedy=self.remedy) if self.remedy else sentence

    def as_dict(self) -> dict[str, str]:
        """For a JSON column or report; words are rendered when read, in the reader's language."""
        return {
            "key": self.key,
            "column": self.column,
            "place": self.place,
            "code": self.code,
            "original": self.original[:200],
            "detail": self.detail,
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, kept: dict[str, str]) -> "CellError":
        names = ("key", "column", "place", "code", "original", "detail", "reason")
        return cls(**{name: kept.get(name, "") for name in names})


@dataclass(slots=True)
class RowResult:
    """A cleaned row. ``is_rejected`` when a required column has no usable value."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    warnings: list[CellError] = field(default_factory=list)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # key → notes of the normaliser
    unread: dict[str, str] = field(default_factory=dict)  # key → original text of a cell that was not taken over whole
    extra: dict[str, str] = field(default_factory=dict)  # unmatched header → text, so that nothing is lost
    cells: tuple[Cell, ...] = ()

    @property
    def is_rejected(self) -> bool:
        return bool(self.errors)


def read_rows(table: Table, register: Register, *, date1904: bool = False) -> Iterator[RowResult]:
    for raw in table.rows:
        yield read_row(raw, table.mapping, register, place=table.sheet.place, date1904=date1904)


def read_row(
    raw: RawRow,
    mapping: Mapping,
    register: Register,
    *,
    place: Callable[[int, int], str],
    date1904: bool = False,
) -> RowResult:
    """Clean one row. ``place(row, column)`` names a cell, counted from zero."""
    result = RowResult(raw.number, cells=raw.cells)
    for column in register.columns:
        match = mapping.match(column.key)
        if match is None:
            if column.required:
                result.errors.append(CellError(column.key, str(column.label), place(raw.number - 1, 0), "required", ""))
            continue
        cell = raw.cells[match.index] if match.index < len(raw.cells) else None
        where = place(raw.number - 1, match.index)
        _read_cell(result, column, cell, where, match.header or str(column.label), match.unit, date1904)
    for index, header in mapping.unmatched:
        if index < len(raw.cells):
            text = normalise(shown_text(raw.cells[index]), "text").value
            if text:
                result.extra[header] = text
    for index, header, _key in mapping.duplicates:
        if index < len(raw.cells):
            text = normalise(shown_text(raw.cells[index]), "text").value
            if text:
                result.extra.setdefault(header if header not in result.extra else f"{header} {index + 1}", text)
    return result


def _read_cell(
    result: RowResult, column: Column, cell: Cell, where: str, header: str, unit: str, date1904: bool
) -> None:
    if column.kind == "ignore":
        return
    original = shown_text(cell)

    def report(code: str, *, fatal: bool = False, detail: str = "") -> None:
        error = CellError(column.key, header, where, code, original, detail)
        (result.errors if fatal else result.warnings).append(error)

    if isinstance(cell, CellFault):
        result.values[column.key] = _empty(column)
        report(cell.code, fatal=column.required)
        return
    parsed, notes = _parse(column, cell, unit, date1904)
    if parsed.ok and parsed.value is not None and column.check is not None and parsed.value != _empty(column):
        parsed = column.check(parsed.value)
    value = _empty(column) if parsed.value is None else parsed.value
    if parsed.error:
        result.unread[column.key] = original
        detail = _choices_detail(column) if parsed.error == "choice_unknown" else ""
        report(parsed.error, fatal=column.required, detail=detail)
    elif column.required and value == _empty(column):
        report("required", fatal=True)
    for note in (*parsed.notes, *notes):
        if note in REVIEW_NOTES or note in ("digits_lost", "month_ambiguous", "phone_several"):
            result.unread[column.key] = original
            report(note)
    if column.kind == "date" and parsed.precision in ("month", "year"):
        result.unread[column.key] = original
        report("date_missing_day")
    if isinstance(value, str):
        if column.max_length and len(value) > column.max_length:
            value = value[: column.max_length].rstrip()
            result.unread[column.key] = original
            report("too_long")
        elif column.advised_length and len(value) > column.advised_length:
            report("long_advised")
    if notes:
        result.notes[column.key] = notes
    result.values[column.key] = value


def _empty(column: Column) -> Any:
    if column.kind in TEXT_KINDS or column.kind in ("phone", "email", "url", "credit", "choice"):
        return ""
    return [] if column.kind in LIST_KINDS else None


def _parse(column: Column, cell: Cell, unit: str, date1904: bool) -> tuple[Parsed[Any], tuple[str, ...]]:
    kind = column.kind
    if kind in TEXT_KINDS:
        return _parse_text(column, cell)
    if kind in ("multi", "multi_choice"):
        cleaned = normalise(shown_text(cell), "text")
        items = split_multi(cleaned.value)
        if kind == "multi":
            return Parsed(items), cleaned.notes
        return _choose_several(column, items), cleaned.notes
    if kind == "choice":
        return _choose(column, normalise(shown_text(cell), "line").value), ()
    if kind in ("date", "month"):
        return (parse_date if kind == "date" else parse_month)(cell, date1904=date1904), ()
    if kind in ("money", "money_range"):
        reader = parse_money if kind == "money" else parse_money_range
        return reader(cell, unit=unit or column.unit), ()
    readers: dict[str, Callable[[Any], Parsed[Any]]] = {
        "credit": check_credit_code,
        "phone": _first_phone,
        "email": parse_email,
        "url": parse_url,
        "year": parse_year,
        "int": parse_int,
        "decimal": parse_decimal,
        "bool": parse_bool,
    }
    return readers[kind](cell), ()


def _first_phone(cell: Any) -> Parsed[str]:
    """The first number of a cell that lists several; the others stay in ``unread``."""
    parsed = parse_phone(cell)
    if parsed.ok or not isinstance(cell, str):
        return parsed
    numbers = parse_phones(cell)
    return Parsed(numbers[0], notes=("phone_several",)) if numbers else parsed


def _parse_text(column: Column, cell: Cell) -> tuple[Parsed[Any], tuple[str, ...]]:
    number = text_of_number(cell) if isinstance(cell, float) else Parsed(shown_text(cell))
    cleaned = normalise(number.value, column.kind)  # type: ignore[arg-type]
    value = "" if column.required and is_blank(cleaned.value) else cleaned.value
    if column.kind == "person" and value and not 2 <= len(value) <= 50:
        return Parsed(error="name_format"), cleaned.notes
    return Parsed(value, notes=number.notes), cleaned.notes


def _choose(column: Column, text: str) -> Parsed[str]:
    if is_blank(text):
        return Parsed()
    wanted = header_key(text) or text
    for choice in column.choices:
        if wanted in (header_key(choice.value), header_key(str(choice.label)), *map(header_key, choice.synonyms)):
            return Parsed(choice.value)
    return Parsed(error="choice_unknown")


def _choose_several(column: Column, items: list[str]) -> Parsed[list[str]]:
    found: list[str] = []
    for item in items:
        chosen = _choose(column, item)
        if chosen.error:
            return Parsed(error=chosen.error)
        if chosen.value and chosen.value not in found:
            found.append(chosen.value)
    return Parsed(found)


def _choices_detail(column: Column) -> str:
    labels: list[Choice] = list(column.choices)[:20]
    return _("请填写下列之一：{choices}").format(choices=_("、").join(str(choice.label) for choice in labels))


def shown_text(cell: Cell | Promise) -> str:
    """A cell as the office saw it, for reports and the error workbook."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return plain_string(str(cell) if isinstance(cell, (CellFault, Promise)) else cell)
