"""Files handed back to the office: an empty template, and the rejected rows in their own layout with reasons."""

from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from core.documents.cells import safe_text
from core.documents.xlsx import sheet_title
from core.intake.columns import Column, Register
from core.intake.mapping import ERROR_HEADER
from core.intake.parser import Cell
from core.intake.rows import CellError, RowResult, shown_text
from core.intake.table import Table

TEMPLATE_ROWS = 2000  # rows that carry the drop-down lists
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TEXT_KINDS = {"phone", "credit", "code"}  # formatted as text so that no digit is lost
_LIST_CHARS = 255  # an inline list may not be longer; longer ones live on a sheet of their own


def write_template(fp: IO[bytes], register: Register) -> None:
    """An empty register: header, an example row, drop-down lists, and a sheet that explains each column."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    title = book.add_format({"font_name": "黑体", "font_size": 14, "valign": "vcenter"})
    head = {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#E7ECEF"}
    optional, required = book.add_format(head), book.add_format(head | {"font_color": "#A61B29"})
    example = book.add_format(
        {"italic": True, "font_color": "#5F6B73", "border": 1, "text_wrap": True, "num_format": "@"}
    )
    as_text, wrapped = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True, "valign": "top"})

    sheet = book.add_worksheet(sheet_title(str(register.title)))
    notes = book.add_worksheet(sheet_title(_("填写说明")))
    lists = book.add_worksheet(sheet_title(_("选项")))
    columns = [column for column in register.columns if column.kind != "ignore"]
    _put(sheet, 0, 0, _("{title}导入模板（带 * 的列必填；“示例”行导入时自动跳过）").format(title=register.title), title)
    sheet.set_row(0, 26)
    sheet.set_row(1, 32)
    _put(sheet, 1, 0, _("序号"), optional)
    _put(sheet, 2, 0, _("示例"), example)
    sheet.set_column(0, 0, 6)
    for index, column in enumerate(columns, start=1):
        sheet.set_column(index, index, column.width or _width(column), as_text if column.kind in _TEXT_KINDS else None)
        mark = "*" if column.required else ""
        _put(sheet, 1, index, f"{column.label}{_unit_mark(column)}{mark}", required if column.required else optional)
        _put(sheet, 2, index, column.example, example)
        _validate(sheet, lists, index, column)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(1)
    _write_notes(notes, columns, required, wrapped)
    lists.hide()
    book.close()
    fp.write(buffer.getvalue())


def write_errors(fp: IO[bytes], table: Table, results: Iterable[RowResult], *, with_warnings: bool = False) -> int:
    """The rejected rows as the office wrote them, with a last column of place, reason and remedy.

    Titles and header stay where they were, so that the corrected file can be imported as it is. Returns the
    number of rows written; ``with_warnings`` adds rows that were taken over with a warning.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS | {"constant_memory": True})
    style = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "bg_color": "#E7ECEF"})
    reason = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "font_color": "#A61B29"})
    bad = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FBE9E7"})
    sheet = book.add_worksheet(sheet_title(table.sheet.name))
    kept = [i for i, header in enumerate(table.headers) if header != ERROR_HEADER]
    last = len(kept)
    for index in kept:
        sheet.set_column(kept.index(index), kept.index(index), 16)
    sheet.set_column(last, last, 60)
    top = len(table.title_rows)
    for number, cells in enumerate(table.title_rows):
        for position, index in enumerate(kept):
            _put(sheet, number, position, _at(cells, index))
        for r1, c1, r2, c2 in table.sheet.merged:
            if r1 == r2 == number and c2 > c1 and c2 < last:
                text = safe_text(shown_text(_at(cells, c1)))
                sheet.merge_range(r1, c1, r2, c2, "")
                sheet.write_string(r1, c1, text)
    for position, index in enumerate(kept):  # two header rows come back as the one they were read as
        _put(sheet, top, position, table.headers[index], head)
    _put(sheet, top, last, ERROR_HEADER, head)
    sheet.freeze_panes(top + 1, 0)
    row = top + 1
    for result in results:
        problems = result.errors + (result.warnings if with_warnings else [])
        if not problems:
            continue
        wrong = _wrong_columns(table, problems)
        for position, index in enumerate(kept):
            _put(sheet, row, position, _at(result.cells, index), bad if index in wrong else style)
        _put(sheet, row, last, "\n".join(str(problem) for problem in problems), reason)
        row += 1
    book.close()
    fp.write(buffer.getvalue())
    return row - top - 1


def _wrong_columns(table: Table, problems: list[CellError]) -> set[int]:
    matches = (table.mapping.match(problem.key) for problem in problems)
    return {match.index for match in matches if match is not None}


def _at(cells: tuple[Cell, ...], index: int) -> Cell:
    return cells[index] if index < len(cells) else None


def _put(sheet: Any, row: int, column: int, value: Any, style: Any = None) -> None:
    """Always a string, never a formula, never a link."""
    text = safe_text(shown_text(value))
    if text:
        sheet.write_string(row, column, text, style)
    elif style is not None:
        sheet.write_blank(row, column, None, style)


def _unit_mark(column: Column) -> str:
    return f"（{column.unit}）" if column.kind in ("money", "money_range") else ""


def _width(column: Column) -> int:
    return {"text": 40, "multi": 28, "org": 28, "credit": 22, "email": 22, "url": 24}.get(column.kind, 14)


def _labels(column: Column) -> list[str]:
    if column.kind == "bool":
        return ["是", "否"]
    return [safe_text(str(choice.label)) for choice in column.choices] if column.kind == "choice" else []


def _validate(sheet: Any, lists: Any, index: int, column: Column) -> None:
    labels = _labels(column)
    if not labels:
        return
    source: Any = labels
    if len(",".join(labels)) > _LIST_CHARS or any("," in label for label in labels):
        letter = xlsxwriter.utility.xl_col_to_name(index)
        for row, label in enumerate(labels):
            lists.write_string(row, index, label)
        source = f"='{lists.get_name()}'!${letter}$1:${letter}${len(labels)}"
    sheet.data_validation(
        3,
        index,
        TEMPLATE_ROWS,
        index,
        {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": _("不在可选范围内"),
            "error_message": _("请从下拉列表中选择。"),
        },
    )


def _write_notes(notes: Any, columns: list[Column], head: Any, wrapped: Any) -> None:
    notes.set_column(0, 0, 20)
    notes.set_column(1, 1, 8)
    notes.set_column(2, 4, 40)
    for index, label in enumerate((_("列名"), _("必填"), _("说明"), _("可选值"), _("也认得的列名"))):
        _put(notes, 0, index, label, head)
    for row, column in enumerate(columns, start=1):
        choices = _("、").join(str(choice.label) for choice in column.choices) or (
            "是、否" if column.kind == "bool" else ""
        )
        cells = (
            f"{column.label}{_unit_mark(column)}",
            _("是") if column.required else _("否"),
            column.help,
            choices,
            _("、").join(column.synonyms),
        )
        for index, cell in enumerate(cells):
            _put(notes, row, index, cell, wrapped)
