"""The life of an order: every allowed move, what it opens, takes and frees, and what is refused."""

from datetime import timedelta

import pytest
import time_machine
from django.utils.timezone import now
from model_bakery import baker

from accounts.errors import LinkRefused
from accounts.models import LinkToken
from accounts.services import link_issue
from core.actor import Actor
from core.errors import DomainError, Invalid, NotPermitted, TransitionRefused
from core.models import AuditEvent, OutboxMessage
from engagements import services
from engagements.models import Order
from engagements.tasks import tick_orders
from enterprises.models import Disclosure
from enterprises.services import need_withdraw
from experts.models import ContactOpening, Expert
from matching.models import PairMark, Recusal
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, name="金乡县蒜香源食品有限公司", phone="13800005678")


@pytest.fixture
def need(firm):
    return make.need(firm)


@pytest.fixture
def member(firm):
    return make.member_of(firm)


@pytest.fixture
def expert(county):
    return make.expert_with_user(county, phone="13900001234")


@pytest.fixture
def office(staff):
    return Actor(user=staff)


@pytest.fixture
def offered(need, expert, office):
    return services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=office)


def accepted(order):
    return services.order_accept(order_id=order.pk, actor=Actor(user=order.expert.user))


def test_offer_discloses_the_summary_and_marks_the_pair(offered, need, expert):
    assert offered.status == "offered"
    assert offered.expires_at > now() + timedelta(days=2)
    disclosure = Disclosure.objects.get(order_code=offered.code)
    assert (disclosure.level, disclosure.user_id) == ("summary", expert.user_id)
    assert PairMark.objects.filter(need=need, expert=expert, kind="offered").exists()
    assert AuditEvent.objects.filter(object_code=offered.code, verb="offered").count() == 1
    assert OutboxMessage.objects.filter(topic="order.offered", payload={"id": offered.pk}).count() == 1


def test_accept_takes_seat_and_capacity_once_however_often_it_is_pressed(offered, expert):
    first, second = accepted(offered), accepted(offered)
    expert.refresh_from_db()
    assert (first.status, first.seat, second.seat, expert.load) == ("accepted", 1, 1, 1)
    assert AuditEvent.objects.filter(object_code=offered.code, verb="accepted").count() == 1


def test_confirm_opens_contacts_and_sets_the_need_to_work(offered, need, member, expert):
    accepted(offered)
    services.order_confirm(order_id=offered.pk, actor=Actor(user=member))
    need.refresh_from_db()
    assert need.status == "in_progress"
    opening = ContactOpening.objects.get(order_code=offered.code)
    assert (opening.expert, opening.firm_code, opening.closed_at) == (expert, need.enterprise.code, None)
    assert Disclosure.objects.filter(order_code=offered.code, level="full", closed_at=None).exists()
    assert make.unsound() == []


def test_confirming_the_last_seat_tells_the_others(offered, need, member, office, county):
    rival = services.order_offer(
        need_id=need.pk, expert_id=baker.make_recipe("tests.expert", county=county).pk, actor=office
    )
    accepted(offered)
    services.order_confirm(order_id=offered.pk, actor=Actor(user=member))
    rival.refresh_from_db()
    assert (rival.status, rival.not_selected_code) == ("not_selected", "other_chosen")
    assert rival.ended_at is not None
    assert make.unsound() == []


def test_two_seats_take_two_experts(need, office, county):
    need.seats = 2
    need.save(update_fields=["seats"])
    orders = [
        services.order_offer(need_id=need.pk, expert_id=make.expert_with_user(county).pk, actor=office)
        for _ in range(3)
    ]
    assert [accepted(order).seat for order in orders[:2]] == [1, 2]
    with pytest.raises(TransitionRefused) as refused:
        accepted(orders[2])
    assert refused.value.code == "no_seat"


def test_release_frees_seat_capacity_contacts_and_reopens_the_need(offered, need, member, expert):
    accepted(offered)
    services.order_confirm(order_id=offered.pk, actor=Actor(user=member))
    services.order_release(order_id=offered.pk, reason="项目时间冲突", actor=Actor(user=expert.user))
    need.refresh_from_db()
    expert.refresh_from_db()
    assert (need.status, expert.load) == ("published", 0)
    assert ContactOpening.objects.get(order_code=offered.code).closed_at is not None
    assert not Disclosure.objects.filter(order_code=offered.code, closed_at=None).exists()
    assert make.unsound() == []


