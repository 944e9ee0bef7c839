from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import OFFICE_ROLES, Role
from core.actor import Actor
from core.errors import DomainError
from core.models import Region
from core.text import clean_line
from enterprises.enums import OPEN_TO_MATCH
from enterprises.models import Enterprise, Need
from enterprises.selectors import need_completeness, need_view
from experts.models import Expert
from matching import permissions, preview, selectors, services
from matching.engine.config import StructureWeights
from matching.enums import Band, MarkKind, RunTrigger
from matching.forms import BlockForm, PreviewForm, RecusalForm, WeightsForm
from matching.models import MatchRun, Recusal
from matching.wording import caution_texts, part_rows, raise_text, reason_rows

PAGE_SIZE = 20


def _need(request, code):
    """A need whose matches the viewer may open: staff, leaders and admins of its county."""
    offices = Need.objects.visible_to(request.user).filter(county__in=request.user.county_ids(*OFFICE_ROLES))
    return get_object_or_404(offices.for_list(), code=code)


def _expert(request, code):
    return get_object_or_404(Expert.objects.visible_to(request.user).select_related("institution"), code=code)


@login_required
@require_safe
def match_list(request):
    """Open needs with what the engine found for them."""
    if not request.user.is_office:
        raise Http404
    needs = selectors.overview(request.user)
    chosen = request.GET.get("show", "")
    shown = {
        "none": needs.filter(result_status="no_candidate"),
        "waiting": needs.filter(result_status=None),
        "good": needs.filter(good_count__gt=0),
    }.get(chosen, needs)
    tabs = [
        {"label": label, "url": f"?show={key}" if key else "?", "active": chosen == key}
        for key, label in (
            ("", _("全部")),
            ("good", _("有强或较强候选")),
            ("none", _("暂无合适专家")),
            ("waiting", _("尚未计算")),
        )
    ]
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    runs = MatchRun.objects.visible_to(request.user).filter(status__in=("queued", "running"))[:5]
    return render(request, "matching/match_list.html", {"page_obj": page, "tabs": tabs, "runs": runs})


@login_required
@require_safe
def need_matches(request, code):
    """The core screen: the need beside its candidates. The same view answers the page and the polled list."""
    need = _need(request, code)
    result = selectors.current_result(need)
    rows = selectors.candidates(need, result, request.user)
    tabs, shown = _by_band(rows, request.GET.get("band", ""))
    context = {
        "need": need,
        "view": need_view(need, request.user),
        "result": result,
        "run": selectors.waiting_run(need),
        "rows": shown,
        "total": len(rows),
        "tabs": tabs,
        "nav_key": "matching",
        "masked": selectors.masked_rows(result),
        "blocked": selectors.blocked_pairs(need),
        "completeness": need_completeness(need),
        "terms": _terms(rows),
        "can_mark": permissions.can_mark(Actor.of(request), need) is None,
        "can_score": need.status in OPEN_TO_MATCH,
        "has_good": any(row.match and row.match.band in (Band.STRONG, Band.FAIR) for row in rows),
    }
    template = "matching/_match_list.html" if request.htmx else "matching/need_matches.html"
    return render(request, template, context)


def _by_band(rows, chosen):
    """Tabs of the list and the rows of the chosen one. The first shows everybody worth a look: weak candidates are a
    click away, pinned ones always there."""
    bands = selectors.band_counts(rows)
    good = [row for row in rows if row.is_pinned or (row.match and row.match.band != Band.WEAK)]
    groups = {"": (_("值得一看"), good)}
    for value, label, _number in bands:
        groups[value] = (label, [row for row in rows if row.is_pinned or (row.match and row.match.band == value)])
    groups["free"] = (_("可接单"), [row for row in rows if not row.refusal])
    groups["all"] = (_("全部"), rows)
    chosen = chosen if chosen in groups else ""
    tabs = [
        {"label": label, "url": f"?band={key}" if key else "?", "count": len(found), "active": key == chosen}
        for key, (label, found) in groups.items()
    ]
    return tabs, groups[chosen][1]


def _terms(rows, limit=24):
    """Phrases of the need that the shown reasons cite, for marking them in its text."""
    found = {}
    for row in rows:
        for reason in row.match.reasons if row.match else ():
            for term in reason["params"].get("terms", ()) if reason["kind"] == "term_hit" else ():
                found.setdefault(term, None)
    return list(found)[:limit]


