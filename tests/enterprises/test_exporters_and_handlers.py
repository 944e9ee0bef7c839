"""Ledgers follow the screen; notices tell each side what it may open; clocks act once."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils.timezone import localdate, now
from model_bakery import baker

from accounts.models import Notification
from core.actor import Actor
from core.documents.xlsx import write_ledger
from enterprises import handlers, services
from enterprises.exporters import EnterprisesLedger, NeedsLedger
from enterprises.models import Membership, Need
from enterprises.tasks import tick_needs
from tests import make

CREDIT = "91370828778346811K"


@pytest.fixture
def firm(county):
    return baker.make_recipe(
        "tests.enterprise", county=county, name="坤岳橡塑科技股份有限公司", credit_code=CREDIT, phone="13877776666",
        contact_name="鹿明远", remarks="内部",
    )  # fmt: skip


@pytest.fixture
def member(firm):
    return make.member_of(firm)


def rows(ledger, user, query="", county=None):
    found = ledger.queryset(user, QueryDict(query), county)
    return list(ledger.rows(found, user))


def test_the_need_ledger_is_masked_and_filtered_as_the_list(firm, staff, county, tmp_path):
    need = make.need(firm, budget_max=2_000_000, constraints={"cost": "两百万以内"})
    baker.make("enterprises.NeedTarget", need=need, name="臭气", current="28", target="20", unit="无量纲")
    make.need(firm, status="closed")
    make.need()  # another county's
    [row] = rows(NeedsLedger, staff, "status=published", county)
    assert (row["enterprise"], row["credit_code"], row["phone"]) == (firm.name, "9137**********811K", "138****6666")
    assert (row["targets"], row["constraints"], row["budget"]) == (
        "臭气：28 → 20（无量纲）",
        "成本：两百万以内",
        2_000_000,
    )
    with (tmp_path / "ledger.xlsx").open("wb") as file:
        assert write_ledger(file, title="技术需求台账", columns=NeedsLedger.columns(), rows=iter([row])) == 1


def test_a_blind_reader_exports_no_firm(firm, county):
    make.need(firm, confidentiality="summary", title="密封条", summary="摘要")
    [row] = rows(NeedsLedger, make.expert_with_user(county).user)
    assert "enterprise" not in row
    assert "坤岳" not in str(row)
    assert "密封条" not in str(row)
    assert row["budget"] is None


def test_the_firm_ledger(firm, staff, leader, county):
    make.need(firm)
    for user in (staff, leader):
        [row] = rows(EnterprisesLedger, user, "", county)
        assert (row["credit_code"], row["phone"], row["need_count"]) == ("9137**********811K", "138****6666", 1)
    assert rows(EnterprisesLedger, make.expert_with_user(county).user) == []


@pytest.mark.parametrize("count", [1, 3])
def test_ledgers_take_the_same_queries_whatever_they_hold(django_assert_num_queries, county, staff, count):
    for _n in range(count):
        make.need(baker.make_recipe("tests.enterprise", county=county))
    staff.county_ids()
    staff.market_county_ids  # noqa: B018 - read once per request
    with django_assert_num_queries(2):
        rows(NeedsLedger, staff)
    with django_assert_num_queries(2):
        rows(EnterprisesLedger, staff)


# -- notices


def told(user):
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("event", flat=True))


def test_each_side_is_told_of_the_other_once(
    django_capture_on_commit_callbacks, firm, member, staff, leader, other_staff
):
    with django_capture_on_commit_callbacks(execute=True):
        need = services.need_create(
            enterprise_id=firm.pk, actor=Actor(user=member),
            values={"title": "烟气", "situation": "冒烟", "blind_title": "烟气", "summary": "摘要"},
        )  # fmt: skip
        services.need_submit(need_id=need.pk, actor=Actor(user=member))
    assert (told(staff), told(member), told(leader), told(other_staff)) == (["need.submitted"], [], [], [])
    with django_capture_on_commit_callbacks(execute=True):
        services.need_return(need_id=need.pk, reason="请补指标", actor=Actor(user=staff))
    handlers.need_returned({"id": need.pk})  # delivered again
    assert told(member) == ["need.returned"]
    assert "请补指标" in Notification.objects.get(user=member).body
    with django_capture_on_commit_callbacks(execute=True):
        services.need_submit(need_id=need.pk, actor=Actor(user=member))
        services.need_publish(need_id=need.pk, actor=Actor(user=staff))
    assert told(member) == ["need.returned", "need.published"]


def test_a_late_delivery_tells_nothing_that_is_no_longer_true(firm, member):
    need = make.need(firm, status="published")
    for handler in (handlers.need_submitted, handlers.need_returned, handlers.need_rejected, handlers.need_unmet):
        handler({"id": need.pk})
    handlers.need_published({"id": 0})
    assert told(member) == []


@pytest.mark.parametrize(
    ("status", "handler"),
    [("rejected", handlers.need_rejected), ("unmet", handlers.need_unmet), ("expired", handlers.need_expired)],
)
def test_no_end_without_a_notice(firm, member, status, handler):
    need = make.need(firm, status=status, status_reason="理由", reviewed_at=now())
    handler({"id": need.pk})
    assert len(told(member)) == 1


def test_the_officer_hears_alone(django_capture_on_commit_callbacks, firm, member, staff, admin):
    need = make.need(firm, status="draft", source="staff", officer=admin)
    with django_capture_on_commit_callbacks(execute=True):
        services.need_submit(need_id=need.pk, actor=Actor(user=member))
    assert (told(admin), told(staff)) == (["need.submitted"], [])


def test_a_firm_hears_of_its_verification(django_capture_on_commit_callbacks, firm, member, staff):
    with django_capture_on_commit_callbacks(execute=True):
        services.enterprise_refuse(enterprise_id=firm.pk, reason="代码不符", actor=Actor(user=staff))
        services.enterprise_update(enterprise_id=firm.pk, values={"name": "更正后的有限公司"}, actor=Actor(user=member))
        services.enterprise_verify(enterprise_id=firm.pk, actor=Actor(user=staff))
    assert told(member) == ["enterprise.verified"]  # the refusal was over when it was delivered


def test_a_closed_account_acts_for_no_firm(member):
    handlers.user_deactivated({"user_id": member.pk})
    handlers.user_deactivated({"user_id": member.pk})
    assert not Membership.objects.get(user=member).is_active


def test_the_clock_expires_what_nobody_considers(firm):
    yesterday = localdate() - timedelta(days=1)
    late, considered, due = (make.need(firm, deadline=day) for day in (yesterday, yesterday, localdate()))
    baker.make("enterprises.Disclosure", need=considered, level="summary", order_code="DD-1", expert_code="ZJ-1")
    for _twice in range(2):
        tick_needs()
    assert list(Need.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "published", "published"]
    assert {late.pk, considered.pk, due.pk} == set(Need.objects.values_list("pk", flat=True))
