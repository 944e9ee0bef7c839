from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.actor import Actor
from core.errors import DomainError
from reports import services
from reports.enums import ExportStatus, Ledger
from reports.forms import ExportForm
from reports.models import Export

PAGE_SIZE = 20


def _office_only(request):
    if not request.user.is_office:
        raise Http404


@login_required
@require_safe
def export_list(request):
    """Ask for a ledger, and find those asked for before."""
    _office_only(request)
    exports = Export.objects.visible_to(request.user).select_related("county")
    page = Paginator(exports, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "reports/export_list.html", {"page_obj": page, "ledgers": Ledger})


@login_required
def export_create(request):
    """``?ledger=experts&<the list's filters>``: exactly what the list shows."""
    _office_only(request)
    params = request.GET.copy()
    ledger = params.pop("ledger", [Ledger.NEEDS])[-1]
    for extra in ("page", "cols"):
        params.pop(extra, None)
    form = ExportForm(request.POST or None, user=request.user, initial={"ledger": ledger, "query": params.urlencode()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            export = services.export_request(
                ledger=data["ledger"],
                county_id=data["county"].pk,
                query=data["query"],
                header=data,
                actor=Actor.of(request),
            )
        except DomainError as exc:
            form.add_error(exc.field if exc.field in form.fields else None, exc.message)
        else:
            return redirect("reports:export-detail", export.code)
    has_filters = bool(form["query"].value())
    return render(request, "reports/export_form.html", {"form": form, "has_filters": has_filters})


@login_required
@require_safe
def export_detail(request, code):
    """Progress, then the download. The same view answers the page and its polled fragment."""
    export = get_object_or_404(Export.objects.visible_to(request.user).select_related("county"), code=code)
    template = "reports/_export.html" if request.htmx else "reports/export_detail.html"
    response = render(request, template, {"export": export})
    if request.htmx and export.status in (ExportStatus.DONE, ExportStatus.FAILED):
        response.headers["HX-Refresh"] = "true"  # the heading's state has changed too
    return response


@login_required
@require_POST
def export_download(request, code):
    """The file itself. A POST, because each download is on record."""
    export = get_object_or_404(Export.objects.visible_to(request.user), code=code, status=ExportStatus.DONE)
    export = services.export_downloaded(export_id=export.pk, actor=Actor.of(request))
    response = FileResponse(export.file.open("rb"), as_attachment=True, filename=export.file_name)
    response.headers["Content-Type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return response
