"""Pages of needs: the list, the queue of review, one need, bulk decisions."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from core import saved_views
from core.actor import Actor
from core.codes import mask_email, mask_phone
from core.listing import Column, choose_columns
from enterprises import permissions, selectors, services
from enterprises.enums import PUBLIC_STATES, NeedStatus
from enterprises.filters import NeedFilter
from enterprises.forms import BulkForm, FileForm, OfficerForm, OptionalReasonForm, ReasonForm, firms_to_post
from enterprises.models import Need
from enterprises.need_forms import RewriteForm
from enterprises.views.common import (
    PAGE_SIZE,
    address,
    export_url,
    need_or_404,
    remove_view,
    save_view,
    submit,
)

PAGE = "needs"
COLUMNS = (
    Column("title", gettext_lazy("需求"), locked=True),
    Column("enterprise", gettext_lazy("企业")),
    Column("chain", gettext_lazy("产业链")),
    Column("types", gettext_lazy("类型"), shown=False),
    Column("status", gettext_lazy("状态")),
    Column("urgency", gettext_lazy("紧急程度")),
    Column("budget", gettext_lazy("拟投入"), shown=False),
    Column("deadline", gettext_lazy("期望完成")),
    Column("officer", gettext_lazy("帮办专员")),
    Column("submitted", pgettext_lazy("column", "提交")),
    Column("published", pgettext_lazy("column", "发布"), shown=False),
    Column("confidentiality", gettext_lazy("保密级别"), shown=False),
    Column("source", gettext_lazy("来源"), shown=False),
)
OFFICE_TABS = (
    NeedStatus.SUBMITTED, NeedStatus.RETURNED, NeedStatus.PUBLISHED, NeedStatus.IN_PROGRESS, NeedStatus.UNMET,
    NeedStatus.RESOLVED,
)  # fmt: skip
FIRM_TABS = (NeedStatus.DRAFT, NeedStatus.RETURNED, NeedStatus.SUBMITTED, NeedStatus.PUBLISHED, NeedStatus.IN_PROGRESS)
MAX_BULK = 200
# Filters of columns that a reader of that side does not read: not offered on the page.
UNREADABLE = {
    selectors.EXPERT: ("stage", "enterprise", "park", "officer", "source", "submitted_after", "submitted_before"),
    selectors.FIRM: ("officer", "park", "county"),
}


@login_required
@require_safe
def need_list(request):
    """Needs in the viewer's sight, each at the viewer's level. The same view answers the page and its fragment."""
    user = request.user
    visible = Need.objects.visible_to(user)
    filterset = NeedFilter(request.GET or None, visible, request=request)
    side = side_of(user)
    for name in UNREADABLE.get(side, ()):
        filterset.form.fields.pop(name)  # would find nothing of what this reader may know
    found = selectors.ordered(filterset.qs, request.GET.get("ordering", ""), selectors.NEED_ORDERINGS)
    page_obj = Paginator(selectors.need_list(found), PAGE_SIZE).get_page(request.GET.get("page"))
    editable = user.county_ids(Role.STAFF, Role.ADMIN)
    context = {
        "filter": filterset,
        "page_obj": page_obj,
        "views": selectors.need_views(page_obj.object_list, user),
        "side": side,
        "tabs": _tabs(request, side),
        "columns": choose_columns(request, COLUMNS),
        "can_decide": bool(editable),
        "can_post": bool(editable) or (side == selectors.FIRM and firms_to_post(user).exists()),
        "export_url": export_url(request, PAGE) if user.is_office else "",
        "import_url": (address("imports:batch-create", PAGE) or address("imports:batch-list")) if editable else "",
        "is_filtered": any(request.GET.get(name) for name in filterset.base_filters),
        "primary": "search,chain,type" if side == selectors.EXPERT else "search,status,chain,urgency",
    }
    return render(request, "enterprises/need_list.html", context)


def side_of(user):
    """Whose list it is; a person with several roles works in the office's."""
    if user.is_office:
        return selectors.OFFICE
    return selectors.FIRM if user.memberships.filter(is_active=True).exists() else selectors.EXPERT


