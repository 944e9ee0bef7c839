from celery import shared_task

from core import audit, outbox


@shared_task
def outbox_deliver(message_id: int) -> None:
    """Deliver one message; delivering the same id twice runs its handlers once unless they failed."""
    outbox.deliver(message_id)


@shared_task
def outbox_sweep() -> None:
    """Deliver what a crash or a lost broker left behind. Idempotent: two schedulers are harmless."""
    for message_id in outbox.due():
        outbox.deliver(message_id)


@shared_task
def audit_seal() -> None:
    audit.seal_pending()
