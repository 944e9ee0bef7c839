import time
from datetime import date

import openpyxl
import pytest
from django.db import transaction
from model_bakery import baker

from core.actor import Actor
from core.enums import RowStatus
from core.errors import NotPermitted
from core.intake.columns import Register
from core.intake.mapping import match_headers
from core.intake.parser import read_workbook
from core.intake.rows import read_row, read_rows
from core.intake.table import RawRow, find_table
from core.models import AuditEvent, OutboxMessage
from experts import exporters, texts
from experts.importers import REGISTER, ExpertsImporter
from experts.models import Expert, Institution, Team

HOMETOWN = [
    "序号",
    "姓名",
    "性别",
    "出生年月",
    "籍贯（县/镇）",
    "与本地关系",
    "现工作单位",
    "职务",
    "职称",
    "专业领域",
    "匹配产业",
    "联系电话",
]
DEPUTIES = ["批次", "团员姓名", "派出单位", "挂职职务", "任期", "专业特长", "手机号码", "备注"]
ADVISORS = ["顾问姓名", "工作单位", "研究方向", "代表性成果", "聘书编号", "聘任名称", "聘期", "是否授权"]


def clean(headers, *rows):
    mapping = match_headers(headers, REGISTER)
    return [
        read_row(RawRow(number, tuple(row)), mapping, REGISTER, place=lambda r, c: f"R{r + 1}C{c + 1}")
        for number, row in enumerate(rows, start=4)
    ]


@pytest.fixture
def importer(county, staff):
    county.name, county.full_name = "金乡县", "山东省济宁市金乡县"
    county.save()
    baker.make_recipe("tests.town", parent=county, name="胡集镇", full_name="山东省济宁市金乡县胡集镇", is_current=True)
    baker.make_recipe("tests.chain", county=county, name="高端化工")

    def fresh(**options):
        made = ExpertsImporter()
        made.prepare(county, options, actor=Actor(user=staff, channel="import"))
        return made

    return fresh


def load(importer, rows):
    with transaction.atomic():
        outcomes = importer.apply(rows)
        importer.finish()
    return outcomes


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_hometown_layout(importer):
    row = [
        1,
        "張 硯秋",
        "男",
        "1975.03",
        "金乡县胡集镇张楼村",
        "出生",
        "華東理工大學",
        "课题组长",
        "教授",
        "催化氧化、废气治理",
        "高端化工产业链",
        13800138000.0,
    ]
    (outcome,) = load(importer(), clean(HOMETOWN, row))
    assert (outcome.status, outcome.messages) == (RowStatus.CREATED, [])
    expert = Expert.objects.get(code=outcome.object_code)
    assert (expert.name, expert.name_initials, expert.gender, expert.born_on) == ("张砚秋", "zyq", "male", "1975-03")
    assert (expert.institution.name, expert.title, expert.phone) == ("华东理工大学", "教授", "13800138000")
    assert expert.research_fields == ["催化氧化", "废气治理"]
    assert [chain.name for chain in expert.chains.all()] == ["高端化工"]
    tie = expert.ties.get()
    assert (tie.kind, tie.region.name, tie.place) == ("birth", "胡集镇", "金乡县胡集镇张楼村")
    assert (expert.is_hometown, expert.source) == (True, "import")
    assert "硫" not in expert.search_text


def test_deputies_layout(importer):
    row = ["第六批", "孟宪舟", "中国矿业大学", "胡集镇科技副镇长", "2022年9月至2023年8月", "工业废气治理", "", "已返回"]
    (outcome,) = load(importer(), clean(DEPUTIES, row))
    expert = Expert.objects.get(code=outcome.object_code)
    posting = expert.postings.get()
    assert (expert.is_deputy, expert.is_hometown, expert.institution.name) == (True, False, "中国矿业大学")
    assert (posting.team.name, posting.region.name) == ("第六批", "胡集镇")
    assert (posting.started_on, posting.ended_on) == (date(2022, 9, 1), date(2023, 8, 31))
    assert exporters.identity_words(expert) == ["历任团员"]


