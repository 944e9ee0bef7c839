"""People of the office's regions: roles, invitations, accounts, and the audit trail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions, selectors, services
from accounts.enums import Role
from accounts.filters import AuditFilter
from accounts.forms import InviteForm, ScopeForm
from accounts.models import Invitation, Scope
from core import wording
from core.actor import Actor
from core.errors import DomainError

PAGE_SIZE = 50


def managers_only(request):
    """These pages do not exist for anybody but staff and admins."""
    if not request.user.has_role(Role.STAFF, Role.ADMIN):
        raise Http404


@login_required
@require_safe
def people(request):
    managers_only(request)
    actor = Actor.of(request)
    rows = [
        {
            "scope": scope,
            "can_revoke": scope.is_active and permissions.can_revoke_scope(actor, scope) is None,
        }
        for scope in selectors.office_of(request.user)
    ]
    invitations = (
        Invitation.objects.visible_to(request.user)
        .select_related("region", "created_by", "accepted_by")
        .order_by("-pk")
    )
    page = Paginator(invitations, PAGE_SIZE).get_page(request.GET.get("page"))
    for invitation in page:
        if invitation.is_open and invitation.created_by_id == request.user.pk:
            path = reverse("accounts:invitation-accept", args=[services.invitation_link(invitation)])
            invitation.link = request.build_absolute_uri(path)
    context = {"rows": rows, "page_obj": page, "is_admin": request.user.has_role(Role.ADMIN)}
    return render(request, "accounts/people.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request):
    managers_only(request)
    initial = {name: request.GET[name] for name in ("role", "subject_code", "name") if name in request.GET}
    form = InviteForm(request.POST or None, initial=initial, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        region = data.pop("region")
        try:
            invitation = services.invitation_create(actor=Actor.of(request), region_id=region.pk, **data)
        except DomainError as exc:
            form.add_error(exc.field if exc.field in form.fields else None, exc.message)
        else:
            words = _("已邀请 {name}，链接见下表，可复制后用微信或短信发给对方。")
            messages.success(request, words.format(name=invitation.name))
            return redirect("accounts:people")
    return render(request, "accounts/invite.html", {"form": form})


@login_required
@require_POST
def invitation_revoke(request, code):
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), code=code)
    try:
        services.invitation_revoke(invitation_id=invitation.pk, actor=Actor.of(request))
        messages.success(request, _("给 {name} 的邀请已撤销。").format(name=invitation.name))
    except DomainError as exc:
        messages.error(request, exc.message)
    return redirect("accounts:people")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scope_grant(request):
    if not request.user.has_role(Role.ADMIN):
        raise Http404
    known = selectors.people_visible_to(request.user).filter(is_active=True).order_by("name", "pk")
    form = ScopeForm(request.POST or None, people=known, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.scope_grant(
                user_id=data["user"].pk, role=data["role"], region_id=data["region"].pk, actor=Actor.of(request)
            )
            messages.success(request, _("已授予 {name} 角色，即刻生效。").format(name=data["user"]))
            return redirect("accounts:people")
        except DomainError as exc:
            form.add_error(None, exc.message)
    return render(request, "accounts/scope_grant.html", {"form": form})


@login_required
@require_POST
def scope_revoke(request):
    scopes = Scope.objects.filter(region__in=request.user.region_ids(Role.STAFF, Role.ADMIN))
    scope = get_object_or_404(scopes, pk=number(request, "scope"))
    try:
        services.scope_revoke(scope_id=scope.pk, actor=Actor.of(request))
        messages.success(request, _("已收回角色，对方的登录即刻失效。"))
    except DomainError as exc:
        messages.error(request, exc.message)
    return redirect("accounts:people")


@login_required
@require_POST
def user_state(request):
    """Close or reopen an account."""
    managers_only(request)
    person = get_object_or_404(selectors.people_visible_to(request.user), pk=number(request, "user"))
    actor, reason = Actor.of(request), request.POST.get("reason", "")
    try:
        if request.POST.get("active") == "1":
            services.user_activate(user_id=person.pk, actor=actor, reason=reason)
            messages.success(request, _("{name} 的账号已恢复。").format(name=person))
        else:
            services.user_deactivate(user_id=person.pk, actor=actor, reason=reason)
            messages.success(request, _("{name} 的账号已停用，登录和令牌即刻失效。").format(name=person))
    except DomainError as exc:
        messages.error(request, exc.message)
    return redirect("accounts:people")


def number(request, name):
    """A row's number from a form, or no row's."""
    value = request.POST.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


@login_required
@require_safe
def audit_list(request):
    if not request.user.has_role(Role.ADMIN):
        raise Http404
    found = AuditFilter(request.GET, selectors.audit_events(request.user))
    page = Paginator(found.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    for event in page:
        event.word = wording.verb_word(event.object_type, event.verb)
        words = [str(wording.status_word(event.object_type, state)) for state in (event.old, event.new) if state]
        event.change = " → ".join(words)
    return render(request, "accounts/audit_list.html", {"filter": found, "page_obj": page})
