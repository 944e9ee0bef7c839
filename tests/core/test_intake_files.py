"""The corpus of files: each is read, or refused with the right code, and the worker lives on."""

import os
from datetime import date

import pytest

from core.intake.errors import MESSAGES, IntakeError
from core.intake.limits import Limits
from core.intake.parser import CellFault, read_workbook
from tests.core import spreadsheets as made

WORDS = [["姓名", "电话"], ["张三", "13812345678"]]

READ = {
    "plain.xlsx": (made.xlsx, "xlsx", ()),
    "plain.xls": (made.xls, "xls", ()),
    "renamed-xls.xlsx": (made.xls, "xls", ("renamed",)),
    "renamed-xlsx.xls": (made.xlsx, "xlsx", ("renamed",)),
    "renamed-csv.xlsx": (lambda: made.CSV.encode(), "csv", ("renamed",)),
    "utf8.csv": (lambda: made.CSV.encode(), "csv", ()),
    "bom.csv": (lambda: made.CSV.encode("utf-8-sig"), "csv", ()),
    "gbk.csv": (lambda: made.CSV.encode("gbk"), "csv", ()),
    "utf16.csv": (lambda: made.CSV.encode("utf-16"), "csv", ()),
    "utf16-no-bom.csv": (lambda: ("a,b\r\n" * 50 + made.CSV).encode("utf-16-le"), "csv", ()),
    "tabs.csv": (lambda: made.CSV.replace(",", "\t").encode("gb18030"), "csv", ()),
    "semicolons.csv": (lambda: made.CSV.replace(",", ";").encode(), "csv", ()),
}

REFUSED = {
    "empty.xlsx": (lambda: b"", {"empty"}),
    "blank.csv": (lambda: b"\xef\xbb\xbf \r\n\r\n", {"empty"}),
    "no-cells.xlsx": (lambda: made.with_sheet(""), {"empty"}),
    "random.xlsx": (lambda: bytes(range(256)) * 40, {"encoding", "not_a_table"}),
    "random.xls": (lambda: made.ole(b"")[:8] + b"\x07" * 3000, {"damaged", "other_office_file"}),
    "pk-junk.xlsx": (lambda: b"PK\x03\x04" + b"a" * 500, {"damaged"}),
    "truncated.xlsx": (lambda: made.xlsx()[:-400], {"damaged"}),
    "truncated.xls": (lambda: made.xls()[:1500], {"damaged", "other_office_file"}),
    "bomb.xlsx": (made.bomb, {"zip_bomb"}),
    "bomb-in-parts.xlsx": (made.bomb_in_parts, {"zip_bomb"}),
    "lying-sizes.xlsx": (made.lying_sizes, {"zip_lies"}),
    "wrong-checksum.xlsx": (made.wrong_checksum, {"zip_lies"}),
    "zip-of-zips.xlsx": (made.zip_of_zips, {"nested_zip"}),
    "embedded-zip.xlsx": (lambda: made.repack(made.xlsx(), add={"xl/a.zip": b"PK"}), {"nested_zip"}),
    "entries.xlsx": (made.many_entries, {"zip_entries"}),
    "member-twice.xlsx": (made.twice_the_same_member, {"damaged"}),
    "xxe.xlsx": (made.xxe_sheet, {"xml_dtd"}),
    "laughs.xlsx": (made.billion_laughs, {"xml_dtd"}),
    "deep.xlsx": (made.deeply_nested, {"damaged", "empty", "memory"}),
    "stray-cell.xlsx": (lambda: made.xlsx(lambda s: s.cell(1_048_576, 3, "x")), {"stray_cell"}),
    "stray-below-blanks.xlsx": (made.value_below_blank_rows, {"stray_cell"}),
    "far-column.xlsx": (lambda: made.xlsx(lambda s: s.cell(1, 16_384, "x")), {"columns"}),
    "amplified.xlsx": (made.shared_string_amplified, {"memory", "text_volume"}),
    "docx.xlsx": (made.docx, {"other_office_file"}),
    "encrypted.xlsx": (lambda: made.ole(b"\0" * 5000, "EncryptedPackage"), {"encrypted"}),
    "encrypted.xls": (made.encrypted_xls, {"encrypted"}),
    "word.xls": (lambda: made.ole(b"\0" * 5000, "WordDocument"), {"other_office_file"}),
    "page.xls": (lambda: b"<html><body><table><tr><td>1</td></tr></table></body></html>", {"html_table"}),
    "document.csv": (lambda: b"%PDF-1.7\n1 0 obj", {"not_a_table"}),
    "quotes.csv": (lambda: ('姓名,电话\n"' + "张三\n" * 20_000).encode(), {"csv_broken"}),
    "rows.csv": (lambda: ("姓名,电话\n" + "张三,1\n" * 25_000).encode(), {"rows"}),
    "columns.csv": (lambda: ("," * 300 + "\n").encode(), {"columns"}),
    "large.csv": (lambda: b"a,b\n" * 2_600_000, {"file_size"}),
    "picture.png": (lambda: b"\x89PNG", {"suffix"}),
}


