from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.county import current_county
from accounts.enums import Role
from core import saved_views
from core.listing import Column, choose_columns
from experts import permissions, selectors
from experts.filters import ExpertFilter
from experts.models import Expert
from experts.views.common import address, run

PAGE = "experts"
PAGE_SIZE = 30
COLUMNS = (
    Column("name", gettext_lazy("姓名"), locked=True),
    Column("institution", gettext_lazy("单位")),
    Column("title", gettext_lazy("职称")),
    Column("fields", gettext_lazy("专业领域")),
    Column("identity", gettext_lazy("身份")),
    Column("chains", gettext_lazy("产业链")),
    Column("native", gettext_lazy("籍贯")),
    Column("groups", gettext_lazy("专家组"), shown=False),
    Column("city", gettext_lazy("常驻城市"), shown=False),
    Column("load", gettext_lazy("在办")),
    Column("consent", gettext_lazy("授权情况")),
    Column("contacted", gettext_lazy("最近联系"), shown=False),
    Column("updated", gettext_lazy("资料更新")),
)


@login_required
@require_safe
def expert_list(request):
    """The register as far as the viewer sees it. The same view answers the page and its filtered fragment."""
    user = request.user
    filterset = ExpertFilter(request.GET, Expert.objects.visible_to(user), request=request)
    for name in _idle_filters(user):
        del filterset.filters[name]
    ordered = selectors.register_ordered(filterset.qs, user, request.GET.get("ordering", ""))
    page_obj = Paginator(selectors.register_list(ordered), PAGE_SIZE).get_page(request.GET.get("page"))
    for expert in page_obj:
        expert.is_readable = permissions.can_read_private(user, expert)
        expert.native = selectors.native_place(expert, short=True) if expert.is_readable else ""
    editable = user.county_ids(Role.STAFF, Role.ADMIN)
    context = {
        "filter": filterset,
        "page_obj": page_obj,
        "tabs": _tabs(request),
        "columns": choose_columns(request, COLUMNS),
        "office_counties": user.county_ids(),
        "editable_counties": editable,
        "many_counties": len(user.county_ids()) > 1,
        "export_url": _export_url(request) if user.is_office else "",
        "import_url": _import_url() if editable else "",
        "is_filtered": any(request.GET.get(name) for name in filterset.base_filters),
    }
    return render(request, "experts/expert_list.html", context)


def _idle_filters(user):
    """Filters that would do nothing for this reader: no reason to show them."""
    idle = [] if len(user.county_ids()) > 1 else ["county"]
    return idle if user.is_office else [*idle, "consent", "status"]


def _tabs(request):
    user = request.user
    counts = selectors.register_counts(user)
    fixed = [(_("全部"), "", counts["all"]), (_("可接单"), "availability=free", counts["free"])]
    if user.is_office:
        fixed += [
            (_("待授权"), "consent=pending", counts["pending"]),
            (_("资料超过一年"), "freshness=stale", counts["stale"]),
            (_("已退出"), "status=archived", counts["archived"]),
        ]

    def count(query: QueryDict) -> int:
        return ExpertFilter(query, Expert.objects.visible_to(user), request=request).qs.count()

    return saved_views.view_tabs(
        user=user, page=PAGE, params=request.GET, fixed=fixed, count=count, remove_url=reverse("experts:view-remove")
    )


def _import_url():
    target = address("imports:batch-create")
    return f"{target}?kind={PAGE}" if target else ""


def _export_url(request):
    """The ledger of exactly what is shown."""
    target = address("reports:export-create")
    county = current_county(request)
    if not target or county is None:
        return ""
    query = request.GET.copy()
    for name in ("page", "cols"):
        query.pop(name, None)
    query["ledger"] = PAGE
    return f"{target}?{query.urlencode()}"


@login_required
@require_POST
def view_save(request):
    query = request.POST.get("query", "")
    run(
        request,
        _("视图已保存。"),
        _save_view,
        user=request.user,
        page=PAGE,
        name=request.POST.get("name", ""),
        query=query,
    )
    return redirect(f"{reverse('experts:expert-list')}?{QueryDict(query).urlencode()}")


def _save_view(*, actor, **values):
    """A saved view is the reader's own affair: no actor, no audit."""
    saved_views.view_save(**values)


@login_required
@require_POST
def view_remove(request):
    saved_views.view_remove(user=request.user, page=PAGE, name=request.GET.get("name", "")[:30])
    return redirect("experts:expert-list")
