"""The outbox delivers, retries and parks; the audit trail seals and tells a changed byte."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils.timezone import now
from model_bakery import baker

from core import audit, outbox
from core.actor import Actor
from core.enums import OutboxStatus
from core.models import AuditEvent, OutboxMessage


@pytest.fixture
def topic():
    """A topic of this test alone, with the payloads its handler received."""
    received = []
    outbox.on("test.topic")(received.append)
    yield received
    outbox._handlers.pop("test.topic")


@pytest.mark.django_db
def test_emit_delivers_after_commit(topic, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        message = outbox.emit("test.topic", {"id": 7})
        assert topic == []
    message.refresh_from_db()
    assert (topic, message.status) == ([{"id": 7}], OutboxStatus.DONE)


@pytest.mark.django_db
def test_sweep_delivers_what_was_never_announced(topic):
    message = OutboxMessage.objects.create(topic="test.topic", payload={"id": 1}, available_at=now())
    assert outbox.due() == [message.pk]
    assert outbox.deliver(message.pk)
    assert not outbox.deliver(message.pk)  # a second delivery finds nothing to do
    assert topic == [{"id": 1}]


@pytest.mark.django_db
def test_poison_is_parked_after_five_tries():
    @outbox.on("test.poison")
    def fail(payload):
        raise RuntimeError("poison")

    message = OutboxMessage.objects.create(topic="test.poison", available_at=now())
    moment = now()
    try:
        for _attempt in range(outbox.MAX_ATTEMPTS):
            moment += timedelta(hours=2)
            with time_machine.travel(moment, tick=False):
                assert not outbox.deliver(message.pk)
    finally:
        outbox._handlers.pop("test.poison")
    message.refresh_from_db()
    assert (message.status, message.attempts) == (OutboxStatus.PARKED, outbox.MAX_ATTEMPTS)
    assert "poison" in message.last_error


@pytest.mark.django_db
def test_a_crash_in_mid_delivery_is_taken_up_after_the_lease(topic, settings):
    message = OutboxMessage.objects.create(topic="test.topic", available_at=now())
    OutboxMessage.objects.update(available_at=now() + timedelta(seconds=settings.WORK_LEASE_SECONDS))
    assert outbox.due() == []
    with time_machine.travel(now() + timedelta(seconds=settings.WORK_LEASE_SECONDS + 1)):
        assert outbox.due() == [message.pk]


@pytest.mark.django_db
def test_seal_finds_one_changed_byte():
    subject = baker.make_recipe("tests.county")
    for verb in ("a", "b", "c"):
        audit.record(subject, verb, actor=Actor.system())
    assert audit.seal_pending() == 3
    assert audit.seal_pending() == 0
    assert audit.broken_seals() == []
    second = AuditEvent.objects.get(verb="b")
    AuditEvent.objects.filter(pk=second.pk).update(reason="x")
    assert second.pk in audit.broken_seals()
