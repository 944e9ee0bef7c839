"""What an office defines for its county: industry chains, parks, and what abolished divisions became."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.county import current_county
from accounts.enums import Role
from core import audit
from core import county as services
from core.actor import Actor
from core.errors import DomainError
from core.models import Industry, Region
from core.reference.dated import code_years
from portal import divisions
from portal.county_forms import ChainForm, MergeForm, ParkForm, SuccessorForm

NAV_KEY = "county"  # one entry of the navigation for all of them


def kept_county(request, *roles):
    """The county in the bar, when the person keeps it; else the first one they keep. Out of office: no such page."""
    roles = roles or (Role.STAFF, Role.ADMIN)
    kept = request.user.county_ids(*roles)
    county = current_county(request)
    if county is None or county.pk not in kept:
        county = Region.objects.filter(pk__in=kept).order_by("code").first()
    if county is None:
        raise Http404
    return county


def tabs(request):
    pages = [("county:chain-list", pgettext("many", "产业链")), ("county:park-list", pgettext("many", "园区"))]
    if request.user.has_role(Role.ADMIN):
        pages.append(("county:division-list", _("区划变更")))
    return [{"label": label, "url": reverse(name), "active": request.path == reverse(name)} for name, label in pages]


def refusal_on(form, exc):
    form.add_error(exc.field if exc.field in form.fields else None, exc.message)


# -- chains


@login_required
@require_safe
def chain_list(request):
    county = kept_county(request)
    chains = list(services.chains_kept_by(request.user).filter(county=county).prefetch_related("industries"))
    uses = services.use_counts(chains)
    for chain in chains:
        chain.uses = uses[chain.pk]
    return render(
        request,
        "county/chain_list.html",
        {"county": county, "chains": chains, "tabs": tabs(request), "nav_key": NAV_KEY},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def chain_create(request):
    return _chain_form(request, kept_county(request), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def chain_edit(request, code):
    chain = get_object_or_404(services.chains_kept_by(request.user).select_related("county"), code=code)
    return _chain_form(request, chain.county, chain)


def _chain_form(request, county, chain):
    """Without scripts the search is a button of the form: it shows the hits and saves nothing."""
    groups = list(
        services.chains_kept_by(request.user).filter(county=county).exclude(group="").order_by("group")
        .values_list("group", flat=True).distinct()
    )  # fmt: skip
    initial = {"name": chain.name, "group": chain.group, "description": chain.description} if chain else {}
    finding = "find" in request.POST
    if finding:
        initial = {name: request.POST.get(name, "") for name in ("name", "group", "description")}
    saving = request.method == "POST" and not finding
    form = ChainForm(request.POST if saving else None, initial=initial, groups=groups)
    if request.method == "POST":
        codes = request.POST.getlist("industries")
    else:
        codes = list(chain.industries.values_list("code", flat=True)) if chain else []
    if saving and form.is_valid():
        told = {**form.cleaned_data, "industries": codes, "actor": Actor.of(request)}
        try:
            if chain:
                services.chain_update(chain_id=chain.pk, **told)
            else:
                services.chain_create(county_id=county.pk, **told)
        except DomainError as exc:
            refusal_on(form, exc)
        else:
            messages.success(request, _("产业链“{name}”已保存。").format(name=form.cleaned_data["name"]))
            return redirect("county:chain-list")
    context = {
        "form": form,
        "chain": chain,
        "county": county,
        "uses": services.usage(chain) if chain else [],
        "events": audit.history(chain)[:20] if chain else [],
        **_industries(codes, request.POST.get("industry_q", "")),
    }
    return render(request, "county/chain_form.html", context | {"nav_key": NAV_KEY}, status=422 if form.errors else 200)


def _industries(codes, text):
    """What is chosen, then what the search finds beside it."""
    codes = [code for code in codes if code.isalnum()][: services.MAX_INDUSTRIES]
    chosen = list(Industry.objects.filter(code__in=codes))
    taken = {row.code for row in chosen}
    hits = [row for row in services.industries_like(text) if row.code not in taken]
    return {"chosen": chosen, "hits": hits, "industry_q": text.strip()}


@login_required
@require_safe
def industry_choices(request):
    """The chosen industries and the hits, as a fragment of the form."""
    kept_county(request)
    context = _industries(request.GET.getlist("industries"), request.GET.get("industry_q", ""))
    return render(request, "county/_industries.html", context)


@login_required
@require_POST
def chain_move(request, code):
    chain = get_object_or_404(services.chains_kept_by(request.user), code=code)
    services.chain_move(chain_id=chain.pk, is_up="up" in request.POST, actor=Actor.of(request))
    return redirect("county:chain-list")


@login_required
@require_POST
def chain_remove(request, code):
    chain = get_object_or_404(services.chains_kept_by(request.user), code=code)
    try:
        services.chain_remove(chain_id=chain.pk, actor=Actor.of(request))
    except DomainError as exc:
        messages.error(request, exc.message)
        return redirect("county:chain-merge", chain.code)
    messages.success(request, _("产业链“{name}”已删除。").format(name=chain.name))
    return redirect("county:chain-list")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def chain_merge(request, code):
    kept = services.chains_kept_by(request.user)
    chain = get_object_or_404(kept.select_related("county"), code=code)
    others = kept.filter(county=chain.county_id).exclude(pk=chain.pk)
    form = MergeForm(request.POST or None, others=others)
    if request.method == "POST" and form.is_valid():
        try:
            into = services.chain_merge(
                chain_id=chain.pk, into_id=form.cleaned_data["into"].pk, actor=Actor.of(request)
            )
        except DomainError as exc:
            refusal_on(form, exc)
        else:
            words = _("“{name}”已并入“{into}”，正在重新计算匹配。")
            messages.success(request, words.format(name=chain.name, into=into.name))
            return redirect("county:chain-list")
    context = {"form": form, "chain": chain, "uses": services.usage(chain), "has_others": others.exists()}
    return render(
        request, "county/chain_merge.html", context | {"nav_key": NAV_KEY}, status=422 if form.errors else 200
    )


# -- parks


@login_required
@require_safe
def park_list(request):
    county = kept_county(request)
    parks = list(services.parks_kept_by(request.user).filter(county=county))
    uses = services.use_counts(parks)
    for park in parks:
        park.uses = uses[park.pk]
    return render(
        request, "county/park_list.html", {"county": county, "parks": parks, "tabs": tabs(request), "nav_key": NAV_KEY}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def park_create(request):
    return _park_form(request, kept_county(request), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def park_edit(request, code):
    park = get_object_or_404(services.parks_kept_by(request.user).select_related("county"), code=code)
    return _park_form(request, park.county, park)


def _park_form(request, county, park):
    initial = {"name": park.name, "kind": park.kind} if park else {}
    form = ParkForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if park:
                services.park_update(park_id=park.pk, actor=Actor.of(request), **form.cleaned_data)
            else:
                services.park_create(county_id=county.pk, actor=Actor.of(request), **form.cleaned_data)
        except DomainError as exc:
            refusal_on(form, exc)
        else:
            messages.success(request, _("园区“{name}”已保存。").format(name=form.cleaned_data["name"]))
            return redirect("county:park-list")
    context = {"form": form, "park": park, "county": county, "events": audit.history(park)[:20] if park else []}
    return render(request, "county/park_form.html", context | {"nav_key": NAV_KEY}, status=422 if form.errors else 200)


@login_required
@require_POST
def park_move(request, code):
    park = get_object_or_404(services.parks_kept_by(request.user), code=code)
    services.park_move(park_id=park.pk, is_up="up" in request.POST, actor=Actor.of(request))
    return redirect("county:park-list")


@login_required
@require_POST
def park_remove(request, code):
    park = get_object_or_404(services.parks_kept_by(request.user), code=code)
    try:
        services.park_remove(park_id=park.pk, actor=Actor.of(request))
        messages.success(request, _("园区“{name}”已删除。").format(name=park.name))
    except DomainError as exc:
        messages.error(request, exc.message)
    return redirect("county:park-list")


# -- divisions


@login_required
@require_safe
def division_list(request):
    county = kept_county(request, Role.ADMIN)
    rows = divisions.abolished_in_use(county)
    return render(
        request,
        "county/division_list.html",
        {"county": county, "rows": rows, "tabs": tabs(request), "nav_key": NAV_KEY},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def division_edit(request, code):
    county = kept_county(request, Role.ADMIN)
    region = get_object_or_404(Region.objects.select_related("successor"), code=code, is_current=False)
    form = SuccessorForm(request.POST or None, initial={"successor": region.successor.code if region.successor else ""})
    refusal = services.can_succeed(Actor.of(request), region)
    if request.method == "POST" and form.is_valid():
        try:
            services.region_succeed(
                region_id=region.pk,
                successor_code=form.cleaned_data["successor"],
                county_id=county.pk,
                actor=Actor.of(request),
            )
        except DomainError as exc:
            refusal_on(form, exc)
        else:
            messages.success(request, _("已指定，导入和页面即刻按现行区划显示。"))
            return redirect("county:division-list")
    context = {
        "region": region,
        "form": form,
        "refusal": refusal,
        "years": code_years(region.code),
        "candidates": services.successor_candidates(region),
        "events": audit.history(region)[:20],
    }
    return render(
        request, "county/division_form.html", context | {"nav_key": NAV_KEY}, status=422 if form.errors else 200
    )
