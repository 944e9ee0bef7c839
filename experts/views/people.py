from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.county import counties_of, current_county
from accounts.enums import Role
from core.actor import Actor
from core.codes import mask_email, mask_phone
from core.errors import DomainError
from experts import forms, permissions, selectors, services
from experts.enums import ExpertStatus
from experts.models import Expert, ExpertGroup
from experts.views.common import address, back, expert_or_404, run, submit


@login_required
@require_safe
def expert_detail(request, code):
    expert = expert_or_404(request, code, selectors.detail(Expert.objects.visible_to(request.user)))
    return render(request, "experts/expert_detail.html", detail_context(request, expert))


def detail_context(request, expert):
    """What the page of one person shows to this viewer."""
    actor = Actor.of(request)
    office = permissions.is_office_of(request.user, expert)
    private = permissions.can_read_private(request.user, expert)
    manage = permissions.can_manage(actor, expert) is None
    is_staff = permissions.can_register(actor, expert.county_id) is None
    memberships = sorted(expert.group_memberships.all(), key=lambda row: (row.ended_on is not None, -row.pk))
    in_sight = set(
        ExpertGroup.objects.visible_to(request.user)
        .filter(pk__in=[row.group_id for row in memberships])
        .values_list("pk", flat=True)
    )
    context = {
        "expert": expert,
        "is_office": office,
        "can_read_private": private,
        "can_manage": manage,
        "can_edit": permissions.can_edit(actor, expert) is None,
        "can_reveal": permissions.can_reveal(actor, expert) is None,
        "is_own": permissions.is_own(actor, expert),
        "is_staff": is_staff,
        "phone": mask_phone(expert.phone),
        "email": mask_email(expert.email),
        "achievements": list(expert.achievements.all()),
        "memberships": [row for row in memberships if office or row.group_id in in_sight],
        "linked_groups": in_sight,
        "native": selectors.native_place(expert) if private else "",
        "events": _events(request, expert),
        "matches_url": _matches_url(request, expert),
    }
    if manage:
        context |= {
            "tie_form": forms.TieForm(county=expert.county),
            "posting_form": forms.PostingForm(),
            "appointment_form": forms.AppointmentForm(),
            "pause_form": forms.PauseForm(),
            "capacity_form": forms.CapacityForm(initial={"capacity": expert.capacity}),
            "consent_form": forms.ConsentForm(initial={"consent": expert.consent}),
            "contacted_form": forms.ContactedForm(),
            "join_form": _join_form(request, memberships),
            "invite_url": _invite_url(expert),
            "act_url": address("accounts:act-for"),
            "namesakes": list(
                selectors.duplicates(
                    expert.county_id,
                    name=expert.name,
                    institution=expert.institution.name if expert.institution else "",
                    phone=expert.phone,
                    born_on=expert.born_on,
                    exclude=expert.pk,
                )[:5]
            ),
        }
    return context


def _events(request, expert):
    if permissions.is_office_of(request.user, expert):
        return selectors.timeline(expert)
    return selectors.own_timeline(expert, request.user) if expert.user_id == request.user.pk else []


def _matches_url(request, expert):
    """The panel of needs that fit this person, for the office; loaded by the page once it stands."""
    if expert.status != ExpertStatus.ACTIVE or expert.county_id not in request.user.county_ids():
        return ""
    return address("matching:expert-panel", expert.code)


def _join_form(request, memberships):
    current = [row.group_id for row in memberships if row.ended_on is None]
    counties = request.user.county_ids(Role.STAFF, Role.ADMIN)
    groups = ExpertGroup.objects.visible_to(request.user).filter(county__in=counties).exclude(pk__in=current)
    return forms.JoinForm(groups=groups) if groups.exists() else None


def _invite_url(expert):
    """Where the person is invited to sign in; nothing once an account is bound."""
    target = address("accounts:invite")
    if not target or expert.user_id is not None:
        return ""
    return f"{target}?role={Role.EXPERT}&subject_code={expert.code}&name={expert.name}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_create(request):
    """A new row in the county worked in; possible duplicates are shown before it is saved."""
    editable = request.user.county_ids(Role.STAFF, Role.ADMIN)
    chosen = current_county(request)
    county = next((row for row in [chosen, *counties_of(request)] if row and row.pk in editable), None)
    if county is None:
        raise Http404
    form = forms.NewExpertForm(request.POST or None, county=county)
    duplicates = []
    if request.method == "POST" and form.is_valid():
        duplicates = form.duplicates()
        if not duplicates:
            values = {"county_id": county.pk, "values": form.values(), "ties": form.ties()}
            expert = submit(request, form, services.expert_create, **values)
            if expert is not None:
                messages.success(request, _("{name}已加入专家库。").format(name=expert.name))
                return redirect(expert)
    context = {"form": form, "county": county, "duplicates": duplicates}
    return render(request, "experts/expert_form.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_edit(request, code):
    """The office edits every field, the person the own ones."""
    expert = expert_or_404(request, code, selectors.detail(Expert.objects.visible_to(request.user)))
    actor = Actor.of(request)
    refusal = permissions.can_edit(actor, expert)
    if refusal is not None:
        messages.error(request, refusal.message)
        return redirect(expert)
    by_office = permissions.can_register(actor, expert.county_id) is None
    if by_office:
        form = forms.ExpertForm(request.POST or None, expert=expert, county=expert.county)
    else:
        form = forms.OwnForm(request.POST or None, expert=expert)
    if request.method == "POST" and form.is_valid():
        saved = submit(
            request,
            form,
            services.expert_update,
            expert_id=expert.pk,
            values=form.values(),
            expected_version=form.cleaned_data["version"],
        )
        if saved is not None:
            messages.success(request, _("资料已保存。"))
            return redirect(expert if by_office else "experts:own")
    context = {"form": form, "expert": expert, "county": expert.county, "by_office": by_office}
    return render(request, "experts/expert_form.html", context)


@login_required
@require_POST
def expert_reveal(request, code):
    """Phone and e-mail in full, on record: a fragment for htmx, the whole page otherwise."""
    expert = expert_or_404(request, code, selectors.detail(Expert.objects.visible_to(request.user)))
    try:
        contact = services.contact_reveal(expert_id=expert.pk, actor=Actor.of(request))
    except DomainError as exc:
        messages.error(request, exc.message)
        return redirect(expert)
    if request.htmx:
        return render(request, "experts/partials/_contact.html", {"contact": contact})
    return render(request, "experts/expert_detail.html", detail_context(request, expert) | {"contact": contact})


@login_required
@require_POST
def expert_archive(request, code):
    expert = expert_or_404(request, code)
    reason = request.POST.get("reason", "")[:500]
    run(request, _("已退出专家库，历史记录保留。"), services.expert_archive, expert_id=expert.pk, reason=reason)
    return redirect(expert)


@login_required
@require_POST
def expert_restore(request, code):
    expert = expert_or_404(request, code)
    run(request, _("已恢复在库。"), services.expert_restore, expert_id=expert.pk)
    return redirect(expert)


@login_required
@require_POST
def user_unbind(request, code):
    expert = expert_or_404(request, code)
    run(request, _("账号已解绑。"), services.user_unbind, expert_id=expert.pk)
    return back(request, expert)
