from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.enums import Role
from core.models import Chain
from experts import forms, selectors, services
from experts.enums import ExpertStatus
from experts.models import Expert
from experts.views.common import submit

MAX_ROWS = 500
TITLES = {
    "pause": gettext_lazy("设为暂不接单"),
    "archive": gettext_lazy("退出专家库"),
    "chain": gettext_lazy("分配产业链"),
}


@login_required
@require_POST
def bulk(request):
    """First the page that names the rows and what will happen, then, confirmed, the change itself."""
    do, codes = (
        request.POST.get("do", ""),
        [code for code in dict.fromkeys(request.POST.getlist("codes")) if code.isprintable()],
    )
    if do not in TITLES:
        raise Http404
    if not codes:
        messages.warning(request, _("请先勾选专家。"))
        return redirect("experts:expert-list")
    if len(codes) > MAX_ROWS:
        messages.error(request, _("一次最多处理 {limit} 位专家。").format(limit=MAX_ROWS))
        return redirect("experts:expert-list")
    counties = request.user.county_ids(Role.STAFF, Role.ADMIN)
    chosen = Expert.objects.visible_to(request.user).filter(code__in=codes, county__in=counties)
    chosen = chosen.exclude(status=ExpertStatus.MERGED)
    experts = list(selectors.register_list(chosen.order_by("name_pinyin", "pk")))
    if len(experts) != len(codes):
        raise Http404
    confirmed = request.POST.get("confirmed") == "1"
    chains = Chain.objects.filter(county__in={expert.county_id for expert in experts})
    form = forms.BulkForm(request.POST if confirmed else None, do=do, chains=chains)
    if confirmed and form.is_valid():
        ids = [expert.pk for expert in experts]
        service = {
            "pause": services.experts_pause,
            "archive": services.experts_archive,
            "chain": services.experts_assign_chain,
        }[do]
        count = submit(request, form, service, expert_ids=ids, **form.cleaned_data)
        if count is not None:
            messages.success(request, _("{title}：已处理 {count} 位专家。").format(title=TITLES[do], count=count))
            return redirect("experts:expert-list")
    busy = [expert for expert in experts if expert.load] if do == "archive" else []
    context = {"do": do, "title": TITLES[do], "experts": experts, "form": form, "busy": busy}
    return render(request, "experts/bulk.html", context)
