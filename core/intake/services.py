"""What people do with an import: upload, settle the columns, start, decide on doubtful rows, undo. The long work is
done by ``core.intake.work``."""

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.enums import BatchStatus, JobStatus, RowStatus
from core.errors import Invalid, Refusal, TransitionRefused, require
from core.intake import registers
from core.intake.layout import Columns, Reading, line_key, read_again, read_file
from core.intake.mapping import mapping_of
from core.intake.remarks import Remark, remarks_on
from core.intake.results import decided, write_error_file
from core.models import ImportBatch, ImportMapping, Job
from core.text import clean_line

IMPORTERS = ("staff", "admin")
BEFORE_START = (BatchStatus.UPLOADED, BatchStatus.PREVIEWED)


def can_import(actor: Actor, county_id: int) -> Refusal | None:
    """Registers are filled by the county's staff and admins."""
    if actor.is_system or (actor.user is not None and actor.user.has_role(*IMPORTERS, county_id=county_id)):
        return None
    return Refusal(_("只有本县工作人员可以导入登记册。"))


def file_read(*, county_id: int, kind: str, content: bytes, file_name: str, include_hidden: bool = False) -> Reading:
    """A file as the register's table, with the columns as this office named them last time."""

    def remembered(header: str) -> Columns | None:
        kept = ImportMapping.objects.filter(county=county_id, kind=kind, header=header).first()
        return kept.mapping if kept else None

    register = registers.register_of(kind)
    return read_file(content, file_name, register, remembered=remembered, include_hidden=include_hidden)


def batch_upload(
    *,
    county_id: int,
    kind: str,
    content: bytes,
    file_name: str,
    sha256: str,
    actor: Actor,
    options: Mapping[str, Any] | None = None,
    is_previewed: bool = True,
) -> ImportBatch:
    """Read and keep a file; the preview follows in the background. Raises ``IntakeError`` for what is no table."""
    require(can_import(actor, county_id))
    options = dict(options or {})
    reading = file_read(
        county_id=county_id, kind=kind, content=content, file_name=file_name,
        include_hidden=bool(options.get("include_hidden")),
    )  # fmt: skip
    name = clean_line(PurePath(file_name).name)[-200:] or _("未命名")
    batch = ImportBatch(kind=kind, county_id=county_id, file_name=name, sha256=sha256, options=options,
                        created_by_id=actor.user_id, sheet=clean_line(reading.table.sheet.name)[:100])  # fmt: skip
    batch.mapping = reading.layout()
    batch.summary = {"rows": len(reading.table.rows)}
    batch.notes = [remark.as_dict() for remark in remarks_on(reading.workbook, reading.table, reading.register)]
    same = (
        ImportBatch.objects.filter(county=county_id, kind=kind, sha256=sha256, status=BatchStatus.DONE)
        .order_by("-pk")
        .first()
    )
    if same:
        on = localdate(same.created_at)
        batch.notes.insert(0, Remark("same_file", {"on": on.isoformat(), "code": same.code}).as_dict())
    batch.file.save(f"{batch.code}{PurePath(file_name).suffix.lower()[:8]}", ContentFile(content), save=False)
    try:
        _batch_create(batch, actor, is_previewed=is_previewed and not reading.table.mapping.missing_required)
    except BaseException:
        batch.file.delete(save=False)  # no stored file without its row
        raise
    return batch


@transaction.atomic(durable=True)
def _batch_create(batch: ImportBatch, actor: Actor, *, is_previewed: bool) -> None:
    batch.save(force_insert=True)
    audit.record(batch, "import_upload", actor=actor, data={"kind": batch.kind, "sha256": batch.sha256})
    if is_previewed:
        _work_request(batch, "import_preview", _("正在核对各行"), actor)


@transaction.atomic(durable=True)
def batch_map(*, batch_id: int, columns: Mapping[str, str], options: Mapping[str, Any], actor: Actor) -> ImportBatch:
    """Settle which column is what, remember it for the office's next file, and preview again."""
    batch = _locked(batch_id, actor)
    _require_status(batch, *BEFORE_START, BatchStatus.FAILED)
    if batch.rows.exists():
        raise TransitionRefused(_("部分行已经导入，不能再改列的对应关系。请继续导入，或先撤销。"))
    register = registers.register_of(batch.kind)
    settled = _settled(batch, register, columns)
    mapping = mapping_of(batch.mapping["headers"], settled, register)
    if mapping.missing_required:
        labels = _("、").join(str(register.column(key).label) for key in mapping.missing_required)
        raise Invalid(
            _("还缺必填的列：{columns}。请在下面为它们指定对应的列。").format(columns=labels), field="columns"
        )
    ImportMapping.objects.update_or_create(
        county_id=batch.county_id, kind=batch.kind, header=line_key(batch.mapping["headers"]),
        defaults={"mapping": settled},
    )  # fmt: skip
    batch.mapping = batch.mapping | {"columns": settled}
    batch.options = dict(options)
    batch.status = BatchStatus.UPLOADED
    batch.notes = [note for note in batch.notes if note["code"] not in ("unsure", "unmatched", "duplicate_columns")]
    batch.save(update_fields=["mapping", "options", "status", "notes"])
    _work_request(batch, "import_preview", _("正在核对各行"), actor)
    return batch


def _settled(batch: ImportBatch, register: Any, columns: Mapping[str, str]) -> dict[str, str]:
    """One answer for each header; no column twice."""
    known = {column.key for column in register.columns}
    settled = {}
    for index, header in enumerate(batch.mapping["headers"]):
        key = columns.get(str(index), "")
        if key and key not in known:
            raise Invalid(_("没有这样的列，请重新选择。"), field="columns")
        if header or key:
            settled[str(index)] = key
    counts = Counter(key for key in settled.values() if key)
    twice = [str(register.column(key).label) for key, count in counts.items() if count > 1]
    if twice:
        raise Invalid(
            _("“{columns}”对应了不止一列，请只保留一列。").format(columns=_("、").join(twice)), field="columns"
        )
    return settled


@transaction.atomic(durable=True)
def batch_start(*, batch_id: int, actor: Actor, is_announced: bool = True) -> ImportBatch:
    """Import what was previewed; also go on with what a crash or a fault interrupted. A double click starts once."""
    batch = _locked(batch_id, actor)
    if batch.status == BatchStatus.RUNNING and not actor.is_system:
        return batch
    _require_status(batch, BatchStatus.PREVIEWED, BatchStatus.FAILED, BatchStatus.UPLOADED, BatchStatus.RUNNING)
    is_unseen = batch.status == BatchStatus.FAILED and not batch.rows.exists() and batch.finished_at is None
    if is_unseen and batch.job is not None and batch.job.kind == "import_preview":
        raise TransitionRefused(_("这份文件没有核对成功，请调整列的对应后重新核对，或换一份文件。"))
    if batch.status == BatchStatus.UPLOADED and not actor.is_system:
        raise TransitionRefused(_("还在核对各行，请稍候再导入。"))
    old = batch.status
    batch.status = BatchStatus.RUNNING
    batch.save(update_fields=["status"])
    job = _work_request(batch, "import", _("正在导入"), actor, is_announced=is_announced)
    job.total_count = batch.summary.get("rows", 0)
    job.save(update_fields=["total_count"])
    audit.record(batch, "import_start", actor=actor, data={"kind": batch.kind, "from": old})
    return batch


@transaction.atomic(durable=True)
def batch_undo(*, batch_id: int, actor: Actor) -> ImportBatch:
    """Take the batch back; what somebody changed or used since stays and is named."""
    batch = _locked(batch_id, actor)
    if batch.status == BatchStatus.RUNNING:
        return batch
    again = batch.status == BatchStatus.UNDONE and batch.summary.get("kept")
    if not again:
        _require_status(batch, BatchStatus.DONE, BatchStatus.FAILED)
    if not batch.rows.filter(status__in=(RowStatus.CREATED, RowStatus.UPDATED)).exclude(object_id=None).exists():
        raise TransitionRefused(_("该批次没有写入任何条目，无需撤销。"))
    batch.status = BatchStatus.RUNNING
    batch.save(update_fields=["status"])
    _work_request(batch, "import_undo", _("正在撤销"), actor)
    return batch


def rows_decide(*, batch_id: int, decisions: Mapping[int, str], actor: Actor) -> Counter[str]:
    """Settle doubtful rows: "new", "skip", or the code of the known entry that is meant. Then the workbook of rows to
    mend is written anew. Returns how many rows came to which end."""
    batch, counts = _rows_decide(batch_id, decisions, actor)
    if counts:
        write_error_file(batch)
    return counts


@transaction.atomic(durable=True)
def _rows_decide(batch_id: int, decisions: Mapping[int, str], actor: Actor) -> tuple[ImportBatch, Counter[str]]:
    batch = _locked(batch_id, actor)
    _require_status(batch, BatchStatus.DONE)
    rows = list(batch.rows.filter(number__in=decisions, status=RowStatus.DUPLICATE))
    for row in rows:
        if decisions[row.number] not in ("new", "skip", *row.before.get("candidates", ())):
            raise Invalid(_("第 {number} 行的选择已失效，请重新选择。").format(number=row.number), field="decision")
    counts = decided(batch, rows, {row.number: decisions[row.number] for row in rows}, actor=actor)
    if rows:
        audit.record(batch, "import_decide", actor=actor, data={"rows": len(rows)})
    return batch, counts


def reading_of(batch: ImportBatch) -> Reading:
    """The stored file with the settled columns."""
    with batch.file.open("rb") as stream:
        content = stream.read()
    return read_again(
        content, batch.file_name, registers.register_of(batch.kind), batch.sheet, batch.mapping,
        include_hidden=bool(batch.options.get("include_hidden")),
    )  # fmt: skip


def _locked(batch_id: int, actor: Actor) -> ImportBatch:
    batch = actor.scope(ImportBatch.objects).select_for_update(no_key=True).get(pk=batch_id)
    require(can_import(actor, batch.county_id))
    return batch


def _require_status(batch: ImportBatch, *statuses: str) -> None:
    if batch.status not in statuses:
        raise TransitionRefused(_("该批次“{status}”，不能执行此操作。").format(status=batch.get_status_display()))


def _work_request(batch: ImportBatch, kind: str, title: str, actor: Actor, *, is_announced: bool = True) -> Job:
    batch.job = Job.objects.create(kind=kind, title=title, created_by_id=actor.user_id, status=JobStatus.QUEUED)
    batch.save(update_fields=["job"])
    if is_announced:  # a command does the work itself
        outbox.emit("import.requested", {"batch_id": batch.pk})
    return batch.job


def unfinished_same(*, county_id: int, kind: str, sha256: str) -> ImportBatch | None:
    """The same file's batch that never ended: a rerun goes on with it instead of beginning anew."""
    rows = ImportBatch.objects.filter(county=county_id, kind=kind, sha256=sha256, job__kind="import")
    return rows.filter(status__in=(BatchStatus.RUNNING, BatchStatus.FAILED)).order_by("-pk").first()
