"""The main job, end to end, in a real browser, as four people: an office imports its registers, a firm posts a need,
staff publish it and push an order to a ranked expert, the expert accepts on a phone, the firm confirms, and an
administrator exports the ledger.

``QIANXIAN_SHOTS=folder`` keeps a screenshot of each station.
"""

import io
import os
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from model_bakery import baker

from core.actor import Actor
from core.models import Region
from engagements.models import Order
from engagements.services import order_offer
from enterprises.models import Enterprise, Need
from enterprises.services import member_add
from experts.models import Expert
from experts.services import user_bind
from portal.invariants import violations
from tests import make

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver runs a loop in this thread
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PASSWORD = "Qx-e2e-2026-pass"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SLOW = 90_000  # the first scoring trains the vectors
AXE = Axe()

HEADER = ("姓名", "性别", "籍贯（县/镇）", "现工作单位", "职称", "专业领域", "个人简介", "联系电话")
DRYING = "长期研究大蒜等果蔬的热泵烘干与节能，主持大蒜切片烘干示范线改造。"
DEHYDRATION = "研究脱水蔬菜干燥工艺与品质控制，熟悉热风与热泵联合干燥。"
EXPERTS = [
    HEADER,
    ("陆青禾", "女", "金乡县", "江南大学", "教授", "果蔬干燥；热泵节能", DRYING, "13900001234"),
    ("石望川", "男", "金乡县", "山东大学", "教授", "岩土力学；隧道工程", "从事隧道围岩稳定研究。", "13900001235"),
    ("方见微", "女", "金乡县", "南京大学", "副教授", "古典文献", "研究明清地方志与家谱。", "13900001236"),
    ("尉迟明远", "男", "金乡县", "中国农业大学", "研究员", "农产品加工；干燥工艺", DEHYDRATION, "13900001237"),
]
CREDIT_CODE = "91370828MA3C4E5F18"
FIRMS = [
    ("企业名称", "统一社会信用代码", "所属县区", "主营产品", "联系人", "联系电话"),
    ("金乡县禾香脱水蔬菜有限公司", CREDIT_CODE, "金乡县", "脱水蒜片、蒜粉", "鹿明远", "13800005678"),
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "reduced_motion": "reduce", "accept_downloads": True}


@pytest.fixture
def county():
    province = baker.make("core.Region", code="370000", name="山东省", level="province", full_name="山东省")
    city = baker.make(
        "core.Region", code="370800", name="济宁市", level="prefecture", parent=province, full_name="山东省济宁市"
    )
    county = baker.make(
        "core.Region", code="370828", name="金乡县", level="county", parent=city, full_name="山东省济宁市金乡县"
    )
    baker.make("core.Chain", county=county, name="大蒜及食品加工")
    return county


def person(username, name, **scopes):
    user = baker.make_recipe("tests.user", username=username, name=name)
    user.set_password(PASSWORD)
    user.save()
    for role, region in scopes.items():
        baker.make_recipe("tests.scope", user=user, role=role, region=region)
    return user


def workbook(title, rows):
    """A register as an office keeps it: a title row above the header."""
    book = openpyxl.Workbook()
    book.active.append([title])
    book.active.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return {
        "name": f"{title}.xlsx",
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "buffer": buffer.getvalue(),
    }


