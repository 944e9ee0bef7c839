import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.codes import check_credit_code
from core.intake.columns import Choice, Column, Register
from core.intake.errors import IntakeError
from core.intake.mapping import ERROR_HEADER, header_key, header_unit, match_headers
from core.intake.parser import CellFault, Sheet, Workbook, read_workbook
from core.intake.remarks import remarks_on
from core.intake.rows import read_row, read_rows
from core.intake.table import RawRow, ensure_required, find_table
from core.intake.workbook import write_errors, write_template
from tests.core import spreadsheets as made

NEEDS = Register(
    "needs",
    "技术需求台账",
    (
        Column("firm", "企业名称", ("企业全称", "单位名称"), "org", required=True, example="某某县示例机械有限公司"),
        Column("credit", "统一社会信用代码", ("信用代码",), "credit"),
        Column("phone", "联系电话", ("手机", "手机号码", "联系手机"), "phone"),
        Column("title", "需求名称", ("难题名称",), "line", required=True, max_length=10, example="焊接变形控制"),
        Column("story", "问题描述", (), "text", advised_length=20),
        Column("budget", "拟投入", ("投入预算",), "money_range", unit="万元"),
        Column("handed_in", "提交日期", (), "date"),
        Column(
            "secret", "保密级别", (), "choice", choices=(Choice("open", "公开"), Choice("closed", "定向", ("保密",)))
        ),
        Column(
            "ways", "合作方式", (), "multi_choice", choices=(Choice("joint", "联合攻关"), Choice("dev", "委托开发"))
        ),
        Column("chains", "产业链", (), "multi"),
        Column("urgent", "是否紧急", (), "bool"),
        Column("remark", "备注", (), "line"),
    ),
)


def book(*rows, merged=(), hidden=()):
    return Workbook("xlsx", [Sheet("表", [list(row) for row in rows], frozenset(hidden), frozenset(), tuple(merged))])


def one(**cells):
    headers = [str(NEEDS.column(key).label) for key in cells]
    mapping = match_headers(headers, NEEDS)
    sheet = Sheet("表")
    return read_row(RawRow(5, tuple(cells.values())), mapping, NEEDS, place=sheet.place)


# -- headers


@pytest.mark.parametrize(
    ("header", "key", "source"),
    [
        ("企业名称", "firm", "exact"),
        (" 企业全称* ", "firm", "exact"),
        ("企业 名称（必填）", "firm", "exact"),
        ("聯繫手機", "phone", "exact"),
        ("企业联系电话", "phone", "part"),
        ("统一社会信用代码号", "credit", "part"),
        ("统一社会信用编码", "credit", "alike"),
        ("拟投入(万元)", "budget", "exact"),
    ],
)
def test_match_headers_reads_the_spellings_of_the_field(header, key, source):
    (match,) = match_headers([header], NEEDS).matches
    assert (match.key, match.source) == (key, source)
    assert match.is_sure is (source == "exact")


@pytest.mark.parametrize("header", ["备注栏以外", "需求", "企业", "", None, 7, "合作"])
def test_match_headers_does_not_guess(header):
    assert match_headers([header], NEEDS).matches == ()


def test_match_headers_prefers_what_the_office_chose():
    chosen = {header_key("项目"): "title", header_key("企业名称"): ""}
    mapping = match_headers(["项目", "企业名称", "企业全称"], NEEDS, chosen)
    assert [(m.key, m.source) for m in mapping.matches] == [("title", "remembered"), ("firm", "exact")]
    assert mapping.ignored == (1,)
    assert mapping.as_memory() == {"项目": "title", "企业全称": "firm"}


def test_match_headers_names_duplicates_missing_and_unknown():
    mapping = match_headers(["序号", "企业全称", "企业名称", "电压等级", ERROR_HEADER], NEEDS)
    assert mapping.match("firm").index == 2
    assert mapping.duplicates == ((1, "企业全称", "firm"),)
    assert mapping.unmatched == ((3, "电压等级"),)
    assert mapping.missing_required == ("title",)
    assert mapping.ignored == (0, 4)


def test_header_unit():
    assert header_unit("拟投入(万元)") == "万元"
    assert header_unit("合同金额（单位：元）") == "元"
    assert header_unit("联系电话") == ""


# -- tables


def test_find_table_in_the_layout_of_an_office():
    workbook = read_workbook(made.office_sheet(), "台账.xlsx")
    table = find_table(workbook, NEEDS)
    assert table.header_row == 2
    assert [row.number for row in table.rows] == [4, 5, 7, 9]
    assert [(row.number, row.reason) for row in table.skipped] == [
        (6, "hidden"),
        (8, "header"),
        (10, "sum"),
        (11, "seal"),
    ]
    assert find_table(workbook, NEEDS, include_hidden=True).rows[2].number == 6
    results = list(read_rows(table, NEEDS))
    assert [r.values["firm"] for r in results[:2]] == ["金乡（上海）科技公司"] * 2  # the merged cell lends its value
    assert [r.values["phone"] for r in results] == ["13812345678", "13812345678", "", "0537-8721234"]
    assert results[1].values["budget"] == (Decimal(120_000_000), Decimal(120_000_000))
    assert results[1].values["handed_in"] == date(2026, 5, 1)
    assert [(e.code, e.place) for e in results[2].errors] == [("required", "名单!D7")]
    assert {(w.code, w.place) for w in results[2].warnings} == {
        ("phone_digits_lost", "名单!C7"),
        ("date_ambiguous", "名单!F7"),
        ("cell_error", "名单!G7"),
    }
    assert results[3].values["budget"] == (Decimal(3000), Decimal(3000))


