"""Both registers in the layouts of offices: what a row means, what it writes, what an undo takes back."""

from io import BytesIO

import pytest
from model_bakery import baker

from core.actor import Actor
from core.enums import Channel, RowStatus
from core.errors import NotPermitted
from core.intake.mapping import match_headers
from core.intake.rows import read_row
from core.intake.table import RawRow
from core.intake.workbook import write_template
from core.models import ImportRow, OutboxMessage
from enterprises.importers import ENTERPRISES, NEEDS, EnterprisesImporter, NeedsImporter
from enterprises.importing_firms import read_size
from enterprises.importing_needs import read_targets, without_firm
from enterprises.models import Enterprise, Need
from tests import make

CREDIT = "91370828778346811K"


def rows_of(register, headers, *lines):
    """Cleaned rows as ``core.intake`` gives them."""
    mapping = match_headers(headers, register)
    place = "Sheet1!R{}C{}".format
    return [
        read_row(RawRow(number, line), mapping, register, place=place) for number, line in enumerate(lines, start=2)
    ]


def importer(kind, county, user, **options):
    batch = kind()
    batch.prepare(county, options, actor=Actor(user=user, channel=Channel.IMPORT))
    return batch


def kept(outcomes, rows):
    """Import rows as the batch stores them."""
    return [
        ImportRow(
            number=row.number, status=outcome.status, object_id=outcome.object_id, object_code=outcome.object_code,
            before=outcome.before,
        )
        for outcome, row in zip(outcomes, rows, strict=True)
    ]  # fmt: skip


OFFICE_FIRM_HEADERS = (
    "序号", "编号", "企业名称", "统一社会信用代码", "所属县区/园区/镇街", "产业链", "国民经济行业",
    "规模（规上/规下，专精特新，高企）", "主营产品", "成立日期", "联系人", "职务", "联系电话(掩码)", "帮办专员",
    "需求数",
    "在办订单", "最近走访", "状态", "备注",
)  # fmt: skip


def firm_line(**cells):
    keys = ("no", "code", "name", "credit", "place", "chain", "industry", "size", "products", "founded", "contact",
            "post", "phone", "officer", "needs", "orders", "visited", "status", "remarks")  # fmt: skip
    return tuple(cells.get(key) for key in keys)


@pytest.fixture
def places(county):
    park = baker.make_recipe("tests.park", county=county, name="胡集化工新材料产业园")
    town = baker.make_recipe("tests.town", parent=county, name="胡集镇")
    chain = baker.make_recipe("tests.chain", county=county, name="高端化工")
    return park, town, chain


def test_firms_in_the_office_layout_arrive_whole(county, staff, places):
    park, town, chain = places
    baker.make("core.Industry", code="2913", name="橡胶零件制造", level="class")
    batch = importer(EnterprisesImporter, county, staff)
    rows = rows_of(
        ENTERPRISES,
        OFFICE_FIRM_HEADERS,
        firm_line(
            no=1, name="坤岳橡塑科技股份有限公司", credit=CREDIT.lower(), place="胡集化工新材料产业园/胡集镇",
            chain="高端化工产业链", industry="C2913", size="规上、专精特新、高企", products="密封条", founded=38961.0,
            contact="鹿明远", post="总工程师", phone=1.38e10 + 12345678, officer=staff.name, remarks="重点企业",
        ),
    )  # fmt: skip
    [outcome] = batch.apply(rows)
    batch.finish()
    assert outcome.status == RowStatus.CREATED
    assert outcome.messages == []
    firm = Enterprise.objects.get()
    assert (firm.code, firm.credit_code, firm.park, firm.town) == (outcome.object_code, CREDIT, park, town)
    assert (firm.size, firm.qualifications) == ("above", ["high_tech", "specialised"])
    assert (firm.industry.code, list(firm.chains.all()), firm.officer) == ("2913", [chain], staff)
    assert (firm.phone, firm.founded_on.isoformat()) == ("13812345678", "2006-09-01")
    assert (firm.verification, firm.source) == ("pending", "import")
    assert OutboxMessage.objects.filter(topic="enterprise.changed").count() == 1


