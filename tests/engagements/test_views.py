"""Pages and API of orders: what each person reads, and what an answer does."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import localtime
from model_bakery import baker

from accounts.models import Notification
from core.actor import Actor
from engagements import services
from engagements.handlers import answer_url
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, name="金乡县蒜香源食品有限公司", phone="13800005678")


@pytest.fixture
def expert(county):
    return make.expert_with_user(county, name="欧阳静怡", phone="13900001234", research_fields=["果蔬保鲜"])


@pytest.fixture
def order(firm, expert, staff):
    need = make.need(firm, title="蒜香源烘干能耗高", summary="烘干能耗偏高，需节能改造。")
    return services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=Actor(user=staff), message="请您支持")


def page(client, user, order):
    client.force_login(user)
    return client.get(order.get_absolute_url())


@pytest.mark.parametrize("count", [1, 3])
def test_order_list_shows_own_orders_in_flat_queries(client, django_assert_num_queries, county, firm, expert, count):
    orders = [make.order(make.need(firm), expert) for _ in range(count)]
    make.order()  # a stranger's order that could leak
    client.force_login(expert.user)
    url = reverse("engagements:order-list")
    client.get(url)
    with django_assert_num_queries(10):
        response = client.get(url)
    assert [view.order for view in response.context["views"]] == orders[::-1]


def test_the_expert_reads_the_blind_summary_only(client, order, expert, firm):
    text = page(client, expert.user, order).content.decode()
    assert "农产品烘干节能改造" in text
    assert "烘干能耗偏高" in text
    for hidden in (firm.name, "13800005678", "蒜香源烘干能耗高", "420 千瓦时"):
        assert hidden not in text


def test_the_firm_reads_a_blind_card_until_it_confirms(client, order, expert, firm):
    member = make.member_of(firm)
    services.order_accept(order_id=order.pk, actor=Actor(user=expert.user))
    text = page(client, member, order).content.decode()
    assert "果蔬保鲜" in text
    for hidden in ("欧阳静怡", str(expert.institution), "13900001234"):
        assert hidden not in text
    client.post(reverse("engagements:order-confirm", args=[order.code]))
    text = client.get(order.get_absolute_url()).content.decode()
    assert "欧阳静怡" in text
    assert "13900001234" in text


def test_after_confirmation_the_expert_reads_firm_and_contact(client, order, expert, firm, staff):
    services.order_accept(order_id=order.pk, actor=Actor(user=expert.user))
    services.order_confirm(order_id=order.pk, actor=Actor(user=staff))
    text = page(client, expert.user, order).content.decode()
    assert firm.name in text
    assert "13800005678" in text


def test_the_office_sees_the_firms_number_masked(client, order, staff):
    assert "138****5678" in page(client, staff, order).content.decode()


@pytest.mark.parametrize("action", ["accept", "decline", "release", "confirm", "refuse", "revoke"])
def test_strangers_find_no_order(client, order, other_staff, action):
    client.force_login(other_staff)
    assert client.get(order.get_absolute_url()).status_code == 404
    assert client.post(reverse(f"engagements:order-{action}", args=[order.code])).status_code == 404


def test_decline_without_reason_says_what_is_missing_and_keeps_the_words(client, order, expert):
    client.force_login(expert.user)
    response = client.post(
        reverse("engagements:order-decline", args=[order.code]), {"code": "other", "colleague": "李明"}
    )
    assert response.status_code == 422
    assert response.context["decline_form"].errors["reason"]
    assert "李明" in response.content.decode()


class TestPush:
    """Push from the match page: first what will happen, then the push."""

    def test_it_says_who_and_who_not_before_anything_happens(self, client, firm, staff, county):
        need = make.need(firm)
        free = baker.make_recipe("tests.expert", county=county)
        full = baker.make_recipe("tests.expert", county=county, capacity=0)
        client.force_login(staff)
        response = client.post(
            reverse("engagements:order-offer", args=[need.code]), {"experts": [free.code, full.code]}
        )
        assert [(expert, bool(refusal)) for expert, refusal in response.context["rows"]] == [
            (free, False),
            (full, True),
        ]
        assert need.orders.count() == 0

    def test_confirmed_it_pushes(self, client, firm, staff, county):
        need, expert = make.need(firm), baker.make_recipe("tests.expert", county=county)
        client.force_login(staff)
        client.post(
            reverse("engagements:order-offer", args=[need.code]),
            {"experts": [expert.code], "confirm": "1", "message": "请您支持"},
        )
        assert [(order.expert, order.message) for order in need.orders.all()] == [(expert, "请您支持")]

    def test_a_leader_does_not_push(self, client, firm, leader, county):
        need, expert = make.need(firm), baker.make_recipe("tests.expert", county=county)
        client.force_login(leader)
        response = client.post(
            reverse("engagements:order-offer", args=[need.code]), {"experts": [expert.code], "confirm": "1"}
        )
        assert response.status_code == 302
        assert need.orders.count() == 0


class TestLinkPage:
    """The expert without a sign-in."""

    def test_reading_answers_nothing_and_shows_no_firm(self, client, order, firm):
        response = client.get(answer_url(order))
        order.refresh_from_db()
        assert (response.status_code, order.status) == (200, "offered")
        assert firm.name not in response.content.decode()

    def test_accept(self, client, order):
        url = answer_url(order)
        response = client.post(url, {"accept": "1", "note": "可以先看现场"})
        order.refresh_from_db()
        assert (response.status_code, order.status, order.note) == (200, "accepted", "可以先看现场")
        assert client.post(url, {"accept": "1"}).status_code == 404  # used up

    def test_decline_with_a_colleague(self, client, order):
        client.post(answer_url(order), {"decline": "1", "code": "mismatch", "colleague": "李明，某大学"})
        order.refresh_from_db()
        assert (order.status, order.decline_code, order.colleague) == ("declined", "mismatch", "李明，某大学")

    def test_every_failure_looks_alike(self, client, order, staff):
        url = answer_url(order)
        services.order_revoke(order_id=order.pk, reason="需求调整", actor=Actor(user=staff))
        revoked, forged = client.get(url), client.get(reverse("engagements:order-answer", args=["f" * 64]))
        assert (revoked.status_code, forged.status_code) == (404, 404)


class TestNotices:
    """Who is told what; nobody reads more than their page shows."""

    def test_an_offer_reaches_an_expert_without_account_by_mail(
        self, firm, staff, county, django_capture_on_commit_callbacks
    ):
        need = make.need(firm)
        expert = baker.make_recipe("tests.expert", county=county, email="zj@example.cn")
        with django_capture_on_commit_callbacks(execute=True):
            services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=Actor(user=staff))
        (letter,) = mail.outbox
        assert letter.to == ["zj@example.cn"]
        assert "/answer/" in letter.body
        assert firm.name not in letter.body + letter.subject

    def test_acceptance_reaches_the_firm_without_the_name(
        self, order, expert, firm, django_capture_on_commit_callbacks
    ):
        member = make.member_of(firm)
        with django_capture_on_commit_callbacks(execute=True):
            services.order_accept(order_id=order.pk, actor=Actor(user=expert.user))
        notice = Notification.objects.get(user=member)
        assert notice.event == "order.accepted"
        assert expert.name not in notice.title + notice.body

    def test_the_unchosen_hear_the_reason(self, order, expert, staff, django_capture_on_commit_callbacks):
        services.order_accept(order_id=order.pk, actor=Actor(user=expert.user))
        with django_capture_on_commit_callbacks(execute=True):
            services.order_refuse(order_id=order.pk, code="cost", actor=Actor(user=staff))
        notice = Notification.objects.get(user=expert.user, event="order.not_selected")
        assert "费用" in notice.body


class TestApi:
    """The same scope and words as the pages."""

    def test_accept_through_the_api(self, client, order, expert):
        client.force_login(expert.user)
        response = client.post(
            f"/api/v1/orders/{order.code}/accept/", {"note": "可以"}, content_type="application/json"
        )
        assert (response.status_code, response.json()["status"]) == (200, "accepted")
        assert response.json()["enterprise_name"] is None

    def test_an_illegal_move_is_a_problem(self, client, order, staff):
        client.force_login(staff)
        response = client.post(f"/api/v1/orders/{order.code}/confirm/", {}, content_type="application/json")
        assert response.status_code == 409
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["type"].endswith("transition_refused")

    def test_lists_and_filters_are_scoped(self, client, order, expert, other_staff):
        client.force_login(other_staff)
        assert client.get("/api/v1/orders/").json()["results"] == []
        client.force_login(expert.user)
        body = client.get(f"/api/v1/orders/?need={order.need.code}&count=true").json()
        assert (body["count"], body["results"][0]["code"]) == (1, order.code)
        assert client.get("/api/v1/orders/?need__enterprise__phone__startswith=1").status_code == 400


def test_expiry_is_shown_as_a_date_in_working_days(client, order, expert):
    assert order.expires_at - order.offered_at >= timedelta(days=3)
    assert localtime(order.expires_at).strftime("%Y年%-m月") in page(client, expert.user, order).content.decode()
