"""Both languages on the pages themselves: no Chinese word in English ones, no library's English in Chinese ones."""

import html
import io
import re
from collections import Counter, deque

import openpyxl
import pytest
from django.apps import apps
from django.db import models
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.timezone import localdate
from model_bakery import baker

from core.templatetags.ui_values import day, joined, today, wan
from tests import make
from tests.i18n.test_catalogue import CJK
from tests.matrix.world import build

OWN_NAMES = ("简体中文",)  # a language is offered under its own name
EACH = 2  # pages of one address pattern are alike
LINK = re.compile(r"""(?:href|hx-get|src)="(/[^"#]*)""")
NOT_ENTERED = ("/styleguide/", "/static/", "/api/", "/media/")  # the style guide shows fictional Chinese rows


def latin(value):
    if isinstance(value, str):
        return CJK.sub(lambda found: chr(97 + ord(found[0]) % 26), value)
    if isinstance(value, list):
        return [latin(item) for item in value]
    if isinstance(value, dict):
        return {name: latin(item) for name, item in value.items()}
    return value


def latinise():
    """Whatever rows the world holds in Chinese, in Latin letters, so that Chinese on a page comes from the program."""
    for model in apps.get_models():
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
        ]
        for row in model._default_manager.all():
            changed = {name: latin(getattr(row, name)) for name in names}
            changed = {name: value for name, value in changed.items() if value != getattr(row, name)}
            if changed:
                model._base_manager.filter(pk=row.pk).update(**changed)


@pytest.fixture
def world(db):
    world = build()
    latinise()
    return world


def chinese_on(text):
    text = re.sub(r"<!--.*?-->", "", html.unescape(text), flags=re.S)
    for name in OWN_NAMES:
        text = text.replace(name, "")
    return [line.strip()[:160] for line in text.splitlines() if CJK.search(line)]


def crawl(client, start="/"):
    """Every page that a person reaches by links, two of a kind."""
    queue, seen, kinds, pages = deque([start]), {start}, Counter(), {}
    while queue:
        address = queue.popleft()
        response = client.get(address)
        if response.status_code in (301, 302):
            links = [response.headers["Location"]]
        elif response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            pages[address] = response.content.decode()
            links = [html.unescape(link) for link in LINK.findall(pages[address])]
        else:
            continue
        for link in links:
            if link in seen or link.startswith(NOT_ENTERED):
                continue
            seen.add(link)
            try:
                kind = resolve(link.partition("?")[0]).view_name
            except Resolver404:
                continue
            kinds[kind] += 1
            if kinds[kind] <= EACH:
                queue.append(link)
    return pages


@pytest.mark.parametrize("who", ["staff_x", "admin", "leader", "firm_p", "expert_x"])
def test_english_pages_hold_no_chinese(world, who):
    client = world.client(who, **{"accept-language": "en"})
    pages = crawl(client)
    assert {"/", "/needs/", "/orders/"} <= {address.partition("?")[0] for address in pages}
    if who == "staff_x":
        assert any(re.fullmatch(r"/needs/[^/]+/matches/", address) for address in pages)
        assert any(re.fullmatch(r"/orders/[^/]+/", address) for address in pages)
    assert {address: lines[:3] for address, text in pages.items() if (lines := chinese_on(text))} == {}


def test_english_pages_off_the_links_hold_no_chinese(world):
    """Links from mail, answers to a press, errors."""
    rows, extra = world.rows, world.extra
    need, order, expert = rows["need:n1"].code, rows["order:o1"].code, rows["expert:x"].code
    asked = [
        ("anon", "get", f"/answer/{extra['link:o1']}/", {}, 200),
        ("anon", "get", "/answer/nonsense/", {}, 404),
        ("anon", "get", f"/invitation/{extra['invitation:a']}/", {}, 200),
        ("anon", "get", "/no-such-page/", {}, 404),
        ("staff_x", "get", "/search/?q=nothing-like-it", {}, 200),
        ("staff_x", "get", "/search/?q=CANARY", {}, 200),
        ("staff_x", "get", "/accounts/logout/", {}, 200),
        ("staff_x", "get", f"/enterprises/{rows['firm:p'].code}/merge/{rows['firm:q'].code}/", {}, 200),
        ("staff_x", "get", f"/experts/{expert}/merge/{rows['expert:w'].code}/", {}, 200),
        ("staff_x", "get", f"/needs/{need}/matches/{expert}/", {}, 200),
        ("staff_x", "post", "/experts/bulk/", {"do": "pause", "codes": expert}, 200),
        ("staff_x", "post", "/needs/bulk/", {"do": "assign", "codes": need}, 200),
        ("staff_x", "post", "/experts/new/", {"name": ""}, 200),
        ("staff_x", "post", "/enterprises/new/", {"name": "", "credit_code": "1"}, 200),
        ("staff_x", "get", "/needs/?status=nonsense&deadline_after=never", {}, 200),
        ("expert_x", "post", f"/orders/{order}/decline/", {"code": "other"}, 422),
    ]
    wrong = {}
    for who, method, address, data, status in asked:
        client = world.client(who, **{"accept-language": "en"})
        answer = getattr(client, method)(address, data)
        lines = chinese_on(answer.content.decode())
        if answer.status_code != status or lines:
            wrong[address] = (answer.status_code, lines[:3])
    assert wrong == {}


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_english_entrance_holds_no_chinese(client, db, name):
    response = client.get(reverse(name), headers={"accept-language": "en-GB,en;q=0.8"})
    assert '<html lang="en"' in response.content.decode()
    assert chinese_on(response.content.decode()) == []


