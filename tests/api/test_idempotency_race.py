"""Two of the same request at the same moment: one effect. Needs a database that runs them side by side."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from model_bakery import baker

from accounts.models import IdempotencyKey, Notification
from core.models import AuditEvent

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 8


def test_simultaneous_writes_with_one_key_have_one_effect():
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL (QIANXIAN_TEST_DATABASE_URL)")
    user = baker.make_recipe("tests.user")
    rows = [baker.make(Notification, user=user, key=f"k{number}") for number in range(3)]
    barrier = Barrier(THREADS)

    def send(number):
        client = Client()
        client.force_login(user)
        barrier.wait()
        try:
            response = client.post("/api/v1/notifications/read-all/", headers={"idempotency-key": "K-1"})
            return response.status_code, response.content
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, range(THREADS)))
    assert {status for status, _body in answers} <= {200, 409}
    bodies = {body for status, body in answers if status == 200}
    assert bodies == {b'{"count": 3}'} or bodies == {b'{"count":3}', b'{"count": 3}'} or bodies == {b'{"count":3}'}
    assert IdempotencyKey.objects.count() == 1
    assert Notification.objects.filter(read_at=None).count() == 0
    assert len(rows) == 3
    assert AuditEvent.objects.count() == 0
