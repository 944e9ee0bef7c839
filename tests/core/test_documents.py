import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents.cells import CELL_CHARS, csv_text, safe_text
from core.documents.xlsx import LedgerColumn, LedgerHeader, sheet_title, write_csv, write_ledger
from core.intake.parser import read_workbook

COLUMNS = (
    LedgerColumn("no", "序号", kind="index"),
    LedgerColumn("name", "需求名称", width=30),
    LedgerColumn("money", "拟投入（万元）", kind="wan", sum=True),
    LedgerColumn("count", "走访家次", kind="int", sum=True),
    LedgerColumn("day", "提交日期", kind="date"),
    LedgerColumn("ways", "合作方式"),
)
HEADER = LedgerHeader(
    unit="某某县科技局",
    period="2026年10月",
    prepared_by="李四",
    on=date(2026, 11, 20),
    as_of=datetime(2026, 11, 20, 1, tzinfo=UTC),
)
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "|x",
    "%0",
    "a\0b",
    "x\ud800y",
    "\uffff",
    "_x0041_",
]


def written(rows, columns=COLUMNS, header=HEADER, title="技术需求台账"):
    stream = io.BytesIO()
    count = write_ledger(stream, title=title, columns=columns, rows=iter(rows), header=header)
    return count, stream


def test_ledger_has_the_layout_that_offices_file():
    rows = [
        {
            "name": "焊接",
            "money": Decimal("500000"),
            "count": 3,
            "day": date(2026, 5, 1),
            "ways": ["委托开发", "联合攻关"],
        },
        {"name": "时效", "money": Decimal("12345.67"), "count": None, "day": datetime(2026, 5, 1, 20, tzinfo=UTC)},
    ]
    count, stream = written(rows)
    sheet = openpyxl.load_workbook(stream).active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert count == 2
    assert values[0][0] == "技术需求台账"
    assert all(
        part in values[1][0]
        for part in ("填报单位：某某县科技局", "统计周期：2026年10月", "制表人：李四", "审核人：", "日期：2026-11-20")
    )
    assert values[2] == [str(column.label) for column in COLUMNS]
    assert values[3] == [1, "焊接", 50, 3, datetime(2026, 5, 1), "委托开发、联合攻关"]  # noqa: DTZ001 - cells have no zone
    assert values[4][:5] == [2, "时效", 1.234567, None, datetime(2026, 5, 2)]  # noqa: DTZ001 - the day in Shanghai
    assert values[5][:4] == ["合计", None, 51.234567, 3]
    assert values[6][0] == "数据截至：2026-11-20 09:00"
    assert "盖章" in values[7][0]
    assert sheet.freeze_panes == "D4"
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert "A1:F1" in [str(area) for area in sheet.merged_cells.ranges]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_ledger_is_a_formula(text):
    header = LedgerHeader(unit=text, period=text)
    _count, stream = written([{"name": text, "ways": [text], "money": text, "day": text}], header=header, title=text)
    sheet = openpyxl.load_workbook(stream).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    back = read_workbook(stream.getvalue(), "a.xlsx").sheets[0]
    assert next(iter(back.rows[3][1:2]), None) == (safe_text(text) or None)


def test_long_text_is_cut_with_a_mark():
    assert len(safe_text("长" * 40_000)) == CELL_CHARS
    assert safe_text("长" * 40_000).endswith("（已截断）")


def test_empty_ledger_still_has_header_and_seal():
    count, stream = written([])
    assert count == 0
    assert openpyxl.load_workbook(stream).active.max_row == 6


@given(st.text(max_size=60))
def test_sheet_title_is_one_excel_accepts(text):
    title = sheet_title(text)
    assert 1 <= len(title) <= 31
    assert not set("[]:*?/\\") & set(title)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(st.characters(codec=None)), min_size=1, max_size=5))
def test_any_text_gives_a_file_that_opens(texts):
    _count, stream = written([{"name": text} for text in texts])
    assert len(list(openpyxl.load_workbook(stream).active.iter_rows())) >= len(texts)


@pytest.mark.parametrize("text", HOSTILE[:8])
def test_csv_disarms_formulas(text):
    assert csv_text(text).startswith("'")


def test_csv_keeps_numbers_and_opens_in_excel():
    stream = io.BytesIO()
    assert (
        write_csv(stream, columns=COLUMNS, rows=[{"name": "-3.5", "money": Decimal("-15000"), "day": date(2026, 5, 1)}])
        == 1
    )
    raw = stream.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[1] == ["1", "-3.5", "-1.5", "", "2026-05-01", ""]
