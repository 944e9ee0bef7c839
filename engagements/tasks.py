import structlog
from celery import shared_task
from django.utils.timezone import now

from core.actor import Actor
from core.calendar import add_working_days
from core.errors import DomainError
from engagements import selectors, services

log = structlog.get_logger(__name__)


@shared_task
def tick_orders() -> None:
    """Remind, escalate, expire and release what is due. Every step is idempotent: two schedulers are harmless."""
    moment, actor = now(), Actor.system("时限")
    remind_before = add_working_days(moment, 1).at
    steps = (
        (selectors.offers_due(moment), services.order_expire),
        (selectors.offers_to_remind(remind_before), services.order_remind),
        (selectors.confirmations_to_lapse(moment), services.order_lapse),
        (selectors.confirmations_due(moment).filter(escalated_at=None), services.order_escalate),
    )
    for due, step in steps:
        for order_id in due.order_by("pk").values_list("pk", flat=True)[:500]:
            try:
                step(order_id=order_id, actor=actor)
            except DomainError as exc:  # somebody acted in the same moment; the rest goes on
                log.info("order.tick_refused", order_id=order_id, code=exc.code)