def test_a_second_file_updates_by_credit_code_and_changes_nothing_twice(county, staff):
    rows = rows_of(ENTERPRISES, ("企业名称", "信用代码", "主营产品"), ("恒昌机械有限公司", CREDIT, "轴承"))
    importer(EnterprisesImporter, county, staff).apply(rows)
    again = importer(EnterprisesImporter, county, staff).apply(rows)
    assert [outcome.status for outcome in again] == [RowStatus.UNCHANGED]
    rows = rows_of(ENTERPRISES, ("企业名称", "信用代码", "主营产品"), ("恒昌机械有限公司", CREDIT, "轴承、齿轮"))
    [outcome] = importer(EnterprisesImporter, county, staff).apply(rows)
    assert outcome.status == RowStatus.UPDATED
    assert outcome.before["fields"] == {"main_products": "轴承"}
    assert Enterprise.objects.get().main_products == "轴承、齿轮"


def test_a_bad_credit_code_is_left_out_with_a_warning(county, staff):
    [row] = rows_of(ENTERPRISES, ("企业名称", "信用代码"), ("恒昌机械有限公司", "91370828778346811X"))
    assert [warning.code for warning in row.warnings] == ["credit_check"]
    [outcome] = importer(EnterprisesImporter, county, staff).apply([row])
    assert outcome.status == RowStatus.CREATED
    assert Enterprise.objects.get().credit_code == ""


def test_only_a_missing_name_rejects_a_firm(county, staff):
    rows = rows_of(
        ENTERPRISES, ("企业名称", "成立日期", "园区"), ("", "昨天", "火星园区"), ("某某有限公司", "昨天", "火星园区")
    )
    outcomes = importer(EnterprisesImporter, county, staff).apply(rows)
    assert [outcome.status for outcome in outcomes] == [RowStatus.REJECTED, RowStatus.CREATED]
    assert [message["key"] for message in outcomes[1].messages] == ["park"]


def test_the_same_name_with_another_code_is_asked_about(county, staff):
    baker.make_recipe("tests.enterprise", county=county, name="恒昌机械有限公司", credit_code="913708287302113954")
    rows = rows_of(ENTERPRISES, ("企业名称", "信用代码"), ("恒昌机械有限公司", CREDIT))
    [outcome] = importer(EnterprisesImporter, county, staff).apply(rows)
    assert outcome.status == RowStatus.DUPLICATE
    assert len(outcome.candidates) == 1
    [outcome] = importer(EnterprisesImporter, county, staff, decisions={"2": "new"}).apply(rows)
    assert outcome.status == RowStatus.CREATED


def test_a_preview_gives_the_same_verdicts_and_writes_nothing(county, staff):
    rows = rows_of(ENTERPRISES, ("企业名称",), ("甲乙丙有限公司",), ("甲乙丙有限公司",), ("",))
    verdicts = [outcome.status for outcome in importer(EnterprisesImporter, county, staff).preview(rows)]
    assert Enterprise.objects.count() == 0
    done = [outcome.status for outcome in importer(EnterprisesImporter, county, staff).apply(rows)]
    assert verdicts == done == [RowStatus.CREATED, RowStatus.UNCHANGED, RowStatus.REJECTED]


def test_firms_of_another_county_are_neither_found_nor_touched(county, other_county, staff):
    foreign = baker.make_recipe("tests.enterprise", county=other_county, name="恒昌机械有限公司", credit_code=CREDIT)
    rows = rows_of(ENTERPRISES, ("企业名称", "信用代码"), ("恒昌机械有限公司", CREDIT))
    [outcome] = importer(EnterprisesImporter, county, staff).apply(rows)
    assert outcome.status == RowStatus.CREATED
    assert outcome.candidates == []
    assert set(Enterprise.objects.values_list("county", flat=True)) == {county.pk, foreign.county_id}


