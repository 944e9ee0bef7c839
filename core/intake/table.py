"""Finds the table inside a sheet: title rows above, header in one or two rows, sums and seals below."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.intake.columns import Register
from core.intake.errors import IntakeError
from core.intake.mapping import Mapping, header_key, match_headers
from core.intake.parser import Cell, CellFault, Sheet, Workbook
from core.text import normalise, plain_string

HEADER_ROWS = 10  # the header is looked for in so many rows from the top

_SUM = re.compile(r"(?:合计|总计|小计|累计|共计|总数|平均|本页合计|本页小计)(?:[:：（(].*)?")
_SEAL = re.compile(
    r"(?:填报|填表|制表|制单|审核|审批|复核|核对|经办|报送|上报|联系|负责|分管|主管|主要|单位)(?:单位|部门)?(?:负责|领导|统计)?"
    r"(?:人|员|者|单位|部门|领导|时间|日期|盖章|签字|签章|意见)?(?:[（(](?:盖章|签字|签章|公章)[)）])?\s*[:：].*"
    r"|(?:日期|时间|电话|统计周期|数据截至|截至|备注|注|说明|填表说明|填报说明|盖章|公章)\s*[:：].*|[（(]?(?:盖章|公章)[)）]?"
)
_SEAL_PART = re.compile(r"(?:填报人|填表人|制表人|审核人|经办人|审批人|复核人|填报单位|填报日期|制表日期)\s*[:：]")
_EXAMPLE = re.compile(r"(?:示例|样例|例)(?:[:：（(].*)?|[（(【\[](?:示例|样例)[)）】\]].*")


@dataclass(frozen=True, slots=True)
class RawRow:
    """A data row as it stands: ``number`` counts from 1 as the spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no data. ``reason``: hidden, sum, seal, header or example; blank rows are only counted."""

    number: int
    reason: str
    text: str


@dataclass(slots=True)
class Table:
    """The part of a sheet that matters. ``header_rows`` and ``title_rows`` keep the original layout."""

    sheet: Sheet
    headers: tuple[str, ...]
    mapping: Mapping
    rows: list[RawRow]
    skipped: list[SkippedRow]
    title_rows: list[tuple[Cell, ...]]
    header_rows: list[tuple[Cell, ...]]
    header_row: int  # zero-based, of the first header row
    blank_rows: int = 0


def find_table(
    workbook: Workbook,
    register: Register,
    *,
    remembered: MappingType[str, str] | None = None,
    include_hidden: bool = False,
) -> Table:
    """The table that fits ``register`` best among the visible sheets. Raises ``IntakeError`` when none does."""
    best: tuple[float, Sheet, int, int, Mapping, tuple[str, ...]] | None = None
    for sheet in workbook.sheets:
        for start, size, headers in _header_candidates(sheet):
            mapping = match_headers(headers, register, remembered)
            found = len({match.key for match in mapping.matches})
            score = mapping.score - 0.5 * len(mapping.missing_required) - 0.01 * start - 0.02 * (size - 1)
            if found >= min(2, len(register.columns)) and (best is None or score > best[0]):
                best = (score, sheet, start, size, mapping, headers)
    if best is None:
        place = workbook.sheets[0].name if len(workbook.sheets) == 1 else ""
        raise IntakeError("no_header", place=place, limit=HEADER_ROWS)
    _score, sheet, start, size, mapping, headers = best
    return build_table(sheet, start, size, headers, mapping, include_hidden=include_hidden)


def guess_table(workbook: Workbook, register: Register, *, include_hidden: bool = False) -> Table:
    """For a file whose header nobody recognises: the first row that could be one, so that columns can be named by
    hand."""
    for sheet in workbook.sheets:
        for start, size, headers in _header_candidates(sheet):
            mapping = match_headers(headers, register)
            return build_table(sheet, start, size, headers, mapping, include_hidden=include_hidden)
    raise IntakeError("no_header", limit=HEADER_ROWS)


def build_table(
    sheet: Sheet, start: int, size: int, headers: tuple[str, ...], mapping: Mapping, *, include_hidden: bool = False
) -> Table:
    """The table whose header stands in ``size`` rows from ``start`` (zero-based). Raises ``IntakeError`` without data
    rows."""
    rows, skipped, blank = _data_rows(sheet, start + size, headers, include_hidden=include_hidden)
    if not rows:
        raise IntakeError("no_rows", place=sheet.name)
    return Table(
        sheet=sheet,
        headers=headers,
        mapping=mapping,
        rows=rows,
        skipped=skipped,
        title_rows=[tuple(row) for row in sheet.rows[:start]],
        header_rows=[tuple(row) for row in sheet.rows[start : start + size]],
        header_row=start,
        blank_rows=blank,
    )


def ensure_required(mapping: Mapping, register: Register, *, place: str = "") -> None:
    """Refuse a table whose header lacks a required column, naming what is missing."""
    if mapping.missing_required:
        labels = _("、").join(str(register.column(key).label) for key in mapping.missing_required)
        raise IntakeError("missing_columns", place=place, columns=labels)


def _header_candidates(sheet: Sheet) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """(first row, number of rows, headers) for each row near the top, and for pairs joined by merged cells."""
    top = min(HEADER_ROWS, len(sheet.rows))
    grid = _expanded(sheet, top + 1)
    for start in range(top):
        row = grid[start]
        if len({text for text in row if text}) < 2:
            continue
        yield start, 1, tuple(row)
        joined = any(r1 <= start <= r2 and (c2 > c1 or r2 == start + 1) for r1, c1, r2, c2 in sheet.merged)
        if joined and start + 1 < len(grid) and any(grid[start + 1]):
            yield start, 2, _two_rows(row, grid[start + 1])


def _two_rows(upper: list[str], lower: list[str]) -> tuple[str, ...]:
    """联系人 over 姓名 and 电话 reads 联系人姓名 and 联系人电话."""
    width = max(len(upper), len(lower))
    upper = upper + [""] * (width - len(upper))
    lower = lower + [""] * (width - len(lower))
    return tuple(
        above if above == below or not below else below if not above else f"{above}{below}"
        for above, below in zip(upper, lower, strict=True)
    )


def _expanded(sheet: Sheet, count: int) -> list[list[str]]:
    """The text of the first rows with every merged cell filled."""
    rows = [[plain_string(str(c) if isinstance(c, CellFault) else c) for c in row] for row in sheet.rows[:count]]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    for r1, c1, r2, c2 in sheet.merged:
        if r1 < len(rows) and c1 < width:
            for r in range(r1, min(r2 + 1, len(rows))):
                for c in range(c1, min(c2 + 1, width)):
                    rows[r][c] = rows[r1][c1]
    return rows


def _data_rows(
    sheet: Sheet, first: int, headers: tuple[str, ...], *, include_hidden: bool
) -> tuple[list[RawRow], list[SkippedRow], int]:
    filled = _filled_down(sheet, first)
    header_keys = [header_key(h) for h in headers]
    rows: list[RawRow] = []
    skipped: list[SkippedRow] = []
    blank = 0
    for index in range(first, len(sheet.rows)):
        own = sheet.rows[index]
        shown = ["" if isinstance(c, CellFault) else plain_string(c).strip() for c in own]
        if not any(shown) and not any(isinstance(c, CellFault) and c.code == "cell_error" for c in own):
            blank += 1  # a row that consists of merged cells alone repeats the row above it
            continue
        reason = "hidden" if index in sheet.hidden_rows and not include_hidden else _no_data(shown, header_keys)
        if reason:
            skipped.append(SkippedRow(index + 1, reason, " ".join(t for t in shown if t)[:80]))
            continue
        cells = list(own)
        for column, value in filled.get(index, {}).items():
            cells.extend([None] * (column + 1 - len(cells)))
            if cells[column] is None:
                cells[column] = value
        rows.append(RawRow(index + 1, tuple(cells)))
    return rows, skipped, blank


def _filled_down(sheet: Sheet, first: int) -> dict[int, dict[int, Cell]]:
    """Values that vertically merged cells lend to the data rows they cover."""
    filled: dict[int, dict[int, Cell]] = {}
    for r1, c1, r2, _c2 in sheet.merged:
        if r2 <= r1 or r2 < first or r1 >= len(sheet.rows) or c1 >= len(sheet.rows[r1]):
            continue
        for r in range(max(r1 + 1, first), min(r2 + 1, len(sheet.rows))):
            filled.setdefault(r, {})[c1] = sheet.rows[r1][c1]
    return filled


def _no_data(shown: list[str], header_keys: list[str]) -> str:
    """Why a row is no data, or an empty string. Looks closely only at what could be a mark: it sees every row."""
    texts = [t for t in shown if t]
    if not texts:
        return ""
    head = normalise(texts[0][:80], "line").value.replace(" ", "")
    if _SUM.fullmatch(head):
        return "sum"
    if len(texts) > 1 and len(texts[1]) <= 20 and _SUM.fullmatch(texts[1].replace(" ", "")):
        wordy = [t for t in texts if not re.fullmatch(r"[-+\d.,%\s]+", t[:40])]
        if len(wordy) <= 2:
            return "sum"
    marks = sum(bool(_SEAL_PART.match(t)) for t in texts if t[0] in "填制审经复")
    if marks and marks * 3 >= len(texts):
        return "seal"
    if len(texts) * 2 <= max(2, sum(bool(k) for k in header_keys)) and _SEAL.fullmatch(head):
        return "seal"
    if _EXAMPLE.fullmatch(head):
        return "example"
    if len(head) <= 40 and header_key(head) in header_keys:
        same = sum(
            bool(t) and len(t) <= 40 and header_key(t) == key for t, key in zip(shown, header_keys, strict=False)
        )
        if same >= 2 and same * 2 > len(texts):
            return "header"
    return ""
