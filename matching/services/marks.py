"""What people said about a pair. A mark acts on the list at once; a blocked pair is masked in the next run too."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.errors import Invalid, Refusal, TransitionRefused, require
from core.text import clean_line
from core.workflow import locked
from enterprises.models import Enterprise, Need
from experts.models import Expert
from matching import permissions
from matching.enums import BlockReason, MarkKind
from matching.models import PairMark, Recusal


def _pair(need_id, expert_id, actor):
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_mark(actor, need))
    expert = actor.scope(Expert.objects).filter(county=need.county_id).get(pk=expert_id)
    return need, expert


def _set(need, expert, kind, actor, **fields):
    mark, is_new = PairMark.objects.get_or_create(
        need=need, expert=expert, kind=kind, defaults={"created_by_id": actor.user_id, **fields}
    )
    if is_new:
        audit.record(
            need, f"mark_{kind}", actor=actor, reason=fields.get("reason", ""), data={"expert": expert.code, **fields}
        )
    return mark


@transaction.atomic(durable=True)
def pair_pin(*, need_id, expert_id, actor):
    """置顶: keep the expert above the ranking."""
    need, expert = _pair(need_id, expert_id, actor)
    PairMark.objects.filter(need=need, expert=expert, kind=MarkKind.BLOCKED).delete()
    return _set(need, expert, MarkKind.PINNED, actor)


@transaction.atomic(durable=True)
def pair_block(*, need_id, expert_id, reason_code, actor, reason=""):
    """屏蔽 with a reason: hidden from the list at once and masked in later runs."""
    need, expert = _pair(need_id, expert_id, actor)
    reason = clean_line(reason)[:200]
    if reason_code not in BlockReason.values:
        raise Invalid(_("请选择屏蔽的理由。"), field="reason_code", code="reason_required")
    if reason_code == BlockReason.OTHER and not reason:
        raise Invalid(_("选择“其他”时请写一句说明。"), field="reason", code="reason_required")
    PairMark.objects.filter(need=need, expert=expert, kind=MarkKind.PINNED).delete()
    mark = _set(need, expert, MarkKind.BLOCKED, actor, reason_code=reason_code, reason=reason)
    outbox.emit("pair.blocked", {"need_id": need.pk, "expert_id": expert.pk})
    return mark


@transaction.atomic(durable=True)
def pair_unmark(*, need_id, expert_id, kind, actor):
    """Lift a pin or a block; the audit trail keeps both."""
    need, expert = _pair(need_id, expert_id, actor)
    if kind not in (MarkKind.PINNED, MarkKind.BLOCKED):
        raise Invalid(_("不认识的标记。"), field="kind")
    deleted, _rows = PairMark.objects.filter(need=need, expert=expert, kind=kind).delete()
    if deleted:
        audit.record(need, f"unmark_{kind}", actor=actor, data={"expert": expert.code})
        outbox.emit("pair.unmarked", {"need_id": need.pk, "expert_id": expert.pk})
    return bool(deleted)


def pair_refusal(need, expert):
    """Why this pair must not be brought together, or None. Asked when an order is offered."""
    block = PairMark.objects.filter(need=need, expert=expert, kind=MarkKind.BLOCKED).first()
    if block is not None:
        return Refusal(
            _("{name}已被屏蔽（{reason}），解除屏蔽后才能推送。").format(
                name=expert, reason=block.get_reason_code_display()
            ),
            code="blocked",
            error=TransitionRefused,
        )
    recusal = Recusal.objects.filter(enterprise=need.enterprise_id, expert=expert).first()
    if recusal is not None:
        return Refusal(
            _("{name}与该企业存在回避关系：{reason}。").format(name=expert, reason=recusal.reason),
            code="recusal",
            error=TransitionRefused,
        )
    return None


def pair_mark_offered(*, need_id, expert_id, actor):
    """The orders tell: this pair has an open order. A plain helper inside the order's transaction."""
    PairMark.objects.get_or_create(
        need_id=need_id, expert_id=expert_id, kind=MarkKind.OFFERED, defaults={"created_by_id": actor.user_id}
    )


def pair_mark_clear(*, need_id, expert_id, actor):
    """The orders tell: the pair's open order has ended."""
    PairMark.objects.filter(need=need_id, expert=expert_id, kind=MarkKind.OFFERED).delete()


@transaction.atomic(durable=True)
def recusal_add(*, enterprise_id, expert_id, reason, actor):
    """回避: same unit, family, shareholder … Checked at scoring and again when an order is offered."""
    enterprise = locked(actor.scope(Enterprise.objects), pk=enterprise_id)
    require(permissions.can_mark(actor, enterprise))
    expert = actor.scope(Expert.objects).filter(county=enterprise.county_id).get(pk=expert_id)
    reason = clean_line(reason)[:200]
    if not reason:
        raise Invalid(_("请写明回避的关系。"), field="reason", code="reason_required")
    recusal, is_new = Recusal.objects.get_or_create(
        enterprise=enterprise, expert=expert, defaults={"reason": reason, "created_by_id": actor.user_id}
    )
    if is_new:
        audit.record(enterprise, "recusal_add", actor=actor, reason=reason, data={"expert": expert.code})
        outbox.emit("recusal.changed", {"county_id": enterprise.county_id})
    return recusal


@transaction.atomic(durable=True)
def recusal_remove(*, recusal_id, actor):
    recusal = Recusal.objects.select_related("enterprise", "expert").get(
        pk=recusal_id, enterprise__in=actor.scope(Enterprise.objects)
    )
    require(permissions.can_mark(actor, recusal.enterprise))
    audit.record(
        recusal.enterprise, "recusal_remove", actor=actor, old=recusal.reason[:40], data={"expert": recusal.expert.code}
    )
    county_id = recusal.enterprise.county_id
    recusal.delete()
    outbox.emit("recusal.changed", {"county_id": county_id})
