"""Topics this app answers to: who is told what when an order moves, and what a need's ending means for its orders.

Each message is written for its recipient alone: the blind title to the expert before confirmation, no expert's name to
the firm before it.
"""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.services import absolute, link_issue, mail_send, notify
from core import outbox
from core.actor import Actor
from engagements import services
from engagements.models import Order
from enterprises.models import Membership, Need


def _order(payload):
    return Order.objects.select_related("need__enterprise", "need__county", "expert__institution").get(pk=payload["id"])


def _firm_users(order):
    return list(
        Membership.objects.filter(enterprise=order.need.enterprise_id, is_active=True).values_list("user_id", flat=True)
    )


def _office_users(order):
    return [pk for pk in {order.offered_by_id, order.need.officer_id} if pk]


def _tell(order, event, *, users, title, body="", email=False):
    with override("zh-hans"):
        notify(
            user_ids=users, event=event, title=str(title), body=str(body), url=order.get_absolute_url(),
            key=f"{event}:{order.pk}", email=email,
        )  # fmt: skip


def _mail_expert(order, event, *, subject, body):
    """An expert without an account still hears by mail; one with an account is told by ``_tell``."""
    if order.expert.user_id is None and order.expert.email:
        mail_send(
            recipient=order.expert.email, key=f"{event}:{order.pk}:expert", event=event, subject=str(subject),
            body=str(body),
        )  # fmt: skip


def answer_url(order):
    raw = link_issue(
        purpose=services.LINK_PURPOSE,
        subject_code=order.expert.code,
        object_code=order.code,
        expires_at=order.expires_at,
    )
    return reverse("engagements:order-answer", args=[raw])


@outbox.on("order.offered")
def expert_asked(payload):
    """The offer goes out with a signed link: no sign-in is needed to answer."""
    order = _order(payload)
    if order.status != "offered":
        return
    title = _("邀请您承接：{title}").format(title=order.need.public_title)
    body = _("{county}人才办邀请您看一项需求：{summary}\n请在{until:%m-%d %H:%M}前答复：{url}").format(
        county=order.need.county.name,
        summary=order.need.summary or order.need.public_title,
        until=order.expires_at.astimezone(),
        url=absolute(answer_url(order)),
    )
    _tell(order, "order.offered", users=[order.expert.user_id], title=title, body=body, email=True)
    _mail_expert(order, "order.offered", subject=title, body=body)


@outbox.on("order.remind")
def waiting_reminded(payload):
    order = _order(payload)
    if order.status == "offered":
        title = _("请尽快答复：{title}").format(title=order.need.public_title)
        _tell(order, "order.remind", users=[order.expert.user_id], title=title, email=True)
        _mail_expert(order, "order.remind", subject=title, body=title)


@outbox.on("order.accepted")
def firm_asked_to_confirm(payload):
    order = _order(payload)
    _tell(
        order, "order.accepted", users=_firm_users(order), email=True,
        title=_("有专家接单：{title}，请确认").format(title=order.need.title),
        body=_("请在{until:%m-%d %H:%M}前确认，确认后双方可见联系方式。").format(until=order.confirm_by.astimezone()),
    )  # fmt: skip
    _tell(
        order, "order.accepted.office", users=_office_users(order),
        title=_("{name}已接单：{title}").format(name=order.expert.name, title=order.need.title),
    )  # fmt: skip


@outbox.on("order.escalated")
def officer_asked(payload):
    order = _order(payload)
    _tell(
        order, "order.escalated", users=_office_users(order), email=True,
        title=_("企业逾期未确认，请代为处理：{title}").format(title=order.need.title),
    )  # fmt: skip
    _tell(
        order, "order.escalated.firm", users=_firm_users(order), email=True,
        title=_("接单待确认已逾期：{title}").format(title=order.need.title),
    )  # fmt: skip


@outbox.on("order.confirmed")
def both_told(payload):
    order = _order(payload)
    title = _("已确认对接：{title}").format(title=order.need.title)
    _tell(order, "order.confirmed", users=[order.expert.user_id], title=title, email=True, body=_(
        "联系方式已开放，请在订单页查看。"
    ))  # fmt: skip
    _mail_expert(order, "order.confirmed", subject=title, body=_("{firm}，联系人{name}，电话{phone}。").format(
        firm=order.need.enterprise.name, name=order.need.enterprise.contact_name, phone=order.need.enterprise.phone
    ))  # fmt: skip
    _tell(order, "order.confirmed.firm", users=_firm_users(order), title=title, email=True)
    _tell(order, "order.confirmed.office", users=_office_users(order), title=title)


@outbox.on("order.not_selected")
def unchosen_told(payload):
    """Nobody is left without an answer: the reason goes with the notice."""
    order = _order(payload)
    title = _("未能对接：{title}").format(title=order.need.public_title)
    body = _("原因：{reason}。感谢您的答复。").format(reason=order.get_not_selected_code_display())
    _tell(order, "order.not_selected", users=[order.expert.user_id], title=title, body=body, email=True)
    _mail_expert(order, "order.not_selected", subject=title, body=body)
    _tell(order, "order.not_selected.office", users=_office_users(order), title=title, body=body)


@outbox.on("order.declined")
@outbox.on("order.expired")
@outbox.on("order.released")
@outbox.on("order.revoked")
def office_told(payload):
    order = _order(payload)
    _tell(
        order, f"order.{order.status}.office", users=_office_users(order),
        title=_("{status}：{name}，{title}").format(
            status=order.get_status_display(), name=order.expert.name, title=order.need.title
        ),
        body=order.get_decline_code_display() or order.end_reason,
    )  # fmt: skip
    if order.status == "released":
        _tell(
            order, "order.released.firm", users=_firm_users(order), email=True,
            title=_("专家退单：{title}").format(title=order.need.title), body=order.end_reason,
        )  # fmt: skip
    if order.status == "revoked":
        title = _("订单已撤回：{title}").format(title=order.need.public_title)
        _tell(order, "order.revoked", users=[order.expert.user_id], title=title, body=order.end_reason, email=True)
        _mail_expert(order, "order.revoked", subject=title, body=order.end_reason)


@outbox.on("need.withdrawn")
@outbox.on("need.expired")
def need_ended(payload):
    need = Need.objects.get(pk=payload["id"])
    services.need_orders_close(need_id=need.pk, actor=Actor.system(_("需求已结束")))