def test_find_table_joins_two_header_rows():
    register = Register(
        "x", "企业库", (Column("firm", "企业名称"), Column("name", "联系人姓名"), Column("tel", "联系人电话"))
    )
    workbook = book(
        ["企业库"],
        ["企业名称", "联系人", None],
        [None, "姓名", "电话"],
        ["甲厂", "张三", "1"],
        merged=[(0, 0, 0, 2), (1, 0, 2, 0), (1, 1, 1, 2)],
    )
    table = find_table(workbook, register)
    assert table.headers == ("企业名称", "联系人姓名", "联系人电话")
    assert [row.number for row in table.rows] == [4]


def test_find_table_takes_the_sheet_that_fits():
    workbook = book(["填表说明", "请勿改动"], ["a", "b"])
    workbook.sheets.append(Sheet("数据", [["企业名称", "需求名称"], ["甲厂", "焊接"]]))
    assert find_table(workbook, NEEDS).sheet.name == "数据"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["甲厂", "焊接"], ["乙厂", "铸造"]], "no_header"),
        ([["企业名称", "需求名称"], [None, None]], "no_rows"),
        ([["企业名称", "需求名称"], ["合计", 3]], "no_rows"),
    ],
)
def test_find_table_says_what_is_missing(rows, code):
    with pytest.raises(IntakeError) as refusal:
        find_table(book(*rows), NEEDS)
    assert refusal.value.code == code


def test_ensure_required_names_the_columns():
    with pytest.raises(IntakeError) as refusal:
        ensure_required(match_headers(["企业名称", "备注"], NEEDS), NEEDS)
    assert "需求名称" in refusal.value.message


@pytest.mark.parametrize(
    "first", ["合计工业设备公司", "审核通过的企业", "制表机械厂", "联系我们科技公司", "例行检测公司"]
)
def test_rows_that_only_look_like_a_sum_or_seal_are_data(first):
    table = find_table(book(["企业名称", "需求名称", "备注"], [first, "焊接", "x"]), NEEDS)
    assert len(table.rows) == 1


# -- rows


def test_row_is_cleaned_by_kind():
    row = one(
        firm="金鄉(上海)公司",
        credit="91350100m000100y43",
        title="焊接<b>變形</b>",
        story="第一行\r\n第二行",
        budget="50-100",
        handed_in=45047.0,
        secret="保密",
        ways="联合攻关、委托开发",
        chains="农机；食品",
        urgent="√",
    )
    assert row.values == {
        "firm": "金乡（上海）公司",
        "credit": "91350100M000100Y43",
        "title": "焊接变形",
        "story": "第一行\n第二行",
        "budget": (Decimal(500_000), Decimal(1_000_000)),
        "handed_in": date(2023, 5, 1),
        "secret": "closed",
        "ways": ["joint", "dev"],
        "chains": ["农机", "食品"],
        "urgent": True,
    }
    assert not row.is_rejected
    assert not row.warnings
    assert set(row.notes["title"]) == {"tags", "traditional"}


def test_only_required_columns_reject_a_row():
    row = one(firm="", title=CellFault("cell_error"), phone="不详的号码", credit="123", secret="绝密", urgent="也许")
    assert {(e.key, e.code) for e in row.errors} == {("firm", "required"), ("title", "cell_error")}
    assert {(w.key, w.code) for w in row.warnings} == {
        ("phone", "phone_format"),
        ("credit", "credit_length"),
        ("secret", "choice_unknown"),
        ("urgent", "bool_format"),
    }
    assert row.unread == {"phone": "不详的号码", "credit": "123", "secret": "绝密", "urgent": "也许"}
    assert row.is_rejected


def test_missing_required_column_rejects_every_row():
    row = one(firm="甲厂")
    assert [(e.key, e.code) for e in row.errors] == [("title", "required")]


def test_long_and_doubtful_cells_are_kept_with_a_warning():
    row = one(firm="甲厂", title="一二三四五六七八九十多出来", story="字" * 21, handed_in="2023年5月", remark=1.2e18)
    assert row.values["title"] == "一二三四五六七八九十"
    assert row.unread["title"] == "一二三四五六七八九十多出来"
    assert row.values["story"] == "字" * 21
    assert {w.code for w in row.warnings} == {"too_long", "long_advised", "date_missing_day", "digits_lost"}
    assert not row.is_rejected