@login_required
@require_safe
def pair_detail(request, code, expert_code):
    """看依据: both texts side by side with linked marks, the parts of the score, what would raise it."""
    need, expert = _need(request, code), _expert(request, expert_code)
    result = selectors.current_result(need)
    found = (
        selectors.pair_explanation(need, expert, result, services.corpora_folder(need.county_id)) if result else None
    )
    context = {
        "need": need,
        "expert": expert,
        "result": result,
        "explained": found is not None,
        "nav_key": "matching",
    }
    if found is not None:
        doc, expert_doc, explanation = found
        chains = {need.chain_id: str(need.chain)} if need.chain_id else {}
        context |= {
            "explanation": explanation,
            "parts": part_rows(explanation.parts),
            "reasons": reason_rows([services.reason_row(reason) for reason in explanation.reasons], chains=chains),
            "cautions": caution_texts([services.caution_row(caution) for caution in explanation.cautions]),
            "raises": [
                {"text": raise_text(item), "gain": item.gain if item.gain and item.gain >= 0.005 else None}
                for item in explanation.raises
                if raise_text(item)
            ],
            "need_title": selectors.marked(doc.title, explanation.need_spans.get("title", ())),
            "need_text": selectors.marked(doc.description, explanation.need_spans.get("description", ())),
            "person": selectors.marked_expert(expert_doc, explanation.expert_spans),
        }
    template = "matching/_pair.html" if request.htmx else "matching/pair_detail.html"
    return render(request, template, context)


@login_required
@require_POST
def pair_pin(request, code, expert_code):
    need, expert = _need(request, code), _expert(request, expert_code)
    try:
        if "undo" in request.POST:
            services.pair_unmark(need_id=need.pk, expert_id=expert.pk, kind=MarkKind.PINNED, actor=Actor.of(request))
        else:
            services.pair_pin(need_id=need.pk, expert_id=expert.pk, actor=Actor.of(request))
    except DomainError as exc:
        messages.error(request, exc.message)
    return redirect("matching:need-matches", need.code)


