"""Exports: asked for on a page, built by a worker in the requester's scope, downloaded by the requester alone."""

import hashlib
import tempfile
from datetime import timedelta

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.documents.xlsx import LedgerHeader, write_ledger
from core.errors import Invalid, require
from core.labels import field_length
from core.models import Region
from core.text import clean_line
from reports import permissions
from reports.enums import ExportStatus, Ledger
from reports.ledgers import EXPORTERS
from reports.models import Export

HEADER_FIELDS = ("unit", "period", "prepared_by", "reviewed_by")


@transaction.atomic(durable=True)
def export_request(*, ledger, county_id, query, actor, header=None):
    """Ask for one ledger with the list's filters. ``query``: the list page's query string."""
    require(permissions.can_export(actor, county_id))
    if ledger not in Ledger.values:
        raise Invalid(_("不认识的台账。"), field="ledger")
    if len(query) > field_length(Export, "query", 0):
        raise Invalid(_("筛选条件过长，请减少条件后再导出。"), field="query")
    export = Export.objects.create(
        ledger=ledger,
        county=Region.objects.get(pk=county_id),
        requested_by_id=actor.user_id,
        query=query,
        header={key: clean_line((header or {}).get(key, ""))[:80] for key in HEADER_FIELDS},
    )
    audit.record(export, "export_request", actor=actor, data={"ledger": ledger, "query": query})
    outbox.emit("export.requested", {"id": export.pk})
    return export


def export_claim(export_id):
    """Take a waiting export, or one whose worker went silent, by compare-and-swap."""
    stale = now() - timedelta(seconds=settings.WORK_LEASE_SECONDS)
    rows = Export.objects.filter(pk=export_id)
    mine = rows.filter(status=ExportStatus.QUEUED).update(status=ExportStatus.RUNNING, started_at=now())
    mine = mine or rows.filter(status=ExportStatus.RUNNING, started_at__lt=stale).update(started_at=now())
    return Export.objects.select_related("county", "requested_by").get(pk=export_id) if mine else None


def export_build(export):
    """Write the file. The scope is the requester's own, read now: a right lost since the request shows nothing."""
    exporter = EXPORTERS[export.ledger]
    user = export.requested_by
    require(permissions.can_export(Actor(user=user), export.county_id))
    columns = exporter.columns()
    queryset = exporter.queryset(user, QueryDict(export.query), export.county)
    header = LedgerHeader(
        unit=export.header.get("unit") or _("{county}人才工作领导小组办公室").format(county=export.county.name),
        period=export.header.get("period", ""),
        prepared_by=export.header.get("prepared_by") or str(user),
        reviewed_by=export.header.get("reviewed_by", ""),
        on=localdate(),
        as_of=now(),
    )
    title = f"{export.county.name}{export.get_ledger_display()}"
    with tempfile.TemporaryFile() as buffer:
        count = write_ledger(buffer, title=title, columns=columns, rows=exporter.rows(queryset, user), header=header)
        buffer.seek(0)
        digest = hashlib.file_digest(buffer, "sha256").hexdigest()
        buffer.seek(0)
        name = f"{title}-{date_format(localdate(), 'Ymd')}.xlsx"
        with transaction.atomic():
            export = Export.objects.select_for_update(no_key=True).get(pk=export.pk)
            export.file.save(f"{export.code}.xlsx", File(buffer), save=False)
            export.file_name, export.row_count, export.sha256 = name, count, digest
            export.status, export.finished_at = ExportStatus.DONE, now()
            export.save(update_fields=["file", "file_name", "row_count", "sha256", "status", "finished_at"])
            audit.record(export, "export_built", actor=Actor.system(_("导出")), data={"rows": count, "sha256": digest})
            outbox.emit("export.done", {"id": export.pk})
    return export


def export_failed(export_id, message):
    Export.objects.filter(pk=export_id).update(status=ExportStatus.FAILED, error=message[:2000], finished_at=now())


@transaction.atomic(durable=True)
def export_downloaded(*, export_id, actor):
    """A download is on record, like any other disclosure. Refused when the right has been lost since."""
    export = actor.scope(Export.objects).select_related("county").get(pk=export_id)
    require(permissions.can_export(actor, export.county_id))
    audit.record(export, "export_download", actor=actor, data={"rows": export.row_count})
    return export


def exports_to_resume():
    waiting = Export.objects.filter(status=ExportStatus.QUEUED, created_at__lt=now() - timedelta(seconds=60))
    silent = Export.objects.filter(
        status=ExportStatus.RUNNING, started_at__lt=now() - timedelta(seconds=settings.WORK_LEASE_SECONDS)
    )
    return list((waiting | silent).order_by("pk").values_list("pk", flat=True)[:50])