class Person:
    """One of the four, with a browser context of their own."""

    def __init__(self, browser, base, username, size, **context):
        self.base = base
        self.page = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce", **context).new_page()
        self.page.set_default_timeout(20_000)
        self.complaints = []
        self.page.on(
            "console", lambda message: self.complaints.append(message.text) if message.type == "error" else None
        )
        self.goto("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(f"{base}/")

    def goto(self, path):
        self.page.goto(self.base + path)

    def press(self, name):
        """Press a button that leads on, and confirm when the page asks."""
        with self.page.expect_navigation(timeout=SLOW):
            self.page.get_by_role("button", name=name, exact=True).first.click()
            dialog = self.page.locator("dialog[open]")
            if dialog.count():
                dialog.get_by_role("button").last.click()
        self.page.wait_for_load_state("networkidle", timeout=SLOW)

    def station(self, name):
        """Every station is accessible, fits the screen, breaks no policy, and may be kept as a picture."""
        folder = os.environ.get("QIANXIAN_SHOTS")
        if folder:
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
        found = AXE.run(self.page).response["violations"]
        serious = [
            (rule["id"], [node["target"] for node in rule["nodes"]])
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
        assert (name, serious) == (name, [])
        assert (name, self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (name, True)
        assert (name, self.complaints) == (name, [])


def import_register(staff, kind, title, rows):
    staff.goto("/imports/new/")
    staff.page.locator("[name=kind]").first.wait_for()
    if staff.page.locator("select[name=kind]").count():
        staff.page.select_option("select[name=kind]", kind)
    else:
        staff.page.locator(f"[name=kind][value={kind}]").check(force=True)
    staff.page.set_input_files("[name=file]", workbook(title, rows))
    staff.press("上传并核对")
    staff.page.get_by_text("导入后会怎样").wait_for(timeout=SLOW)
    staff.station(f"import-{kind}-preview")
    staff.press(f"导入 {len(rows) - 1} 行")
    staff.page.get_by_role("button", name="撤销本次导入").wait_for(timeout=SLOW)
    staff.station(f"import-{kind}-result")


def test_one_need_from_register_to_ledger(live_server, browser, county, settings, tmp_path):
    settings.SITE_URL = live_server.url
    settings.MEDIA_ROOT = tmp_path  # files of this walk alone: the invariants count them
    person("staff", "鲍晓棠", staff=county)
    person("admin", "邵长庚", admin=county)
    firm_user, expert_user = person("firm", "鹿明远"), person("expert", "陆青禾")

    # 1. the office imports its registers
    staff = Person(browser, live_server.url, "staff", WIDE)
    import_register(staff, "enterprises", "金乡县企业库", FIRMS)
    import_register(staff, "experts", "金乡县专家库", EXPERTS)
    assert Expert.objects.filter(county=county).count() == 4
    enterprise = Enterprise.objects.get(credit_code=CREDIT_CODE)
    best = Expert.objects.get(name="陆青禾")
    assert best.phone == "13900001234"
    system = Actor.system("测试")
    member_add(enterprise_id=enterprise.pk, user_id=firm_user.pk, actor=system)
    user_bind(expert_id=best.pk, user_id=expert_user.pk, actor=system)

    # 2. the firm posts its need
    firm = Person(browser, live_server.url, "firm", WIDE)
    firm.goto("/needs/new/")
    firm.page.fill("[name=title]", "大蒜切片烘干能耗高")
    firm.page.locator("main form.form button[type=submit]").first.click()
    firm.page.fill("[name=situation]", "大蒜切片热风烘干每吨耗电 420 千瓦时，色泽发黄，需要节能的干燥工艺改造。")
    firm.page.select_option("[name=chain]", label="大蒜及食品加工")
    firm.page.locator("[name=types][value=technical]").check(force=True)
    firm.page.fill("[name=blind_title]", "蒜片烘干节能改造")
    firm.page.fill("[name=summary]", "蒜片热风烘干能耗偏高、色泽不稳定，寻求节能干燥工艺。")
    firm.station("need-form")
    firm.press("提交审核")
    need = Need.objects.get()
    assert need.status == "submitted"

    # 3. staff publish; workers score; staff read why and push
    staff.goto(f"/needs/{need.code}/")
    staff.station("need-review")
    staff.press("发布需求")
    staff.goto(f"/needs/{need.code}/matches/")
    staff.page.get_by_text("陆青禾").first.wait_for(timeout=SLOW)
    staff.station("match-page")
    staff.page.locator(f"#pair-{best.code}").get_by_role("link", name="看依据").click()
    staff.page.locator(f"#why-{best.code}").get_by_text("得分由这几部分相加").wait_for()
    assert staff.page.locator(f"#why-{best.code} mark").count() > 0
    staff.station("match-evidence")
    staff.page.locator(f"#pair-{best.code} [name=experts]").check()
    staff.press("推送所选")
    staff.page.get_by_text("将收到邀请的专家").wait_for()
    staff.page.fill("[name=message]", "您在热泵烘干方面的成果与这项需求很对口，请您支持。")
    staff.station("push-confirm")
    staff.press("推送")
    order = Order.objects.get()
    assert (order.status, order.expert) == ("offered", best)

    # 4. the expert accepts on a phone, without having seen who asks
    expert = Person(browser, live_server.url, "expert", PHONE, is_mobile=True, has_touch=True)
    expert.goto(f"/orders/{order.code}/")
    assert enterprise.name not in expert.page.content()
    expert.station("order-on-phone")
    expert.press("接单")
    order.refresh_from_db()
    assert order.status == "accepted"

    # 5. the firm confirms; only now do both see each other
    firm.goto(f"/orders/{order.code}/")
    assert "陆青禾" not in firm.page.content()
    firm.press("确认对接")
    assert "13900001234" in firm.page.content()
    firm.station("order-confirmed")
    expert.goto(f"/orders/{order.code}/")
    assert enterprise.name in expert.page.content()

    # 6. the administrator exports the ledger
    admin = Person(browser, live_server.url, "admin", WIDE)
    admin.goto("/reports/new/?ledger=needs")
    admin.press("生成台账")
    admin.station("export")
    with admin.page.expect_download() as download:
        admin.page.get_by_role("button", name="下载 Excel 文件").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {"大蒜切片烘干能耗高", enterprise.name, "对接中"} <= cells
    assert violations() == []


HOMES = ["staff", "leader", "admin"]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_pages_of_the_office_are_accessible_full_and_empty(live_server, browser, county, size):
    """Every page that the navigation offers, with nothing in it and with rows."""
    user = person("all", "全能")
    for role in HOMES:
        baker.make_recipe("tests.scope", user=user, role=role, region=county)
    seen = Person(browser, live_server.url, "all", size)
    pages = ["/", "/needs/", "/experts/", "/enterprises/", "/matches/", "/orders/", "/reports/", "/imports/", "/inbox/"]
    for path in pages:
        seen.goto(path)
        seen.station(f"empty{path.replace('/', '-')}{size['width']}")
    firm = baker.make_recipe("tests.enterprise", county=county, name="金乡县" + "很长的名称" * 8 + "有限公司")
    long = make.need(firm, title="一" * 40, situation="很长的说明。" * 120)
    asked = baker.make_recipe("tests.expert", county=county, name="欧阳静怡")
    order = order_offer(need_id=long.pk, expert_id=asked.pk, actor=Actor(user=user))
    for path in [*pages, long.get_absolute_url(), firm.get_absolute_url(), order.get_absolute_url(),
                 order.expert.get_absolute_url(), f"/needs/{long.code}/matches/"]:  # fmt: skip
        seen.goto(path)
        seen.page.wait_for_load_state("networkidle")
        seen.station(f"full{path.replace('/', '-')}{size['width']}")
    assert Region.objects.filter(pk=county.pk).exists()
