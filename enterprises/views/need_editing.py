"""Posting a need: a first question, a draft that saves itself, files, and the hand-over to the office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import acting
from core.actor import Actor
from core.errors import DomainError
from enterprises import permissions, selectors, services
from enterprises.files import attachment_response
from enterprises.forms import FileForm, firms_to_post
from enterprises.models import Need
from enterprises.need_forms import NeedForm, NewNeedForm, targets_of
from enterprises.services.needs import MAX_TARGETS
from enterprises.views.common import back, first_error, need_or_404, run, submit


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_create(request):
    """One question; the rest is asked on the draft."""
    if not firms_to_post(request.user).exists():
        raise Http404
    chosen = request.GET.get("enterprise") or (acting.current(request) or {}).get("code", "")
    form = NewNeedForm(request.POST or None, user=request.user, initial={"enterprise": chosen} if chosen else {})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        need = submit(
            request, form, services.need_create, enterprise_id=data["enterprise"].pk,
            values={"title": data["title"]}, source=data.get("source") or "",
        )  # fmt: skip
        if need is not None:
            return redirect("enterprises:need-edit", need.code)
    return render(request, "enterprises/need_new.html", {"form": form})


def editable(request, code):
    """The need, when this person may change it now; else the page says why not."""
    need = need_or_404(request, code, selectors.need_detail(Need.objects.visible_to(request.user)))
    return need, permissions.can_edit_need(Actor.of(request), need)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_edit(request, code):
    need, refusal = editable(request, code)
    if refusal is not None:
        messages.error(request, refusal.message)
        return redirect(need)
    form = NeedForm(request.POST or None, need=need)
    targets = targets_of(need, request.POST or None)
    if request.method == "POST":
        valid = [form.is_valid(), targets.is_valid()]
        if all(valid):
            saved = submit(
                request, form, services.need_update, need_id=need.pk, values=form.values(), targets=targets.rows()
            )
            if saved is not None:
                return _saved(request, form, saved) or _form_page(request, saved, form, targets)
    return _form_page(request, need, form, targets)


def _saved(request, form, need):
    """After the text is stored: hand over when asked to. None when the hand-over was refused beside its field."""
    if request.POST.get("save") != "submit":
        messages.success(request, _("草稿已保存。") if need.status == "draft" else _("修改已保存。"))
        return redirect(need)
    if submit(request, form, services.need_submit, need_id=need.pk) is None:
        return None
    messages.success(request, _("需求已提交，人才办将在 2 个工作日内审核，结果会通知您。"))
    return redirect(need)


def _form_page(request, need, form, targets):
    actor = Actor.of(request)
    context = {
        "need": need,
        "form": form,
        "targets": targets,
        "completeness": selectors.need_completeness(need),
        "can_submit": permissions.can_submit(actor, need) is None,
        "autosaves": need.status in ("draft", "returned"),
        "file_form": FileForm(auto_id="file_%s"),
        "max_targets": MAX_TARGETS,
    }
    return render(request, "enterprises/need_form.html", context)


@login_required
@require_POST
def need_autosave(request, code):
    """What is valid of the form as it stands; faulty fields wait until they are mended. Drafts only."""
    need, refusal = editable(request, code)
    if refusal is not None or need.status not in ("draft", "returned"):
        return HttpResponse(status=409)
    form, targets = NeedForm(request.POST, need=need), targets_of(need, request.POST)
    form.is_valid()
    values = form.values()
    if not values.get("title"):
        values.pop("title", None)
    rows = targets.rows() if targets.is_valid() else None
    try:
        services.need_update(need_id=need.pk, values=values, targets=rows, actor=Actor.of(request))
    except (DomainError, Need.DoesNotExist):
        return HttpResponse(status=409)
    return HttpResponse(status=204)


@login_required
@require_POST
def need_completeness(request, code):
    """The meter for the form as it stands. Writes nothing; a POST because the whole form comes along."""
    need, refusal = editable(request, code)
    if refusal is not None:
        return HttpResponse(status=409)
    form, targets = NeedForm(request.POST, need=need), targets_of(need, request.POST)
    targets.is_valid()
    found = selectors.need_completeness(form.draft(), has_targets=bool(targets.rows()))
    return render(request, "enterprises/partials/_completeness.html", {"completeness": found, "need": need})


@login_required
@require_POST
def attachment_add(request, code):
    need = need_or_404(request, code)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        content = form.cleaned_data["file"]
        run(request, _("附件已上传。"), services.need_attach, need_id=need.pk, name=content.name, content=content)
    else:
        messages.error(request, first_error(form))
    return back(request, need)


def attachment_or_404(request, code, file_code):
    """The file, for readers of the whole need; for anybody else it is not there."""
    need = need_or_404(request, code, Need.objects.visible_to(request.user).prefetch_related("attachments"))
    view = selectors.need_view(need, request.user)
    found = next((row for row in view.attachments if row.code == file_code), None)
    if found is None:
        raise Http404
    return need, found


@login_required
@require_safe
def attachment(request, code, file_code):
    return attachment_response(attachment_or_404(request, code, file_code)[1])


@login_required
@require_POST
def attachment_remove(request, code, file_code):
    need, found = attachment_or_404(request, code, file_code)
    run(request, _("附件已移除。"), services.need_detach, need_id=need.pk, attachment_code=found.code)
    return back(request, need)
