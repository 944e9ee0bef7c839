"""Clocks of needs. Rules live in the services; running twice changes nothing twice."""

import structlog
from celery import shared_task
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import DomainError
from enterprises import selectors, services

log = structlog.get_logger(__name__)
BATCH = 500


@shared_task(ignore_result=True)
def tick_needs() -> None:
    """Needs whose day has passed and that nobody is considering become 已过期."""
    actor = Actor.system(str(_("期限")))
    for need_id in list(selectors.needs_past_deadline(localdate()).values_list("pk", flat=True)[:BATCH]):
        try:
            services.need_expire(need_id=need_id, actor=actor)
        except DomainError as exc:  # moved in between: the next tick looks again
            log.info("need.not_expired", need_id=need_id, code=exc.code)