def test_advisors_layout(importer):
    row = [
        "谷梁一诺",
        "大连理工大学，电气工程学院，副教授",
        "变压器设计",
        "1.磁浮焊机；2.储能变流器：效率98%",
        "金才聘字〔2023〕5号",
        "高质量发展顾问",
        "2023年4月至2026年4月",
        "是",
    ]
    (outcome,) = load(importer(), clean(ADVISORS, row))
    expert = Expert.objects.get(code=outcome.object_code)
    assert (expert.institution.name, expert.department, expert.title) == ("大连理工大学", "电气工程学院", "副教授")
    assert (expert.is_advisor, expert.consent) == (True, "granted")
    appointment = expert.appointments.get()
    assert (appointment.number, appointment.ended_on) == ("金才聘字〔2023〕5号", date(2026, 4, 30))
    assert [row.title for row in expert.achievements.all()] == ["磁浮焊机", "储能变流器"]
    assert expert.achievements.last().summary == "效率98%"
    assert expert.achievements.filter(is_featured=True).count() == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("山东大学化学院", ("山东大学化学院", "", "", "")),
        ("南京信息工程大学，大气科学学院，副教授", ("南京信息工程大学", "大气科学学院", "副教授", "")),
        ("工程管理学部，石油化工专家，中国石油化工总公司", ("中国石油化工总公司", "工程管理学部", "", "石油化工专家")),
        ("浙江大学 / 航空航天学院 / 院长", ("浙江大学", "航空航天学院", "", "院长")),
        ("教授，常州工学院", ("常州工学院", "", "教授", "")),
        ("", ("", "", "", "")),
    ],
)
def test_a_headline_is_split_by_what_its_parts_are(text, parts):
    head = texts.split_headline(text)
    assert (head.institution, head.department, head.title, head.position) == parts


def test_a_headline_stays_whole_beside_a_title_column(importer):
    rows = clean(["姓名", "工作单位", "职称"], ["王一", "南京大学，化学学院，教授", ""])
    load(importer(), rows)
    assert Expert.objects.get().institution.name == "南京大学，化学学院，教授"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2022年9月至2023年8月", (date(2022, 9, 1), date(2023, 8, 31), True)),
        ("2022.09-2023.08", (date(2022, 9, 1), date(2023, 8, 31), True)),
        ("2022-09-01—至今", (date(2022, 9, 1), None, True)),
        ("2022年9月至今", (date(2022, 9, 1), None, True)),
        ("2023", (date(2023, 1, 1), None, True)),
        ("近两年", (None, None, False)),
    ],
)
def test_terms(text, span):
    assert texts.split_term(text) == span


def test_only_the_name_is_required(importer):
    outcomes = load(importer(), clean(HOMETOWN, [1, "王一"], [2, "", "男"], [3, "李二", "男", "胡写"]))
    assert statuses(outcomes) == [RowStatus.CREATED, RowStatus.REJECTED, RowStatus.CREATED]
    assert Expert.objects.count() == 2


def test_the_same_file_twice_adds_nothing(importer):
    row = [
        1,
        "张砚秋",
        "男",
        "1975.03",
        "金乡县胡集镇",
        "出生",
        "华东理工大学",
        "",
        "教授",
        "催化",
        "高端化工",
        "13800138000",
    ]
    load(importer(), clean(HOMETOWN, row))
    before = AuditEvent.objects.count()
    assert statuses(load(importer(), clean(HOMETOWN, row))) == [RowStatus.UNCHANGED]
    assert (Expert.objects.count(), AuditEvent.objects.count()) == (1, before)


def test_an_update_fills_and_adds_but_never_empties(importer, county):
    known = baker.make_recipe(
        "tests.expert", county=county, name="张砚秋", title="副教授", city="上海市", research_fields=["催化"],
        institution=Institution.objects.create(name="华东理工大学"),
    )  # fmt: skip
    row = [1, "张砚秋", "", "", "", "", "华东理工大学", "", "教授", "废气治理", "", ""]
    (outcome,) = load(importer(), clean(HOMETOWN, row))
    known.refresh_from_db()
    assert (outcome.status, outcome.object_id) == (RowStatus.UPDATED, known.pk)
    assert (known.title, known.city, known.research_fields) == ("教授", "上海市", ["催化", "废气治理"])
    assert outcome.before["fields"] == {"title": "副教授", "research_fields": ["催化"]}