def _tabs(request, side):
    user = request.user

    def count(query):
        return NeedFilter(query, Need.objects.visible_to(user), request=request).qs.count()

    counts = selectors.need_counts(Need.objects.visible_to(user))
    fixed = [(_("全部"), "", sum(counts.values()))]
    if side != selectors.EXPERT:
        shown = OFFICE_TABS if side == selectors.OFFICE else FIRM_TABS
        fixed += [(status.label, f"status={status.value}", counts.get(status, 0)) for status in shown]
    return saved_views.view_tabs(
        user=user, page=PAGE, params=request.GET, fixed=fixed, count=count,
        remove_url=reverse("enterprises:need-view-remove"),
    )  # fmt: skip


@login_required
@require_POST
def need_view_save(request):
    return save_view(request, PAGE, "enterprises:need-list", _("视图已保存。"))


@login_required
@require_POST
def need_view_remove(request):
    return remove_view(request, PAGE, "enterprises:need-list")


@login_required
@require_safe
def review_queue(request):
    """待审核, the oldest first, with the working days that are left."""
    if not request.user.county_ids(Role.STAFF, Role.ADMIN):
        raise Http404
    rows = selectors.needs_to_review(request.user).prefetch_related("targets")
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    entries = [
        {
            "view": view,
            "due": selectors.review_due(view.need),
            "completeness": selectors.need_completeness(view.need),
        }
        for view in selectors.need_views(page_obj.object_list, request.user)
    ]
    return render(request, "enterprises/review_queue.html", {"page_obj": page_obj, "entries": entries})


@login_required
@require_safe
def need_detail(request, code):
    need = need_or_404(request, code, selectors.need_detail(Need.objects.visible_to(request.user)))
    return render(request, "enterprises/need_detail.html", detail_context(request, need))


def detail_context(request, need):
    """What the page of one need shows to this viewer; templates read ``view``, never the row."""
    user, actor = request.user, Actor.of(request)
    view = selectors.need_view(need, user)
    decide = view.is_office and permissions.is_office(actor, need.county_id)
    context = {
        "view": view,
        "need": SafeNeed(view),
        "can_decide": decide,
        "matching_url": address("matching:need-panel", need.code) if view.is_office else "",
        "match_url": _match_url(need) if view.is_office else "",
        "orders_url": address("engagements:need-panel", need.code) if has_orders(view, user) else "",
    }
    if view.is_full:
        context |= _contact(need.enterprise, view, decide)
    if view.is_inside:
        edit = permissions.can_edit_need(actor, need) is None
        context |= {
            "completeness": selectors.need_completeness(need),
            "can_edit": edit,
            "can_submit": permissions.can_submit(actor, need) is None,
            "can_withdraw": permissions.can_withdraw(actor, need) is None,
            "withdraw_form": ReasonForm(auto_id="withdraw_%s"),
            "file_form": FileForm(auto_id="file_%s") if edit else None,
            "review_due": selectors.review_due(need),
            "events": selectors.timeline(need) if view.is_office else selectors.public_timeline(need),
        }
    if decide:
        context |= {
            "can": {
                name: getattr(permissions, f"can_{name}")(actor, need) is None
                for name in ("publish", "return", "reject", "mark_unmet", "resolve", "close", "rewrite")
            },
            "return_form": ReasonForm(auto_id="return_%s"),
            "reject_form": ReasonForm(auto_id="reject_%s"),
            "unmet_form": OptionalReasonForm(auto_id="unmet_%s"),
            "officer_form": OfficerForm(
                county_ids=[need.county_id], initial={"officer": need.officer_id}, auto_id="officer_%s"
            ),
            "rewrite_form": RewriteForm(
                initial={"rewrite_title": need.rewrite_title, "rewrite_text": need.rewrite_text}
            ),
        }
    return context


