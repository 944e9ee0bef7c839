"""Every page of the product on the demonstration county, as the people who see it: it answers, fits the screen and axe
finds nothing serious.

``QIANXIAN_SHOTS=folder`` keeps the pictures; those that README and handbook show are kept in docs/images, so
renew them by copying what has the same name.
"""

import io
import os
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils.timezone import localdate
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from core import outbox
from core.tasks import outbox_sweep
from engagements.handlers import answer_url
from engagements.models import Order
from enterprises.models import Enterprise, Need
from experts.models import Expert
from matching.models import Match, MatchResult, MatchRun
from portal.celery import app
from portal.demo.loader import Demo, explain_orders
from portal.invariants import violations

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver runs a loop in this thread
pytestmark = [pytest.mark.e2e, pytest.mark.django_db]
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
TALLEST = 1500
AXE = Axe()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {
        **browser_type_launch_args,
        "executable_path": "/usr/bin/chromium",
        "args": ["--no-sandbox", "--lang=zh-CN"],
    }


def fill():
    """The demonstration county as ``manage.py demo`` makes it: loaded, notices delivered, every need scored once."""
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    call_command("load_reference", "--if-empty", verbosity=0)
    Demo(lambda _line: None).load()
    while outbox.due():
        outbox_sweep()
    app.control.purge()  # what the sweep asked of workers is done here instead, for all needs at once
    MatchRun.objects.filter(status="queued", need__isnull=False).delete()
    app.conf.task_always_eager = eager
    call_command("match", "--all", "--local", verbosity=0)
    explain_orders()


def addresses():
    """The pages' addresses by name; needs and orders are found by what the demonstration tells about them."""
    matched = Need.objects.get(title="蒜薹长期贮藏后期损耗大")
    answered = Order.objects.get(need__title="蒜味太大车间没法待", status="accepted")
    offered = Order.objects.filter(expert__user__username="expert", status="offered").order_by("pk")
    by_mail = Order.objects.filter(expert__user=None, status="offered").first()
    expert = Expert.objects.get(user__username="expert")
    best = Match.objects.get(result__in=MatchResult.objects.current().filter(need=matched), rank=1)
    return {
        "need": matched.get_absolute_url(),
        "match": f"{matched.get_absolute_url()}matches/",
        "pair": f"{matched.get_absolute_url()}matches/{best.expert.code}/",
        "nobody": f"{Need.objects.get(title='特种玻璃窑炉全氧燃烧与料液均化').get_absolute_url()}matches/",
        "submitted": Need.objects.filter(status="submitted", county__code="370828").first().get_absolute_url(),
        "own-need": answered.need.get_absolute_url(),
        "own-draft": f"{Need.objects.get(title='蒜粉包装结块与粉尘安全').get_absolute_url()}edit/",
        "own-order": answered.get_absolute_url(),
        "order": offered[0].get_absolute_url(),
        "answer": answer_url(by_mail),
        "expert": expert.get_absolute_url(),
        "enterprise": Enterprise.objects.get(memberships__user__username="firm").get_absolute_url(),
    }


def signed_in(username):
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """One filled county behind one server for the whole module; the database is emptied afterwards."""
    with django_db_blocker.unblock():
        fill()
        server = LiveServer("127.0.0.1")
        server.places, server.cookies = addresses(), {name: signed_in(name) for name in PAGES if name}
        yield server
        server.stop()
        found = violations()
        call_command("flush", interactive=False, verbosity=0)
        connections.close_all()  # else the database could not be dropped
    assert found == []


# name, address (of ``addresses`` when without a slash), per person
PAGES = {
    None: [("login", "/accounts/login/"), ("answer", "answer"), ("missing", "/nowhere/")],
    "staff": [
        ("home-staff", "/"),
        ("need-list", "/needs/"),
        ("need-review", "/needs/review/"),
        ("need-submitted", "submitted"),
        ("need-office", "need"),
        ("match", "match"),
        ("match-evidence", "pair"),
        ("match-nobody", "nobody"),
        ("match-list", "/matches/"),
        ("order-list", "/orders/"),
        ("expert-list", "/experts/"),
        ("expert", "expert"),
        ("group-list", "/experts/groups/"),
        ("enterprise-list", "/enterprises/"),
        ("enterprise", "enterprise"),
        ("enterprise-verify", "/enterprises/verify/"),
        ("imports", "/imports/"),
        ("import-new", "/imports/new/"),
        ("report-list", "/reports/"),
        ("report-new", "/reports/new/?ledger=needs"),
        ("inbox", "/inbox/"),
        ("people", "/settings/people/"),
        ("search", "/search/?q=大蒜"),
        ("settings", "/settings/"),
        ("help", "/help/"),
    ],
    "citystaff": [("home-city", "/"), ("expert-list-city", "/experts/")],
    "leader": [("home-leader", "/"), ("report-list-leader", "/reports/"), ("weights-leader", "/matches/weights/")],
    "admin": [
        ("home-admin", "/"),
        ("people-admin", "/settings/people/"),
        ("invite", "/settings/people/invite/"),
        ("audit", "/settings/audit/"),
        ("weights", "/matches/weights/"),
        ("two-factor", "/accounts/2fa/"),
        ("tokens", "/settings/tokens/"),
        ("styleguide", "/styleguide/"),
    ],
    "firm": [
        ("home-firm", "/"),
        ("firm", "/enterprises/mine/"),
        ("need-list-firm", "/needs/"),
        ("need-new", "/needs/new/"),
        ("need-form", "own-draft"),
        ("need-firm", "own-need"),
        ("order-firm", "own-order"),
    ],
    "expert": [
        ("home-expert", "/"),
        ("order-list-expert", "/orders/"),
        ("order-expert", "order"),
        ("need-list-expert", "/needs/"),
        ("profile", "/experts/me/"),
        ("consent", "/settings/consent/"),
    ],
}


