"""A person's own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.enums import ConsentKind, Role
from accounts.forms import ProfileForm, TokenForm
from accounts.models import ApiToken, Consent, User
from core.actor import Actor
from core.errors import DomainError

SETTINGS_TABS = (
    ("accounts:profile", _lazy("我的账号")),
    ("accounts:consent", _lazy("个人信息授权")),
    ("accounts:token-list", _lazy("接口令牌")),
)
CONSENT_TEXTS = "accounts/consent"


def tabs(request):
    return [
        {"label": label, "url": reverse(name), "active": request.path == reverse(name)} for name, label in SETTINGS_TABS
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    roles = list(Role) if request.user.home_role or request.user.is_office else []
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk), roles=roles)
    if request.method == "POST" and form.is_valid():
        services.profile_update(actor=Actor.of(request), **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return redirect("accounts:profile")
    context = {"tabs": tabs(request), "form": form, "has_second_factor": request.user.authenticator_set.exists()}
    return render(request, "accounts/profile.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request):
    """The raw token is shown in the answer to its creation and never again."""
    form, raw = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, raw = services.token_create(actor=Actor.of(request), **form.cleaned_data)
            form = TokenForm()
        except DomainError as exc:
            form.add_error(None, exc.message)
    tokens = ApiToken.objects.visible_to(request.user)
    return render(
        request,
        "accounts/tokens.html",
        {"tabs": tabs(request), "form": form, "raw": raw, "tokens": tokens, "now": now()},
    )


@login_required
@require_POST
def token_revoke(request, code):
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), code=code)
    services.token_revoke(token_id=token.pk, actor=Actor.of(request))
    messages.success(request, _("令牌“{name}”已撤销，即刻失效。").format(name=token.name))
    return redirect("accounts:token-list")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request):
    if request.method == "POST":
        kind, give = request.POST.get("matter", ""), request.POST.get("give") == "1"
        try:
            if give:
                services.consent_give(kind=kind, actor=Actor.of(request))
            else:
                services.consent_withdraw(kind=kind, actor=Actor.of(request))
            messages.success(request, _("已记录您的同意。") if give else _("已撤回您的同意。"))
        except DomainError as exc:
            messages.error(request, exc.message)
        return redirect("accounts:consent")
    given = {row.kind: row for row in Consent.objects.visible_to(request.user).filter(withdrawn_at=None)[::-1]}
    kinds = [
        {"kind": kind, "given": given.get(kind), "text": f"{CONSENT_TEXTS}/{kind.value}.html"} for kind in ConsentKind
    ]
    return render(request, "accounts/consent.html", {"tabs": tabs(request), "kinds": kinds})
