from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experts import forms, selectors
from experts.models import Expert
from experts.views.common import address


@login_required
@require_safe
def own(request):
    """我的资料: the person's own rows, one at a time when several counties keep one."""
    rows = list(selectors.detail(Expert.objects.filter(user=request.user.pk).active()).order_by("pk"))
    chosen = request.GET.get("row", "")
    expert = next((row for row in rows if row.code == chosen), rows[0] if rows else None)
    context = {"rows": rows, "expert": expert}
    if expert is not None:
        achievements = list(expert.achievements.all())
        context |= {
            "achievements": achievements,
            "featured_count": sum(row.is_featured for row in achievements),
            "capacity_form": forms.CapacityForm(initial={"capacity": expert.capacity}),
            "pause_form": forms.PauseForm(),
            "percent": completeness(expert)[0],
            "missing": completeness(expert)[1],
            "orders_url": address("engagements:order-list"),
            "events": selectors.own_timeline(expert, request.user, limit=10),
        }
    return render(request, "experts/own.html", context)


PARTS = (
    ("institution", 15), ("title", 10), ("research_fields", 20), ("profile", 20), ("cooperation", 10),
    ("phone", 10), ("city", 5),
)  # fmt: skip


def completeness(expert):
    """How much of what matching and contact need is there, and the names of what is missing."""
    percent, missing = 0, []
    for name, weight in PARTS:
        if getattr(expert, name):
            percent += weight
        else:
            missing.append(str(Expert._meta.get_field(name).verbose_name))
    if expert.achievements.all():
        percent += 10
    else:
        missing.append(str(Expert._meta.get_field("achievements").related_model._meta.get_field("title").verbose_name))
    return percent, missing
