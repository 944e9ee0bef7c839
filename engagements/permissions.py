"""Who may do what with an order, and why not. The order is already in the person's sight."""

from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.enums import Role
from core.errors import Refusal, TransitionRefused
from engagements.enums import ORDER_MOVES, OrderStatus
from enterprises.enums import NeedStatus
from enterprises.models import Membership

OFFERABLE = (NeedStatus.PUBLISHED, NeedStatus.UNMET, NeedStatus.IN_PROGRESS)


def is_office(actor, need):
    return actor.is_system or (
        actor.user is not None and actor.user.has_role(Role.STAFF, Role.ADMIN, county_id=need.county_id)
    )


def is_expert(actor, order):
    """The expert, signed in or by the order's own link."""
    if actor.grant:
        return actor.grant == order.code
    return actor.user_id is not None and order.expert.user_id == actor.user_id


def is_firm(actor, need):
    return (
        actor.user_id is not None
        and Membership.objects.filter(enterprise=need.enterprise_id, user=actor.user_id, is_active=True).exists()
    )


def _refuse_state(message):
    return Refusal(message, code="transition_refused", error=TransitionRefused)


def _move(order, new):
    if new not in ORDER_MOVES[order.status]:
        return _refuse_state(_("订单“{status}”，不能执行此操作。").format(status=order.get_status_display()))
    return None


def can_offer(actor, need):
    if not is_office(actor, need):
        return Refusal(_("推送订单由人才办工作人员办理。"))
    if need.status not in OFFERABLE:
        return _refuse_state(_("需求“{status}”，不能推送。请先发布需求。").format(status=need.get_status_display()))
    return None


def _as_expert(actor, order):
    """The expert, or staff for the expert (代办)."""
    if is_expert(actor, order) or is_office(actor, order.need):
        return None
    return Refusal(_("只有收到订单的专家可以答复。"))


def can_accept(actor, order):
    refusal = _as_expert(actor, order) or _move(order, OrderStatus.ACCEPTED)
    if refusal is None and order.expires_at <= now():
        return _refuse_state(_("已过接单截止时间。如仍愿意承接，请联系人才办重新推送。"))
    if refusal is None and order.need.status not in OFFERABLE:
        return _refuse_state(_("需求“{status}”，不再接单。").format(status=order.need.get_status_display()))
    return refusal


def can_decline(actor, order):
    return _as_expert(actor, order) or _move(order, OrderStatus.DECLINED)


def can_release(actor, order):
    """退单 by the expert, or by staff for the expert."""
    return _as_expert(actor, order) or _move(order, OrderStatus.RELEASED)


def _as_firm(actor, order):
    if is_firm(actor, order.need) or is_office(actor, order.need):
        return None
    return Refusal(_("由发布需求的企业确认；逾期由帮办专员代为处理。"))


def can_confirm(actor, order):
    return _as_firm(actor, order) or _move(order, OrderStatus.CONFIRMED)


def can_refuse(actor, order):
    """未选中, with a reason."""
    return _as_firm(actor, order) or _move(order, OrderStatus.NOT_SELECTED)


def can_revoke(actor, order):
    if not is_office(actor, order.need):
        return Refusal(_("撤单由人才办工作人员办理。"))
    return _move(order, OrderStatus.REVOKED)
