"""The life of an order. Locks are taken in one order everywhere: need, expert, order.

A seat of the need and a place of the expert's capacity are taken at acceptance and freed when the order ends without
an outcome; the database's constraints decide between two at once. Contacts open at confirmation, on record.
Topics: ``order.<verb>`` with the order's id.
"""

from dataclasses import replace

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.services import link_use, links_revoke
from core import audit, outbox
from core.calendar import add_working_days
from core.errors import DomainError, Invalid, NotPermitted, TransitionRefused, done_before, require
from core.text import clean_line, clean_text
from core.workflow import locked, move
from engagements import permissions
from engagements.enums import OPEN, ORDER_MOVES, TAKEN, DeclineReason, NotSelectedReason, OrderStatus
from engagements.models import Order
from enterprises.enums import DisclosureLevel
from enterprises.models import Need
from enterprises.services import need_close_disclosures, need_disclose, need_freed, need_taken
from experts.models import Expert
from experts.services import contact_close, contact_open, load_release, load_reserve
from matching.services import pair_mark_clear, pair_mark_offered, pair_refusal

LINK_PURPOSE = "order"
EXPERTS_MOVES = (OrderStatus.ACCEPTED, OrderStatus.DECLINED, OrderStatus.RELEASED)
FIRMS_MOVES = (OrderStatus.CONFIRMED, OrderStatus.NOT_SELECTED)


def _lock(actor, order_id):
    """The order in the actor's scope with its need and expert, all locked in the agreed order."""
    order = actor.scope(Order.objects).get(pk=order_id)  # outside the scope: DoesNotExist, a 404
    need = locked(Need.objects, pk=order.need_id)
    expert = locked(Expert.objects, pk=order.expert_id)
    order = locked(Order.objects, pk=order_id)
    order.need, order.expert = need, expert
    return order


def _seat(need):
    """The lowest free seat, or None."""
    taken = set(Order.objects.filter(need=need, status__in=TAKEN).values_list("seat", flat=True))
    return next((seat for seat in range(1, need.seats + 1) if seat not in taken), None)


@transaction.atomic(durable=True)
def order_offer(*, need_id, expert_id, actor, message="", reasons=(), band=""):
    """Push a need to one expert. The blind summary is disclosed now; a link is mailed by the topic's handler."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_offer(actor, need))
    expert = locked(Expert.objects.in_market_of([need.county_id]).for_matching(), pk=expert_id)
    require(pair_refusal(need, expert))
    if _seat(need) is None:
        raise TransitionRefused(_("席位已满：这项需求已有专家接单。"), code="no_seat")
    if expert.is_paused:
        raise TransitionRefused(_("{name}当前暂不接单。").format(name=expert), code="paused")
    if not expert.free_capacity:
        raise TransitionRefused(_("{name}在办订单已满。").format(name=expert), code="full")
    moment = now()
    try:
        with transaction.atomic():  # savepoint: the constraint decides between two pushes at once
            order = Order.objects.create(
                need=need,
                expert=expert,
                offered_by_id=actor.user_id,
                message=clean_text(message)[:300],
                reasons=list(reasons),
                band=band,
                offered_at=moment,
                expires_at=add_working_days(moment, settings.ORDER_OFFER_DAYS).at,
            )
    except IntegrityError as exc:
        raise TransitionRefused(
            _("已向{name}推送过这项需求，请等待答复。").format(name=expert), code="already_offered"
        ) from exc
    need_disclose(
        need=need, expert_code=expert.code, user_id=expert.user_id, order_code=order.code,
        level=DisclosureLevel.SUMMARY, actor=actor,
    )  # fmt: skip
    pair_mark_offered(need_id=need.pk, expert_id=expert.pk, actor=actor)
    audit.record(order, "offered", actor=actor, new=order.status, county=need.county)
    outbox.emit("order.offered", {"id": order.pk})
    return order


@transaction.atomic(durable=True)
def order_accept(*, order_id, actor, note=""):
    """Take an offered order. Raises ``Order.DoesNotExist`` outside the actor's scope, else ``DomainError``."""
    order = _lock(actor, order_id)
    if done_before(permissions.can_accept(actor, order), order.status == OrderStatus.ACCEPTED):
        return order
    seat = _seat(order.need)
    if seat is None:
        raise TransitionRefused(_("席位已满：已有其他专家接单。"), code="no_seat")
    moment = now()
    try:
        with transaction.atomic():  # savepoint: seat and capacity are constraints
            load_reserve(expert_id=order.expert_id)
            _move(
                order, OrderStatus.ACCEPTED, "accepted", actor, seat=seat, answered_at=moment,
                note=clean_text(note)[:500],
                confirm_by=add_working_days(moment, settings.ORDER_CONFIRM_DAYS).at,
                officer_by=add_working_days(moment, settings.ORDER_RELEASE_DAYS).at,
            )  # fmt: skip
    except IntegrityError as exc:
        raise TransitionRefused(_("席位已满或您的在办订单已满。"), code="no_seat") from exc
    return order


