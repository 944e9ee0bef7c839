"""Terms of service: capacity, pauses, consent, contacts kept with the person."""

from datetime import date

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core import audit
from core.actor import Actor
from core.errors import Invalid
from experts import permissions
from experts.enums import ConsentState
from experts.models import Expert
from experts.services import base

CAPACITY_MAX = 20


@transaction.atomic(durable=True)
def capacity_set(*, expert_id: int, capacity: int, actor: Actor) -> Expert:
    """How many orders at once; never below what is already in hand."""
    expert = base.locked(expert_id, actor, permissions.can_edit)
    if not 0 <= capacity <= CAPACITY_MAX:
        raise Invalid(_("容量应在 0 至 {limit} 单之间。").format(limit=CAPACITY_MAX), field="capacity")
    if capacity < expert.load:
        raise Invalid(
            _("目前有 {load} 单在办，容量不能低于在办数。").format(load=expert.load),
            code="below_load",
            field="capacity",
        )
    if capacity != expert.capacity:
        before, expert.capacity = expert.capacity, capacity
        expert.version += 1
        expert.save(update_fields=["capacity", "version", "updated_at"])
        audit.record(expert, "capacity", actor=actor, old=before, new=capacity)
        base.announce(expert)
    return expert


@transaction.atomic(durable=True)
def pause_set(*, expert_id: int, start: date | None, end: date | None, actor: Actor) -> Expert:
    """暂不接单, from ``start`` (today when open) to ``end`` (until further notice when open), both inclusive."""
    expert = base.locked(expert_id, actor, permissions.can_edit)
    pause(expert, start=start, end=end, actor=actor)
    base.announce(expert)
    return expert


def pause(expert: Expert, *, start: date | None, end: date | None, actor: Actor) -> None:
    """Inside a transaction, under lock and after the permission check."""
    start = start or localdate()
    if end is not None and end < max(start, localdate()):
        raise Invalid(_("结束日期不能早于开始日期和今天。"), code="pause_order", field="paused_until")
    expert.paused_from, expert.paused_until = start, end
    expert.version += 1
    expert.save(update_fields=["paused_from", "paused_until", "version", "updated_at"])
    audit.record(expert, "pause", actor=actor, data={"from": str(start), "until": str(end or "")})


@transaction.atomic(durable=True)
def pause_clear(*, expert_id: int, actor: Actor) -> Expert:
    expert = base.locked(expert_id, actor, permissions.can_edit)
    if expert.paused_from is None:
        return expert
    expert.paused_from = expert.paused_until = None
    expert.version += 1
    expert.save(update_fields=["paused_from", "paused_until", "version", "updated_at"])
    audit.record(expert, "resume", actor=actor)
    base.announce(expert)
    return expert


@transaction.atomic(durable=True)
def consent_set(*, expert_id: int, consent: str, actor: Actor, reason: str = "") -> Expert:
    """Record whether the person agrees to be matched. The office records paper; the person speaks for themselves."""
    expert = base.locked(expert_id, actor, permissions.can_edit)
    if consent not in ConsentState.values:
        raise Invalid(_("不认识的授权状态。"), field="consent")
    if consent != expert.consent:
        before, expert.consent = expert.consent, consent
        expert.version += 1
        expert.save(update_fields=["consent", "version", "updated_at"])
        audit.record(expert, "consent", actor=actor, old=before, new=consent, reason=reason)
        base.announce(expert)
    return expert


@transaction.atomic(durable=True)
def contact_noted(*, expert_id: int, on: date, actor: Actor, note: str = "") -> Expert:
    """The office was in touch with the person (最近联系)."""
    expert = base.locked(expert_id, actor, permissions.can_manage)
    if on > localdate():
        raise Invalid(_("联系日期不能晚于今天。"), field="last_contacted_on")
    if expert.last_contacted_on is None or on > expert.last_contacted_on:
        expert.last_contacted_on = on
        expert.save(update_fields=["last_contacted_on", "updated_at"])
    audit.record(expert, "contacted", actor=actor, reason=note, data={"on": str(on)})
    return expert
