import structlog
from celery import shared_task
from django.utils.timezone import now
from django.utils.translation import gettext as _

from core.actor import Actor
from core.calendar import add_working_days
from core.errors import DomainError
from engagements import selectors, services
from enterprises.services import need_mark_unmet

log = structlog.get_logger(__name__)


@shared_task
def tick_orders() -> None:
    """Remind, escalate, expire, release; a need without a taker becomes 暂无匹配.

    Every step is idempotent: two schedulers are harmless."""
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
    for need_id in selectors.needs_without_taker(moment)[:500]:
        try:
            need_mark_unmet(need_id=need_id, reason=_("发布后无人接单"), actor=actor)
        except DomainError as exc:
            log.info("need.tick_refused", need_id=need_id, code=exc.code)