@login_required
def pair_block(request, code, expert_code):
    """A reason is asked for; the block can be lifted again on the match page."""
    need, expert = _need(request, code), _expert(request, expert_code)
    refusal = permissions.can_mark(Actor.of(request), need)
    if refusal is not None:
        messages.error(request, refusal.message)
        return redirect("matching:need-matches", need.code)
    form = BlockForm(request.POST or None)
    if request.method == "POST":
        try:
            if "undo" in request.POST:
                services.pair_unmark(
                    need_id=need.pk, expert_id=expert.pk, kind=MarkKind.BLOCKED, actor=Actor.of(request)
                )
                messages.success(request, _("已解除屏蔽，下次计算时重新参与排序。"))
                return redirect("matching:need-matches", need.code)
            if form.is_valid():
                services.pair_block(need_id=need.pk, expert_id=expert.pk, actor=Actor.of(request), **form.cleaned_data)
                messages.success(request, _("已屏蔽{name}，可在页面下方解除。").format(name=expert.name))
                return redirect("matching:need-matches", need.code)
        except DomainError as exc:
            form.add_error(exc.field if exc.field in form.fields else None, exc.message)
    return render(
        request,
        "matching/block_form.html",
        {"need": need, "expert": expert, "form": form},
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def need_score(request, code):
    """Ask for a new run; the page follows its progress."""
    need = _need(request, code)
    refusal = permissions.can_mark(Actor.of(request), need)
    if refusal is not None:
        messages.error(request, refusal.message)
    elif need.status not in OPEN_TO_MATCH:
        messages.error(request, _("需求发布后才能匹配。"))
    else:
        with transaction.atomic(durable=True):
            services.run_request(
                county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.STAFF, requested_by_id=request.user.pk
            )
    return redirect("matching:need-matches", need.code)


@login_required
@require_safe
def need_panel(request, code):
    """The best three, as a block of the need's page."""
    need = _need(request, code)
    result = selectors.current_result(need)
    rows = selectors.candidates(need, result, request.user)
    context = {"need": need, "result": result, "run": selectors.waiting_run(need), "rows": rows[:3], "total": len(rows)}
    return render(request, "matching/_need_panel.html", context)


@login_required
@require_safe
def expert_panel(request, code):
    """Needs that fit one expert, as a block of the expert's page."""
    expert = _expert(request, code)
    if expert.county_id not in request.user.county_ids():
        raise Http404
    return render(request, "matching/_for_expert.html", {"matches": selectors.needs_of_expert(expert, request.user)})


@login_required
def weights(request):
    """The county's weights: read by its office, set by its administrator, who first sees what they would change."""
    counties = Region.objects.filter(pk__in=request.user.county_ids()).order_by("code")
    if not counties:
        raise Http404
    county = counties.filter(code=request.GET.get("county", "")).first() or counties[0]
    refusal = permissions.can_weigh(Actor.of(request), county.pk)
    if refusal is not None and request.method == "POST":
        messages.error(request, refusal.message)
        return redirect("matching:weights")
    own = selectors.engine_config(county.pk).structure
    form = WeightsForm(request.POST or None, initial={name: getattr(own, name) for name in WeightsForm.LABELS})
    needs = selectors.overview(request.user).filter(county=county)
    context = {
        "form": form,
        "choice": PreviewForm(request.POST or None, needs=needs),
        "county": county,
        "can_weigh": refusal is None,
        "is_default": own == StructureWeights(),
    }
    if refusal is not None:
        for field in form.fields.values():
            field.disabled = True
    elif "preview" in request.POST:
        context |= _preview(request, form, context["choice"])
        if request.htmx:
            return render(request, "matching/_weights_preview.html", context)
    elif request.method == "POST" and ("reset" in request.POST or form.is_valid()):
        chosen = asdict(StructureWeights()) if "reset" in request.POST else form.cleaned_data
        try:
            services.weights_set(county_id=county.pk, weights=chosen, actor=Actor.of(request))
        except DomainError as exc:
            form.add_error(None, exc.message)
        else:
            messages.success(request, _("已保存，正在按新权重重新计算。"))
            return redirect("matching:match-list")
    return render(request, "matching/weights.html", context)


def _preview(request, form, choice):
    """What the entered weights would do to one need; saves nothing."""
    if not (form.is_valid() and choice.is_valid()):
        return {"asked": True}
    need = choice.cleaned_data["need"]
    if need is None:
        return {"asked": True}
    folder = services.corpora_folder(need.county_id)
    rows = preview.weights_preview(need, form.cleaned_data, request.user, folder)
    return {"asked": True, "need": need, "rows": rows}


# -- recusals


def _office_only(request, *roles):
    if not request.user.has_role(*(roles or OFFICE_ROLES)):
        raise Http404


@login_required
@require_safe
def recusal_list(request):
    _office_only(request)
    rows = Recusal.objects.visible_to(request.user).select_related("enterprise", "expert__institution", "created_by")
    firm = None
    if request.GET.get("enterprise"):
        firm = get_object_or_404(
            Enterprise.objects.visible_to(request.user).filter(county__in=request.user.county_ids()),
            code=request.GET["enterprise"],
        )
        rows = rows.filter(enterprise=firm)
    page = Paginator(rows.order_by("enterprise__name_pinyin", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    kept = request.user.county_ids(Role.STAFF, Role.ADMIN)
    context = {"page_obj": page, "firm": firm, "kept": kept, "can_add": bool(kept), "nav_key": "matching"}
    return render(request, "matching/recusal_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recusal_add(request):
    """登记回避: from the list, a match or a firm's page, which name what they know."""
    _office_only(request, Role.STAFF, Role.ADMIN)
    initial = {name: request.GET[name] for name in ("enterprise", "expert") if name in request.GET}
    kept = request.user.county_ids(Role.STAFF, Role.ADMIN)
    form = RecusalForm(request.POST or None, initial=initial, user=request.user, county_ids=kept)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.recusal_add(
                enterprise_id=data["enterprise"].pk,
                expert_id=data["expert"].pk,
                reason=data["reason"],
                actor=Actor.of(request),
            )
        except DomainError as exc:
            form.add_error(exc.field if exc.field in form.fields else None, exc.message)
        else:
            words = _("已登记：{expert}回避{firm}，正在重新计算匹配。")
            messages.success(request, words.format(expert=data["expert"].name, firm=data["enterprise"].name))
            return redirect("matching:recusal-list")
    context = {"form": form, "nav_key": "matching"}
    return render(request, "matching/recusal_form.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def recusal_names(request):
    """Names that begin or hold what is typed, for the field's list of suggestions."""
    _office_only(request, Role.STAFF, Role.ADMIN)
    kept = request.user.county_ids(Role.STAFF, Role.ADMIN)
    name = "expert" if "expert" in request.GET else "enterprise"
    text = clean_line(request.GET.get(name, ""))[:60]
    if name == "expert":
        rows = Expert.objects.visible_to(request.user).active().select_related("institution")
    else:
        rows = Enterprise.objects.visible_to(request.user).active()
    found = rows.filter(county__in=kept, name__icontains=text).order_by("name_pinyin", "pk")[:20] if text else ()
    return render(request, "matching/_names.html", {"rows": found})


@login_required
@require_POST
def recusal_remove(request, code, expert_code):
    recusals = Recusal.objects.visible_to(request.user)
    recusal = get_object_or_404(recusals, enterprise__code=code, expert__code=expert_code)
    try:
        services.recusal_remove(recusal_id=recusal.pk, actor=Actor.of(request))
        messages.success(request, _("回避已解除，正在重新计算匹配。"))
    except DomainError as exc:
        messages.error(request, exc.message)
    return redirect("matching:recusal-list")
