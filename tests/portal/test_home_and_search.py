"""The home page of each role and the one search box: only what the person may see, and always the same effort."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from model_bakery import baker

from accounts.models import Notification
from core.models import OutboxMessage
from tests import make


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, verification="verified")


def due_titles(client):
    return [item["title"] for item in client.get("/").context["page"].due]


def test_nobody_is_sent_to_sign_in(client, db):
    assert client.get("/").url.startswith("/accounts/login/")
    assert client.get("/search/?q=x").url.startswith("/accounts/login/")


def test_person_without_a_role_gets_a_page_all_the_same(client, db):
    client.force_login(baker.make_recipe("tests.user"))
    response = client.get("/")
    assert response.status_code == 200
    assert response.context["role"] is None


def test_staff_finds_reviews_and_waiting_orders_of_the_own_county(client, staff, firm, other_county):
    make.need(firm, title="待审需求甲", status="submitted", submitted_at=now() - timedelta(days=9))
    make.need(firm, title="草稿需求乙", status="draft", source="enterprise")
    make.need(firm, title="无人能接丙", status="unmet")
    make.order(make.need(firm, title="等确认的丁"), status="accepted", seat=1, confirm_by=now() - timedelta(days=1))
    stranger = baker.make_recipe("tests.enterprise", county=other_county)
    make.need(stranger, title="外县需求戊", status="submitted", submitted_at=now())
    client.force_login(staff)
    titles = " ".join(due_titles(client))
    assert all(word in titles for word in ("待审需求甲", "无人能接丙", "等确认的丁"))
    assert not any(word in titles for word in ("草稿需求乙", "外县需求戊"))


def test_late_things_come_first(client, staff, firm):
    make.need(firm, title="今天提交", status="submitted", submitted_at=now())
    make.order(make.need(firm, title="早该确认"), status="accepted", seat=1, confirm_by=now() - timedelta(days=3))
    client.force_login(staff)
    assert "早该确认" in due_titles(client)[0]


def test_long_kind_ends_in_one_line_with_the_rest(client, staff, firm):
    for number in range(8):
        make.need(firm, title=f"需求{number}", status="submitted", submitted_at=now())
    client.force_login(staff)
    titles = due_titles(client)
    assert len(titles) == 6
    assert "3" in titles[-1]


def test_firm_finds_its_drafts_and_orders_without_the_expert_s_name(client, firm, county):
    expert = baker.make_recipe("tests.expert", county=county, name="欧阳明轩")
    make.need(firm, title="写了一半", status="draft")
    make.need(firm, title="要补充的", status="returned", status_reason="请补充检测报告")
    make.order(make.need(firm, title="有人接单"), expert, status="accepted", seat=1, confirm_by=now())
    make.need(title="别家草稿", status="draft")
    client.force_login(make.member_of(firm))
    response = client.get("/")
    text = response.content.decode()
    titles = " ".join(due_titles(client))
    assert all(word in titles for word in ("写了一半", "要补充的", "有人接单"))
    assert "别家草稿" not in text
    assert "欧阳明轩" not in text


def test_expert_finds_offers_under_their_blind_title(client, firm, county):
    expert = make.expert_with_user(county)
    need = make.need(firm, title=f"{firm.name}烘干能耗", blind_title="农产品烘干节能")
    make.order(need, expert)
    make.order(make.need(firm, blind_title="别人的订单"))
    client.force_login(expert.user)
    text = client.get("/").content.decode()
    assert "农产品烘干节能" in text
    assert firm.name not in text
    assert "别人的订单" not in text


def test_admin_is_told_of_what_stands_still(client, admin):
    baker.make(OutboxMessage, status="parked", available_at=now())
    client.force_login(admin)
    assert client.get("/").context["page"].due[0]["tone"] == "danger"


def test_leader_reads_without_being_asked_to_act(client, leader, firm):
    make.need(firm, status="submitted", submitted_at=now())
    client.force_login(leader)
    assert all("action" not in item for item in client.get("/").context["page"].due)


@pytest.mark.parametrize("who", ["staff", "admin", "leader", "firm", "expert"])
def test_home_asks_the_same_number_of_times_for_one_and_for_three(client, request, county, firm, who):
    user = {
        "firm": lambda: make.member_of(firm),
        "expert": lambda: make.expert_with_user(county).user,
    }.get(who, lambda: request.getfixturevalue(who))()
    client.force_login(user)
    client.get("/")
    counts = []
    for _more in (1, 2):
        for _number in range(_more):
            expert = user.experts.first() or baker.make_recipe("tests.expert", county=county)
            make.need(firm, status="submitted", submitted_at=now())
            make.need(firm, status="returned")
            make.order(make.need(firm), expert)
            make.order(make.need(firm), status="accepted", seat=1, confirm_by=now())
            baker.make(Notification, user=user, key=f"{_more}-{_number}")
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- search
def found(client, query):
    groups = client.get("/search/", {"q": query}).context["groups"]
    return [row["title"] for group in groups for row in group["rows"]]


def test_staff_searches_people_firms_and_needs_of_the_own_county(client, staff, county, firm, other_county):
    expert = baker.make_recipe("tests.expert", county=county, name="欧阳明轩")
    baker.make_recipe("tests.expert", county=other_county, name="欧阳外县")
    need = make.need(firm, title="欧阳镇大蒜烘干")
    client.force_login(staff)
    assert set(found(client, "欧阳")) == {expert.name, need.title}
    assert found(client, firm.name) == [firm.name, need.title]
    assert found(client, need.code.lower()) == [need.title]


def test_expert_cannot_guess_a_firm_or_a_hidden_title(client, county, firm):
    expert = make.expert_with_user(county)
    make.need(firm, title="独门蒜油萃取", blind_title="植物油萃取", summary="提高收率")
    client.force_login(expert.user)
    assert found(client, "植物油") == ["植物油萃取"]
    assert found(client, "独门") == []
    assert found(client, firm.name) == []


def test_directed_need_is_found_by_nobody_outside(client, county, firm):
    make.need(firm, blind_title="植物油萃取", confidentiality="directed")
    client.force_login(make.expert_with_user(county).user)
    assert found(client, "植物油") == []


def test_firm_finds_no_expert(client, county, firm):
    baker.make_recipe("tests.expert", county=county, name="欧阳明轩")
    client.force_login(make.member_of(firm))
    assert found(client, "欧阳明轩") == []


@pytest.mark.parametrize("query", ["", " ", "%", "'\"<b>", "蒜" * 500, "\ud83d", "\u202e"])
def test_odd_words_find_nothing_and_break_nothing(client, staff, query):
    client.force_login(staff)
    assert client.get("/search/", {"q": query.encode("utf-8", "replace")}).status_code == 200