@pytest.mark.parametrize("kind", [EnterprisesImporter, NeedsImporter])
def test_only_the_office_imports(county, other_staff, leader, kind):
    for user in (other_staff, leader, make.member_of(baker.make_recipe("tests.enterprise", county=county))):
        with pytest.raises(NotPermitted):
            importer(kind, county, user)


def test_undo_takes_firms_back_but_not_what_was_touched_since(county, staff):
    headers = ("企业名称", "主营产品")
    old = baker.make_recipe("tests.enterprise", county=county, name="老企业有限公司", main_products="旧")
    rows = rows_of(ENTERPRISES, headers, ("老企业有限公司", "新"), ("甲企业有限公司", ""), ("乙企业有限公司", ""))
    outcomes = importer(EnterprisesImporter, county, staff).apply(rows)
    Enterprise.objects.filter(name="乙企业有限公司").update(phone="13800000000")
    undone = importer(EnterprisesImporter, county, staff).undo(kept(outcomes, rows))
    assert [outcome.status for outcome in undone] == [RowStatus.UPDATED, RowStatus.CREATED, RowStatus.UNCHANGED]
    old.refresh_from_db()
    assert old.main_products == "旧"
    assert set(Enterprise.objects.values_list("name", flat=True)) == {"老企业有限公司", "乙企业有限公司"}


def test_three_thousand_firms_take_few_seconds(county, staff, django_assert_max_num_queries):
    lines = [(f"第{number}机械制造有限公司", f"{number}号产品") for number in range(3000)]
    rows = rows_of(ENTERPRISES, ("企业名称", "主营产品"), *lines)
    batch = importer(EnterprisesImporter, county, staff)
    with django_assert_max_num_queries(3000 + 200):  # one audit row each; everything else by the chunk
        batch.apply(rows)
    assert Enterprise.objects.count() == 3000


# -- needs

NEED_HEADERS = (
    "序号", "需求编号", "企业名称", "统一社会信用代码(掩码)", "所属园区/镇街", "产业链", "需求类型", "需求名称",
    "问题描述", "现有基础", "预期指标", "拟投入(万元)", "悬赏(万元)", "紧急程度", "期望完成时间", "合作方式", "联系人",
    "电话(按权限)", "来源(企业/走访/大会/代填)", "提交日期", "审核人", "状态", "帮办专员", "推荐专家", "接单专家",
    "派出单位", "进展", "下步措施", "办结日期", "满意度", "备注",
)  # fmt: skip


def need_line(**cells):
    keys = (
        "no",
        "code",
        "firm",
        "credit",
        "place",
        "chain",
        "types",
        "title",
        "situation",
        "tried",
        "targets",
        "budget",
        "bounty",
        "urgency",
        "deadline",
        "cooperation",
        "contact",
        "phone",
        "source",
        "submitted",
    )
    return tuple(cells.get(key) for key in keys) + (None,) * 11


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, name="坤岳橡塑科技股份有限公司", credit_code=CREDIT)