def _move(order, new, verb, actor, *, reason="", **changes):
    if order.status == OrderStatus.OFFERED:  # the answer is given: a link is used up, every other one is closed
        if actor.token:
            link_use(raw=actor.token, purpose=LINK_PURPOSE, object_code=order.code)
        links_revoke(purpose=LINK_PURPOSE, object_code=order.code)
    move(
        order, new, table=ORDER_MOVES, actor=_on_behalf(actor, order, new), verb=verb, topic=f"order.{verb}",
        reason=reason, data={"need": order.need.code}, **changes,
    )  # fmt: skip


def _on_behalf(actor, order, new):
    """代办: when the office answers for the expert or decides for the firm, the record names whom it acted for."""
    if actor.user_id is None or actor.on_behalf_of:
        return actor
    if new in EXPERTS_MOVES and not permissions.is_expert(actor, order):
        return replace(actor, on_behalf_of=order.expert.code)
    if new in FIRMS_MOVES and not permissions.is_firm(actor, order.need):
        return replace(actor, on_behalf_of=order.need.enterprise.code)
    return actor


@transaction.atomic(durable=True)
def order_decline(*, order_id, code, actor, reason="", colleague=""):
    """婉拒 with a reason code and, if the expert likes, a colleague's name."""
    order = _lock(actor, order_id)
    if done_before(permissions.can_decline(actor, order), order.status == OrderStatus.DECLINED):
        return order
    reason = clean_line(reason)[:300]
    if code not in DeclineReason.values:
        raise Invalid(_("请选择婉拒原因。"), field="code", code="reason_required")
    if code == DeclineReason.OTHER and not reason:
        raise Invalid(_("选择“其他”时请写一句说明。"), field="reason", code="reason_required")
    moment = now()
    _end(
        order, OrderStatus.DECLINED, "declined", actor, reason=reason, decline_code=code,
        colleague=clean_line(colleague)[:100], answered_at=moment,
    )  # fmt: skip
    return order


def _end(order, new, verb, actor, *, reason="", **changes):
    """End an order: what it held is freed, what it opened is closed, the pair's mark is lifted."""
    held, confirmed = order.status in TAKEN, order.status == OrderStatus.CONFIRMED
    _move(order, new, verb, actor, reason=reason, seat=None, ended_at=now(), end_reason=reason, **changes)
    if held:
        load_release(expert_id=order.expert_id)
    if confirmed:
        contact_close(order_code=order.code, actor=actor)
        others = Order.objects.filter(need=order.need, status__in=(OrderStatus.CONFIRMED, OrderStatus.CONVERTED))
        if not others.exclude(pk=order.pk).exists():
            need_freed(order.need, actor=actor)
    need_close_disclosures(need=order.need, order_code=order.code, actor=actor)
    pair_mark_clear(need_id=order.need_id, expert_id=order.expert_id, actor=actor)


@transaction.atomic(durable=True)
def order_confirm(*, order_id, actor):
    """The firm says yes: capacity is re-checked, contacts open, and when the last seat is taken the others are told."""
    order = _lock(actor, order_id)
    if done_before(permissions.can_confirm(actor, order), order.status == OrderStatus.CONFIRMED):
        return order
    if order.expert.load > order.expert.capacity or order.seat is None or order.seat > order.need.seats:
        raise DomainError(_("专家的在办订单已超过容量，请联系人才办协调。"), code="full")
    _move(order, OrderStatus.CONFIRMED, "confirmed", actor, confirmed_at=now())
    need = order.need
    need_disclose(
        need=need, expert_code=order.expert.code, user_id=order.expert.user_id, order_code=order.code,
        level=DisclosureLevel.FULL, actor=actor,
    )  # fmt: skip
    contact_open(expert_id=order.expert_id, order_code=order.code, firm_code=need.enterprise.code, actor=actor)
    need_taken(need, actor=actor)
    if _seat(need) is None:
        _close_rivals(order, actor)
    return order


def _close_rivals(order, actor):
    """已选他人: whoever still waited for the last seat is told, not left hanging."""
    rivals = Order.objects.filter(need=order.need, status=OrderStatus.OFFERED).exclude(pk=order.pk)
    for rival in rivals.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        rival.need = order.need
        _end(
            rival, OrderStatus.NOT_SELECTED, "not_selected", actor, reason=_("席位已由其他专家承接"),
            not_selected_code=NotSelectedReason.OTHER_CHOSEN,
        )  # fmt: skip