class Visitor:
    """A person at one size of screen, with what was found wrong on the pages they saw."""

    def __init__(self, browser, site, username, size):
        self.site, self.size, self.width, self.wrong = site, size, size["width"], []
        mobile = {"is_mobile": True, "has_touch": True} if size is SIZES["phone"] else {}
        context = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce", **mobile)
        if username:
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": site.cookies[username], "url": site.url}])
        self.page = context.new_page()
        self.page.on("console", self.hear)

    def hear(self, message):
        if message.type == "error" and "404" not in message.text:
            self.wrong.append(("console", self.page.url, message.text))

    def visit(self, name, address):
        address = address if address.startswith("/") else self.site.places[address]
        answer = self.page.goto(self.site.url + address)
        self.page.wait_for_load_state("networkidle")
        if answer.status != (404 if name == "missing" else 200):
            self.wrong.append((name, answer.status))
        self.look(name)

    def look(self, name):
        self.keep(name)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.wrong.append((name, f"{wide} px wider than the screen"))
        for rule in AXE.run(self.page).response["violations"]:
            if rule["impact"] in ("serious", "critical"):
                self.wrong.append((name, rule["id"], [node["target"] for node in rule["nodes"]]))

    def keep(self, name):
        folder = os.environ.get("QIANXIAN_SHOTS")
        if folder:
            height = min(self.page.evaluate("document.documentElement.scrollHeight"), TALLEST)
            if self.width < 1000:  # what sticks to the bottom of the screen lies at the end of the picture
                self.page.set_viewport_size({"width": self.width, "height": height})
            path = Path(folder) / (f"{name}.png" if self.width > 1000 else f"{name}-phone.png")
            clip = {"x": 0, "y": 0, "width": self.width, "height": height}
            self.page.screenshot(path=str(path), full_page=True, clip=clip, animations="disabled")
            self.page.set_viewport_size(self.size)


@pytest.fixture
def visit(site, browser):
    """Makes visitors; their windows are closed in the end, so that no connection outlives the server."""
    made = []

    def come(username, size):
        made.append(Visitor(browser, site, username, SIZES[size]))
        return made[-1]

    yield come
    for visitor in made:
        visitor.page.context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("username", PAGES)
def test_pages_of(visit, username, size):
    visitor = visit(username, size)
    for name, address in PAGES[username]:
        visitor.visit(name, address)
    assert visitor.wrong == []


FIRMS = [
    ["金乡县企业库"],
    ["企业名称", "统一社会信用代码", "所属县区", "主营产品", "联系人", "联系电话"],
    ["金乡县禾香脱水蔬菜有限公司", "91370828MA3C4E5F18", "金乡县", "脱水蒜片、蒜粉", "鹿明远", "13800005678"],
    ["金乡县云麓冷链物流有限公司", "91370828MA3C4E5F19", "金乡县", "果蔬冷藏", "石望川", "1.38E+10"],
    ["", "91370828MA3C4E5F26", "金乡县", "蒜片、蒜粒", "方见微", "13800005679"],
]


@pytest.mark.parametrize("size", SIZES)
def test_choosing_an_expert_leads_to_the_words_they_will_read(site, visit, size):
    staff = visit("staff", size)
    page = staff.page
    page.goto(site.url + site.places["match"])
    page.locator("[name=experts]:enabled").first.check()
    page.get_by_role("button", name="推送所选").click()
    page.get_by_text("将收到邀请的专家").wait_for()
    staff.look("push")
    assert staff.wrong == []


def test_an_import_and_a_ledger_from_upload_to_file(site, visit):
    book = openpyxl.Workbook()
    for row in FIRMS:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    staff = visit("staff", "wide")
    page = staff.page
    page.goto(f"{site.url}/imports/new/")
    page.select_option("[name=kind]", "enterprises")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files(
        "[name=file]", {"name": f"企业库 {localdate()}.xlsx", "mimeType": kind, "buffer": content.getvalue()}
    )
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_text("导入后会怎样").wait_for(timeout=60_000)
    staff.look("import-preview")
    page.get_by_role("button", name="导入 2 行").click()
    page.locator("#confirm-yes").click()
    page.get_by_role("button", name="撤销本次导入").wait_for(timeout=60_000)
    staff.look("import-result")
    page.goto(f"{site.url}/reports/new/?ledger=needs")
    page.get_by_role("button", name="生成台账").click()
    page.get_by_role("button", name="下载 Excel 文件").wait_for(timeout=60_000)
    staff.look("report")
    assert staff.wrong == []