def test_other_languages_get_chinese(client, db):
    for header in ("", "zh-CN,zh;q=0.9", "fr"):
        text = client.get(reverse("account_login"), headers={"accept-language": header}).content.decode()
        assert '<html lang="zh-hans"' in text
        assert "登录" in text


def test_switching_the_language_keeps_the_page(client, county):
    client.force_login(make.user_with("staff", county))
    address = reverse("enterprises:need-list") + "?status=published"
    assert '<html lang="zh-hans"' in client.get(address).content.decode()
    answer = client.post(reverse("set_language"), {"language": "en", "next": address})
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert '<html lang="en"' in client.get(address).content.decode()
    client.post(reverse("set_language"), {"language": "zh-hans", "next": address})
    assert '<html lang="zh-hans"' in client.get(address).content.decode()


def test_sign_in_page_offers_the_other_language_under_its_own_name(client, db):
    address = reverse("account_login") + "?next=/needs/"
    text = client.get(address).content.decode()
    assert "English" in text
    assert html.escape(address) in text
    assert "简体中文" in client.get(address, headers={"accept-language": "en"}).content.decode()


def test_language_switch_leads_to_no_foreign_site(client, db):
    answer = client.post(reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


PERMITTED = {"Excel", "Ctrl", "API", "GB", "xlsx", "xls", "csv"}


@pytest.mark.parametrize(
    "name", ["enterprises:need-list", "enterprises:enterprise-list", "experts:expert-list", "engagements:order-list"]
)
def test_chinese_filter_forms_hold_no_library_english(client, county, name):
    client.force_login(make.user_with("staff", county))
    text = client.get(reverse(name)).content.decode()
    form = re.search(r'<form[^>]*class="[^"]*filter.*?</form>', text, flags=re.S)[0]
    shown = re.sub(r"<[^>]*>", " ", form) + " ".join(re.findall(r'(?:placeholder|aria-label|title)="([^"]*)"', form))
    assert set(re.findall(r"[A-Za-z]{2,}", shown)) - PERMITTED == set()


def test_lock_out_page_is_chinese_and_english(client, db):
    user = baker.make_recipe("tests.user", username="locked")
    user.set_password("right-horse-battery")
    user.save(update_fields=["password"])
    form = {"login": "locked", "password": "wrong"}
    for _attempt in range(12):
        answer = client.post(reverse("account_login"), form)
    assert answer.status_code in (403, 429)
    shown = re.sub(r"<[^>]*>", " ", re.search(r"<main.*?</main>", answer.content.decode(), flags=re.S)[0])
    assert re.findall(r"[A-Za-z]{3,}", shown) == []
    answer = client.post(reverse("account_login"), form, headers={"accept-language": "en"})
    assert chinese_on(answer.content.decode()) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("2026年11月23日", "2026年11月23日 星期一", "12.50 万元", "甲、乙")),
        ("en", ("23 Nov 2026", "Monday, 23 Nov 2026", "CNY 125,000", "甲, 乙")),
    ],
)
def test_dates_amounts_and_lists_follow_the_language(time_machine, language, words):
    time_machine.move_to("2026-11-23T02:00:00+00:00")
    with translation.override(language):
        assert (day(localdate()), today(), wan(125000), joined(["甲", "乙"])) == words


@pytest.mark.parametrize("kind", ["experts", "enterprises", "needs"])
def test_import_template_keeps_the_offices_columns_in_english(client, county, kind):
    """The worker that reads the file back speaks Chinese."""
    client.force_login(make.user_with("staff", county))
    address = reverse("imports:template", args=[kind])
    sheets = []
    for language in ("zh-hans", "en"):
        answer = client.get(address, headers={"accept-language": language})
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        sheets.append([[cell.value for cell in row] for row in book.worksheets[0].iter_rows()])
    assert sheets[0] == sheets[1]