def has_orders(view, user):
    """Whether the panel of orders has something for this reader: office, firm, and an expert who was asked."""
    return view.is_inside or view.need.disclosures.filter(user=user, closed_at=None).exists()


class SafeNeed:
    """The columns of a need that every reader of it may read, for components that draw a need."""

    SHOWN = (
        "code", "status", "get_status_display", "urgency", "get_urgency_display", "confidentiality",
        "get_confidentiality_display", "deadline", "seats", "sub_field", "is_onsite_possible", "published_at", "chain",
        "county", "get_absolute_url", "_meta",
    )  # fmt: skip

    def __init__(self, view):
        for name in self.SHOWN:
            setattr(self, name, getattr(view.need, name))
        self.title = view.title
        self.budget_min, self.budget_max = view.budget_min, view.budget_max
        self.enterprise = view.enterprise


def _contact(firm, view, decide):
    """The firm's contact: masked for the office (staff may ask, on record), whole for the firm and for an expert whose
    order was confirmed."""
    masked = view.is_office

    def reveal(field):
        if not decide or not getattr(firm, field):
            return ""
        return reverse("enterprises:enterprise-reveal", args=[firm.code, field])

    return {
        "firm": firm,
        "phone": mask_phone(firm.phone) if masked else firm.phone,
        "email": mask_email(firm.email) if masked else firm.email,
        "phone_url": reveal("phone"),
        "email_url": reveal("email"),
    }


def _match_url(need):
    if need.status not in PUBLIC_STATES:
        return ""
    return address("matching:need-matches", need.code)


TITLES = {
    "assign": gettext_lazy("指派帮办专员"),
    "publish": gettext_lazy("发布需求"),
    "withdraw": gettext_lazy("撤回需求"),
}
CHECKS = {
    "assign": permissions.only_office,
    "publish": permissions.can_publish,
    "withdraw": permissions.can_withdraw,
}
SERVICES = {
    "assign": services.needs_assign,
    "publish": services.needs_publish,
    "withdraw": services.needs_withdraw,
}


@login_required
@require_POST
def need_bulk(request):
    """First the page that names the rows, what will happen and which are left out; then, confirmed, the change."""
    do, codes = (
        request.POST.get("do", ""),
        [code for code in dict.fromkeys(request.POST.getlist("codes")) if code.isprintable()],
    )
    if do not in TITLES:
        raise Http404
    if not codes:
        messages.warning(request, _("请先勾选需求。"))
        return redirect("enterprises:need-list")
    if len(codes) > MAX_BULK:
        messages.error(request, _("一次最多处理 {limit} 项需求。").format(limit=MAX_BULK))
        return redirect("enterprises:need-list")
    counties = request.user.county_ids(Role.STAFF, Role.ADMIN)
    chosen = Need.objects.visible_to(request.user).filter(code__in=codes, county__in=counties).order_by("pk")
    needs = list(selectors.need_list(chosen))
    if len(needs) != len(codes):
        raise Http404
    actor = Actor.of(request)
    refusals = {need.pk: CHECKS[do](actor, need) for need in needs}
    ready = [need for need in needs if refusals[need.pk] is None]
    left = [(need, refusals[need.pk].message) for need in needs if refusals[need.pk] is not None]
    confirmed = request.POST.get("confirmed") == "1"
    form = BulkForm(request.POST if confirmed else None, do=do, county_ids={need.county_id for need in needs})
    if confirmed and ready and form.is_valid():
        count = submit(request, form, SERVICES[do], need_ids=[need.pk for need in ready], **form.arguments())
        if count is not None:
            messages.success(request, _("{title}：已处理 {count} 项需求。").format(title=TITLES[do], count=count))
            return redirect("enterprises:need-list")
    context = {"do": do, "title": TITLES[do], "ready": ready, "left": left, "form": form}
    return render(request, "enterprises/need_bulk.html", context)
