"""What the pages share: the row in scope, one service call with its answer, the way back."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import DomainError
from experts.models import Expert


def expert_or_404(request, code, queryset=None):
    rows = Expert.objects.visible_to(request.user) if queryset is None else queryset
    return get_object_or_404(rows, code=code)


def run(request, done, service, /, **values):
    """Call one service as this request's actor; tell ``done`` or the refusal. True when it was done."""
    try:
        service(actor=Actor.of(request), **values)
    except ObjectDoesNotExist as exc:
        raise Http404 from exc
    except DomainError as exc:
        messages.error(request, exc.message)
        return False
    if done:
        messages.success(request, done)
    return True


def submit(request, form, service, /, **values):
    """``run`` for a page with a form: what the service returns, or None with the refusal beside its field."""
    try:
        return service(actor=Actor.of(request), **values)
    except ObjectDoesNotExist as exc:
        raise Http404 from exc
    except DomainError as exc:
        form.add_error(exc.field if exc.field in form.fields else None, str(exc.message))
        return None


def first_error(form):
    """One sentence for a small form that is shown beside the rest of a page."""
    name, errors = next(iter(form.errors.items()))
    field = form.fields.get(name)
    return _("{name}：{text}").format(name=field.label, text=errors[0]) if field is not None else errors[0]


def back(request, expert):
    """Where the form was (``next``), else the person's page."""
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return redirect(target)
    return redirect(expert)


def address(name, *args):
    """The address of a page of another app, or nothing where it is not built."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
