from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from experts import forms, services
from experts.models import ExpertGroup
from experts.views.common import back, expert_or_404, first_error, run


def _number(request, name):
    """The row of this person that a button names; anything else is not found."""
    value = request.POST.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 18):
        raise Http404
    return int(value)


def _day(request):
    try:
        return date.fromisoformat(request.POST.get("ended_on", ""))
    except ValueError:
        return localdate()


def _add(request, expert, form, done, service):
    if form.is_valid():
        run(request, done, service, expert_id=expert.pk, **form.cleaned_data)
    else:
        messages.error(request, first_error(form))
    return back(request, expert)


@login_required
@require_POST
def tie_add(request, code):
    expert = expert_or_404(request, code)
    form = forms.TieForm(request.POST, county=expert.county)
    return _add(request, expert, form, _("关系已添加。"), services.tie_add)


@login_required
@require_POST
def tie_remove(request, code):
    expert = expert_or_404(request, code)
    run(request, _("关系已删除。"), services.tie_remove, expert_id=expert.pk, tie_id=_number(request, "tie"))
    return back(request, expert)


@login_required
@require_POST
def posting_add(request, code):
    expert = expert_or_404(request, code)
    return _add(request, expert, forms.PostingForm(request.POST), _("任期已添加。"), services.posting_add)


@login_required
@require_POST
def posting_end(request, code):
    expert = expert_or_404(request, code)
    values = {"posting_id": _number(request, "posting"), "ended_on": _day(request)}
    run(request, _("任期已结束，记录保留。"), services.posting_end, expert_id=expert.pk, **values)
    return back(request, expert)


@login_required
@require_POST
def appointment_add(request, code):
    expert = expert_or_404(request, code)
    return _add(request, expert, forms.AppointmentForm(request.POST), _("聘任已添加。"), services.appointment_add)


@login_required
@require_POST
def appointment_end(request, code):
    expert = expert_or_404(request, code)
    values = {"appointment_id": _number(request, "appointment"), "ended_on": _day(request)}
    run(request, _("聘期已结束，记录保留。"), services.appointment_end, expert_id=expert.pk, **values)
    return back(request, expert)


@login_required
@require_POST
def group_join(request, code):
    expert = expert_or_404(request, code)
    form = forms.JoinForm(request.POST, groups=ExpertGroup.objects.visible_to(request.user))
    if not form.is_valid():
        messages.error(request, first_error(form))
        return back(request, expert)
    values = dict(form.cleaned_data)
    values["group_id"] = values.pop("group").pk
    run(request, _("已加入专家组。"), services.group_join, expert_id=expert.pk, **values)
    return back(request, expert)
