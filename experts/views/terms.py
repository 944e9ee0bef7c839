from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from experts import forms, services
from experts.views.common import back, expert_or_404, first_error, run


def _change(request, code, form, done, service, **names):
    """A small form beside the rest of a page: checked, done, and back."""
    expert = expert_or_404(request, code)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return back(request, expert)
    values = {argument: form.cleaned_data[name] for argument, name in names.items()}
    run(request, done, service, expert_id=expert.pk, **values)
    return back(request, expert)


@login_required
@require_POST
def capacity(request, code):
    return _change(
        request, code, forms.CapacityForm(request.POST), _("容量已更新。"), services.capacity_set, capacity="capacity"
    )


@login_required
@require_POST
def pause(request, code):
    form = forms.PauseForm(request.POST)
    return _change(request, code, form, _("已设为暂不接单。"), services.pause_set, start="start", end="end")


@login_required
@require_POST
def resume(request, code):
    expert = expert_or_404(request, code)
    run(request, _("已恢复接单。"), services.pause_clear, expert_id=expert.pk)
    return back(request, expert)


@login_required
@require_POST
def consent(request, code):
    form = forms.ConsentForm(request.POST)
    return _change(request, code, form, _("授权情况已更新。"), services.consent_set, consent="consent", reason="reason")


@login_required
@require_POST
def contacted(request, code):
    form = forms.ContactedForm(request.POST)
    return _change(request, code, form, _("联系情况已记录。"), services.contact_noted, on="on", note="note")
