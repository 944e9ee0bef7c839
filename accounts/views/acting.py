"""What a person chooses for the session: county, role, reading aids, and for whom staff act."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import acting, services
from accounts.county import COUNTY_KEY, counties_of
from accounts.enums import Role
from core.actor import Actor

ROLE_KEY = "role"
DISPLAY = {"large": "is_large_type", "contrast": "is_high_contrast"}


def back(request, fallback="home"):
    """Where the form was, if that is an address of ours."""
    target = request.POST.get("next", "") or request.headers.get("Referer", "")
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return HttpResponseRedirect(target)  # never a view's name, as redirect() would take it
    return redirect(fallback)


@login_required
@require_POST
def county_switch(request):
    code = request.POST.get("county", "")
    if code not in {county.code for county in counties_of(request)}:
        raise Http404
    request.session[COUNTY_KEY] = code
    return back(request)


@login_required
@require_POST
def role_switch(request):
    """Which home page is shown; it grants nothing."""
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Http404
    request.session[ROLE_KEY] = role
    return redirect("home")


@require_POST
def display(request):
    """Reading aids: kept with the account, else with the session."""
    values = {name: request.POST[name] == "1" for name in DISPLAY if name in request.POST}
    if request.user.is_authenticated:
        services.profile_update(actor=Actor.of(request), **{DISPLAY[name]: on for name, on in values.items()})
    else:
        request.session.update(values)
    return back(request)


@login_required
@require_POST
def act_for(request):
    """Staff begin to act for a firm or an expert of their county."""
    kind, code = request.POST.get("kind", ""), request.POST.get("code", "")
    target = acting.find(kind=kind, code=code, user=request.user)
    if target is None:
        raise Http404
    finish(request)  # acting for one ends acting for the other
    acting.begin(request, kind=kind, code=code, target=target)
    services.acting_begin(code=code, county_id=target.county_id, user_ids=target.user_ids, actor=Actor.of(request))
    messages.info(request, _("正在为 {name} 代办，办完请点“结束代办”。").format(name=target.name))
    return back(request)


@login_required
@require_POST
def act_end(request):
    done = finish(request)
    if done is not None:
        messages.info(request, _("代办已结束，共办理 {count} 项。").format(count=done))
    return redirect(reverse("home"))


def finish(request):
    """The number of changes made while acting, or None when nobody was acted for."""
    state = acting.current(request)
    if not state:
        return None
    target = acting.find(kind=state["kind"], code=state["code"], user=request.user)
    done = services.acting_end(
        code=state["code"],
        county_id=state["county_id"],
        since=datetime.fromisoformat(state["since"]),
        user_ids=target.user_ids if target else (),
        actor=Actor.of(request),
    )
    acting.end(request)
    return done