@pytest.mark.parametrize("code", ["", "nonsense"])
def test_decline_needs_a_known_reason(offered, expert, code):
    with pytest.raises(Invalid) as refused:
        services.order_decline(order_id=offered.pk, code=code, actor=Actor(user=expert.user))
    assert refused.value.code == "reason_required"


def test_decline_for_another_reason_needs_words(offered, expert):
    actor = Actor(user=expert.user)
    with pytest.raises(Invalid):
        services.order_decline(order_id=offered.pk, code="other", actor=actor)
    order = services.order_decline(
        order_id=offered.pk, code="other", reason="出国访问", colleague="李明，某大学", actor=actor
    )
    assert (order.status, order.colleague, order.end_reason) == ("declined", "李明，某大学", "出国访问")
    assert make.unsound() == []


def test_a_declined_pair_may_be_offered_again(offered, need, expert, office):
    services.order_decline(order_id=offered.pk, code="no_time", actor=Actor(user=expert.user))
    again = services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=office)
    assert again.pk != offered.pk


def test_an_open_pair_is_not_offered_twice(offered, need, expert, office):
    with pytest.raises(TransitionRefused) as refused:
        services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=office)
    assert refused.value.code == "already_offered"
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paused_from": now().date() - timedelta(days=1)}, "paused"),
        ({"capacity": 0}, "full"),
    ],
)
def test_offer_refuses_whom_the_page_shows_as_unavailable(need, expert, office, change, code):
    Expert.objects.filter(pk=expert.pk).update(**change)
    with pytest.raises(TransitionRefused) as refused:
        services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=office)
    assert refused.value.code == code


def test_offer_refuses_recusal(need, expert, office, firm):
    baker.make(Recusal, enterprise=firm, expert=expert, reason="持股")
    with pytest.raises(TransitionRefused) as refused:
        services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=office)
    assert refused.value.code == "recusal"


def test_offer_does_not_reach_who_refused_matching(need, expert, office):
    Expert.objects.filter(pk=expert.pk).update(consent="refused")
    with pytest.raises(Expert.DoesNotExist):
        services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=office)


def test_accept_after_the_deadline_is_refused(offered, expert):
    with time_machine.travel(offered.expires_at + timedelta(minutes=1), tick=False), pytest.raises(TransitionRefused):
        accepted(offered)


def test_accept_is_refused_when_the_expert_is_full(offered, expert):
    Expert.objects.filter(pk=expert.pk).update(load=3)
    with pytest.raises(DomainError):
        accepted(offered)
    offered.refresh_from_db()
    assert (offered.status, offered.seat) == ("offered", None)


class TestWhoMayAct:
    """Owner, member and stranger of every write."""

    def test_a_strangers_order_does_not_exist(self, offered, other_staff, other_county):
        stranger = make.expert_with_user(other_county).user
        for user in (other_staff, stranger, baker.make_recipe("tests.user")):
            with pytest.raises(Order.DoesNotExist):
                services.order_accept(order_id=offered.pk, actor=Actor(user=user))

    def test_the_firm_may_not_answer_for_the_expert(self, offered, member):
        with pytest.raises(NotPermitted):
            services.order_accept(order_id=offered.pk, actor=Actor(user=member))

    def test_the_expert_may_not_confirm_for_the_firm(self, offered, expert):
        accepted(offered)
        with pytest.raises(NotPermitted):
            services.order_confirm(order_id=offered.pk, actor=Actor(user=expert.user))

    def test_a_leader_reads_only(self, offered, leader):
        with pytest.raises(NotPermitted):
            services.order_accept(order_id=offered.pk, actor=Actor(user=leader))

    def test_staff_answer_for_the_expert_on_record(self, offered, staff, expert):
        services.order_accept(order_id=offered.pk, actor=Actor(user=staff, on_behalf_of=expert.code))
        event = AuditEvent.objects.get(object_code=offered.code, verb="accepted")
        assert (event.user, event.on_behalf_of) == (staff, expert.code)

    def test_the_office_is_on_record_for_whom_it_acts_without_being_told_to(self, offered, staff, expert, firm):
        services.order_accept(order_id=offered.pk, actor=Actor(user=staff))
        services.order_confirm(order_id=offered.pk, actor=Actor(user=staff))
        behalf = dict(AuditEvent.objects.filter(object_code=offered.code).values_list("verb", "on_behalf_of"))
        assert (behalf["accepted"], behalf["confirmed"]) == (expert.code, firm.code)

    def test_a_firm_may_not_push(self, need, expert, member):
        with pytest.raises(NotPermitted):
            services.order_offer(need_id=need.pk, expert_id=expert.pk, actor=Actor(user=member))


