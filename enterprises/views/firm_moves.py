"""One decision about a firm per view: fetch in scope, one service call, back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.actor import Actor
from core.errors import DomainError
from enterprises import permissions, selectors, services
from enterprises.filters import EnterpriseFilter
from enterprises.forms import FindForm, MergeForm, OfficerForm, OptionalReasonForm, ReasonForm
from enterprises.models import Enterprise
from enterprises.views.common import back, enterprise_or_404, first_error, run, submit

CONTACTS = {"phone": gettext_lazy("联系电话"), "email": gettext_lazy("邮箱")}


@login_required
@require_POST
def enterprise_verify(request, code):
    enterprise = enterprise_or_404(request, code)
    run(request, _("已通过核验。"), services.enterprise_verify, enterprise_id=enterprise.pk)
    return back(request, enterprise)


@login_required
@require_POST
def enterprise_refuse(request, code):
    return _with_reason(request, code, _("已标为核验未通过，企业会收到原因。"), services.enterprise_refuse)


@login_required
@require_POST
def enterprise_archive(request, code):
    return _with_reason(request, code, _("企业已移出在册名单。"), services.enterprise_archive)


def _with_reason(request, code, done, service):
    enterprise = enterprise_or_404(request, code)
    form = ReasonForm(request.POST)
    if form.is_valid():
        run(request, done, service, enterprise_id=enterprise.pk, reason=form.cleaned_data["reason"])
    else:
        messages.error(request, first_error(form))
    return back(request, enterprise)


@login_required
@require_POST
def enterprise_restore(request, code):
    enterprise = enterprise_or_404(request, code)
    run(request, _("企业已恢复在册。"), services.enterprise_restore, enterprise_id=enterprise.pk)
    return back(request, enterprise)


@login_required
@require_POST
def enterprise_assign(request, code):
    enterprise = enterprise_or_404(request, code)
    form = OfficerForm(request.POST, county_ids=[enterprise.county_id])
    if form.is_valid():
        officer = form.cleaned_data["officer"]
        done = _("帮办专员：{name}。").format(name=officer)
        run(request, done, services.enterprise_assign, enterprise_id=enterprise.pk, officer_id=officer.pk)
    else:
        messages.error(request, first_error(form))
    return back(request, enterprise)


@login_required
@require_POST
def enterprise_reveal(request, code, field):
    """One contact in full, as the fragment that replaces the masked one; on record."""
    if field not in CONTACTS:
        raise Http404
    enterprise = enterprise_or_404(request, code)
    try:
        values = services.enterprise_reveal(enterprise_id=enterprise.pk, actor=Actor.of(request))
    except DomainError as exc:
        messages.error(request, exc.message)
        return redirect(enterprise)
    context = {"value": values[field], "label": CONTACTS[field], "enterprise": enterprise}
    return render(request, "enterprises/partials/_contact.html", context)


@login_required
@require_POST
def member_remove(request, code):
    enterprise = enterprise_or_404(request, code)
    form = OptionalReasonForm(request.POST)
    form.is_valid()
    username = request.POST.get("user", "")[:150]
    member = enterprise.memberships.filter(user__username=username, is_active=True).select_related("user").first()
    if member is None:
        raise Http404
    run(
        request, _("{name}不再代表本企业。").format(name=member.user), services.member_remove,
        enterprise_id=enterprise.pk, user_id=member.user_id, reason=form.cleaned_data.get("reason", ""),
    )  # fmt: skip
    if not Enterprise.objects.visible_to(request.user).filter(pk=enterprise.pk).exists():
        return redirect("home")  # the person left the firm
    return back(request, enterprise)


@login_required
@require_http_methods(["GET", "HEAD"])
def merge_choose(request, code):
    """Which other row of the county is the same firm: likely ones first, a search for the rest."""
    enterprise = _mergeable(request, code)
    form = FindForm(request.GET or None)
    found = []
    if form.is_valid() and form.cleaned_data["q"]:
        rows = Enterprise.objects.visible_to(request.user).filter(county=enterprise.county_id).exclude(pk=enterprise.pk)
        found = EnterpriseFilter({"search": form.cleaned_data["q"]}, rows, request=request).qs.select_related(
            "park", "town"
        )[:20]
    likely = selectors.duplicates(
        enterprise.county_id, name=enterprise.name, credit_code=enterprise.credit_code, phone=enterprise.phone,
        exclude=enterprise.pk,
    )  # fmt: skip
    context = {"enterprise": enterprise, "form": form, "found": found, "likely": likely[:10]}
    return render(request, "enterprises/merge_choose.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, code, other):
    """Both rows side by side, which one stays, and why: then the merge."""
    first = _mergeable(request, code)
    rows = selectors.enterprise_detail(Enterprise.objects.visible_to(request.user).filter(county=first.county_id))
    second = enterprise_or_404(request, other, rows.exclude(pk=first.pk).exclude(status="merged"))
    form = MergeForm(request.POST or None, first=first, second=second)
    if request.method == "POST" and form.is_valid():
        keep, drop = (first, second) if form.cleaned_data["keep"] == first.code else (second, first)
        values = {"keep_id": keep.pk, "drop_id": drop.pk, "reason": form.cleaned_data["reason"]}
        kept = submit(request, form, services.enterprises_merge, **values)
        if kept is not None:
            messages.success(request, _("已合并为{name}，需求和成员已移到保留的条目。").format(name=kept.name))
            return redirect(kept)
    return render(request, "enterprises/merge.html", {"form": form, "first": first, "second": second})


def _mergeable(request, code):
    rows = selectors.enterprise_detail(Enterprise.objects.visible_to(request.user))
    enterprise = enterprise_or_404(request, code, rows)
    if permissions.can_manage(Actor.of(request), enterprise) is not None:
        raise Http404
    return enterprise