def test_first_of_several_phones_is_taken_and_the_cell_kept():
    row = one(firm="甲厂", title="焊接", phone="13812345678/0537-8721234")
    assert row.values["phone"] == "13812345678"
    assert row.unread["phone"] == "13812345678/0537-8721234"
    assert [w.code for w in row.warnings] == ["phone_several"]


def test_remarks_name_everything_left_out():
    workbook = read_workbook(made.office_sheet(), "台账.xls")
    workbook.hidden_sheets = ("旧表",)
    table = find_table(workbook, NEEDS)
    remarks = {remark.code: str(remark) for remark in remarks_on(workbook, table, NEEDS)}
    assert set(remarks) == {"hidden", "sum", "seal", "header", "hidden_sheets", "renamed"}
    assert "第 6 行" in remarks["hidden"]
    workbook = book(["企业名称", "需求名称", "电压", "企业全称", "联系电话号"], ["甲", "乙", "丙"])
    remarks = {remark.code: str(remark) for remark in remarks_on(workbook, find_table(workbook, NEEDS), NEEDS)}
    assert set(remarks) == {"unmatched", "duplicate_columns"} | ({"unsure"} if "unsure" in remarks else set())
    assert "电压" in remarks["unmatched"]


def test_cells_of_unknown_columns_are_kept_beside_the_row():
    mapping = match_headers(["企业名称", "需求名称", "电压等级", "企业全称"], NEEDS)
    row = read_row(RawRow(2, ("甲厂", "焊接", "380V", "甲机械厂")), mapping, NEEDS, place=Sheet("表").place)
    assert row.extra == {"电压等级": "380V", "企业全称": "甲机械厂"}


def test_column_check_refines_a_value():
    register = Register("x", "x", (Column("code", "代码", check=check_credit_code),))
    row = read_row(RawRow(1, ("123",)), match_headers(["代码"], register), register, place=Sheet("表").place)
    assert [w.code for w in row.warnings] == ["credit_length"]


def test_cell_error_names_place_reason_and_remedy():
    (error,) = one(firm="甲厂", title="").errors
    assert str(error) == "表!B5（需求名称）：必填项为空。请补填后重新导入。"
    assert error.as_dict()["code"] == "required"


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes()),
        min_size=len(NEEDS.columns),
        max_size=len(NEEDS.columns),
    )
)
def test_any_row_is_read_or_rejected_with_a_place(cells):
    row = one(**dict(zip([c.key for c in NEEDS.columns], cells, strict=True)))
    assert set(row.values) == {c.key for c in NEEDS.columns}
    assert all(str(problem).startswith("表!") for problem in row.errors + row.warnings)


# -- files handed back


def test_template_can_be_filled_in_and_imported():
    stream = io.BytesIO()
    write_template(stream, NEEDS)
    template = openpyxl.load_workbook(stream)
    sheet = template.worksheets[0]
    assert template["选项"].sheet_state == "hidden" if "选项" in template.sheetnames else True
    assert sheet.data_validations.dataValidation
    sheet.append([1, "甲厂", None, "13812345678", "焊接", None, 50])
    filled = io.BytesIO()
    template.save(filled)
    table = find_table(read_workbook(filled.getvalue(), "a.xlsx"), NEEDS)
    assert table.mapping.missing_required == ()
    assert [s.reason for s in table.skipped] == ["example"]
    (row,) = read_rows(table, NEEDS)
    assert row.values["firm"] == "甲厂"
    assert row.values["budget"] == (Decimal(500_000), Decimal(500_000))


def test_error_workbook_keeps_the_layout_and_comes_back_clean():
    table = find_table(read_workbook(made.office_sheet(), "台账.xlsx"), NEEDS)
    stream = io.BytesIO()
    assert write_errors(stream, table, read_rows(table, NEEDS)) == 1
    sheet = openpyxl.load_workbook(stream).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "某某县企业技术需求台账"
    assert rows[2] == ["序号", "企业全称", "联系手机", "需求名称*", "拟投入（万元）", "提交日期", "备注", ERROR_HEADER]
    assert rows[3][1:6] == ["某某机械厂", "1.38E+10", None, "面议", "5/1/2026"]
    assert "名单!D7" in rows[3][7]
    sheet["D4"] = "表面处理"
    corrected = io.BytesIO()
    sheet.parent.save(corrected)
    again = find_table(read_workbook(corrected.getvalue(), "b.xlsx"), NEEDS)
    (row,) = read_rows(again, NEEDS)
    assert not row.is_rejected
    assert not row.extra


def test_error_workbook_holds_no_formula():
    table = find_table(book(["企业名称", "需求名称", "备注"], [None, "=1+1", '=HYPERLINK("x")\x00\ud800\uffff']), NEEDS)
    stream = io.BytesIO()
    assert write_errors(stream, table, read_rows(table, NEEDS)) == 1
    cells = [cell for row in openpyxl.load_workbook(stream).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert cells[5 + 1].value == '=HYPERLINK("x")'
