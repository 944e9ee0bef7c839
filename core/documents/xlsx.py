"""Ledgers in the layout county offices file: title, filing line, headers, rows, sums, stamp and seal.

Memory stays flat (XlsxWriter writes each row out as it comes), sums are numbers and not formulas, and text is
always a string cell.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Literal

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.calendar import local
from core.documents.cells import csv_text, safe_text

Text = str | Promise
LedgerKind = Literal[
    "text", "long", "code", "int", "decimal", "money", "wan", "percent", "date", "datetime", "index", "bool"
]

NUMBER_FORMATS = {
    "int": "#,##0",
    "decimal": "#,##0.00",
    "money": "#,##0.00",
    "wan": "#,##0.00",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "index": "0",
}
DEFAULT_WIDTHS = {"index": 6, "int": 9, "decimal": 11, "money": 14, "wan": 12, "percent": 9, "date": 12, "datetime": 17,
                  "bool": 6, "code": 20, "text": 16, "long": 40}  # fmt: skip
CENTRED = {"index", "int", "date", "datetime", "bool", "code"}
MAX_ROWS = 1_000_000  # a sheet ends at 1,048,576
WAN = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class LedgerColumn:
    """A column. ``wan`` shows yuan as 万元; ``index`` numbers the rows by itself; ``sum`` adds it up below."""

    key: str
    label: Text
    width: float = 0  # in characters; 0 takes the kind's usual one
    kind: LedgerKind = "text"
    sum: bool = False


@dataclass(frozen=True, slots=True)
class LedgerHeader:
    """The filing line and the stamp. Empty fields leave room to write by hand."""

    unit: Text = ""  # 填报单位
    period: Text = ""  # 统计周期
    prepared_by: Text = ""  # 制表人
    reviewed_by: Text = ""  # 审核人
    on: date | None = None  # 日期
    as_of: datetime | None = None  # 数据截至
    note: Text = ""


Row = Mapping[str, Any]


def write_ledger(
    fp: IO[bytes],
    *,
    title: Text,
    columns: Sequence[LedgerColumn],
    rows: Iterable[Row],
    header: LedgerHeader | None = None,
    sheet_name: Text = "",
) -> int:
    """Write one ledger to ``fp`` and return how many rows it has. ``rows`` may be a generator of mappings."""
    header = header or LedgerHeader()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    buffer = io.BytesIO()  # XlsxWriter seeks; ``fp`` may be a stream that cannot
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": safe_text(str(title))[:200], "company": safe_text(str(header.unit))[:200]})
    sheet = book.add_worksheet(sheet_title(str(sheet_name or title)))
    formats = _Formats(book)
    last = len(columns) - 1
    _page_setup(sheet, columns)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width or DEFAULT_WIDTHS[column.kind])

    _wide(sheet, 0, last, str(title), formats.title, height=32)
    _wide(sheet, 1, last, filing_line(header), formats.line, height=20)
    sheet.set_row(2, 30)
    for index, column in enumerate(columns):
        sheet.write_string(2, index, safe_text(str(column.label)), formats.head)
    sheet.freeze_panes(3, min(3, len(columns)))
    sheet.repeat_rows(0, 2)

    sums: dict[int, Decimal] = {index: Decimal(0) for index, column in enumerate(columns) if column.sum}
    count = 0
    for row in rows:
        if count >= MAX_ROWS:
            raise ValueError(f"more than {MAX_ROWS} rows do not fit into one sheet")
        for index, column in enumerate(columns):
            value = count + 1 if column.kind == "index" else row.get(column.key)
            number = _write_cell(sheet, 3 + count, index, value, column, formats)
            if number is not None and index in sums:
                sums[index] += number
        count += 1

    bottom = 3 + count
    if sums:
        _write_sums(sheet, bottom, columns, sums, formats)
        bottom += 1
    if header.as_of or header.note:
        _wide(sheet, bottom, last, stamp_line(header), formats.foot, height=18)
        bottom += 1
    _wide(sheet, bottom, last, seal_line(header), formats.foot, height=24)
    if count:
        sheet.autofilter(2, 0, 2 + count, last)
    book.close()
    fp.write(buffer.getvalue())
    return count


def sheet_title(text: str) -> str:
    """A name Excel accepts for a sheet: at most 31 characters, none of ``[]:*?/\\``, no apostrophe at the ends."""
    cleaned = "".join(" " if c in "[]:*?/\\\n\r\t" else c for c in safe_text(text)).strip(" '")
    while len(cleaned.encode("utf-16-le")) > 62:
        cleaned = cleaned[:-1]
    return cleaned.strip(" '") or "Sheet1"


def filing_line(header: LedgerHeader) -> str:
    """填报单位、统计周期、制表人、审核人、日期; blanks stay open for handwriting."""
    day = header.on.isoformat() if header.on else ""
    return _(
        "填报单位：{unit}　　统计周期：{period}　　制表人：{prepared}　　审核人：{reviewed}　　日期：{day}"
    ).format(
        unit=str(header.unit) or "＿＿＿＿",
        period=str(header.period) or "＿＿＿＿",
        prepared=str(header.prepared_by) or "＿＿＿＿",
        reviewed=str(header.reviewed_by) or "＿＿＿＿",
        day=day or "＿＿＿＿",
    )


def stamp_line(header: LedgerHeader) -> str:
    parts = []
    if header.as_of:
        parts.append(_("数据截至：{moment}").format(moment=local(header.as_of).strftime("%Y-%m-%d %H:%M")))
    if header.note:
        parts.append(str(header.note))
    return "　　".join(parts)


def seal_line(header: LedgerHeader) -> str:
    return _("填报单位（盖章）：{unit}　　　　负责人（签字）：＿＿＿＿").format(unit=str(header.unit) or "＿＿＿＿")


class _Formats:
    """Cell formats by kind; made once per workbook."""

    def __init__(self, book: Any) -> None:
        song = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
        self.title = book.add_format({"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"})
        self.line = book.add_format(song | {"align": "left"})
        self.foot = book.add_format(song | {"align": "left"})
        self.head = book.add_format(
            song | {"bold": True, "align": "center", "border": 1, "text_wrap": True, "bg_color": "#E7ECEF"}
        )
        self.total = book.add_format(song | {"bold": True, "border": 1})
        self._kinds: dict[tuple[str, bool], Any] = {}
        self._make = lambda extra: book.add_format(song | {"border": 1} | extra)

    def cell(self, kind: str, *, bold: bool = False) -> Any:
        if (kind, bold) not in self._kinds:
            extra: dict[str, Any] = {"bold": True} if bold else {}
            if kind in NUMBER_FORMATS:
                extra["num_format"] = NUMBER_FORMATS[kind]
            if kind in CENTRED:
                extra["align"] = "center"
            if kind in ("text", "long"):
                extra["text_wrap"] = True
            if kind == "code":
                extra["num_format"] = "@"
            self._kinds[kind, bold] = self._make(extra)
        return self._kinds[kind, bold]


def _page_setup(sheet: Any, columns: Sequence[LedgerColumn]) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer("&C&P / &N")


def _wide(sheet: Any, row: int, last: int, text: str, style: Any, *, height: float) -> None:
    sheet.set_row(row, height)
    if last > 0:
        sheet.merge_range(row, 0, row, last, "", style)
    sheet.write_string(row, 0, safe_text(text), style)


def _write_cell(
    sheet: Any, row: int, index: int, value: Any, column: LedgerColumn, formats: _Formats
) -> Decimal | None:
    """Write one cell; returns the number for the sum."""
    style = formats.cell(column.kind)
    if value is None or value == "":
        sheet.write_blank(row, index, None, style)
        return None
    if column.kind in ("int", "decimal", "money", "wan", "percent", "index"):
        number = as_number(value)
        if number is not None:
            if column.kind == "wan":
                number /= WAN
            sheet.write_number(row, index, float(number), style)
            return number
    if column.kind in ("date", "datetime") and isinstance(value, date):
        moment = local(value).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
        if column.kind == "date" and isinstance(moment, datetime):
            moment = moment.date()
        if moment.year >= 1900:
            sheet.write_datetime(row, index, moment, style)
            return None
        value = moment.isoformat()
    if isinstance(value, bool):
        value = _("是") if value else _("否")
    sheet.write_string(row, index, display(value), style)
    return None


def as_number(value: Any) -> Decimal | None:
    """A finite number, else ``None``: text in a number column is written as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() and abs(number) < Decimal(10) ** 300 else None


