"""Reads around orders: what waits for whom, what a firm may see of an expert, what the clock must look at."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from core.calendar import add_working_days
from core.codes import mask_email, mask_name, mask_phone
from engagements.enums import OPEN, OrderStatus
from engagements.models import Order
from enterprises.enums import NeedStatus
from enterprises.models import Membership, Need
from enterprises.selectors import NeedView, need_levels
from experts.selectors import contact_opened
from matching.wording import reason_rows

NAMED = (OrderStatus.CONFIRMED, OrderStatus.CONVERTED)


@dataclass(frozen=True)
class ExpertCard:
    """An expert as the viewer of an order may see them: whole to the office and to the expert, blind to the firm until
    the order is confirmed, then with the contact that the confirmation opened."""

    name: str
    unit: str
    title: str
    fields: tuple
    is_named: bool
    contact: dict | None = None


@dataclass(frozen=True)
class OrderView:
    """One order as one viewer may read it. Pages, the API and messages render this, never the row."""

    order: Order
    need: NeedView
    expert: ExpertCard
    reasons: list
    firm_phone: str
    is_office: bool
    is_firm: bool
    is_expert: bool

    @property
    def message(self):
        """The office's words to the expert are not the firm's."""
        return self.order.message if self.is_office or self.is_expert else ""

    @property
    def end_reason(self):
        """Free text goes to the office, to whoever wrote it, and to the side that its form names as reader."""
        status = self.order.status
        to_expert = status in (OrderStatus.DECLINED, OrderStatus.RELEASED, OrderStatus.REVOKED)
        to_firm = status in (OrderStatus.NOT_SELECTED, OrderStatus.RELEASED)
        shown = self.is_office or (self.is_expert and to_expert) or (self.is_firm and to_firm)
        return self.order.end_reason if shown else ""


def expert_card(order, *, named, with_contact=False):
    expert = order.expert
    return ExpertCard(
        name=expert.name if named else mask_name(expert.name),
        unit=str(expert.institution or "") if named else str(_("（确认后可见）")),
        title=expert.title,
        fields=tuple(expert.research_fields),
        is_named=named,
        contact=contact_opened(order_code=order.code) if with_contact else None,
    )


def _firm_phone(order, *, opened):
    """The firm's number: whole to itself and to the expert of a confirmed order, masked to everybody else."""
    phone = order.need.enterprise.phone
    return phone if opened else mask_phone(phone)


def order_views(orders, user):
    """Orders that ``visible_to(user)`` gave, as the user may read them; a constant number of queries for a list."""
    orders = list(orders)
    needs = {order.need_id: order.need for order in orders}
    levels = need_levels(needs.values(), user)
    counties = user.county_ids()
    firms = set(Membership.objects.filter(user=user.pk, is_active=True).values_list("enterprise_id", flat=True))
    chains = {order.need.chain_id: str(order.need.chain) for order in orders if order.need.chain_id}
    views = []
    for order in orders:
        is_office = order.need.county_id in counties
        is_firm = order.need.enterprise_id in firms
        is_expert = order.expert.user_id == user.pk
        views.append(
            OrderView(
                order=order,
                need=NeedView(order.need, levels[order.need_id]),
                expert=expert_card(order, named=is_office or is_expert or order.status in NAMED),
                reasons=reason_rows(
                    order.reasons, chains=chains, blind=not (is_office or is_expert or order.status in NAMED)
                ),
                firm_phone=_firm_phone(order, opened=is_firm or (is_expert and order.status in NAMED)),
                is_office=is_office,
                is_firm=is_firm,
                is_expert=is_expert,
            )
        )
    return views


def order_view(order, user):
    """One order with the contact that its confirmation opened: whole for the firm, masked for the office, which
    reveals it in the register, on record."""
    (view,) = order_views([order], user)
    if order.status in NAMED and (view.is_firm or view.is_office):
        card = expert_card(order, named=True, with_contact=True)
        if card.contact and not view.is_firm:
            masked = {"phone": mask_phone(card.contact["phone"]), "email": mask_email(card.contact["email"])}
            card = replace(card, contact=card.contact | masked)
        return replace(view, expert=card)
    return view


def orders_awaiting_expert(user):
    """The expert's inbox: offers still open, the most urgent first."""
    offers = Order.objects.filter(expert__user=user.pk, status=OrderStatus.OFFERED, expires_at__gt=now())
    return offers.for_list().order_by("expires_at")


def orders_awaiting_firm(user):
    """Accepted orders that the user's firms must confirm."""
    waiting = Order.objects.visible_to(user).filter(
        status=OrderStatus.ACCEPTED,
        need__enterprise__memberships__user=user.pk,
        need__enterprise__memberships__is_active=True,
    )
    return waiting.for_list().order_by("confirm_by")


def orders_awaiting_office(user):
    """What the office must push along: confirmations past their time and offers about to run out."""
    return (
        Order.objects.visible_to(user)
        .filter(
            need__county__in=user.county_ids("staff", "admin"), status__in=(OrderStatus.OFFERED, OrderStatus.ACCEPTED)
        )
        .for_list()
        .order_by("expires_at")
    )


def orders_of_need(need, user):
    return Order.objects.visible_to(user).filter(need=need).for_list()


def open_order_count(need):
    return Order.objects.filter(need=need, status__in=OPEN).count()


# -- for the clock


def offers_due(moment):
    return Order.objects.filter(status=OrderStatus.OFFERED, expires_at__lte=moment)


def offers_to_remind(before):
    return Order.objects.filter(status=OrderStatus.OFFERED, reminded_at=None, expires_at__lte=before)


def confirmations_due(moment):
    return Order.objects.filter(status=OrderStatus.ACCEPTED, confirm_by__lte=moment)


def confirmations_to_lapse(moment):
    return Order.objects.filter(status=OrderStatus.ACCEPTED, officer_by__lte=moment)


def needs_without_taker(moment: datetime) -> list[int]:
    """Ids of published needs that nobody was asked for, or nobody took, in the time that is given."""
    limit = settings.NEED_UNMET_DAYS
    waiting = Order.objects.filter(need=OuterRef("pk"), status__in=OPEN)
    needs = Need.objects.filter(status=NeedStatus.PUBLISHED, published_at__lt=moment - timedelta(days=limit))
    rows = needs.exclude(Exists(waiting)).order_by("pk").values_list("pk", "published_at")
    return [pk for pk, published in rows if published and add_working_days(published, limit).at <= moment]
