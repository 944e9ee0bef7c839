"""The style guide in a real browser: nothing serious for axe, nothing wider than the screen, every behaviour works.

``QIANXIAN_SHOTS=folder`` keeps the screenshots.
"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.styleguide import SECTIONS

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver runs a loop in this thread
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOOKS = [(WIDE, ""), (PHONE, ""), (WIDE, "?large"), (PHONE, "?large"), (WIDE, "?contrast")]
AXE = Axe()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "reduced_motion": "reduce"}


@pytest.fixture
def complaints(page):
    """What the browser says on its console: refused styles and scripts, missing files, errors."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def serious(page):
    found = AXE.run(page).response["violations"]
    return [
        (rule["id"], [node["target"] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def wider_than_screen(page):
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def keep(page, name):
    folder = os.environ.get("QIANXIAN_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_accessible_and_fits_in_every_look(live_server, page, complaints, section):
    for size, theme in LOOKS:
        page.set_viewport_size(size)
        page.goto(f"{live_server.url}/styleguide/{section}/{theme}")
        keep(page, f"styleguide-{section}-{size['width']}{theme.replace('?', '-')}")
        assert (theme, size["width"], serious(page)) == (theme, size["width"], [])
        assert not wider_than_screen(page)
    assert complaints == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/nowhere/at-all/"])
def test_pages_without_navigation_are_accessible_and_fit(live_server, page, path, size):
    page.set_viewport_size(size)
    page.goto(live_server.url + path)
    keep(page, f"bare{path.replace('/', '-')}{size['width']}")
    assert serious(page) == []
    assert not wider_than_screen(page)


def test_a_selection_shows_what_will_happen_and_asks(live_server, page):
    page.goto(f"{live_server.url}/styleguide/lists/")
    bar = page.locator("[data-bulk-bar]")
    assert not bar.is_visible()
    page.locator("[data-select-row]").nth(0).check()
    page.locator("[data-select-row]").nth(2).click(modifiers=["Shift"])
    assert page.locator("[data-bulk-count]").inner_text() == "3"
    button = page.locator("[data-bulk-confirm]")
    button.hover()
    assert page.locator("[data-bulk-effect]").inner_text() == "将请 3 位专家更新资料"
    button.click()
    assert page.locator("#confirm-question").inner_text() == "请 3 位专家更新资料？"
    page.keyboard.press("Escape")
    assert not page.locator("#confirm").is_visible()
    page.locator("[data-bulk-clear]").click()
    assert not bar.is_visible()


def test_a_confirmed_button_does_what_it_says_and_a_cancelled_one_does_not(live_server, page):
    page.goto(f"{live_server.url}/styleguide/controls/")
    page.get_by_role("button", name="提醒企业").click()
    page.locator("#confirm-no").click()
    assert page.locator(".message").count() == 0
    page.get_by_role("button", name="提醒企业").click()
    page.locator("#confirm-yes").click()
    page.wait_for_selector(".message")
    assert "没有改变任何内容" in page.locator(".message").inner_text()


def test_a_refused_button_does_nothing(live_server, page):
    page.goto(f"{live_server.url}/styleguide/controls/")
    page.get_by_role("button", name="发布需求").click(force=True)
    assert page.url.endswith("/styleguide/controls/")


def test_the_keyboard_moves_selects_and_finds_the_search(live_server, page):
    page.goto(f"{live_server.url}/styleguide/lists/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "李文静"
    page.keyboard.press(" ")
    assert page.locator("[data-select-row]").nth(1).is_checked()
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "周明远"
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "site-search"
    page.keyboard.type("jjj")
    assert page.locator("#site-search").input_value() == "jjj"


def test_the_first_tab_stop_leads_to_the_content(live_server, page):
    page.goto(f"{live_server.url}/styleguide/content/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_a_filter_narrows_without_leaving_the_page_and_shortens_the_address(live_server, page):
    page.goto(f"{live_server.url}/styleguide/lists/?status=active")
    page.select_option("#id_chain", "2")
    page.wait_for_selector(".filter-chip:has-text('新材料')")
    page.wait_for_function("location.search.includes('chain=2')")
    assert "search=" not in page.url
    page.locator(".filter-chip", has_text="新材料").click()
    page.wait_for_function("!location.search.includes('chain')")
    assert page.locator(".filter-chip").count() == 1


def test_rows_open_by_a_click_anywhere(live_server, page):
    page.goto(f"{live_server.url}/styleguide/lists/")
    page.locator("tbody tr").nth(1).locator("td").nth(2).click()
    assert page.url.endswith("#ZJ2F8Q4T")


def test_work_reports_until_it_is_done(live_server, page):
    page.goto(f"{live_server.url}/styleguide/states/")
    page.wait_for_selector("text=500 / 2,731", timeout=6000)


def test_a_masked_value_is_shown_on_request(live_server, page):
    page.goto(f"{live_server.url}/styleguide/content/")
    page.locator(".masked button").click()
    page.wait_for_selector("text=13800002214")


def test_forms_count_add_rows_and_point_at_errors(live_server, page):
    page.goto(f"{live_server.url}/styleguide/forms/")
    assert page.evaluate("document.activeElement.className").endswith("error-summary")
    page.locator("#id_situation").fill("异味投诉")
    assert page.locator("[data-counter-for=id_situation]").inner_text() == "4/800"
    page.locator("[data-formset-add]").click()
    assert page.locator("#id_targets-TOTAL_FORMS").input_value() == "3"
    assert page.evaluate("document.activeElement.id") == "id_targets-2-name"
    assert page.locator("#id_broken-budget").input_value() == "五十万"


def test_marks_of_both_texts_light_up_together(live_server, page):
    page.goto(f"{live_server.url}/styleguide/matching/")
    page.locator("mark[data-link='1']").first.hover()
    assert page.locator("mark.is-linked").count() == page.locator("mark[data-link='1']").count() > 1


def test_everything_is_readable_and_answers_without_scripts(live_server, browser):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live_server.url}/styleguide/lists/")
    assert page.locator("[data-bulk-bar]").is_visible()  # selection works by plain checkboxes
    page.locator("summary", has_text="列").click()
    assert page.get_by_role("button", name="应用").is_visible()
    page.get_by_role("button", name="筛选").click()
    assert "status=" in page.url
    context.close()


def test_the_page_stands_when_the_fetched_files_are_missing(live_server, page):
    page.route("**/static/vendor/**", lambda route: route.abort())
    page.goto(f"{live_server.url}/styleguide/content/")
    assert not wider_than_screen(page)
    assert page.get_by_role("heading", name="样式指南").is_visible()
    keep(page, "styleguide-content-without-vendor")


def test_print_leaves_the_frame_out(live_server, page):
    page.emulate_media(media="print")
    page.goto(f"{live_server.url}/styleguide/ledger/")
    assert not page.locator(".frame-nav").is_visible()
    assert not page.locator(".frame-bar").is_visible()
    assert page.locator(".ledger-title").is_visible()