class TestLink:
    """Answering from a signed single-use link."""

    def issue(self, order):
        return link_issue(
            purpose=services.LINK_PURPOSE,
            subject_code=order.expert.code,
            object_code=order.code,
            expires_at=order.expires_at,
        )

    def test_it_answers_once(self, offered):
        raw = self.issue(offered)
        actor = Actor.link(grant=offered.code, token=raw)
        assert services.order_accept(order_id=offered.pk, actor=actor).status == "accepted"
        assert LinkToken.objects.get().used_at is not None
        assert not LinkToken.objects.get().is_open

    def test_it_opens_no_other_order(self, offered, need, office, county):
        other = services.order_offer(
            need_id=need.pk, expert_id=baker.make_recipe("tests.expert", county=county).pk, actor=office
        )
        actor = Actor.link(grant=offered.code, token=self.issue(offered))
        with pytest.raises(Order.DoesNotExist):
            services.order_accept(order_id=other.pk, actor=actor)

    def test_a_forged_token_changes_nothing(self, offered):
        self.issue(offered)
        with pytest.raises(LinkRefused):
            services.order_accept(order_id=offered.pk, actor=Actor.link(grant=offered.code, token="f" * 64))
        offered.refresh_from_db()
        assert offered.status == "offered"

    def test_any_other_answer_closes_it(self, offered, expert):
        self.issue(offered)
        services.order_decline(order_id=offered.pk, code="no_time", actor=Actor(user=expert.user))
        assert not LinkToken.objects.get().is_open


class TestClock:
    """The ticks are the system's, idempotent, and leave nobody waiting."""

    clock = Actor.system("时限")

    def test_only_the_system_ticks(self, offered, office):
        with pytest.raises(NotPermitted):
            services.order_expire(order_id=offered.pk, actor=office)

    def test_an_offer_expires_after_its_deadline_and_not_before(self, offered):
        assert services.order_expire(order_id=offered.pk, actor=self.clock).status == "offered"
        with time_machine.travel(offered.expires_at + timedelta(seconds=1)):
            services.order_expire(order_id=offered.pk, actor=self.clock)
            order = services.order_expire(order_id=offered.pk, actor=self.clock)
        assert order.status == "expired"
        assert AuditEvent.objects.filter(object_code=offered.code, verb="expired").count() == 1

    def test_an_unconfirmed_seat_is_escalated_then_freed(self, offered, expert, need):
        order = accepted(offered)
        with time_machine.travel(order.confirm_by + timedelta(minutes=1)):
            services.order_escalate(order_id=order.pk, actor=self.clock)
            services.order_escalate(order_id=order.pk, actor=self.clock)
        assert OutboxMessage.objects.filter(topic="order.escalated").count() == 1
        with time_machine.travel(order.officer_by + timedelta(minutes=1)):
            order = services.order_lapse(order_id=order.pk, actor=self.clock)
        expert.refresh_from_db()
        assert (order.status, order.not_selected_code, expert.load) == ("not_selected", "no_reply", 0)
        assert make.unsound() == []

    def test_reminders_go_out_once(self, offered):
        services.order_remind(order_id=offered.pk, actor=self.clock)
        services.order_remind(order_id=offered.pk, actor=self.clock)
        assert OutboxMessage.objects.filter(topic="order.remind").count() == 1

    def test_the_tick_does_all_of_it(self, offered):
        with time_machine.travel(offered.expires_at + timedelta(minutes=1)):
            tick_orders()
            tick_orders()
        offered.refresh_from_db()
        assert offered.status == "expired"


def test_a_withdrawn_need_leaves_nobody_waiting(offered, need, office):
    need_withdraw(need_id=need.pk, reason="生产线停产", actor=office)
    services.need_orders_close(need_id=need.pk, actor=Actor.system())
    offered.refresh_from_db()
    assert (offered.status, offered.not_selected_code) == ("not_selected", "need_changed")
    assert make.unsound() == []


def test_a_need_nobody_took_becomes_unmet_after_its_working_days(need, offered, expert):
    tick_orders()
    need.refresh_from_db()
    assert need.status == "published"
    services.order_decline(order_id=offered.pk, code="no_time", actor=Actor(user=expert.user))
    with time_machine.travel(now() + timedelta(days=40)):
        tick_orders()
        tick_orders()
    need.refresh_from_db()
    assert need.status == "unmet"
    assert AuditEvent.objects.filter(object_code=need.code, verb="unmet").count() == 1