def test_needs_in_the_office_layout_arrive_whole(county, staff, firm, places):
    batch = importer(NeedsImporter, county, staff)
    rows = rows_of(
        NEEDS,
        NEED_HEADERS,
        need_line(
            no=1, firm="坤岳橡塑科技股份有限公司", chain="高端化工", types="技术攻关、咨询诊断",
            title="硫化烟气异味治理",
            situation="硫化開模時烟氣刺鼻。", targets="1.厂界臭气浓度由28降到20以下；2.非甲烷总烃：30以下",
            budget="80-200", bounty=5.0, urgency="紧急", deadline="2027-06-30", cooperation="委托开发",
            source="走访", submitted="2026-05-06",
        ),
    )  # fmt: skip
    [outcome] = batch.apply(rows)
    batch.finish()
    assert (outcome.status, outcome.messages) == (RowStatus.CREATED, [])
    need = Need.objects.get()
    assert (need.enterprise, need.status, need.source, need.chain) == (firm, "submitted", "visit", places[2])
    assert (need.types, need.cooperation, need.urgency) == (["technical", "consulting"], ["development"], "urgent")
    assert need.situation == "硫化开模时烟气刺鼻。"
    assert (need.budget_min, need.budget_max, need.bounty) == (800_000, 2_000_000, 50_000)
    assert (need.submitted_at.date().isoformat(), need.deadline.isoformat()) == ("2026-05-06", "2027-06-30")
    assert list(need.targets.values_list("name", "current", "target")) == [
        ("厂界臭气浓度", "28", "20以下"),
        ("非甲烷总烃", "", "30以下"),
    ]
    assert OutboxMessage.objects.get(topic="need.imported").payload == {
        "county_id": county.pk,
        "need_ids": [need.pk],
    }
    assert not OutboxMessage.objects.filter(topic__in=("need.published", "need.submitted")).exists()


def test_needs_arrive_published_with_a_blind_title_that_hides_the_firm(county, staff, firm):
    rows = rows_of(NEEDS, ("企业名称", "需求名称", "问题描述"), (firm.name, "坤岳橡塑科技烟气治理", "烟气刺鼻"))
    [outcome] = importer(NeedsImporter, county, staff, status="published").apply(rows)
    need = Need.objects.get()
    assert (outcome.status, need.status) == (RowStatus.CREATED, "published")
    assert need.published_at is not None
    assert need.blind_title == "某企业烟气治理"
    assert "坤岳" not in need.summary + need.public_search_text


def test_an_open_need_whose_text_names_the_firm_waits_for_review(county, staff, firm):
    rows = rows_of(
        NEEDS,
        ("企业名称", "需求名称", "问题描述", "保密级别"),
        (firm.name, "烟气治理", "坤岳橡塑科技的烟气刺鼻", "公开"),
    )
    [outcome] = importer(NeedsImporter, county, staff, status="published").apply(rows)
    assert [message["level"] for message in outcome.messages] == ["warning"]
    assert Need.objects.get().status == "submitted"


def test_a_need_of_an_unknown_firm_is_rejected_or_brings_the_firm(county, staff):
    rows = rows_of(
        NEEDS,
        ("企业名称", "需求名称", "联系人"),
        ("新办企业有限公司", "甲", "王工"),
        ("新办企业有限公司", "乙", "王工"),
    )
    outcomes = importer(NeedsImporter, county, staff).apply(rows)
    assert [outcome.status for outcome in outcomes] == [RowStatus.REJECTED] * 2
    assert Need.objects.count() == Enterprise.objects.count() == 0
    outcomes = importer(NeedsImporter, county, staff, create_missing_firms=True).apply(rows)
    assert [outcome.status for outcome in outcomes] == [RowStatus.CREATED] * 2
    assert Enterprise.objects.get().contact_name == "王工"
    assert Need.objects.values("enterprise").distinct().count() == 1


def test_the_credit_code_decides_whose_need_it_is(county, staff, firm):
    rows = rows_of(NEEDS, ("企业名称", "信用代码", "需求名称"), ("坤岳橡塑", CREDIT, "烟气治理"))
    [outcome] = importer(NeedsImporter, county, staff).apply(rows)
    assert outcome.status == RowStatus.CREATED
    assert Need.objects.get().enterprise == firm


def test_a_name_over_forty_characters_is_cut_and_kept_whole_in_the_text(county, staff, firm):
    title = "烧结金刚石圆锯片用模具新材料的研发及产业化关键技术研究与可重复使用的复杂形状模具加工工艺"
    [row] = rows_of(NEEDS, ("企业名称", "需求名称", "问题描述"), (firm.name, title, "模具易变形"))
    importer(NeedsImporter, county, staff).apply([row])
    need = Need.objects.get()
    assert (need.title, need.situation) == (title[:40], f"{title}\n模具易变形")
    assert [warning.code for warning in row.warnings] == ["too_long"]


