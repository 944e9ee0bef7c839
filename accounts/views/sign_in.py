"""Doors for people without a session. What every door says of a failure is the same for every cause."""

from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import invitations, services
from accounts.enums import OFFICE_ROLES
from accounts.errors import InvitationRefused
from accounts.forms import AcceptForm
from core.actor import Actor
from core.enums import Channel
from core.errors import DomainError

BACKEND = "django.contrib.auth.backends.ModelBackend"


def locked_out(request, *_args, **_kwargs):
    """Shown by the lock-out after repeated failures; tells nothing about whether the account exists."""
    return render(request, "account/locked_out.html", status=429)


@sensitive_post_parameters("password", "password_again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request, raw):
    """Who invites, for what; a new account or the one that is signed in."""
    invitation = services.invitation_read(raw)
    if invitation is None:
        return render(request, "accounts/link_expired.html", status=404)
    signed_in = request.user.is_authenticated
    form = None
    if not signed_in:
        initial = {"name": invitation.name, "username": invitation.phone or invitation.email.partition("@")[0]}
        form = AcceptForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and (signed_in or form.is_valid()):
        try:
            if signed_in:
                person = services.invitation_accept(raw=raw, actor=Actor.of(request))
            else:
                data = form.cleaned_data
                person = services.invitation_accept(
                    raw=raw,
                    actor=Actor(channel=Channel.LINK, label=data["name"]),
                    username=data["username"],
                    password=data["password"],
                    name=data["name"],
                )
        except InvitationRefused:
            return render(request, "accounts/link_expired.html", status=404)
        except DomainError as exc:
            if form is None:
                messages.error(request, exc.message)
                return redirect("home")
            form.add_error(exc.field if exc.field in form.fields else None, exc.message)
        else:
            if not signed_in:
                login(request, person, backend=BACKEND)
            role = invitation.get_role_display()
            messages.success(request, _("您已加入，身份是{role}。").format(role=role))
            return redirect("home")
    office = invitation.role in OFFICE_ROLES
    subject = "" if office else invitations.subject_name(
        role=invitation.role, subject_code=invitation.subject_code, county_id=invitation.region_id
    )  # fmt: skip
    context = {"invitation": invitation, "subject": subject, "form": form, "login_next": request.path}
    return render(request, "accounts/invitation_accept.html", context)
