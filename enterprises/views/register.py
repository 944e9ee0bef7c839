"""The enterprise register: list, queue of verification, one firm, create and edit."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.county import counties_of, current_county
from accounts.enums import Role
from core import saved_views
from core.actor import Actor
from core.codes import mask_email, mask_phone
from core.listing import Column, choose_columns
from enterprises import permissions, selectors, services
from enterprises.enums import Qualification
from enterprises.filters import EnterpriseFilter
from enterprises.forms import EnterpriseForm, OfficerForm, ReasonForm
from enterprises.models import Enterprise, Membership, Need
from enterprises.views.common import (
    PAGE_SIZE,
    address,
    enterprise_or_404,
    export_url,
    remove_view,
    save_view,
    submit,
)

PAGE = "enterprises"
COLUMNS = (
    Column("name", gettext_lazy("企业名称"), locked=True),
    Column("credit", gettext_lazy("信用代码"), shown=False),
    Column("place", gettext_lazy("园区/镇街")),
    Column("chains", gettext_lazy("产业链")),
    Column("size", gettext_lazy("规模与资质")),
    Column("products", gettext_lazy("主营产品"), shown=False),
    Column("contact", gettext_lazy("联系人")),
    Column("officer", gettext_lazy("帮办专员")),
    Column("needs", pgettext_lazy("many", "需求")),
    Column("verification", gettext_lazy("核验")),
    Column("updated", pgettext_lazy("column", "更新"), shown=False),
)


@login_required
@require_safe
def enterprise_list(request):
    """The register as far as the viewer sees it. The same view answers the page and its filtered fragment."""
    user = request.user
    filterset = EnterpriseFilter(request.GET or None, Enterprise.objects.visible_to(user), request=request)
    found = selectors.ordered(filterset.qs, request.GET.get("ordering", ""), selectors.ENTERPRISE_ORDERINGS)
    page_obj = Paginator(selectors.enterprise_list(found, user), PAGE_SIZE).get_page(request.GET.get("page"))
    editable = user.county_ids(Role.STAFF, Role.ADMIN)
    context = {
        "filter": filterset,
        "page_obj": page_obj,
        "tabs": _tabs(request),
        "columns": choose_columns(request, COLUMNS),
        "can_register": bool(editable),
        "many_counties": len(user.county_ids()) > 1,
        "export_url": export_url(request, PAGE) if user.is_office else "",
        "import_url": (address("imports:batch-create", PAGE) or address("imports:batch-list")) if editable else "",
        "is_filtered": any(request.GET.get(name) for name in filterset.base_filters),
        "qualifications": dict(Qualification.choices),
    }
    return render(request, "enterprises/enterprise_list.html", context)


def _tabs(request):
    user = request.user

    def count(query):
        return EnterpriseFilter(query, Enterprise.objects.visible_to(user), request=request).qs.count()

    counts = selectors.enterprise_counts(user)
    fixed = [
        (_("在册"), "", counts["active"]),
        (_("待核验"), "verification=pending", counts["pending"]),
        (_("未通过"), "verification=refused", counts["refused"]),
        (_("已注销或迁出"), "status=archived", counts["archived"]),
    ]
    return saved_views.view_tabs(
        user=user, page=PAGE, params=request.GET, fixed=fixed, count=count,
        remove_url=reverse("enterprises:enterprise-view-remove"),
    )  # fmt: skip


@login_required
@require_POST
def enterprise_view_save(request):
    return save_view(request, PAGE, "enterprises:enterprise-list", _("视图已保存。"))


@login_required
@require_POST
def enterprise_view_remove(request):
    return remove_view(request, PAGE, "enterprises:enterprise-list")


@login_required
@require_safe
def verify_queue(request):
    """待核验, the longest waiting first, each with what its verification stands on."""
    if not request.user.county_ids(Role.STAFF, Role.ADMIN):
        raise Http404
    page_obj = Paginator(selectors.enterprises_to_verify(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page_obj, "reason_form": ReasonForm(auto_id=False)}
    return render(request, "enterprises/verify_queue.html", context)


@login_required
@require_safe
def own(request):
    """本企业: the one firm the person acts for, or the choice between several."""
    firms = Membership.objects.filter(user=request.user, is_active=True).values("enterprise")
    rows = list(Enterprise.objects.visible_to(request.user).filter(pk__in=firms).select_related("park", "town"))
    if not rows:
        raise Http404
    if len(rows) == 1:
        return redirect(rows[0])
    return render(request, "enterprises/own.html", {"enterprises": rows})


@login_required
@require_safe
def enterprise_detail(request, code):
    rows = selectors.enterprise_detail(Enterprise.objects.visible_to(request.user))
    enterprise = enterprise_or_404(request, code, rows)
    return render(request, "enterprises/enterprise_detail.html", detail_context(request, enterprise))


def detail_context(request, enterprise):
    """What the page of one firm shows to this viewer."""
    user, actor = request.user, Actor.of(request)
    is_office = enterprise.county_id in user.county_ids()
    manage = permissions.can_manage(actor, enterprise) is None
    needs = selectors.need_list(Need.objects.visible_to(user).filter(enterprise=enterprise)).order_by("-pk")
    is_active = enterprise.status == "active"
    context = {
        "enterprise": enterprise,
        "is_office": is_office,
        "is_member": permissions.is_member(actor, enterprise.pk),
        "can_edit": permissions.can_edit_enterprise(actor, enterprise) is None,
        "can_manage": manage,
        "can_verify": permissions.can_verify(actor, enterprise) is None,
        "can_reveal": is_office and permissions.can_reveal(actor, enterprise) is None,
        "can_post": permissions.can_create_need(actor, enterprise) is None,
        "post_refusal": permissions.can_create_need(actor, enterprise),
        "phone": mask_phone(enterprise.phone) if is_office else enterprise.phone,
        "email": mask_email(enterprise.email) if is_office else enterprise.email,
        "qualifications": [label for value, label in Qualification.choices if value in enterprise.qualifications],
        "need_views": selectors.need_views(needs[:50], user),
        "need_count": needs.count(),
        "members": [row for row in enterprise.memberships.all() if row.is_active],
        "events": selectors.timeline(enterprise) if is_office else [],
    }
    if manage:
        context |= {
            "officer_form": OfficerForm(county_ids=[enterprise.county_id], initial={"officer": enterprise.officer_id}),
            "reason_form": ReasonForm(auto_id="refuse_%s"),
            "archive_form": ReasonForm(auto_id="archive_%s"),
            "invite_url": _invite_url(enterprise) if is_active else "",
            "act_url": address("accounts:act-for") if is_active and user.has_role(
                Role.STAFF, county_id=enterprise.county_id
            ) else "",
            "namesakes": list(
                selectors.duplicates(
                    enterprise.county_id, name=enterprise.name, credit_code=enterprise.credit_code,
                    phone=enterprise.phone, exclude=enterprise.pk,
                )[:5]
            ),
        }  # fmt: skip
    return context


def _invite_url(enterprise):
    target = address("accounts:invite")
    return f"{target}?role={Role.ENTERPRISE}&subject_code={enterprise.code}" if target else ""


def editable_county(request):
    """The county worked in, when the person may register firms there."""
    editable = request.user.county_ids(Role.STAFF, Role.ADMIN)
    chosen = current_county(request)
    county = next((row for row in [chosen, *counties_of(request)] if row and row.pk in editable), None)
    if county is None:
        raise Http404
    return county


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enterprise_create(request):
    """A new row in the county worked in; possible duplicates are shown before it is saved."""
    county = editable_county(request)
    form = EnterpriseForm(request.POST or None, county=county)
    duplicates = []
    if request.method == "POST" and form.is_valid():
        duplicates = form.duplicates()
        if not duplicates:
            enterprise = submit(
                request, form, services.enterprise_create, county_id=county.pk, values=form.cleaned_data
            )
            if enterprise is not None:
                messages.success(request, _("{name}已加入企业库。").format(name=enterprise.name))
                return redirect(enterprise)
    context = {"form": form, "county": county, "duplicates": duplicates}
    return render(request, "enterprises/enterprise_form.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enterprise_edit(request, code):
    """The office and the firm keep the firm's data; remarks are the office's."""
    enterprise = enterprise_or_404(
        request, code, selectors.enterprise_detail(Enterprise.objects.visible_to(request.user))
    )
    actor = Actor.of(request)
    refusal = permissions.can_edit_enterprise(actor, enterprise)
    if refusal is not None:
        messages.error(request, refusal.message)
        return redirect(enterprise)
    is_office = permissions.is_office(actor, enterprise.county_id)
    form = EnterpriseForm(request.POST or None, county=enterprise.county, enterprise=enterprise, is_office=is_office)
    if request.method == "POST" and form.is_valid():
        saved = submit(request, form, services.enterprise_update, enterprise_id=enterprise.pk, values=form.cleaned_data)
        if saved is not None:
            if saved.verification != enterprise.verification:
                messages.info(request, _("名称或信用代码有变，资料将由人才办重新核验。"))
            messages.success(request, _("企业资料已保存。"))
            return redirect(saved)
    context = {"form": form, "county": enterprise.county, "enterprise": enterprise, "is_office": is_office}
    return render(request, "enterprises/enterprise_form.html", context)