def display(value: Any) -> str:
    """Lists are joined, lazy strings rendered, everything else is its text."""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return safe_text("、".join(display(item) for item in value))
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M") if value.tzinfo else value.strftime("%Y-%m-%d %H:%M")
    return safe_text(str(value) if isinstance(value, (Promise, date)) else value)


def _write_sums(
    sheet: Any, row: int, columns: Sequence[LedgerColumn], sums: Mapping[int, Decimal], formats: _Formats
) -> None:
    first = min(sums)
    for index, column in enumerate(columns):
        if index in sums:
            sheet.write_number(row, index, float(sums[index]), formats.cell(column.kind, bold=True))
        else:
            sheet.write_blank(row, index, None, formats.total)
    if first > 0:
        sheet.write_string(row, 0, _("合计"), formats.total)


def write_csv(fp: IO[bytes], *, columns: Sequence[LedgerColumn], rows: Iterable[Row]) -> int:
    """The same rows as CSV: UTF-8 with BOM, as Excel expects, formulas disarmed. Returns the number of rows."""
    text = io.TextIOWrapper(fp, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([csv_text(str(column.label)) for column in columns])
    count = 0
    for row in rows:
        count += 1
        writer.writerow([_csv_cell(count if c.kind == "index" else row.get(c.key), c) for c in columns])
    text.flush()
    text.detach()
    return count


def _csv_cell(value: Any, column: LedgerColumn) -> str:
    if value is None:
        return ""
    number = as_number(value)
    if number is not None:
        return f"{number / WAN if column.kind == 'wan' else number:f}"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if column.kind == "date" and isinstance(value, datetime):
        value = (local(value) if value.tzinfo else value).date()
    return csv_text(display(value))
