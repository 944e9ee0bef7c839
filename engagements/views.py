from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.services import link_read
from core import audit
from core.actor import Actor
from core.calendar import add_working_days
from core.errors import DomainError
from engagements import permissions, selectors, services
from engagements.enums import OrderStatus
from engagements.filters import OrderFilter
from engagements.forms import AcceptForm, DeclineForm, OfferForm, ReasonForm, RefuseForm
from engagements.models import Order
from enterprises.models import Need
from enterprises.selectors import NeedView
from experts.models import Expert
from matching.selectors import offer_snapshot
from matching.services import pair_refusal
from matching.wording import reason_rows

PAGE_SIZE = 20
MAX_OFFERS = 20


@login_required
@require_safe
def order_list(request):
    orders = Order.objects.visible_to(request.user)
    found = OrderFilter(request.GET, queryset=orders.for_list(), request=request)
    counts = dict(orders.order_by().values_list("status").annotate(n=Count("pk")))
    page = Paginator(found.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    chosen = request.GET.getlist("status")
    tabs = [{"label": _("全部"), "url": "?", "count": sum(counts.values()), "active": not chosen}] + [
        {"label": label, "url": f"?status={value}", "count": counts.get(value, 0), "active": chosen == [value]}
        for value, label in OrderStatus.choices
        if counts.get(value)
    ]
    context = {"filter": found, "page_obj": page, "tabs": tabs, "views": selectors.order_views(page, request.user)}
    return render(request, "engagements/order_list.html", context)


def _order(request, code):
    return get_object_or_404(
        Order.objects.visible_to(request.user).for_list().select_related("need__county"), code=code
    )


@login_required
@require_safe
def order_detail(request, code):
    return _detail(request, _order(request, code))


def _detail(request, order, status=200, **forms):
    actor = Actor.of(request)
    can = {
        name: getattr(permissions, f"can_{name}")(actor, order) is None
        for name in ("accept", "decline", "release", "confirm", "refuse", "revoke")
    }
    view = selectors.order_view(order, request.user)
    context = {
        "order": order,
        "view": view,
        "can": can,
        "events": audit.history(order) if view.is_office else (),
        "accept_form": forms.get("accept") or AcceptForm(),
        "decline_form": forms.get("decline") or DeclineForm(),
        "refuse_form": forms.get("refuse") or RefuseForm(),
        "reason_form": forms.get("release") or forms.get("revoke") or ReasonForm(),
        "open_form": next(iter(forms), ""),
    }
    return render(request, "engagements/order_detail.html", context, status=status)


def _act(request, code, name, form_class, done):
    """One action on one order: validate, call the service, say what happened or what to mend."""
    order = _order(request, code)
    form = form_class(request.POST) if form_class else None
    if form is not None and not form.is_valid():
        return _detail(request, order, status=422, **{name: form})
    try:
        getattr(services, f"order_{name}")(
            order_id=order.pk, actor=Actor.of(request), **(form.cleaned_data if form else {})
        )
    except DomainError as exc:
        if form is not None and exc.field in form.fields:
            form.add_error(exc.field, exc.message)
            return _detail(request, order, status=422, **{name: form})
        messages.error(request, exc.message)
    else:
        messages.success(request, done)
    return redirect("engagements:order-detail", order.code)


@login_required
@require_POST
def order_accept(request, code):
    return _act(request, code, "accept", AcceptForm, _("已接单。企业确认后双方可见联系方式。"))


@login_required
@require_POST
def order_decline(request, code):
    return _act(request, code, "decline", DeclineForm, _("已婉拒，人才办会看到您的原因。"))


@login_required
@require_POST
def order_release(request, code):
    return _act(request, code, "release", ReasonForm, _("已退单，企业和人才办会收到通知。"))


@login_required
@require_POST
def order_confirm(request, code):
    return _act(request, code, "confirm", None, _("已确认对接，联系方式已向双方开放。"))


@login_required
@require_POST
def order_refuse(request, code):
    return _act(request, code, "refuse", RefuseForm, _("已登记未选中，专家会收到通知和原因。"))


@login_required
@require_POST
def order_revoke(request, code):
    return _act(request, code, "revoke", ReasonForm, _("已撤单，专家会收到通知。"))


@login_required
@require_POST
def order_offer(request, code):
    """Push to chosen experts: first what will happen to whom, then the push."""
    offices = Need.objects.visible_to(request.user).filter(county__in=request.user.county_ids())
    need = get_object_or_404(offices.select_related("enterprise", "county"), code=code)
    if not permissions.is_office(Actor.of(request), need):  # a leader reads the match page
        messages.error(request, _("推送订单由人才办工作人员办理。"))
        return redirect("matching:need-matches", need.code)
    codes = [code for code in dict.fromkeys(request.POST.getlist("experts")) if code.isprintable()][:MAX_OFFERS]
    experts = {
        expert.code: expert
        for expert in Expert.objects.visible_to(request.user).filter(code__in=codes).select_related("institution")
    }
    experts = [experts[code] for code in codes if code in experts]
    actor = Actor.of(request)
    if not experts:
        messages.warning(request, _("请先选择要推送的专家。"))
        return redirect("matching:need-matches", need.code)
    form = OfferForm(request.POST if "confirm" in request.POST else None)
    if form.is_bound and form.is_valid():
        return _push(request, need, experts, form.cleaned_data["message"], actor)
    rows = [(expert, _why_not(actor, need, expert)) for expert in experts]
    context = {
        "need": need,
        "rows": rows,
        "ready": sum(1 for _expert, refusal in rows if refusal is None),
        "form": form,
        "outside": NeedView(need, "summary"),
    }
    return render(request, "engagements/offer_confirm.html", context)


def _why_not(actor, need, expert):
    """What the push would refuse, told before it is pressed."""
    refusal = permissions.can_offer(actor, need) or pair_refusal(need, expert)
    if refusal is not None:
        return refusal.message
    if expert.is_paused:
        return _("当前暂不接单")
    if not expert.free_capacity:
        return _("在办订单已满")
    if Order.objects.filter(need=need, expert=expert, status=OrderStatus.OFFERED).exists():
        return _("已推送，等待答复")
    return None


def _push(request, need, experts, message, actor):
    pushed = []
    for expert in experts:
        snapshot = offer_snapshot(need_id=need.pk, expert_id=expert.pk)
        try:
            services.order_offer(need_id=need.pk, expert_id=expert.pk, message=message, actor=actor, **snapshot)
        except Expert.DoesNotExist:
            messages.error(request, _("{name}：已退出专家库或不同意参与匹配。").format(name=expert.name))
        except DomainError as exc:
            messages.error(request, _("{name}：{reason}").format(name=expert.name, reason=exc.message))
        else:
            pushed.append(expert.name)
    if pushed:
        messages.success(
            request, _("已推送给 {count} 位专家：{names}。").format(count=len(pushed), names=_("、").join(pushed))
        )
        warning = add_working_days(now(), settings.ORDER_OFFER_DAYS).warning
        if warning:  # the time to answer was counted without that year's holidays
            messages.warning(request, warning)
    return redirect("matching:need-matches", need.code)


@login_required
@require_safe
def need_panel(request, code):
    """The orders of one need, as a block of its page."""
    need = get_object_or_404(Need.objects.visible_to(request.user), code=code)
    orders = selectors.orders_of_need(need, request.user)
    context = {"need": need, "views": selectors.order_views(orders, request.user)}
    return render(request, "engagements/_need_panel.html", context)


# -- the expert's answer by a signed link, without signing in


@never_cache
def order_answer(request, token):
    """One screen on a phone: who asks, what, why you, until when; two large buttons. GET never answers."""
    link = link_read(token, services.LINK_PURPOSE)
    order = (
        Order.objects.for_list().select_related("need__county").filter(code=link.object_code).first() if link else None
    )
    if order is None or order.expert.code != link.subject_code:
        return render(request, "engagements/answer_closed.html", status=404)
    accept, decline = AcceptForm(), DeclineForm()
    error, status, open_form = "", 200, ""
    if request.method == "POST":
        answer = "decline" if "decline" in request.POST else "accept"
        form = (DeclineForm if answer == "decline" else AcceptForm)(request.POST)
        actor = Actor.link(grant=order.code, token=token, label=order.expert.name)
        if form.is_valid():
            try:
                getattr(services, f"order_{answer}")(order_id=order.pk, actor=actor, **form.cleaned_data)
            except DomainError as exc:
                error, status = exc.message, exc.status
            else:
                order.refresh_from_db()
                return render(request, "engagements/answer_done.html", {"order": order})
        else:
            status = 422
        open_form = answer
        accept, decline = (accept, form) if answer == "decline" else (form, decline)
    context = {
        "order": order,
        "need": NeedView(order.need, "open" if order.need.confidentiality == "open" else "summary"),
        "reasons": reason_rows(order.reasons, chains={order.need.chain_id: str(order.need.chain)}),
        "accept_form": accept,
        "decline_form": decline,
        "error": error,
        "open_form": open_form,
    }
    return render(request, "engagements/answer.html", context, status=status)
