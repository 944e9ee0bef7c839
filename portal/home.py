"""The home page of each role: what is due, what changed, a few numbers that open their rows."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import NoReverseMatch
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts.enums import Role
from accounts.models import Invitation, Notification
from core.calendar import add_working_days
from core.enums import OutboxStatus
from core.models import OutboxMessage
from engagements.enums import OrderStatus
from engagements.models import Order
from enterprises.enums import EnterpriseStatus, NeedStatus, Verification
from enterprises.models import Enterprise, Need
from experts.models import Expert
from matching.enums import RunStatus
from matching.models import MatchRun
from portal.context import address
from reports.enums import ExportStatus
from reports.models import Export

LIMIT = 8  # news
PER_KIND = 5  # due entries of one kind, before the list takes over


@dataclass
class Home:
    due: list = field(default_factory=list)
    news: list = field(default_factory=list)
    numbers: list = field(default_factory=list)


def home_of(user, role, county):
    if role in (Role.STAFF, Role.LEADER, Role.ADMIN) and county is not None:
        return office(user, role, county)
    if role == Role.ENTERPRISE:
        return firm(user)
    if role == Role.EXPERT:
        return expert(user)
    return Home(news=notices(user))


def link(obj):
    """The page of a row; nothing while the page does not exist."""
    try:
        return obj.get_absolute_url()
    except NoReverseMatch:
        return ""


def entry(title, url, *, meta="", due=None, tone="", icon="", action=""):
    item = {"title": title, "url": url or "/", "meta": meta, "due": due, "tone": tone, "icon": icon}
    if action and url:
        item["action"] = {"label": action, "url": url}
    return item


def with_rest(rows, make, more, url):
    """At most ``PER_KIND`` entries, and one that says how many follow."""
    found = list(rows[: PER_KIND + 1])
    entries = [make(row) for row in found[:PER_KIND]]
    if len(found) > PER_KIND:
        entries.append(entry(more.format(count=rows.count() - PER_KIND), url, icon="three-dots"))
    return entries


def late(moment):
    return "danger" if moment and moment < now() else ""


# --- the office
def office(user, role, county):
    needs = Need.objects.visible_to(user).filter(county=county).select_related("enterprise")
    orders = Order.objects.visible_to(user).filter(need__county=county).select_related("need", "expert")
    due = office_due(user, role, county, needs, orders)
    if role == Role.ADMIN:
        due = admin_due(user, county) + due
    due.sort(key=lambda item: item["tone"] != "danger")  # what is late comes first, the rest stays by kind
    numbers = office_numbers(user, county, needs, orders)
    if role == Role.ADMIN:
        people = accounts.office_of(user).filter(is_active=True).count()
        numbers.append(number(_("办公人员在用角色"), people, _("个"), address("accounts:people")))
    return Home(due=due, news=office_news(needs, orders), numbers=numbers)


def office_due(user, role, county, needs, orders):
    list_url, orders_url = address("enterprises:need-list"), address("engagements:order-list")
    acts = role != Role.LEADER

    def review(need):
        deadline = add_working_days(need.submitted_at or need.created_at, settings.NEED_REVIEW_DAYS).at
        return entry(
            _("审核需求：{title}").format(title=need.title), link(need), meta=str(need.enterprise), due=deadline,
            tone=late(deadline), icon="clipboard-check", action=_("去审核") if acts else "",
        )  # fmt: skip

    def unconfirmed(order):
        return entry(
            _("企业未确认接单：{title}").format(title=order.need.title), link(order),
            meta=_("{expert} 已接单").format(expert=order.expert), due=order.confirm_by, tone=late(order.confirm_by),
            icon="hourglass-split", action=_("去处理") if acts else "",
        )  # fmt: skip

    def expiring(order):
        return entry(
            _("推送将到期：{title}").format(title=order.need.title), link(order), meta=str(order.expert),
            due=order.expires_at, icon="clock", action=_("查看") if acts else "",
        )  # fmt: skip

    def unmet(need):
        return entry(
            _("暂无合适专家：{title}").format(title=need.title), link(need), meta=str(need.enterprise),
            tone="warning", icon="search", action=_("查看") if acts else "",
        )  # fmt: skip

    soon = add_working_days(now(), 1).at
    waiting = needs.filter(status=NeedStatus.SUBMITTED).order_by("submitted_at", "pk")
    entries = with_rest(
        waiting, review, _("还有 {count} 项需求待审核"), address("enterprises:review-queue") or list_url
    )
    entries += with_rest(
        orders.filter(status=OrderStatus.ACCEPTED).filter(Q(confirm_by__lte=soon) | Q(confirm_by=None)).order_by("pk"),
        unconfirmed, _("还有 {count} 单等企业确认"), f"{orders_url}?status=accepted",
    )  # fmt: skip
    entries += with_rest(
        orders.filter(status=OrderStatus.OFFERED, expires_at__lte=soon).order_by("expires_at", "pk"),
        expiring, _("还有 {count} 单推送将到期"), f"{orders_url}?status=offered",
    )  # fmt: skip
    entries += with_rest(
        needs.filter(status=NeedStatus.UNMET).order_by("-updated_at", "-pk"),
        unmet,
        _("还有 {count} 项暂无合适专家"),
        f"{list_url}?status=unmet",
    )
    unverified = (
        Enterprise.objects.visible_to(user)
        .filter(county=county, status=EnterpriseStatus.ACTIVE, verification=Verification.PENDING)
        .count()
    )
    if unverified:
        entries.append(
            entry(
                _("{count} 家企业待核验").format(count=unverified),
                address("enterprises:verify-queue"),
                icon="building",
            )
        )
    return entries


def admin_due(user, county):
    entries = []
    parked = OutboxMessage.objects.filter(status=OutboxStatus.PARKED).count()
    if parked:
        entries.append(
            entry(
                _("{count} 条系统消息多次投递未成，已搁置").format(count=parked),
                address("accounts:audit-list"),
                meta=_("请联系运维人员查看日志"),
                tone="danger",
                icon="exclamation-octagon",
            )
        )
    failed = MatchRun.objects.visible_to(user).filter(
        county=county, status=RunStatus.ERROR, created_at__gte=now() - timedelta(days=7)
    )
    count = failed.count()
    if count:
        entries.append(
            entry(_("近 7 天有 {count} 次匹配计算未完成").format(count=count), address("matching:match-list"),
                  tone="danger", icon="diagram-3")
        )  # fmt: skip
    broken = Export.objects.visible_to(user).filter(status=ExportStatus.FAILED).count()
    if broken:
        entries.append(
            entry(_("{count} 份台账未能生成").format(count=broken), address("reports:export-list"), tone="warning",
                  icon="table")
        )  # fmt: skip
    ending = Invitation.objects.visible_to(user).filter(
        status="open", expires_at__gt=now(), expires_at__lte=now() + timedelta(days=3)
    )
    count = ending.count()
    if count:
        entries.append(
            entry(_("{count} 份邀请 3 天内到期，对方尚未接受").format(count=count), address("accounts:people"),
                  icon="person-plus", action=_("查看"))
        )  # fmt: skip
    return entries


def office_news(needs, orders):
    since = now() - timedelta(days=2)
    news = [
        (order.updated_at, entry(f"{order.expert} {order.get_status_display()}", link(order), meta=order.need.title))
        for order in orders.filter(updated_at__gte=since).order_by("-updated_at")[:LIMIT]
    ]
    news += [
        (need.updated_at, entry(f"{need.title} {need.get_status_display()}", link(need), meta=str(need.enterprise)))
        for need in needs.filter(updated_at__gte=since).order_by("-updated_at")[:LIMIT]
    ]
    news.sort(key=lambda pair: pair[0], reverse=True)
    return [{**item, "at": at} for at, item in news[:LIMIT]]


def office_numbers(user, county, needs, orders):
    list_url, orders_url = address("enterprises:need-list"), address("engagements:order-list")
    month = localdate().replace(day=1)
    return [
        number(_("已发布需求"), needs.filter(status=NeedStatus.PUBLISHED).count(), _("条"),
               f"{list_url}?status=published"),
        number(_("对接中"), needs.filter(status=NeedStatus.IN_PROGRESS).count(), _("条"),
               f"{list_url}?status=in_progress"),
        number(_("在库专家"), Expert.objects.visible_to(user).filter(county=county).active().count(), _("位"),
               address("experts:expert-list")),
        number(_("本月确认订单"), orders.filter(confirmed_at__date__gte=month).count(), _("单"),
               f"{orders_url}?status=confirmed"),
    ]  # fmt: skip


def number(label, value, unit, href):
    return {"label": label, "value": value, "unit": unit, "href": href if href.startswith("/") else ""}


# --- the market
def firm(user):
    needs = Need.objects.visible_to(user).filter(
        enterprise__memberships__user=user, enterprise__memberships__is_active=True
    )
    orders = (
        Order.objects.visible_to(user)
        .filter(need__enterprise__memberships__user=user, need__enterprise__memberships__is_active=True)
        .select_related("need")
    )
    list_url, orders_url = address("enterprises:need-list"), address("engagements:order-list")

    def confirm(order):
        return entry(
            _("请确认接单：{title}").format(title=order.need.title), link(order), meta=_("一位专家已接单，等您确认"),
            due=order.confirm_by, tone=late(order.confirm_by), icon="person-check", action=_("去确认"),
        )  # fmt: skip

    def finish(need):
        returned = need.status == NeedStatus.RETURNED
        return entry(
            (_("请补充需求：{title}") if returned else _("草稿未提交：{title}")).format(title=need.title), link(need),
            meta=need.status_reason if returned else "", tone="warning" if returned else "",
            icon="pencil-square", action=_("去补充") if returned else _("继续填写"),
        )  # fmt: skip

    more = _("还有 {count} 项")
    due = with_rest(
        orders.filter(status=OrderStatus.ACCEPTED).order_by("confirm_by", "pk"), confirm, more,
        f"{orders_url}?status=accepted",
    )  # fmt: skip
    unfinished = needs.filter(status__in=(NeedStatus.RETURNED, NeedStatus.DRAFT)).order_by("-status", "-updated_at")
    due += with_rest(unfinished, finish, more, list_url)
    numbers = [
        number(_("已发布需求"), needs.filter(status=NeedStatus.PUBLISHED).count(), _("条"),
               f"{list_url}?status=published"),
        number(_("待专家答复"), orders.filter(status=OrderStatus.OFFERED).count(), _("单"),
               f"{orders_url}?status=offered"),
        number(_("已确认订单"), orders.filter(status__in=(OrderStatus.CONFIRMED, OrderStatus.CONVERTED)).count(),
               _("单"), f"{orders_url}?status=confirmed"),
    ]  # fmt: skip
    return Home(due=due, news=notices(user), numbers=numbers)


def expert(user):
    orders = Order.objects.visible_to(user).filter(expert__user=user).select_related("need__chain")
    orders_url = address("engagements:order-list")

    def answer(order):
        return entry(
            _("请答复：{title}").format(title=order.need.public_title), link(order), meta=order.message,
            due=order.expires_at, tone=late(order.expires_at), icon="envelope-paper", action=_("去答复"),
        )  # fmt: skip

    due = with_rest(
        orders.filter(status=OrderStatus.OFFERED).order_by("expires_at", "pk"), answer, _("还有 {count} 项"),
        f"{orders_url}?status=offered",
    )  # fmt: skip
    rows = list(Expert.objects.filter(user=user).active().values_list("load", "capacity"))
    numbers = [
        number(_("在办 / 容量"), f"{sum(r[0] for r in rows)} / {sum(r[1] for r in rows)}", _("单"), orders_url),
        number(_("等企业确认"), orders.filter(status=OrderStatus.ACCEPTED).count(), _("单"),
               f"{orders_url}?status=accepted"),
        number(_("已确认订单"), orders.filter(status__in=(OrderStatus.CONFIRMED, OrderStatus.CONVERTED)).count(),
               _("单"), f"{orders_url}?status=confirmed"),
    ]  # fmt: skip
    return Home(due=due, news=notices(user), numbers=numbers)


def notices(user):
    rows = Notification.objects.visible_to(user)[:LIMIT]
    return [
        {
            **entry(row.title, address("accounts:inbox")),
            "at": row.created_at,
            "code": row.code,
            "unread": not row.read_at,
        }
        for row in rows
    ]
