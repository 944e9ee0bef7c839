from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.county import counties_of, current_county
from accounts.enums import Role
from core.actor import Actor
from experts import forms, permissions, selectors, services
from experts.models import Expert, ExpertGroup
from experts.views.common import run, submit


@login_required
@require_safe
def group_list(request):
    groups = selectors.groups_in_sight(request.user)
    can_create = bool(request.user.county_ids(Role.STAFF, Role.ADMIN))
    return render(request, "experts/group_list.html", {"groups": groups, "can_create": can_create})


@login_required
@require_safe
def group_detail(request, code):
    """Members now and before, as far as the viewer sees them; the numbers are the group's own."""
    group = get_object_or_404(selectors.groups_in_sight(request.user), code=code)
    memberships = (
        group.memberships.filter(expert__in=Expert.objects.visible_to(request.user))
        .select_related("expert__institution", "expert__county")
        .order_by("-is_leader", "expert__name_pinyin", "pk")
    )
    today = localdate()
    context = {
        "group": group,
        "current": [row for row in memberships if row.ended_on is None or row.ended_on >= today],
        "past": [row for row in memberships if row.ended_on is not None and row.ended_on < today],
        "can_manage": permissions.can_register(Actor.of(request), group.county_id) is None,
    }
    return render(request, "experts/group_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group_create(request):
    editable = request.user.county_ids(Role.STAFF, Role.ADMIN)
    county = next((c for c in [current_county(request), *counties_of(request)] if c and c.pk in editable), None)
    if county is None:
        raise Http404
    form = forms.GroupForm(request.POST or None, county=county)
    if request.method == "POST" and form.is_valid():
        group = submit(request, form, services.group_create, county_id=county.pk, **form.cleaned_data)
        if group is not None:
            messages.success(request, _("专家组已建立，请到专家页面加入成员。"))
            return redirect("experts:group-detail", group.code)
    return render(request, "experts/group_form.html", {"form": form, "county": county})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request, code):
    group = _managed(request, code)
    initial = {"name": group.name, "chains": [chain.code for chain in group.chains.all()]}
    form = forms.GroupForm(request.POST or None, county=group.county, initial=initial)
    if request.method == "POST" and form.is_valid():
        saved = submit(request, form, services.group_update, group_id=group.pk, **form.cleaned_data)
        if saved is not None:
            messages.success(request, _("专家组已保存。"))
            return redirect("experts:group-detail", group.code)
    return render(request, "experts/group_form.html", {"form": form, "group": group, "county": group.county})


def _managed(request, code):
    group = get_object_or_404(ExpertGroup.objects.visible_to(request.user).select_related("county"), code=code)
    if permissions.can_register(Actor.of(request), group.county_id) is not None:
        raise Http404
    return group


@login_required
@require_POST
def group_leave(request, code):
    """End one membership; the row stays among the past members."""
    membership = _membership(request, code)
    values = {"group_id": membership.group_id, "expert_id": membership.expert_id}
    run(request, _("已退出专家组，记录保留。"), services.group_leave, **values)
    return redirect("experts:group-detail", code)


@login_required
@require_POST
def group_lead(request, code):
    membership = _membership(request, code)
    values = {"group_id": membership.group_id, "expert_id": membership.expert_id}
    run(request, _("组长已更新。"), services.group_lead, **values)
    return redirect("experts:group-detail", code)


def _membership(request, code):
    """The open membership that the button names, in a group in sight."""
    group = get_object_or_404(ExpertGroup.objects.visible_to(request.user), code=code)
    members = group.memberships.filter(ended_on=None, expert__in=Expert.objects.visible_to(request.user))
    return get_object_or_404(members, expert__code=request.POST.get("expert", "")[:20])
