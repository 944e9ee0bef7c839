"""Registers from a file: 选择文件 → 列对应与预览 → 结果 on one page, and the history."""

import io
from pathlib import PurePath

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.county import current_county
from core.actor import Actor
from core.enums import BatchStatus, JobStatus, RowStatus
from core.errors import DomainError
from core.intake import registers, services
from core.intake.limits import current_limits
from core.intake.mapping import header_key
from core.intake.remarks import remark_text
from core.intake.results import problems_of
from core.intake.rows import CellError
from core.intake.workbook import write_template
from core.models import ImportBatch
from enterprises.models import Enterprise, Need
from experts.models import Expert
from portal.context import address
from portal.import_forms import OPTIONS, UploadForm, digest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE_SIZE, ROWS_SIZE = 20, 50
PREVIEW_COLUMNS = 6  # of the file's own, beside the row's number and verdict
STEPS = (gettext_lazy("选择文件"), gettext_lazy("列对应与预览"), gettext_lazy("结果"))
DETAIL = {
    "experts": "experts:expert-detail",
    "enterprises": "enterprises:enterprise-detail",
    "needs": "enterprises:need-detail",
}
LIST = {
    "experts": "experts:expert-list",
    "enterprises": "enterprises:enterprise-list",
    "needs": "enterprises:need-list",
}


def _importers_only(request):
    if not request.user.county_ids(*services.IMPORTERS):
        raise Http404


def _batch_or_404(request, code):
    batches = ImportBatch.objects.visible_to(request.user).select_related("county", "job", "created_by")
    return get_object_or_404(batches, code=code)


@login_required
@require_safe
def batch_list(request):
    """What came in from files, newest first."""
    _importers_only(request)
    batches = ImportBatch.objects.visible_to(request.user).select_related("county", "created_by")
    page = Paginator(batches, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "imports/batch_list.html", {"page_obj": page, "titles": registers.titles()})


