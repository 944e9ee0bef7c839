from datetime import timedelta

from celery import shared_task

from core import audit, outbox
from core.intake import work

SEALED_AFTER = timedelta(minutes=15)  # no transaction is open longer: the tasks' hard limit


@shared_task
def outbox_sweep() -> None:
    """Deliver what a crash or a lost broker left behind. Idempotent: two schedulers are harmless."""
    for message_id in outbox.due():
        outbox.deliver(message_id)


@shared_task
def audit_seal() -> None:
    audit.seal_pending(older_than=SEALED_AFTER)


@shared_task
def import_work(batch_id: int) -> None:
    """Preview, write or take back one import; delivering the same id twice does it once."""
    work.batch_work(batch_id)


@shared_task
def sweep_imports() -> None:
    """Take up what waits for its turn, or what a crash left behind."""
    for batch_id in work.batches_to_resume():
        import_work.delay(batch_id)
