"""Orders in hand. Plain helpers inside the transaction of the order that takes or frees a place."""

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.errors import DomainError
from experts.enums import ConsentState, ExpertStatus
from experts.errors import NoCapacity, Unavailable
from experts.models import Expert
from experts.services import base


def load_reserve(*, expert_id: int) -> Expert:
    """Take one of the expert's places. The row lock serves the honest case; the conditional update and the constraint
    ``expert_load_within_capacity`` decide a race. Refuses when full, paused, archived or not willing."""
    _in_transaction()
    expert = Expert.objects.select_for_update(no_key=True).get(pk=expert_id)
    if expert.status != ExpertStatus.ACTIVE or expert.consent == ConsentState.REFUSED:
        raise Unavailable(_("该专家目前不在库或不参与接单。"))
    if expert.is_paused:
        raise Unavailable(_("该专家目前暂不接单。"), code="expert_paused")
    taken = Expert.objects.filter(pk=expert_id, load__lt=F("capacity")).update(load=F("load") + 1)
    if not taken:
        raise NoCapacity(
            _("该专家在办订单已满（{load}/{capacity} 单）。").format(load=expert.load, capacity=expert.capacity)
        )
    expert.load += 1
    base.announce(expert)
    return expert


def load_release(*, expert_id: int) -> Expert:
    """Give one place back. Freeing needs no availability check; below zero is a fault of the caller."""
    _in_transaction()
    expert = Expert.objects.select_for_update(no_key=True).get(pk=expert_id)
    if not Expert.objects.filter(pk=expert_id, load__gt=0).update(load=F("load") - 1):
        raise DomainError(_("该专家没有在办订单。"), code="expert_not_loaded")
    expert.load -= 1
    base.announce(expert)
    return expert


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("call this inside the transaction of the order")