def test_doubt_is_asked_and_difference_makes_another_row(importer, county):
    institution = Institution.objects.create(name="华东理工大学")
    known = baker.make_recipe("tests.expert", county=county, name="王伟", institution=institution)
    rows = clean(["姓名", "工作单位", "职称"], ["王伟", "", "教授"], ["王伟", "青岛科技大学", "教授"])
    doubt, other = load(importer(), rows)
    assert (doubt.status, doubt.candidates) == (RowStatus.DUPLICATE, [known.code])
    assert (other.status, other.messages[0]["key"]) == (RowStatus.CREATED, "name")
    assert Expert.objects.filter(name="王伟").count() == 2


def test_a_decision_settles_the_doubt(importer, county):
    known = baker.make_recipe("tests.expert", county=county, name="王伟")
    rows = clean(["姓名", "职称"], ["王伟", "教授"])
    assert statuses(importer(decisions={"4": known.code}).preview(rows)) == [RowStatus.UPDATED]
    assert statuses(importer(decisions={"4": "new"}).preview(rows)) == [RowStatus.CREATED]
    assert statuses(importer(decisions={"4": "ZJ-OTHER"}).preview(rows)) == [RowStatus.REJECTED]


def test_a_second_line_about_one_person_updates_the_first(importer):
    rows = clean(
        ["姓名", "工作单位", "职称", "研究方向"], ["王伟", "某大学", "教授", "催化"], ["王伟", "某大学", "", "过滤"]
    )
    assert statuses(importer().preview(rows)) == [RowStatus.CREATED, RowStatus.UPDATED]
    assert statuses(load(importer(), rows)) == [RowStatus.CREATED, RowStatus.UPDATED]
    assert Expert.objects.get().research_fields == ["催化", "过滤"]


def test_a_row_of_another_county_is_never_touched(importer, other_county):
    foreign = baker.make_recipe("tests.expert", county=other_county, name="王伟")
    rows = clean(["编号", "姓名", "职称"], [foreign.code, "王伟", "教授"])
    (outcome,) = load(importer(), rows)
    foreign.refresh_from_db()
    assert (outcome.status, foreign.title) == (RowStatus.CREATED, "")
    assert outcome.messages[0]["key"] == "code"


def test_import_is_for_the_office_of_the_county(county, other_staff, leader):
    for user in (other_staff, leader):
        with pytest.raises(NotPermitted):
            ExpertsImporter().prepare(county, {}, actor=Actor(user=user))


def test_unknown_chains_places_and_terms_are_warnings(importer):
    headers = ["姓名", "籍贯", "产业链", "任期", "学科"]
    (outcome,) = load(importer(), clean(headers, ["王伟", "某处", "航天", "近两年", "炼金术"]))
    assert outcome.status == RowStatus.CREATED
    assert {message["key"] for message in outcome.messages} == {"native", "chains", "term", "disciplines"}
    assert Expert.objects.get().ties.get().place == "某处"


def test_a_batch_announces_once_and_audits_each_row(importer):
    load(importer(), clean(["姓名"], ["王一"], ["王二"], ["王三"]))
    message = OutboxMessage.objects.get(topic="expert.changed")
    assert len(message.payload["expert_ids"]) == 3
    assert AuditEvent.objects.filter(verb="import", channel="import").count() == 3


class Kept:
    """What the batch keeps of a row."""

    def __init__(self, number, outcome):
        self.number, self.status, self.before = number, outcome.status, outcome.before
        self.object_id, self.object_code = outcome.object_id, outcome.object_code


def test_undo_takes_back_what_nobody_touched(importer, county):
    known = baker.make_recipe("tests.expert", county=county, name="王伟", title="讲师", phone="13800138000")
    touched = baker.make_recipe("tests.expert", county=county, name="赵四", phone="13800138001")
    headers = ["姓名", "联系电话", "职称", "籍贯", "代表成果", "批次"]
    rows = clean(
        headers,
        ["王伟", "13800138000", "教授", "胡集镇", "成果甲", "第一批"],
        ["赵四", "13800138001", "教授", "", "", ""],
        ["孙五", "", "", "", "", ""],
    )
    kept = [Kept(number, outcome) for number, outcome in enumerate(load(importer(), rows))]
    touched.refresh_from_db()
    touched.version += 1
    touched.save()
    with transaction.atomic():
        outcomes = importer().undo(kept)
    assert [bool(outcome.messages) for outcome in outcomes] == [False, True, False]
    known.refresh_from_db()
    assert (known.title, known.ties.count(), known.achievements.count(), known.postings.count()) == ("讲师", 0, 0, 0)
    assert known.is_deputy is False
    assert not Expert.objects.filter(name="孙五").exists()
    touched.refresh_from_db()
    assert touched.title == "教授"
    assert Team.objects.filter(name="第一批").exists()


