"""The style guide: every component with its states, in every theme. Open in embedded mode, else to admins."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from core.enums import JobStatus
from portal.samples import SAMPLES
from portal.samples.objects import job

SECTIONS = {
    "tokens": gettext_lazy("色彩与文字"),
    "controls": gettext_lazy("按钮与标签"),
    "content": gettext_lazy("内容"),
    "lists": gettext_lazy("列表"),
    "forms": gettext_lazy("表单"),
    "matching": gettext_lazy("人、需求与匹配"),
    "states": gettext_lazy("状态"),
    "ledger": gettext_lazy("台账"),
}


def may_see(request):
    return settings.EMBEDDED or (request.user.is_authenticated and request.user.has_role(Role.ADMIN))


@require_http_methods(["GET", "HEAD", "POST"])
def styleguide(request, section="tokens"):
    if section not in SECTIONS or not may_see(request):
        raise Http404
    if request.method == "POST":
        messages.info(request, _("这是样例，没有改变任何内容。"))
        return redirect("styleguide-section", section)
    return render(
        request,
        f"styleguide/{section}.html",
        {"section": section, **frame(request, section), **SAMPLES[section](request)},
    )


@require_safe
def styleguide_progress(request, step):
    """A job that is a little further at every question."""
    if not may_see(request):
        raise Http404
    step = min(step, 6)
    sample = job(JobStatus.DONE if step == 6 else JobStatus.RUNNING, step * 500, 2731)
    url = reverse("styleguide-progress", args=[step + 1])
    return render(request, "styleguide/_progress.html", {"job": sample, "url": url})


@require_POST
def styleguide_reveal(request):
    if not may_see(request):
        raise Http404
    return render(request, "styleguide/_reveal.html")


def frame(request, section):
    """The themes by query, and a navigation that shows every part of the frame."""
    entries = [
        {"key": "", "label": _("今日待办"), "url": "/", "icon": "list-check", "count": 7},
        {"key": "styleguide", "label": _("需求"), "url": "/styleguide/", "icon": "file-earmark-text", "count": 12},
        {"key": "", "label": _("专家"), "url": "/styleguide/lists/", "icon": "people"},
        {"key": "", "label": _("企业"), "url": "/styleguide/content/", "icon": "buildings"},
        {"key": "", "label": _("匹配"), "url": "/styleguide/matching/", "icon": "signpost-split"},
        {"key": "", "label": _("订单与对接"), "url": "/styleguide/states/", "icon": "clipboard-check", "count": 3},
        {"key": "", "label": _("报表"), "url": "/styleguide/ledger/", "icon": "file-earmark-spreadsheet"},
        {"key": "", "label": _("导入"), "url": "/styleguide/forms/", "icon": "cloud-upload"},
    ]
    return {
        "sections": [
            {"label": label, "url": f"/styleguide/{key}/", "active": key == section} for key, label in SECTIONS.items()
        ],
        "frame": {
            "nav": entries,
            "tabs": entries[:4],
            "county": "金川县",
            "counties": [
                {"label": "金川县", "url": "?", "active": True},
                {"label": "临河区", "url": "?", "active": False},
            ],
            "search_url": "/search/",
            "inbox_url": "/styleguide/states/",
            "inbox_count": 4,
            "help_url": "/styleguide/",
            "person_links": [{"label": _("账号与安全"), "url": "/styleguide/", "icon": "person-gear"}],
            "acting_for": {"label": "金川县启明橡塑有限公司", "url": "/styleguide/"}
            if "acting" in request.GET
            else None,
            "large": "large" in request.GET,
            "contrast": "contrast" in request.GET,
            "theme_url": "/styleguide/",
        },
    }
