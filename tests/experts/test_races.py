"""Places under contention, with real threads on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from model_bakery import baker

from core.errors import DomainError
from experts import services
from experts.models import Expert

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 8


@pytest.fixture(autouse=True)
def needs_postgres(db):
    if connection.vendor != "postgresql":
        pytest.skip("row locks need PostgreSQL (QIANXIAN_TEST_DATABASE_URL)")


def together(work):
    """Run ``work`` in every thread at once; how many succeeded."""
    barrier = Barrier(THREADS)

    def one(_number):
        try:
            barrier.wait(timeout=20)
            with transaction.atomic():
                work()
            return True
        except DomainError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(one, range(THREADS)))


def test_no_more_places_are_taken_than_there_are():
    expert = baker.make_recipe("tests.expert", capacity=3)
    assert together(lambda: services.load_reserve(expert_id=expert.pk)) == 3
    assert Expert.objects.get(pk=expert.pk).load == 3


def test_each_release_frees_one_place():
    expert = baker.make_recipe("tests.expert", capacity=5, load=5)
    assert together(lambda: services.load_release(expert_id=expert.pk)) == 5
    assert Expert.objects.get(pk=expert.pk).load == 0


def test_the_constraint_decides_when_no_lock_is_taken():
    expert = baker.make_recipe("tests.expert", capacity=1, load=1)
    from django.db import IntegrityError  # noqa: PLC0415 - only this case looks at the constraint itself
    from django.db.models import F  # noqa: PLC0415

    with pytest.raises(IntegrityError), transaction.atomic():
        Expert.objects.filter(pk=expert.pk).update(load=F("load") + 1)
