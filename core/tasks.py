from celery import shared_task

from core import audit, outbox


@shared_task
def outbox_sweep() -> None:
    """Deliver what a crash or a lost broker left behind. Idempotent: two schedulers are harmless."""
    for message_id in outbox.due():
        outbox.deliver(message_id)


@shared_task
def audit_seal() -> None:
    audit.seal_pending()
