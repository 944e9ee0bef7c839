"""Pages of needs: the list by reader, the draft that saves itself, the decisions, and what a mistake keeps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now
from model_bakery import baker

from core.models import SavedView
from enterprises.models import Need
from enterprises.need_forms import NeedForm
from tests import make


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, name="坤岳橡塑科技股份有限公司")


@pytest.fixture
def member(firm):
    return make.member_of(firm)


@pytest.fixture
def draft(firm, member):
    return make.need(firm, status="draft", created_by=member, source="enterprise", title="烟气", situation="")


def url(name, *args):
    return reverse(f"enterprises:{name}", args=args)


def form_of(need, **changes):
    """What the browser sends for the need as it stands, with changes."""
    form = NeedForm(need=need)
    data = {}
    for bound in form:
        value = bound.value()
        if value not in (None, "", False, []):
            data[bound.html_name] = value
    rows = changes.pop("targets", [])
    data |= {"targets-TOTAL_FORMS": len(rows), "targets-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"targets-{number}-{key}": value for key, value in row.items()}
    return data | changes


# -- lists


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("who", "queries"), [("staff", 14), ("member", 14), ("expert", 14)])
def test_the_list_takes_the_same_queries_for_one_row_and_for_three(
    client, django_assert_num_queries, county, staff, firm, member, who, queries, count
):
    expert = make.expert_with_user(county).user
    user = {"staff": staff, "member": member, "expert": expert}[who]
    chain = baker.make_recipe("tests.chain", county=county)
    needs = [make.need(firm, chain=chain, officer=staff) for _n in range(count)]
    make.need(confidentiality="open")  # another county's, which could leak
    client.force_login(user)
    client.get(url("need-list"))  # the session's stamp is written once a minute
    with django_assert_num_queries(queries):
        response = client.get(url("need-list"))
    assert [view.need for view in response.context["views"]] == needs[::-1]


def test_the_list_is_flat_from_twenty_to_two_hundred_rows(client, django_assert_max_num_queries, staff, firm):
    client.force_login(staff)
    baker.make("enterprises.Need", enterprise=firm, county=firm.county, status="published", _quantity=20)
    client.get(url("need-list"))
    with django_assert_max_num_queries(14):
        client.get(url("need-list"))
    baker.make("enterprises.Need", enterprise=firm, county=firm.county, status="published", _quantity=180)
    with django_assert_max_num_queries(14):
        assert client.get(url("need-list")).context["page_obj"].paginator.count == 200


def test_tabs_count_what_the_list_shows(client, staff, firm):
    for status in ("submitted", "submitted", "published", "draft"):
        make.need(firm, status=status, source="enterprise")
    client.force_login(staff)
    response = client.get(url("need-list"))
    assert [tab["count"] for tab in response.context["tabs"]][:2] == [3, 2]
    response = client.get(url("need-list"), {"status": "submitted"})
    assert response.context["page_obj"].paginator.count == 2
    assert [tab["active"] for tab in response.context["tabs"]][:2] == [False, True]


@pytest.mark.parametrize(
    "query", ["page=9999", "page=x", "status=magic", "ordering=phone", "ordering=-enterprise__phone", "chain=1",
              "cols=magic", "search=%F0%9F%98%80", "deadline_after=0001-01-01"],
)  # fmt: skip
def test_odd_addresses_are_answered(client, staff, firm, query):
    make.need(firm)
    client.force_login(staff)
    assert client.get(f"{url('need-list')}?{query}").status_code == 200


def test_views_are_kept_under_a_name(client, staff):
    client.force_login(staff)
    client.post(url("need-view-save"), {"name": "急件", "query": "urgency=urgent&page=2"})
    assert SavedView.objects.get(user=staff, page="needs").query == "urgency=urgent"
    assert "急件" in client.get(url("need-list")).content.decode()
    client.post(url("need-view-remove") + "?name=急件")
    assert not SavedView.objects.exists()


def test_the_review_queue_is_oldest_first_with_its_due_day(client, staff, leader, member, firm):
    young = make.need(firm, status="submitted", submitted_at=now())
    old = make.need(firm, status="submitted", submitted_at=now() - timedelta(days=9))
    make.need(firm, status="published")
    client.force_login(staff)
    entries = client.get(url("review-queue")).context["entries"]
    assert [entry["view"].need for entry in entries] == [old, young]
    assert entries[0]["due"] < now() < entries[1]["due"]
    for user in (leader, member):
        client.force_login(user)
        assert client.get(url("review-queue")).status_code == 404


# -- posting


def test_a_firm_posts_in_two_steps(client, firm, member):
    client.force_login(member)
    response = client.post(url("need-create"), {"enterprise": firm.code, "title": "烟气异味治理"})
    need = Need.objects.get()
    assert response.headers["Location"] == url("need-edit", need.code)
    assert (need.status, need.enterprise, need.source) == ("draft", firm, "enterprise")
    rows = [{"name": "臭气浓度", "current": "28", "target": "20", "unit": "无量纲"}, {"name": ""}]
    data = form_of(
        need, situation="开模冒白烟", types=["technical", "consulting"], budget_min="80", budget_max="200 万元",
        cost="不超过 200 万元", seats="2", deadline=str(localdate() + timedelta(days=90)), targets=rows, save="submit",
    )  # fmt: skip
    response = client.post(url("need-edit", need.code), data, follow=True)
    need.refresh_from_db()
    assert response.redirect_chain[-1][0] == need.get_absolute_url()
    assert (need.status, need.types, need.seats) == ("submitted", ["technical", "consulting"], 2)
    assert (need.budget_min, need.budget_max) == (Decimal(800000), Decimal(2000000))
    assert need.constraints == {"cost": "不超过 200 万元"}
    assert need.targets.get().unit == "无量纲"


def test_another_firm_is_no_choice(client, member, county):
    other = baker.make_recipe("tests.enterprise", county=county)
    client.force_login(member)
    response = client.post(url("need-create"), {"enterprise": other.code, "title": "甲"})
    unknown = client.post(url("need-create"), {"enterprise": "QY-NOSUCH", "title": "甲"})
    assert response.context["form"].errors["enterprise"] == unknown.context["form"].errors["enterprise"]
    assert Need.objects.count() == 0


def test_experts_and_leaders_do_not_post(client, county, leader):
    for user in (make.expert_with_user(county).user, leader):
        client.force_login(user)
        response = client.post(url("need-create"), {"title": "甲"})
        assert response.status_code in (200, 404)
        assert Need.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", "长" * 41), ("situation", "长" * 801), ("tried", "长" * 501), ("cost", "长" * 201),
        ("budget_min", "很多"), ("budget_max", "-1"), ("budget_max", "1e99"), ("seats", "0"), ("seats", "21"),
        ("deadline", "2000-01-01"), ("deadline", "明天"), ("summary", "长" * 301), ("types", "magic"),
        ("chain", "999999"),
        ("confidentiality", "magic"),
    ],
)  # fmt: skip
def test_a_mistake_stands_beside_its_field_and_nothing_is_lost(client, member, draft, field, value):
    client.force_login(member)
    data = form_of(draft, ip_expectation="归企业", targets=[{"name": "臭气浓度"}], save="submit")
    response = client.post(url("need-edit", draft.code), data | {field: value})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    body = response.content.decode()
    assert "归企业" in body
    assert "臭气浓度" in body
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_an_incomplete_need_is_kept_and_the_hand_over_refused(client, member, draft):
    client.force_login(member)
    response = client.post(url("need-edit", draft.code), form_of(draft, tried="试过活性炭", save="submit"))
    assert "situation" in response.context["form"].errors
    draft.refresh_from_db()
    assert (draft.status, draft.tried) == ("draft", "试过活性炭")


def test_budgets_in_the_wrong_order_are_told(client, member, draft):
    client.force_login(member)
    response = client.post(url("need-edit", draft.code), form_of(draft, budget_min="200", budget_max="80"))
    assert "budget_max" in response.context["form"].errors


def test_a_target_without_a_name_is_told(client, member, draft):
    client.force_login(member)
    response = client.post(url("need-edit", draft.code), form_of(draft, targets=[{"target": "20"}]))
    assert response.context["targets"].errors[0]["name"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7*7 }}", "a\x00b"]
)
def test_hostile_text_is_shown_as_text(client, member, draft, text):
    client.force_login(member)
    client.post(url("need-edit", draft.code), form_of(draft, situation=f"前{text}后", decision_maker=text))
    draft.refresh_from_db()
    assert "前" in draft.situation
    body = client.get(draft.get_absolute_url()).content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body


def test_a_draft_saves_what_is_valid_while_it_is_typed(client, member, draft):
    client.force_login(member)
    data = form_of(draft, situation="开模冒白烟", budget_max="很多", targets=[{"name": "臭气"}])
    assert client.post(url("need-autosave", draft.code), data).status_code == 204
    draft.refresh_from_db()
    assert (draft.situation, draft.budget_max, draft.targets.get().name) == ("开模冒白烟", None, "臭气")
    assert client.post(url("need-autosave", draft.code), data | {"title": ""}).status_code == 204
    draft.refresh_from_db()
    assert draft.title == "烟气"


def test_what_an_autosave_stored_is_still_there_after_the_hand_over(client, member, draft):
    client.force_login(member)
    data = form_of(draft, situation="开模冒白烟", targets=[{"name": "臭气", "target": "20"}, {"name": ""}])
    client.post(url("need-autosave", draft.code), data)
    client.post(url("need-edit", draft.code), data | {"save": "submit"})
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert list(draft.targets.values_list("name", "target")) == [("臭气", "20")]


def test_deleted_and_emptied_targets_go(client, member, draft):
    client.force_login(member)
    for name in ("甲", "乙", "丙"):
        baker.make("enterprises.NeedTarget", need=draft, name=name)
    rows = [{"name": "甲"}, {"name": "乙", "DELETE": "on"}, {"name": ""}]
    client.post(url("need-edit", draft.code), form_of(draft, targets=rows) | {"targets-INITIAL_FORMS": 3})
    assert list(draft.targets.values_list("name", flat=True)) == ["甲"]


def test_nothing_published_is_saved_behind_the_back(client, staff, firm):
    need = make.need(firm)
    client.force_login(staff)
    assert client.post(url("need-autosave", need.code), form_of(need, situation="新")).status_code == 409


def test_the_meter_follows_the_form_and_writes_nothing(client, member, draft):
    client.force_login(member)
    before = client.post(url("need-completeness", draft.code), form_of(draft)).context["completeness"]
    after = client.post(
        url("need-completeness", draft.code), form_of(draft, situation="长" * 50, targets=[{"name": "臭气"}])
    ).context["completeness"]
    assert after.percent == before.percent + 20 + 16
    draft.refresh_from_db()
    assert draft.situation == ""


def test_a_long_imported_text_may_stay(client, staff, firm):
    need = make.need(firm, status="submitted", situation="长" * 900)
    client.force_login(staff)
    response = client.post(url("need-edit", need.code), form_of(need, decision_maker="王总"))
    assert response.status_code == 302
    need.refresh_from_db()
    assert (need.decision_maker, len(need.situation)) == ("王总", 900)


@pytest.mark.parametrize("name", ["need-edit", "need-autosave", "need-completeness"])
def test_editing_is_the_firms_and_the_offices(client, county, draft, other_staff, leader, name):
    for user in (other_staff, make.expert_with_user(county).user, make.member_of(make.need().enterprise), leader):
        client.force_login(user)
        assert client.post(url(name, draft.code), form_of(draft)).status_code == 404


# -- decisions


@pytest.mark.parametrize("move", ["submit", "publish", "return", "reject", "withdraw", "unmet", "resolve", "close"])
def test_moves_are_posts_of_people_who_may(client, staff, leader, other_staff, firm, move):
    need = make.need(firm, status="submitted", summary="摘要")
    path = url("need-move", need.code, move)
    client.force_login(staff)
    assert client.get(path).status_code == 405
    client.force_login(leader)
    client.post(path, {"reason": "x"})
    client.force_login(other_staff)
    assert client.post(path, {"reason": "x"}).status_code == 404
    need.refresh_from_db()
    assert need.status == "submitted"


def test_staff_publish_return_and_are_told_why_not(client, staff, firm):
    need = make.need(firm, status="submitted", summary="")
    client.force_login(staff)
    response = client.post(url("need-move", need.code, "publish"), follow=True)
    assert "须填写公开摘要" in response.content.decode()
    response = client.post(url("need-move", need.code, "return"), {"reason": " "}, follow=True)
    assert "理由" in response.content.decode()
    client.post(url("need-move", need.code, "return"), {"reason": "请补公开摘要", "next": url("review-queue")})
    need.refresh_from_db()
    assert (need.status, need.status_reason) == ("returned", "请补公开摘要")
    assert client.post(url("need-move", need.code, "explode")).status_code == 404


def test_no_move_leads_out_of_the_house(client, staff, firm):
    need = make.need(firm, status="submitted", summary="摘要")
    client.force_login(staff)
    response = client.post(url("need-move", need.code, "publish"), {"next": "https://evil.example/"})
    assert response.headers["Location"] == need.get_absolute_url()


def test_the_rewrite_keeps_what_does_not_fit(client, staff, member, firm):
    need = make.need(firm, status="submitted")
    client.force_login(staff)
    response = client.post(url("need-rewrite", need.code), {"rewrite_title": "长" * 41, "rewrite_text": "技术表述"})
    assert response.context["rewrite_form"].errors["rewrite_title"]
    assert "技术表述" in response.content.decode()
    client.post(url("need-rewrite", need.code), {"rewrite_title": "甲", "rewrite_text": "乙"})
    need.refresh_from_db()
    assert (need.rewrite_title, need.rewrite_text, need.rewritten_by) == ("甲", "乙", staff)
    client.force_login(member)
    client.post(url("need-rewrite", need.code), {"rewrite_title": "丙", "rewrite_text": "丁"})
    need.refresh_from_db()
    assert need.rewrite_title == "甲"


def test_an_officer_is_named_by_the_page(client, staff, admin, other_staff, firm):
    need = make.need(firm)
    client.force_login(staff)
    client.post(url("need-assign", need.code), {"officer": other_staff.pk})
    need.refresh_from_db()
    assert need.officer is None
    client.post(url("need-assign", need.code), {"officer": admin.pk})
    need.refresh_from_db()
    assert need.officer == admin


def test_bulk_shows_what_it_will_do_and_leaves_out_what_it_cannot(client, staff, firm):
    ready = make.need(firm, status="submitted", summary="摘要", title="能发布")
    stuck = make.need(firm, status="closed", title="已办结")
    client.force_login(staff)
    data = {"do": "publish", "codes": [ready.code, stuck.code]}
    page = client.post(url("need-bulk"), data)
    assert (page.context["ready"], [need for need, _why in page.context["left"]]) == ([ready], [stuck])
    ready.refresh_from_db()
    assert ready.status == "submitted"
    client.post(url("need-bulk"), data | {"confirmed": "1", "codes": [ready.code]})
    ready.refresh_from_db()
    assert ready.status == "published"


def test_bulk_asks_whom_and_why(client, staff, admin, firm):
    needs = [make.need(firm) for _n in range(2)]
    codes = [need.code for need in needs]
    client.force_login(staff)
    client.post(url("need-bulk"), {"do": "assign", "codes": codes, "confirmed": "1", "officer": admin.pk})
    assert set(Need.objects.values_list("officer", flat=True)) == {admin.pk}
    page = client.post(url("need-bulk"), {"do": "withdraw", "codes": codes, "confirmed": "1", "reason": ""})
    assert page.context["form"].errors["reason"]
    client.post(url("need-bulk"), {"do": "withdraw", "codes": codes, "confirmed": "1", "reason": "统一清理"})
    assert set(Need.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_bulk_touches_nothing_out_of_sight(client, staff, leader, member, firm):
    own, foreign = make.need(firm), make.need()
    client.force_login(staff)
    data = {"do": "withdraw", "codes": [own.code, foreign.code], "confirmed": "1", "reason": "x"}
    assert client.post(url("need-bulk"), data).status_code == 404
    for user in (leader, member):
        client.force_login(user)
        assert client.post(url("need-bulk"), data | {"codes": [own.code]}).status_code == 404
    assert client.post(url("need-bulk"), {"do": "explode", "codes": [own.code]}).status_code == 404
    assert set(Need.objects.values_list("status", flat=True)) == {"published"}


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "published", "in_progress", "resolved", "unmet",
                                    "withdrawn", "expired", "rejected", "closed"])  # fmt: skip
def test_the_page_of_a_need_is_drawn_in_every_state_for_everybody(client, county, staff, leader, firm, member, status):
    need = make.need(firm, status=status, source="staff", status_reason="说明", submitted_at=now(), summary="摘要")
    baker.make("enterprises.NeedTarget", need=need, name="指标甲")
    for user in (staff, leader, member):
        client.force_login(user)
        assert client.get(need.get_absolute_url()).status_code == 200
    client.logout()
    assert client.get(need.get_absolute_url()).status_code == 302
