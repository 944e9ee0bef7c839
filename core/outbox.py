"""Announcements. ``emit`` writes a row in the business transaction; a worker delivers it after the commit.

Delivery is at least once: a handler takes ids, re-reads and is idempotent. Losing the broker loses nothing, because
the sweep finds every row that is still queued.
"""

from collections import defaultdict
from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.timezone import now
from kombu.exceptions import OperationalError

from core.enums import OutboxStatus
from core.models import OutboxMessage

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 5
_handlers = defaultdict(list)


def on(topic):
    """Register a handler ``f(payload)`` for ``topic``. Used in ``handlers.py`` only."""

    def register(handler):
        _handlers[topic].append(handler)
        return handler

    return register


def emit(topic, payload):
    """Announce that something happened. Called inside the transaction of the change; ``payload`` holds ids only."""
    message = OutboxMessage.objects.create(topic=topic, payload=payload, available_at=now())
    transaction.on_commit(lambda: announce(message.pk), robust=True)
    return message


def announce(message_id):
    """Tell the broker. When it is away the sweep does it later."""
    try:
        outbox_deliver.apply_async((message_id,), retry=False)
    except (OperationalError, OSError) as exc:
        log.warning("outbox.broker_away", message_id=message_id, error=type(exc).__name__)


@shared_task(name="core.tasks.outbox_deliver")
def outbox_deliver(message_id: int) -> None:
    """Deliver one message; delivering the same id twice runs its handlers once unless they failed."""
    deliver(message_id)


def deliver(message_id):
    """Run the handlers of one message. Returns True when they ran here; False when it was not ours or failed."""
    claimed = OutboxMessage.objects.filter(pk=message_id, status=OutboxStatus.QUEUED, available_at__lte=now()).update(
        attempts=F("attempts") + 1, available_at=now() + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    )
    if not claimed:
        return False
    message = OutboxMessage.objects.get(pk=message_id)
    try:
        for handler in _handlers[message.topic]:
            handler(message.payload)
    except Exception as exc:  # any handler's failure: kept with the row, tried again, then parked for a person
        log.exception("outbox.failed", topic=message.topic, message_id=message_id, attempts=message.attempts)
        parked = message.attempts >= MAX_ATTEMPTS
        OutboxMessage.objects.filter(pk=message_id).update(
            status=OutboxStatus.PARKED if parked else OutboxStatus.QUEUED,
            available_at=now() + timedelta(seconds=10 * 3**message.attempts),
            last_error=f"{type(exc).__name__}: {exc}"[:2000],
        )
        return False
    OutboxMessage.objects.filter(pk=message_id).update(status=OutboxStatus.DONE, delivered_at=now(), last_error="")
    return True


def due(limit=200):
    """Ids of messages that nobody has delivered and whose time has come, oldest first."""
    return list(
        OutboxMessage.objects.filter(status=OutboxStatus.QUEUED, available_at__lte=now())
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )
