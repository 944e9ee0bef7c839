"""Topics this app answers to."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services import notify
from core import outbox
from reports import tasks
from reports.models import Export


@outbox.on("export.requested")
def build_started(payload):
    tasks.build_export.delay(payload["id"])


@outbox.on("export.done")
def requester_told(payload):
    export = Export.objects.get(pk=payload["id"])
    notify(
        user_ids=[export.requested_by_id],
        event="export.done",
        title=_("{ledger}已生成，共 {count} 行").format(ledger=export.get_ledger_display(), count=export.row_count),
        url=reverse("reports:export-detail", args=[export.code]),
        key=f"export.done:{export.pk}",
    )