@transaction.atomic(durable=True)
def order_refuse(*, order_id, code, actor, reason=""):
    """未选中 by the firm, or by the officer for it, with a reason code."""
    order = _lock(actor, order_id)
    if done_before(permissions.can_refuse(actor, order), order.status == OrderStatus.NOT_SELECTED):
        return order
    if code not in NotSelectedReason.values:
        raise Invalid(_("请选择未选中的原因，专家会看到。"), field="code", code="reason_required")
    _end(
        order, OrderStatus.NOT_SELECTED, "not_selected", actor, reason=clean_line(reason)[:300], not_selected_code=code
    )
    return order


@transaction.atomic(durable=True)
def order_release(*, order_id, reason, actor):
    """退单 by the expert after accepting."""
    order = _lock(actor, order_id)
    if done_before(permissions.can_release(actor, order), order.status == OrderStatus.RELEASED):
        return order
    reason = clean_line(reason)[:300]
    if not reason:
        raise Invalid(_("请写明退单原因，企业会看到。"), field="reason", code="reason_required")
    _end(order, OrderStatus.RELEASED, "released", actor, reason=reason)
    return order


@transaction.atomic(durable=True)
def order_revoke(*, order_id, reason, actor):
    """撤单 by staff."""
    order = _lock(actor, order_id)
    if done_before(permissions.can_revoke(actor, order), order.status == OrderStatus.REVOKED):
        return order
    reason = clean_line(reason)[:300]
    if not reason:
        raise Invalid(_("请写明撤单原因，专家会看到。"), field="reason", code="reason_required")
    _end(order, OrderStatus.REVOKED, "revoked", actor, reason=reason)
    return order


def _require_clock(actor):
    if not actor.is_system:
        raise NotPermitted(_("此操作由系统按时限处理。"))


@transaction.atomic(durable=True)
def order_expire(*, order_id, actor):
    """超时: nobody answered until the deadline. Idempotent; a later answer is refused by ``can_accept``."""
    _require_clock(actor)
    order = _lock(actor, order_id)
    if order.status == OrderStatus.OFFERED and order.expires_at <= now():
        _end(order, OrderStatus.EXPIRED, "expired", actor, reason=_("超过接单时限未答复"))
    return order


@transaction.atomic(durable=True)
def order_remind(*, order_id, actor):
    """Remind whoever is to act: the expert of an offer that runs out, the firm of a confirmation past its time."""
    _require_clock(actor)
    order = _lock(actor, order_id)
    if order.reminded_at is None and order.status in (OrderStatus.OFFERED, OrderStatus.ACCEPTED):
        order.reminded_at = now()
        order.save(update_fields=["reminded_at"])
        outbox.emit("order.remind", {"id": order.pk, "status": order.status})
    return order


@transaction.atomic(durable=True)
def order_escalate(*, order_id, actor):
    """The firm has not confirmed in time: its officer is asked to act for it."""
    _require_clock(actor)
    order = _lock(actor, order_id)
    if order.escalated_at is None and order.status == OrderStatus.ACCEPTED and order.confirm_by <= now():
        order.escalated_at = now()
        order.save(update_fields=["escalated_at"])
        audit.record(order, "escalated", actor=actor, county=order.need.county)
        outbox.emit("order.escalated", {"id": order.pk})
    return order


@transaction.atomic(durable=True)
def order_lapse(*, order_id, actor):
    """Neither firm nor officer confirmed: the seat is freed and the expert is told why."""
    _require_clock(actor)
    order = _lock(actor, order_id)
    if order.status == OrderStatus.ACCEPTED and order.officer_by <= now():
        _end(
            order, OrderStatus.NOT_SELECTED, "not_selected", actor, reason=_("企业逾期未确认，席位已释放"),
            not_selected_code=NotSelectedReason.NO_REPLY,
        )  # fmt: skip
    return order


@transaction.atomic(durable=True)
def need_orders_close(*, need_id, actor):
    """A need that was withdrawn or expired leaves nobody waiting. Follows ``need.withdrawn`` and ``need.expired``."""
    need = locked(Need.objects, pk=need_id)
    for order in Order.objects.filter(need=need, status__in=OPEN).exclude(status=OrderStatus.CONVERTED).order_by("pk"):
        expert = locked(Expert.objects, pk=order.expert_id)
        order = locked(Order.objects, pk=order.pk)
        order.need, order.expert = need, expert
        if order.status == OrderStatus.CONFIRMED:
            continue  # work has begun: staff end it with a reason of their own
        _end(
            order, OrderStatus.NOT_SELECTED, "not_selected", actor, reason=need.status_reason[:300],
            not_selected_code=NotSelectedReason.NEED_CHANGED,
        )  # fmt: skip