@login_required
def batch_create(request):
    """The first step. A file that cannot be read is refused here, with place, reason and remedy."""
    _importers_only(request)
    county = current_county(request)
    initial = {"kind": request.GET.get("kind", ""), "county": county.code if county else None}
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        content = upload.read(current_limits().file_bytes + 1)
        try:
            batch = services.batch_upload(
                county_id=form.cleaned_data["county"].pk,
                kind=form.cleaned_data["kind"],
                content=content,
                file_name=upload.name,
                sha256=digest(content),
                actor=Actor.of(request),
            )
        except DomainError as exc:
            form.add_error("file", exc.message)
        else:
            return redirect("imports:batch-detail", batch.code)
    context = {"form": form, "steps": STEPS, "titles": registers.titles()}
    return render(request, "imports/batch_form.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def template(request, kind):
    """An empty register with examples and explanations."""
    _importers_only(request)
    if kind not in registers.kinds():
        raise Http404
    buffer = io.BytesIO()
    register = registers.register_of(kind)
    with translation.override(settings.LANGUAGE_CODE):  # the offices' own column names, which the worker looks for
        write_template(buffer, register)
        name = _("{title}导入模板.xlsx").format(title=register.title)
    buffer.seek(0)
    return FileResponse(buffer, as_attachment=True, filename=name, content_type=XLSX)


@login_required
@require_safe
def batch_detail(request, code):
    """The second and third step. The same view answers the page and its polled fragment."""
    batch = _batch_or_404(request, code)
    context = _context(request, batch)
    if request.htmx and not request.htmx.boosted:
        response = render(request, "imports/_batch.html", context)
        if not context["is_working"]:
            response.headers["HX-Refresh"] = "true"  # the heading's state has changed too
        return response
    return render(request, "imports/batch_detail.html", context)


@login_required
@require_POST
def batch_map(request, code):
    """Columns and options as they were chosen; the preview is made anew."""
    batch = _batch_or_404(request, code)
    form = OPTIONS[batch.kind](request.POST)
    chosen = {key.removeprefix("column-"): value for key, value in request.POST.items() if key.startswith("column-")}
    error = ""
    if form.is_valid():
        try:
            services.batch_map(batch_id=batch.pk, columns=chosen, options=form.cleaned_data, actor=Actor.of(request))
        except DomainError as exc:
            error = exc.message
        else:
            return redirect("imports:batch-detail", batch.code)
    context = _context(request, batch, form=form, chosen=chosen) | {"error": error}
    return render(request, "imports/batch_detail.html", context, status=422)


@login_required
@require_POST
def batch_start(request, code):
    return _act(request, code, services.batch_start)


@login_required
@require_POST
def batch_undo(request, code):
    return _act(request, code, services.batch_undo)


def _act(request, code, service):
    batch = _batch_or_404(request, code)
    try:
        service(batch_id=batch.pk, actor=Actor.of(request))
    except DomainError as exc:
        messages.error(request, exc.message)
    return redirect("imports:batch-detail", batch.code)


@login_required
@require_POST
def batch_decide(request, code):
    """What to do with rows that may be known already."""
    batch = _batch_or_404(request, code)
    chosen = {
        int(key.removeprefix("row-")): value
        for key, value in request.POST.items()
        if key.startswith("row-") and key[4:].isascii() and key[4:].isdigit() and len(key) < 12 and value
    }
    try:
        counts = services.rows_decide(batch_id=batch.pk, decisions=chosen, actor=Actor.of(request))
    except DomainError as exc:
        messages.error(request, exc.message)
    else:
        if counts:
            words = _("、").join(f"{RowStatus(status).label} {count}" for status, count in sorted(counts.items()))
            messages.success(request, _("已处理 {count} 行：{words}。").format(count=counts.total(), words=words))
        else:
            messages.info(request, _("没有选择任何处理方式。"))
    return redirect("imports:batch-detail", batch.code)


@login_required
@require_safe
def batch_errors(request, code):
    """The rows to mend, in the office's own layout."""
    batch = _batch_or_404(request, code)
    if not batch.error_file:
        raise Http404
    name = _("{name}-需修改.xlsx").format(name=PurePath(batch.file_name).stem)
    return FileResponse(batch.error_file.open("rb"), as_attachment=True, filename=name, content_type=XLSX)


# -- what the page shows


def _context(request, batch, *, form=None, chosen=None):
    register = registers.register_of(batch.kind)
    job = batch.job
    is_working = job is not None and job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
    is_started = batch.status in (BatchStatus.RUNNING, BatchStatus.DONE, BatchStatus.UNDONE) or (
        batch.status == BatchStatus.FAILED and job is not None and job.kind != "import_preview"
    )
    context = {
        "batch": batch,
        "title": register.title,
        "steps": STEPS,
        "step": 3 if is_started else 2,
        "is_working": is_working,
        "is_started": is_started,
        "notes": [remark_text(note["code"], note["fields"]) for note in batch.notes],
        "register_url": address(LIST[batch.kind]),
        "summary": batch.summary,
    }
    if is_working:
        return context
    if is_started:
        return context | _result(request, batch)
    return context | _preview(batch, register, form, chosen)


def _preview(batch, register, form, chosen):
    settled = chosen if chosen is not None else batch.mapping["columns"]
    taken = set(settled.values())
    fields = [{"key": column.key, "label": column.label, "required": column.required} for column in register.columns]
    columns = [
        {
            "index": index,
            "header": header,
            "samples": batch.mapping["samples"][index],
            "key": settled.get(str(index), ""),
            "is_open": str(index) not in settled and bool(header_key(header)),
        }
        for index, header in enumerate(batch.mapping["headers"])
        if header or batch.mapping["samples"][index]
    ]
    found = batch.job.result if batch.job and batch.status == BatchStatus.PREVIEWED else {}
    missing = [str(column.label) for column in register.columns if column.required and column.key not in taken]
    return {
        "columns": columns,
        "fields": fields,
        "form": form or OPTIONS[batch.kind](initial=batch.options),
        "missing": missing,
        "is_open": any(column["is_open"] for column in columns) or bool(missing) or chosen is not None,
        "preview_columns": found.get("columns", [])[:PREVIEW_COLUMNS],
        "preview": [_preview_row(row, found["columns"]) for row in found.get("rows", [])],
        "doubtful": [_preview_row(row, found["columns"]) for row in found.get("doubtful", [])],
        "arriving": batch.summary.get("created", 0) + batch.summary.get("updated", 0),
    }


def _preview_row(row, labels):
    return {
        "number": row["number"],
        "status": RowStatus(row["status"]),
        "cells": list(zip(labels, row["cells"], strict=True))[:PREVIEW_COLUMNS],
        "problems": [CellError.from_dict(message) for message in row["messages"]],
    }


def _result(request, batch):
    """The rows by what became of them, the ones that wait for somebody first."""
    summary = batch.summary
    views = {
        "rejected": (_("需修改"), {"status": RowStatus.REJECTED}),
        "duplicate": (_("待确认"), {"status": RowStatus.DUPLICATE}),
        "kept": (_("未撤销"), {"status__in": (RowStatus.CREATED, RowStatus.UPDATED), "object_id__isnull": False}),
        "noted": (_("有提示"), None),
        "all": (_("全部"), {}),
    }
    rows = batch.rows.order_by("number")
    noted = rows.exclude(messages=[]).filter(status__in=("created", "updated", "unchanged"))
    counts = {
        "rejected": summary.get("rejected", 0),
        "duplicate": summary.get("duplicate", 0),
        "kept": summary.get("kept", 0) if batch.status == BatchStatus.UNDONE else 0,
        "noted": noted.count(),
        "all": summary.get("rows", 0),
    }
    shown = [key for key in views if counts[key] or key == "all"]
    chosen = request.GET.get("rows")
    chosen = chosen if chosen in shown else shown[0]
    queryset = noted if chosen == "noted" else rows.filter(**views[chosen][1])
    page = Paginator(queryset, ROWS_SIZE).get_page(request.GET.get("page"))
    listed = [_row(row, batch) for row in page.object_list]
    if chosen == "duplicate":
        _name_candidates(request, batch, listed)
    return {
        "tabs": [
            {"label": views[key][0], "url": f"?rows={key}", "count": counts[key], "active": key == chosen}
            for key in shown
        ],
        "chosen": chosen,
        "page_obj": page,
        "rows": listed,
        "written": summary.get("created", 0) + summary.get("updated", 0),
        "arrived": sum(summary.get(key, 0) for key in ("created", "updated", "unchanged")),
        "can_undo": _can_undo(batch),
        "headers": _headline(batch),
    }


def _can_undo(batch):
    if batch.status == BatchStatus.UNDONE:
        return bool(batch.summary.get("kept"))
    return bool(batch.summary.get("created") or batch.summary.get("updated"))


def _headline(batch):
    """The first settled columns: what a row is recognised by."""
    settled = sorted((int(index) for index, key in batch.mapping["columns"].items() if key))
    return [(index, batch.mapping["headers"][index]) for index in settled[:3]]


def _row(row, batch):
    cells = []
    for index, header in _headline(batch):
        value = row.values[index] if index < len(row.values) else None
        text = next(iter(value.values())) if isinstance(value, dict) else value
        cells.append((header, "" if text is None else str(text)[:200]))
    url = address(DETAIL[batch.kind], row.object_code) if row.object_id and row.object_code else ""
    return {"row": row, "cells": cells, "problems": problems_of(row), "url": url, "candidates": []}


def _name_candidates(request, batch, listed):
    """Who each doubtful row may be, within the reader's sight."""
    codes = {code for item in listed for code in item["row"].before.get("candidates", ())}
    if batch.kind == "experts":
        people = Expert.objects.visible_to(request.user).filter(code__in=codes).select_related("institution")
        names = {p.code: " · ".join(filter(None, (p.name, p.title, str(p.institution or "")))) for p in people}
    elif batch.kind == "enterprises":
        names = {firm.code: firm.name for firm in Enterprise.objects.visible_to(request.user).filter(code__in=codes)}
    else:
        needs = Need.objects.visible_to(request.user).filter(code__in=codes).select_related("enterprise")
        names = {need.code: f"{need.title} · {need.enterprise.name}" for need in needs}
    for item in listed:
        item["candidates"] = [
            (code, names[code], address(DETAIL[batch.kind], code))
            for code in item["row"].before.get("candidates", ())
            if code in names
        ]
