"""What happens when sixteen people press at the same moment, on PostgreSQL: no seat twice, no load beyond capacity, no
order twice, one waiting run, one publication; and exactly one audit row for every move that was made."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils.timezone import now
from model_bakery import baker

from core import outbox
from core.actor import Actor
from core.errors import DomainError
from core.models import AuditEvent, OutboxMessage
from engagements.models import Order
from engagements.services import order_accept, order_confirm, order_offer
from enterprises.services import need_publish
from experts.models import Expert
from matching.models import MatchRun
from matching.services import run_request
from tests import make

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.invariants("I1", "I2", "I13"),
]
THREADS = 16


@pytest.fixture(autouse=True)
def _side_by_side():
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL (QIANXIAN_TEST_DATABASE_URL)")


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch):
    """What follows from an announcement is not the race: its handlers would score and mail in every thread."""
    monkeypatch.setattr(outbox, "_handlers", defaultdict(list))


def at_once(call, arguments):
    """``call`` of every argument at the same moment; the answers, refusals as their code."""
    barrier = Barrier(len(arguments))

    def run(argument):
        barrier.wait()
        try:
            return call(argument)
        except DomainError as exc:
            return exc.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def moves(verb):
    return AuditEvent.objects.filter(verb=verb).count()


@pytest.mark.parametrize("seats", [1, 3])
def test_one_seat_is_taken_once(county, staff, seats):
    need = make.need(baker.make_recipe("tests.enterprise", county=county), seats=seats)
    orders = [make.order(need, baker.make_recipe("tests.expert", county=county)) for _number in range(THREADS)]
    answers = at_once(lambda order: order_accept(order_id=order.pk, actor=Actor(user=staff)), orders)
    taken = Order.objects.taken().filter(need=need)
    assert taken.count() == seats
    assert sorted(taken.values_list("seat", flat=True)) == list(range(1, seats + 1))
    assert sum(isinstance(answer, Order) for answer in answers) == seats
    assert {answer for answer in answers if isinstance(answer, str)} == {"no_seat"}
    assert moves("accepted") == seats
    assert Expert.objects.filter(load=1).count() == seats
    print(f"{THREADS} accepts of {seats} seats: {taken.count()} taken, {moves('accepted')} recorded")  # noqa: T201


def test_a_double_click_accepts_once(county, staff):
    order = make.order(make.need(baker.make_recipe("tests.enterprise", county=county)))
    answers = at_once(lambda _number: order_accept(order_id=order.pk, actor=Actor(user=staff)), range(THREADS))
    assert all(isinstance(answer, Order) for answer in answers)
    assert (moves("accepted"), OutboxMessage.objects.filter(topic="order.accepted").count()) == (1, 1)
    assert Expert.objects.get(pk=order.expert_id).load == 1


def test_load_stays_within_capacity(county, staff):
    """One expert with room for two, sixteen needs."""
    firm = baker.make_recipe("tests.enterprise", county=county)
    expert = baker.make_recipe("tests.expert", county=county, capacity=2)
    orders = [make.order(make.need(firm), expert) for _number in range(THREADS)]
    answers = at_once(lambda order: order_accept(order_id=order.pk, actor=Actor(user=staff)), orders)
    expert.refresh_from_db()
    assert (expert.load, Order.objects.taken().filter(expert=expert).count(), moves("accepted")) == (2, 2, 2)
    assert sum(isinstance(answer, Order) for answer in answers) == 2


def test_a_pair_is_offered_once(county, staff):
    need = make.need(baker.make_recipe("tests.enterprise", county=county))
    expert = baker.make_recipe("tests.expert", county=county)
    at_once(lambda _number: order_offer(need_id=need.pk, expert_id=expert.pk, actor=Actor(user=staff)), range(THREADS))
    assert (Order.objects.count(), moves("offered")) == (1, 1)


def test_confirmation_and_its_double_click(county, staff):
    need = make.need(baker.make_recipe("tests.enterprise", county=county))
    order = make.order(need, baker.make_recipe("tests.expert", county=county))
    order_accept(order_id=order.pk, actor=Actor(user=staff))
    at_once(lambda _number: order_confirm(order_id=order.pk, actor=Actor(user=staff)), range(THREADS))
    need.refresh_from_db()
    assert (moves("confirmed"), need.status) == (1, "in_progress")


def test_a_batch_of_changes_is_one_run(county):
    def ask(_number):
        with transaction.atomic():
            return run_request(county_id=county.pk, trigger="experts").pk

    answers = at_once(ask, range(THREADS))
    assert MatchRun.objects.filter(status="queued").count() == 1
    assert set(answers) == {MatchRun.objects.get().pk}


def test_a_need_is_published_once(county, staff):
    firm = baker.make_recipe("tests.enterprise", county=county)
    need = make.need(
        firm, status="submitted", published_at=None, summary="降低烘干的单位能耗", submitted_at=now(), seats=1
    )
    at_once(lambda _number: need_publish(need_id=need.pk, actor=Actor(user=staff)), range(THREADS))
    need.refresh_from_db()
    assert need.status == "published"
    assert (moves("published"), OutboxMessage.objects.filter(topic="need.published").count()) == (1, 1)
