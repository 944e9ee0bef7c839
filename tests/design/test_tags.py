"""The component tags: what they escape, keep, leave out and say."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import django_filters
import pytest
import time_machine
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from core.listing import Column, choose_columns
from core.models import AuditEvent, Job
from core.wording import status_word, tone
from engagements.enums import OrderStatus
from enterprises.enums import NeedStatus
from experts.models import Expert
from matching.enums import Band
from portal.samples.objects import expert, need

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday 12:00 in the office


def draw(source, path="/", **context):
    request = RequestFactory().get(path)
    return engines["django"].from_string(source).render(context, request).strip()


HOSTILE = '<script>alert(1)</script>"onmouseover="x'


@pytest.mark.parametrize(
    "source",
    [
        "{% button text %}",
        "{% button text href=text disabled=text %}",
        "{% button 'x' confirm=text hx_post=text %}",
        "{% post_button text '/x' confirm=text note=text %}",
        "{% tag text icon=text %}",
        "{% copy text %}",
        "{% crumb text text %}",
        "{% status 'draft' label=text %}",
        "{% card title=text href=text id=text %}x{% endcard %}",
        "{% notice title=text %}x{% endnotice %}",
        "{% facts %}{% fact text help=text %}{{ text }}{% endfact %}{% endfacts %}",
        "{% empty title=text text=text %}{% endempty %}",
        "{% mark text terms %}",
        "{% mark_spans text spans %}",
        "{% score_bar parts label=text %}",
        "{% stat label=text value=text unit=text href=text trend_text=text %}",
        "{% due_list items %}",
        "{% masked text text label=text %}",
        "{% steps items_text current=1 %}",
        "{% result_count 3 unit=text text=text %}",
        "{% select_row text text name=text %}",
        "{% tabs tab_items label=text %}",
        "{% completeness 10 items_text %}",
        "{{ items_text|joined }}",
        "{% menu text %}<li>{% menu_link text text %}</li>{% endmenu %}",
    ],
)
def test_every_component_escapes_what_it_is_given(source):
    html = draw(
        source,
        text=HOSTILE,
        terms=["script", {"term": "alert", "n": HOSTILE}],
        spans=[(0, 8, HOSTILE)],
        parts=[{"label": HOSTILE, "value": 1}],
        items=[{"title": HOSTILE, "url": HOSTILE, "meta": HOSTILE}],
        items_text=[HOSTILE],
        tab_items=[{"label": HOSTILE, "url": HOSTILE}],
    )
    assert "<script" not in html
    assert '"onmouseover' not in html.replace("&quot;", "")


@pytest.mark.parametrize("statuses", [NeedStatus, OrderStatus])
def test_every_state_has_a_tone_of_its_own_choice(statuses):
    from core.wording import TONE_OF  # noqa: PLC0415 -- the table itself is the subject

    assert [status.value for status in statuses if status.value not in TONE_OF] == []


def test_a_status_badge_says_the_word_of_the_enum():
    assert "已发布" in draw("{% status need %}", need=need(status=NeedStatus.PUBLISHED))


def test_an_unknown_state_is_neutral_and_an_unknown_band_is_nothing():
    assert tone("brand_new") == "neutral"
    assert draw("{% band 'unheard' %}") == ""


@pytest.mark.parametrize("band", Band.values)
def test_a_band_is_told_in_words(band):
    assert str(Band(band).label) in draw("{% band code %}", code=band)


def test_the_timeline_names_the_state_in_words_and_never_a_raw_verb():
    event = AuditEvent(
        at=NOON, verb="some_new_verb", old="draft", new="submitted", actor_label="赵宁", on_behalf_of="QY1",
        object_type="enterprises.need", channel="page",
    )  # fmt: skip
    html = draw("{% timeline events %}", events=[event])
    assert "some_new_verb" not in html
    assert "待审核" in html
    assert "代办" in html


def test_a_code_that_nobody_worded_is_left_out_and_words_stay():
    assert status_word("nowhere.gone", "published") == ""
    assert status_word("enterprises.need", "brand_new") == ""
    assert status_word("enterprises.need", "3 位") == "3 位"
    assert status_word("enterprises.enterprise", "verified") == "已核验"


def test_a_heading_falls_back_to_the_title():
    html = draw("{% extends 'base.html' %}{% block title %}专家库{% endblock %}")
    assert '<h1 tabindex="-1">专家库</h1>' in html


def test_empty_blocks_of_the_frame_leave_no_element():
    html = draw("{% extends 'base.html' %}{% block primary %}  {% if no %}x{% endif %} {% endblock %}")
    assert "page-primary" not in html
    assert "page-tabs" not in html


def test_the_longest_fitting_address_is_current():
    nav = [{"label": "a", "url": "/", "icon": "house"}, {"label": "b", "url": "/experts/", "icon": "people"}]
    html = draw(
        "{% with_current nav as n %}{% for e in n %}{{ e.label }}{{ e.current }} {% endfor %}", "/experts/ZJ1/", nav=nav
    )
    assert html == "aFalse bTrue"


# --- dates and amounts
@time_machine.travel(NOON, tick=False)
def test_dates_in_words():
    assert draw("{{ d|day }} {{ d|short_day }} {{ d|moment }}", d=NOON) == "2026年11月23日 11-23 2026年11月23日 12:00"
    assert draw("{{ d|short_day }}", d=NOON - timedelta(days=400)) == "2025-10-19"
    assert draw("{{ d|day }}{{ d|moment }}", d=None) == "——"


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=5), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=5), "5 小时前"),
        (timedelta(days=5), "5 天前"),
        (timedelta(days=90), "2 个月前"),
        (timedelta(days=-5), "5 天后"),
    ],
)
def test_relative_times(delta, words):
    assert draw("{{ d|ago }}", d=NOON - delta) == words


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("days", "tone_class", "words"),
    [
        (0, "due-warning", "今天到期"),
        (1, "due-warning", "剩 1 个工作日"),
        (7, "due-plain", "剩 5 个工作日"),
        (-3, "due-danger", "已超 1 个工作日"),
    ],
)
def test_a_deadline_counts_working_days(days, tone_class, words):
    html = draw("{% due d %}", d=timezone.localdate() + timedelta(days=days))
    assert tone_class in html
    assert words in html


@pytest.mark.parametrize(("yuan", "words"), [(12345678, "1,234.57 万元"), (0, "0.00 万元"), (None, "—"), ("", "—")])
def test_amounts_in_ten_thousands(yuan, words):
    assert draw("{{ y|wan }}", y=yuan) == words


# --- marks
def test_longer_terms_are_marked_first_and_linked_by_number():
    html = draw(
        "{% mark text terms %}",
        text="低温催化氧化与催化",
        terms=[{"term": "催化", "n": 2}, {"term": "低温催化氧化", "n": 1}],
    )
    assert html == '<mark data-link="1">低温催化氧化</mark>与<mark data-link="2">催化</mark>'


def test_marking_without_terms_or_text_is_the_text():
    assert draw("{% mark text terms %}", text="a<b", terms=[]) == "a&lt;b"
    assert draw("{% mark text terms %}", text=None, terms=["a"]) == ""


def test_overlapping_spans_are_cut_and_spans_beyond_the_text_are_left_out():
    html = draw("{% mark_spans text spans %}", text="甲乙丙丁", spans=[(2, 9, 2), (0, 3, 1), (8, 12, 3)])
    assert html == '<mark data-link="1">甲乙丙</mark><mark data-link="2">丁</mark>'


def test_the_parts_of_a_score_fill_the_bar_and_add_up():
    html = draw("{% score_bar parts %}", parts=[{"label": "a", "value": 1.5}, {"label": "b", "value": -0.5}])
    assert 'x="0.0" y="0" width="300.0"' in html
    assert 'class="part-minus" x="300.0" y="0" width="100.0"' in html
    assert "1.00" in html


# --- lists
class ExpertFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(label="搜索", field_name="name")
    status = django_filters.ChoiceFilter(label="状态", choices=[("active", "在库"), ("archived", "已退出")])
    city = django_filters.MultipleChoiceFilter(label="城市", choices=[("1", "济南"), ("2", "青岛"), ("3", "北京")])
    updated = django_filters.DateFromToRangeFilter(label="更新", field_name="profile_updated_at")
    is_hometown = django_filters.BooleanFilter(label="老乡")

    class Meta:
        model = Expert
        fields = ()


def filter_html(path):
    request = RequestFactory().get(path)
    return draw(
        "{% filter_bar f primary='search,status' %}", path, f=ExpertFilter(request.GET, queryset=Expert.objects.none())
    )


def test_active_filters_become_chips_that_remove_only_themselves():
    html = filter_html("/?status=active&city=1&city=3&page=4&ordering=-load")
    assert 'href="?city=1&amp;city=3&amp;ordering=-load"' in html  # without the status
    assert 'href="?status=active&amp;city=3&amp;ordering=-load"' in html  # without 济南
    assert 'href="?ordering=-load"' in html  # clear all keeps the order
    assert "page=" not in html


def test_a_range_and_a_yes_no_have_readable_chips():
    html = filter_html("/?updated_after=2026-01-01&is_hometown=true")
    assert "2026-01-01 – …" in html
    assert "是<svg" in html
    assert "未知" not in html


def test_a_broken_filter_has_no_chips_and_says_what_is_wrong():
    html = filter_html("/?updated_after=yesterday&status=nonsense")
    assert 'filter-chip"' not in html
    assert "field-errors" in html


def test_rare_filters_open_when_one_of_them_is_in_force():
    assert '<details class="more filter-more" open>' in filter_html("/?city=1")
    assert '<details class="more filter-more">' in filter_html("/?status=active")


def test_sorting_turns_around_and_drops_the_page():
    assert 'href="?ordering=name"' in draw("{% sort_th 'name' '姓名' %}", "/?page=3")
    html = draw("{% sort_th 'name' '姓名' %}", "/?ordering=name")
    assert 'aria-sort="ascending"' in html
    assert 'href="?ordering=-name"' in html


def test_pages_keep_the_query_and_one_page_needs_no_pager():
    page = Paginator(range(100), 10).get_page(2)
    html = draw("{% pager page %}", "/?status=active&page=2", page=page)
    assert 'href="?status=active&amp;page=3"' in html
    assert 'aria-current="page"' in html
    assert draw("{% pager page %}", page=Paginator(range(3), 10).get_page(1)) == ""


def test_columns_are_chosen_by_the_query_and_locked_ones_stay():
    given = [Column("name", "姓名", locked=True), Column("city", "城市", shown=False), Column("load", "在办")]
    usual = choose_columns(RequestFactory().get("/"), given)
    assert [column.key for column in usual.shown] == ["name", "load"]
    chosen = choose_columns(RequestFactory().get("/?cols=city&cols=nonsense"), given)
    assert [column.key for column in chosen.shown] == ["name", "city"]
    assert chosen["city"].shown


# --- forms
class Form(forms.Form):
    title = forms.CharField(label="名称", max_length=40, help_text="一句话")
    amount = forms.DecimalField(label="金额")
    when = forms.DateField(label="日期")
    kinds = forms.MultipleChoiceField(
        label="类型", choices=[("a", "甲"), ("b", "乙")], widget=forms.CheckboxSelectMultiple
    )


def test_a_field_row_ties_help_and_errors_to_the_control():
    form = Form({"title": "", "amount": "五十万", "when": "明天"})
    html = draw("{{ form }}", form=form)
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<a href="#id_title">名称</a>' in html  # the summary leads to the field


def test_what_was_typed_wrongly_is_shown_again():
    html = draw("{{ form }}", form=Form({"title": "x", "amount": "五十万", "when": "明天", "kinds": "a"}))
    assert 'value="五十万"' in html
    assert 'type="number"' not in html
    assert 'type="text" name="when" value="明天"' in html


def test_a_date_has_the_native_picker_in_iso():
    html = draw("{{ form }}", form=Form(initial={"when": datetime(2026, 11, 5, tzinfo=UTC).date()}))
    assert 'type="date" name="when" value="2026-11-05"' in html


def test_a_group_of_choices_is_one_named_group():
    html = draw("{% field form.kinds chips=True %}", form=Form())
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('class="chip"') == 2


def test_a_formset_has_a_blank_row_for_the_script():
    rows = forms.formset_factory(Form, extra=1)(prefix="t")
    html = draw("{% formset rows add='增加' %}", rows=rows)
    assert 'name="t-TOTAL_FORMS"' in html
    assert 'name="t-__prefix__-title"' in html


# --- work in progress
@pytest.mark.parametrize(("status", "polls"), [("queued", True), ("running", True), ("done", False), ("failed", False)])
def test_progress_asks_again_only_while_there_is_work(status, polls):
    job = Job(code="RW1", status=status, done_count=1, total_count=4, title="导入")
    assert ("hx-get" in draw("{% progress job url='/x' %}", job=job)) is polls


def test_a_masked_value_says_that_looking_is_recorded():
    html = draw("{% masked '138****2214' '/reveal' label='电话' %}")
    assert "查看会被记录" in html
    assert 'method="post"' in html
    assert "form" not in draw("{% masked '13800002214' '' revealed=True %}")


def test_a_card_of_a_nearly_empty_person_stands():
    bare = expert(institution=None, department="", honours=[], research_fields=[], city="", title="")
    assert "单位未填" in draw("{% person e %}", e=bare)
    assert "在办" not in draw(
        "{% person e hide_load=True %}", e=SimpleNamespace(name="甲", code="x", capacity=3, load=0)
    )


def test_the_page_stands_without_fetched_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    from core.templatetags.drawing import asset  # noqa: PLC0415

    asset.cache_clear()
    try:
        assert asset("vendor/never-fetched.css") == "/static/vendor/never-fetched.css"
    finally:
        asset.cache_clear()