def test_undo_keeps_a_person_who_has_orders(importer, county):
    (outcome,) = load(importer(), clean(["姓名"], ["孙五"]))
    Expert.objects.filter(pk=outcome.object_id).update(load=1)
    (undone,) = importer().undo([Kept(4, outcome)])
    assert undone.messages
    assert Expert.objects.filter(pk=outcome.object_id).exists()


def test_a_workbook_as_the_office_files_it(importer, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.merge_cells("A1:L1")
    sheet["A1"] = "金乡县老乡专家登记表"
    sheet["A2"] = "填报单位：县委人才办　　填报日期：2026年11月"
    for column, header in enumerate(HOMETOWN, start=1):
        sheet.cell(3, column, header)
    sheet.append(
        [1, "张砚秋", "男", "1975-03", "胡集镇", "出生", "华东理工大学", "", "教授", "催化", "高端化工", "13800138000"]
    )
    sheet.append([2, "东方晓", "男", 197803, "鸡黍镇", "籍贯", "南京工业大学", "", "教授", "废水", "", "1.38E+10"])
    sheet.append(["合计", 2])
    sheet.append(["填报人：李明", "", "审核人："])
    path = tmp_path / "专家.xlsx"
    book.save(path)
    workbook = read_workbook(path, "专家.xlsx")
    table = find_table(workbook, REGISTER)
    rows = list(read_rows(table, REGISTER))
    assert statuses(load(importer(), rows)) == [RowStatus.CREATED, RowStatus.CREATED]
    assert {warning.code for row in rows for warning in row.warnings} == {"phone_digits_lost"}


def test_the_ledger_is_read_back_unchanged(importer, county, staff):
    row = [
        1,
        "张砚秋",
        "男",
        "1975-03",
        "金乡县胡集镇",
        "出生",
        "华东理工大学",
        "组长",
        "教授",
        "催化、过滤",
        "高端化工",
        "13800138000",
    ]
    load(importer(), clean(HOMETOWN, row))
    ledger = exporters.ExpertsLedger
    rows = list(ledger.rows(ledger.queryset(staff, {}), staff))
    assert rows[0]["phone"] == "138****8000"
    labels = [str(column.label) for column in exporters.COLUMNS[1:]]
    cells = [rows[0].get(column.key, "") for column in exporters.COLUMNS[1:]]
    cells = ["、".join(cell) if isinstance(cell, list) else cell for cell in cells]
    again = clean(labels, cells)
    assert statuses(load(importer(), again)) == [RowStatus.UNCHANGED]


def test_every_column_of_the_register_reads_its_own_label():
    assert isinstance(REGISTER, Register)
    mapping = match_headers([str(column.label) for column in REGISTER.columns], REGISTER)
    assert [match.key for match in mapping.matches] == [column.key for column in REGISTER.columns]


@pytest.mark.slow
def test_a_large_register_arrives_quickly(importer, county):
    rows = clean(
        ["姓名", "工作单位", "研究方向", "个人简介"],
        *(
            [
                f"专家{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{chr(0x4E00 + n)}",
                f"某大学{n % 40}",
                "催化、过滤",
                "长期从事研究。" * 20,
            ]
            for n in range(600)
        ),
    )
    started = time.monotonic()
    assert set(statuses(load(importer(), rows))) == {RowStatus.CREATED}
    assert time.monotonic() - started < 12  # 3,000 in a minute
    assert Expert.objects.filter(county=county).count() == 600


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A1", "<script>alert(1)</script>王", "\ud800王明", "a\u202eb王", "é" * 300]
)
def test_hostile_cells_never_break_the_batch(importer, text):
    headers = ["姓名", "工作单位", "职称", "研究方向", "个人简介", "籍贯", "任期", "代表成果", "备注"]
    outcomes = load(importer(), clean(headers, ["王伟", *[text] * 8], [text, "", "", "", "", "", "", "", ""]))
    assert outcomes[0].status == RowStatus.CREATED
    assert Expert.objects.filter(name="王伟").count() == 1
