from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.actor import Actor
from experts import forms, permissions, services
from experts.views.common import back, expert_or_404, run, submit


def _home(request, expert):
    """The person comes back to the own profile, the office to the person's page."""
    return redirect("experts:own" if permissions.is_own(Actor.of(request), expert) else expert)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def achievement_create(request, code):
    expert = expert_or_404(request, code)
    return _form(request, expert, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def achievement_edit(request, code, achievement):
    expert = expert_or_404(request, code)
    return _form(request, expert, get_object_or_404(expert.achievements, code=achievement))


def _form(request, expert, achievement):
    refusal = permissions.can_edit(Actor.of(request), expert)
    if refusal is not None:
        messages.error(request, refusal.message)
        return redirect(expert)
    names = forms.AchievementForm.base_fields
    initial = {name: getattr(achievement, name) for name in names} if achievement else {}
    form = forms.AchievementForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if achievement is None:
            saved = submit(request, form, services.achievement_add, expert_id=expert.pk, values=form.cleaned_data)
        else:
            saved = submit(
                request, form, services.achievement_update, expert_id=expert.pk, code=achievement.code,
                values=form.cleaned_data,
            )  # fmt: skip
        if saved is not None:
            messages.success(request, _("成果已保存。"))
            return _home(request, expert)
    context = {"form": form, "expert": expert, "achievement": achievement}
    return render(request, "experts/achievement_form.html", context)


@login_required
@require_POST
def achievement_feature(request, code, achievement):
    expert = expert_or_404(request, code)
    is_featured = request.POST.get("is_featured") == "1"
    done = _("已列为代表成果。") if is_featured else _("已不再列为代表成果。")
    run(request, done, services.achievement_feature, expert_id=expert.pk, code=achievement, is_featured=is_featured)
    return back(request, expert)


@login_required
@require_POST
def achievement_remove(request, code, achievement):
    expert = expert_or_404(request, code)
    run(request, _("成果已删除。"), services.achievement_remove, expert_id=expert.pk, code=achievement)
    return back(request, expert)