@pytest.mark.parametrize("name", READ)
def test_file_is_read(name):
    make, kind, warnings = READ[name]
    workbook = read_workbook(make(), name)
    assert (workbook.kind, workbook.warnings) == (kind, warnings)
    assert workbook.sheets[0].rows[-2:] == WORDS


@pytest.mark.parametrize("name", REFUSED)
def test_file_is_refused_with_place_reason_and_remedy(name):
    make, codes = REFUSED[name]
    with pytest.raises(IntakeError) as refusal:
        read_workbook(make(), name)
    assert refusal.value.code in codes
    assert refusal.value.reason
    assert refusal.value.remedy
    assert str(refusal.value.message)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "code"), [(made.million_rows, "rows"), (made.million_styled_blank_rows, "")], ids=["filled", "styled"]
)
def test_million_rows_are_refused_or_skipped_without_the_memory(make, code):
    data = make()
    if code:
        with pytest.raises(IntakeError) as refusal:
            read_workbook(data, "a.xlsx")
        assert refusal.value.code == code
    else:
        workbook = read_workbook(data, "a.xlsx")
        assert workbook.sheets[0].rows == [["姓名", 1.0]]
        assert workbook.child_peak_kb < 512 * 1024


def test_the_corpus_is_as_large_as_promised():
    assert len(READ) + len(REFUSED) + 2 >= 25


def test_office_sheet_shows_dates_errors_formulas_hidden_rows_and_merges():
    workbook = read_workbook(made.office_sheet(), "台账.xlsx")
    sheet = workbook.sheets[0]
    assert sheet.hidden_rows == {5}
    assert (3, 1, 4, 1) in sheet.merged
    assert sheet.rows[3][5] == date(2026, 5, 1)
    assert sheet.rows[4][6] == CellFault("formula_no_value")
    assert sheet.rows[6][6] == CellFault("cell_error")
    assert sheet.place(11, 2) == "名单!C12"


def test_xls_shows_hidden_rows_errors_and_merges():
    def fill(sheet):
        sheet.write(0, 0, "姓名")
        sheet.write_merge(1, 2, 0, 0, "张三")
        sheet.write(3, 0, "李四")
        sheet.row(3).hidden = True
        sheet.row(4).set_cell_error(1, "#REF!")

    sheet = read_workbook(made.xls(fill), "a.xls").sheets[0]
    assert sheet.hidden_rows == {3}
    assert sheet.merged == ((1, 0, 2, 0),)
    assert sheet.rows[4] == [None, CellFault("cell_error")] or sheet.rows[4:] == []


def test_hidden_sheets_are_left_out_and_named():
    def fill(sheet):
        sheet.append(["姓名"])
        other = sheet.parent.create_sheet("旧数据")
        other.append(["姓名"])
        other.sheet_state = "hidden"

    workbook = read_workbook(made.xlsx(fill), "a.xlsx")
    assert [sheet.name for sheet in workbook.sheets] == ["名单"]
    assert workbook.hidden_sheets == ("旧数据",)
    assert "hidden_sheets" in workbook.warnings


def test_child_is_stopped_when_it_takes_too_long():
    body = "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c></row>' for r in range(1, 20_000))
    with pytest.raises(IntakeError) as refusal:
        read_workbook(made.with_sheet(body), "a.xlsx", Limits(wall_seconds=0))
    assert refusal.value.code == "time"


def test_child_cannot_take_more_memory_than_allowed():
    with pytest.raises(IntakeError) as refusal:
        read_workbook(made.xlsx(), "a.xlsx", Limits(memory_bytes=24 * 1024 * 1024))
    assert refusal.value.code in ("memory", "reader")


def test_random_bytes_never_raise_anything_else():
    for _round in range(10):
        for magic in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            with pytest.raises(IntakeError):
                read_workbook(magic + os.urandom(600), "a.xls")


def test_every_message_is_worded_with_a_remedy():
    fields = {"limit": 1, "suffix": ".x", "row": 1, "columns": "姓名"}
    for code in MESSAGES:
        error = IntakeError(code, place="名单!A1", **fields)
        assert error.place in error.message
        assert error.remedy in error.message
        assert "{" not in error.message


def test_formulas_count_as_rows_only_with_a_value():
    def cell(row, value):
        return f'<row r="{row}"><c r="A{row}" t="str"><f>B1</f><v>{value}</v></c></row>'

    body = cell(1, "甲") + "".join(cell(row, "") for row in range(2, 400)) + cell(400, "乙")
    sheet = read_workbook(made.with_sheet(body), "a.xlsx").sheets[0]
    assert [number for number, row in enumerate(sheet.rows, start=1) if any(isinstance(c, str) for c in row)] == [
        1,
        400,
    ]
