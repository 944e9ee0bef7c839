from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from core.actor import Actor
from core.codes import mask_email, mask_phone
from core.text import search_query_tokens
from experts import permissions, selectors, services
from experts.models import Expert
from experts.views.common import expert_or_404, run

COMPARED = (
    "institution", "department", "position", "title", "degree", "gender", "born_on", "city", "phone", "email",
    "research_fields", "honours", "consent",
)  # fmt: skip


ADDED = ("research_fields", "honours")


@dataclass(frozen=True)
class Line:
    """One field of both rows, and what becomes of it."""

    name: str
    label: str
    keep: str
    drop: str

    @property
    def note(self):
        if self.keep == self.drop or not self.drop:
            return ""
        if not self.keep:
            return "filled"
        if self.name in ADDED:
            return "added"
        return "consent" if self.name == "consent" else "differs"


@login_required
@require_safe
def merge_choose(request, code):
    """Which other row is the same person: namesakes first, else by search."""
    expert = _managed(request, code)
    if not isinstance(expert, Expert):
        return expert
    words = search_query_tokens(request.GET.get("search", "")[:100])
    if words:
        rows = Expert.objects.visible_to(request.user).filter(county=expert.county_id).exclude(pk=expert.pk)
        rows = rows.exclude(status="merged").select_related("institution").order_by("name_pinyin", "pk")
        for word in words:
            rows = rows.filter(search_text__contains=f" {word}" if word[0].isascii() else word)
    else:
        rows = selectors.duplicates(
            expert.county_id,
            name=expert.name,
            institution=expert.institution.name if expert.institution else "",
            phone=expert.phone,
            born_on=expert.born_on,
            exclude=expert.pk,
        )
    page_obj = Paginator(rows, 20).get_page(request.GET.get("page"))
    context = {"expert": expert, "page_obj": page_obj, "search": request.GET.get("search", "")}
    return render(request, "experts/merge_choose.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def expert_merge(request, code, other):
    """Both rows side by side; ``code`` stays, ``other`` is folded into it."""
    keep, drop = _managed(request, code), _managed(request, other)
    for row in (keep, drop):
        if not isinstance(row, Expert):
            return row
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:500]
        done = _("已合并，两条资料的历史都已保留。")
        if run(request, done, services.experts_merge, keep_id=keep.pk, drop_id=drop.pk, reason=reason):
            return redirect(keep)
    lines = [_line(name, keep, drop) for name in COMPARED]
    counts = [
        (_("与本地关系"), keep.ties.count(), drop.ties.count()),
        (pgettext("many", "成果"), keep.achievements.count(), drop.achievements.count()),
        (_("任期"), keep.postings.count(), drop.postings.count()),
        (_("聘任"), keep.appointments.count(), drop.appointments.count()),
        (_("专家组"), keep.group_memberships.count(), drop.group_memberships.count()),
    ]
    context = {"keep": keep, "drop": drop, "lines": lines, "counts": counts}
    return render(request, "experts/merge.html", context)


def _managed(request, code):
    expert = expert_or_404(request, code, selectors.detail(Expert.objects.visible_to(request.user)))
    refusal = permissions.can_manage(Actor.of(request), expert)
    if refusal is not None:
        messages.error(request, refusal.message)
        return redirect(expert)
    return expert


def _line(name, keep, drop):
    return Line(name, str(Expert._meta.get_field(name).verbose_name), _shown(name, keep), _shown(name, drop))


def _shown(name, expert):
    if name == "phone":
        return mask_phone(expert.phone)
    if name == "email":
        return mask_email(expert.email)
    if name in ("gender", "consent"):
        return str(getattr(expert, f"get_{name}_display")())
    value = getattr(expert, name)
    if isinstance(value, list):
        return _("、").join(value)
    return "" if value is None else str(value)