def test_importing_a_ledger_again_updates_and_undo_restores(county, staff, firm):
    headers = ("企业名称", "需求名称", "问题描述", "预期指标")
    rows = rows_of(NEEDS, headers, (firm.name, "烟气治理", "旧描述", "臭气浓度：20以下"))
    importer(NeedsImporter, county, staff).apply(rows)
    assert [o.status for o in importer(NeedsImporter, county, staff).apply(rows)] == [RowStatus.UNCHANGED]
    rows = rows_of(NEEDS, headers, (firm.name, "烟气治理", "新描述", "臭气浓度：10以下"))
    outcomes = importer(NeedsImporter, county, staff).apply(rows)
    need = Need.objects.get()
    assert (outcomes[0].status, need.situation, need.version) == (RowStatus.UPDATED, "新描述", 2)
    undone = importer(NeedsImporter, county, staff).undo(kept(outcomes, rows))
    need.refresh_from_db()
    assert (undone[0].status, need.situation, need.targets.get().target) == (RowStatus.UPDATED, "旧描述", "20以下")


def test_undo_removes_imported_needs_and_the_firm_that_came_with_them(county, staff):
    rows = rows_of(NEEDS, ("企业名称", "需求名称"), ("新办企业有限公司", "甲"), ("新办企业有限公司", "乙"))
    outcomes = importer(NeedsImporter, county, staff, create_missing_firms=True).apply(rows)
    undone = importer(NeedsImporter, county, staff).undo(kept(outcomes, rows))
    assert [outcome.status for outcome in undone] == [RowStatus.CREATED] * 2
    assert Need.objects.count() == Enterprise.objects.count() == 0


def test_undo_leaves_a_need_that_was_reviewed_since(county, staff, firm):
    rows = rows_of(NEEDS, ("企业名称", "需求名称"), (firm.name, "甲"))
    outcomes = importer(NeedsImporter, county, staff).apply(rows)
    Need.objects.update(status="returned")
    [undone] = importer(NeedsImporter, county, staff).undo(kept(outcomes, rows))
    assert (undone.status, Need.objects.count()) == (RowStatus.UNCHANGED, 1)


def test_settled_needs_are_left_alone(county, staff, firm):
    make.need(firm, title="烟气治理", situation="旧", status="closed")
    rows = rows_of(NEEDS, ("企业名称", "需求名称", "问题描述"), (firm.name, "烟气治理", "新"))
    [outcome] = importer(NeedsImporter, county, staff).apply(rows)
    assert (outcome.status, Need.objects.get().situation) == (RowStatus.UNCHANGED, "旧")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("厂界臭气浓度由 28 降到 20 以下", [("厂界臭气浓度", "28", "20 以下")]),
        ("合格率：99.5%以上；能耗≤0.3", [("合格率", "", "99.5%以上"), ("能耗", "", "≤0.3")]),
        ("提高产品质量", [("提高产品质量", "", "")]),
        ("", []),
    ],
)
def test_targets_are_read_from_one_cell(text, expected):
    rows, rest = read_targets(text)
    assert [(row["name"], row["current"], row["target"]) for row in rows] == expected
    assert rest == ""


def test_targets_too_long_for_rows_stay_text():
    assert read_targets("长" * 80) == ([], "长" * 80)


def test_sizes_and_qualifications_share_a_cell():
    assert read_size(["规上", "国家级专精特新小巨人", "高企", "百强"]) == (
        "above",
        ["little_giant", "high_tech"],
        ["百强"],
    )


def test_the_firm_is_taken_out_of_a_title():
    assert without_firm("恒昌机械轴承失效分析", "恒昌机械有限公司") == "某企业轴承失效分析"


def test_the_registers_make_templates():
    for register in (ENTERPRISES, NEEDS):
        buffer = BytesIO()
        write_template(buffer, register)
        assert buffer.getvalue().startswith(b"PK")
