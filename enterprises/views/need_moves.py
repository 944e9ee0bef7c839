"""One decision about a need per view: fetch in scope, one service call, back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from enterprises import selectors, services
from enterprises.forms import OfficerForm, OptionalReasonForm, ReasonForm
from enterprises.models import Need
from enterprises.need_forms import RewriteForm
from enterprises.views.common import back, first_error, need_or_404, run, submit
from enterprises.views.needs import detail_context

# move: (service, what is said afterwards, the form that asks why)
MOVES = {
    "submit": (services.need_submit, gettext_lazy("需求已提交，等待人才办审核。"), None),
    "publish": (services.need_publish, gettext_lazy("需求已发布，正在匹配专家。"), None),
    "return": (services.need_return, gettext_lazy("已退回，企业会收到补充要求。"), ReasonForm),
    "reject": (services.need_reject, gettext_lazy("已标为不予受理，企业会收到原因。"), ReasonForm),
    "withdraw": (services.need_withdraw, gettext_lazy("需求已撤回。"), ReasonForm),
    "unmet": (services.need_mark_unmet, gettext_lazy("已标为暂无匹配，有新专家入库时会再次匹配。"), OptionalReasonForm),
    "resolve": (services.need_resolve, gettext_lazy("已标为已解决，请安排回访。"), OptionalReasonForm),
    "close": (services.need_close, gettext_lazy("需求已办结。"), OptionalReasonForm),
}


@login_required
@require_POST
def need_move(request, code, move):
    if move not in MOVES:
        raise Http404
    need = need_or_404(request, code)
    service, done, form_class = MOVES[move]
    values = {}
    if form_class is not None:
        form = form_class(request.POST)
        if not form.is_valid():
            messages.error(request, first_error(form))
            return back(request, need)
        values = form.cleaned_data
    run(request, done, service, need_id=need.pk, **values)
    return back(request, need)


@login_required
@require_POST
def need_assign(request, code):
    need = need_or_404(request, code)
    form = OfficerForm(request.POST, county_ids=[need.county_id])
    if form.is_valid():
        officer = form.cleaned_data["officer"]
        done = _("帮办专员：{name}。").format(name=officer)
        run(request, done, services.need_assign, need_id=need.pk, officer_id=officer.pk)
    else:
        messages.error(request, first_error(form))
    return back(request, need)


@login_required
@require_POST
def need_rewrite(request, code):
    """The technical statement; what does not fit stays in the form beside its error."""
    need = need_or_404(request, code, selectors.need_detail(Need.objects.visible_to(request.user)))
    form = RewriteForm(request.POST)
    if form.is_valid() and submit(request, form, services.need_rewrite, need_id=need.pk, **form.cleaned_data):
        messages.success(request, _("技术表述已保存，匹配时优先采用。"))
        return back(request, need)
    context = detail_context(request, need)
    if not context["can_decide"]:
        messages.error(request, first_error(form))
        return back(request, need)
    return render(request, "enterprises/need_detail.html", context | {"rewrite_form": form})
