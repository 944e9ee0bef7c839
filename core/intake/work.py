"""The long part of an import, done by a worker or a command: preview, write in chunks, take back.

Each chunk is one transaction that writes the rows, what became of them and the progress, so a killed worker leaves
whole chunks and a rerun goes on behind them. A worker that takes over writes its own mark into the job; the one it
replaces finds that out at its next chunk and stops. One import per county and register runs at a time.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.enums import BatchStatus, Channel, JobStatus, RowStatus
from core.errors import DomainError
from core.intake import registers
from core.intake.layout import Reading, add_messages, messages_of
from core.intake.outcomes import RowOutcome
from core.intake.results import count_rows, row_of, write_error_file
from core.intake.rows import RowResult, shown_text
from core.intake.services import reading_of
from core.models import ImportBatch, ImportRow, Job, Region

log = structlog.get_logger(__name__)
CHUNK = 200
UNDO_CHUNK = 50  # deleting asks every table that may refer to the row
SHOWN = 50  # rows of the preview, and again so many rows that need a look
SILENT = timedelta(minutes=3)  # a worker that has not told its progress for so long is gone
KINDS = ("import", "import_preview", "import_undo")
WRITTEN = (RowStatus.CREATED, RowStatus.UPDATED)
Progress = Callable[[int, int], None]


class TakenOver(DomainError):
    """Another worker goes on with this batch."""

    code = "taken_over"


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def batch_work(batch_id: int, *, take_over: bool = False, on_progress: Progress = _quiet) -> ImportBatch | None:
    """Do what the batch's job asks for. None when it is done, another worker's, or has to wait for its turn."""
    batch = batch_claim(batch_id, take_over=take_over)
    if batch is None:
        return None
    work = {"import": _write, "import_preview": _preview, "import_undo": _take_back}[_job(batch).kind]
    try:
        work(batch, on_progress)
    except TakenOver:
        return None
    except DomainError as exc:
        batch_failed(batch, str(exc.message))
        if take_over:
            raise
    except FileNotFoundError:
        batch_failed(batch, _("保存的文件已不在服务器上。请重新上传；如反复出现请联系管理员。"))
    except Exception:
        batch_failed(batch, _("处理中途出错，已处理的行保留。请点“继续”；如仍不成功请联系管理员。"))
        raise
    return batch


@transaction.atomic(durable=True)
def batch_claim(batch_id: int, *, take_over: bool = False) -> ImportBatch | None:
    batch = (
        ImportBatch.objects.select_related("county", "created_by", "job")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=batch_id)
        .first()
    )
    if batch is None or batch.job is None or batch.job.kind not in KINDS:
        return None
    job = Job.objects.select_for_update(no_key=True).get(pk=_job(batch).pk)
    alive = now() - SILENT
    is_waiting = job.status == JobStatus.QUEUED
    is_left = job.status == JobStatus.RUNNING and (take_over or job.heartbeat_at is None or job.heartbeat_at < alive)
    if not (is_waiting or is_left):
        return None
    if job.kind != "import_preview":
        Region.objects.select_for_update(no_key=True).get(pk=batch.county_id)  # two cannot ask at once
        others = ImportBatch.objects.filter(
            county=batch.county_id, kind=batch.kind, job__kind__in=("import", "import_undo"),
            job__status=JobStatus.RUNNING, job__heartbeat_at__gte=alive,
        ).exclude(pk=batch.pk)  # fmt: skip
        if others.exists():
            return None
    job.status, job.heartbeat_at = JobStatus.RUNNING, now()
    job.started_at = job.started_at or job.heartbeat_at
    job.result = {"holder": uuid.uuid4().hex}
    job.save(update_fields=["status", "heartbeat_at", "started_at", "result"])
    batch.job = job
    return batch


def batches_to_resume() -> list[int]:
    """Work that waits for its turn, or whose worker fell silent."""
    waiting = Q(job__status=JobStatus.QUEUED, job__created_at__lt=now() - timedelta(seconds=20))
    silent = Q(job__status=JobStatus.RUNNING, job__heartbeat_at__lt=now() - SILENT)
    rows = ImportBatch.objects.filter(waiting | silent, job__kind__in=KINDS)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:50])


# -- preview


def verdicts(
    reading: Reading, importer: Any, results: Sequence[RowResult], on_progress: Progress = _quiet
) -> Iterator[tuple[RowResult, RowOutcome]]:
    """Each row with its verdict, nothing written: the importer's own plan, chunk by chunk."""
    done = 0
    for chunk in batched(results, CHUNK):
        for result, outcome in zip(chunk, importer.preview(chunk), strict=True):
            add_messages(result, outcome, reading.table, reading.register)
            yield result, outcome
        done += len(chunk)
        on_progress(done, len(results))


def _preview(batch: ImportBatch, on_progress: Progress) -> None:
    reading = reading_of(batch)
    results = list(reading.results())
    importer = registers.importer_of(batch.kind)
    importer.prepare(batch.county, batch.options, actor=_actor(batch))

    def told(done: int, total: int) -> None:
        Job.objects.filter(pk=_job(batch).pk).update(done_count=done, total_count=total, heartbeat_at=now())
        on_progress(done, total)

    counts: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    doubtful: list[dict[str, Any]] = []
    for result, outcome in verdicts(reading, importer, results, told):
        counts[outcome.status] += 1
        is_doubtful = outcome.status in (RowStatus.REJECTED, RowStatus.DUPLICATE)
        if len(shown) < SHOWN:
            shown.append(_preview_row(result, outcome, reading))
        elif is_doubtful and len(doubtful) < SHOWN:
            doubtful.append(_preview_row(result, outcome, reading))
    columns = [str(reading.register.column(match.key).label) for match in reading.table.mapping.matches]
    found = {"rows": len(results)} | {status: counts[status] for status in RowStatus.values}
    with transaction.atomic(durable=True):
        _hold(batch)
        settled = ImportBatch.objects.filter(pk=batch.pk, status=BatchStatus.UPLOADED, job=batch.job_id)
        if settled.update(status=BatchStatus.PREVIEWED, summary=found):
            _job_end(batch, result={"columns": columns, "rows": shown, "doubtful": doubtful})


def _preview_row(result: RowResult, outcome: RowOutcome, reading: Reading) -> dict[str, Any]:
    cells = [
        shown_text(result.cells[match.index] if match.index < len(result.cells) else None)[:200]
        for match in reading.table.mapping.matches
    ]
    return {
        "number": result.number,
        "status": outcome.status,
        "cells": cells,
        "messages": messages_of(result)[:20],
        "candidates": outcome.candidates[:10],
    }


# -- writing


def _write(batch: ImportBatch, on_progress: Progress) -> None:
    reading = reading_of(batch)
    results = list(reading.results())
    rows = ImportRow.objects.filter(batch=batch)
    known = set(rows.values_list("number", flat=True))
    importer = registers.importer_of(batch.kind)
    importer.prepare(batch.county, batch.options, actor=_actor(batch))
    importer.changed.update(pk for pk in rows.filter(status__in=WRITTEN).values_list("object_id", flat=True) if pk)
    todo = [result for result in results if result.number not in known]
    done = len(known)
    on_progress(done, len(results))
    for chunk in batched(todo, CHUNK):
        with transaction.atomic(durable=True):
            _hold(batch)
            outcomes = importer.apply(chunk)
            ImportRow.objects.bulk_create(
                row_of(batch, result, outcome, reading.table, reading.register)
                for result, outcome in zip(chunk, outcomes, strict=True)
            )
            done += len(chunk)
            _tell(batch, done, len(results))
        on_progress(done, len(results))
    write_error_file(batch)
    with transaction.atomic(durable=True):
        _hold(batch)
        importer.finish()
        batch.summary = count_rows(batch)
        batch.status, batch.finished_at = BatchStatus.DONE, now()
        batch.save(update_fields=["summary", "status", "finished_at"])
        audit.record(batch, "import", actor=_actor(batch), data=batch.summary)
        _job_end(batch)
        outbox.emit("import.finished", {"batch_id": batch.pk})


# -- taking back


def _take_back(batch: ImportBatch, on_progress: Progress) -> None:
    importer = registers.importer_of(batch.kind)
    actor = _actor(batch)
    importer.prepare(batch.county, batch.options, actor=actor)
    rows = list(
        ImportRow.objects.filter(batch=batch, status__in=WRITTEN)
        .exclude(object_id=None)
        .order_by("-number")
        .only("number", "status", "object_id", "object_code", "before", "messages", "batch_id")
    )
    done = 0
    on_progress(0, len(rows))
    for chunk in batched(rows, UNDO_CHUNK):
        with transaction.atomic(durable=True):
            _hold(batch)
            ascending = chunk[::-1]
            for row, outcome in zip(ascending, importer.undo(ascending), strict=True):
                row.messages = [message for message in row.messages if message["level"] != "kept"]
                if outcome.status == row.status or not outcome.messages:
                    row.object_id = None  # taken back, or gone already
                else:
                    row.messages += [
                        {"level": "kept", "key": m["key"], "reason": m["reason"], "detail": m["remedy"]}
                        for m in outcome.messages
                    ]
            ImportRow.objects.bulk_update(ascending, ["object_id", "messages"])
            done += len(chunk)
            _tell(batch, done, len(rows))
        on_progress(done, len(rows))
    with transaction.atomic(durable=True):
        _hold(batch)
        importer.finish()
        written = ImportRow.objects.filter(batch=batch, status__in=WRITTEN)
        kept = written.exclude(object_id=None).count()
        batch.summary = count_rows(batch) | {"undone": written.filter(object_id=None).count(), "kept": kept}
        batch.status, batch.undone_at = BatchStatus.UNDONE, now()
        batch.save(update_fields=["summary", "status", "undone_at"])
        audit.record(batch, "undo", actor=actor, data=batch.summary)
        _job_end(batch)


# -- the job


def _job(batch: ImportBatch) -> Job:
    """The job this worker has claimed."""
    assert batch.job is not None  # noqa: S101 - a claimed batch has one
    return batch.job


def _actor(batch: ImportBatch) -> Actor:
    """Whoever asked, with the rights of this moment; a command acts for the system."""
    user = _job(batch).created_by
    return Actor(user=user, channel=Channel.IMPORT, label="" if user else _("命令行导入"))


def _hold(batch: ImportBatch) -> None:
    """Make sure, under lock, that this worker still has the batch."""
    job = Job.objects.select_for_update(no_key=True).get(pk=_job(batch).pk)
    if job.status != JobStatus.RUNNING or job.result.get("holder") != _job(batch).result.get("holder"):
        raise TakenOver


def _tell(batch: ImportBatch, done: int, total: int) -> None:
    Job.objects.filter(pk=_job(batch).pk).update(done_count=done, total_count=total, heartbeat_at=now())


def _job_end(batch: ImportBatch, result: dict[str, Any] | None = None) -> None:
    Job.objects.filter(pk=_job(batch).pk).update(
        status=JobStatus.DONE, finished_at=now(), heartbeat_at=now(), result=result or {}
    )


@transaction.atomic(durable=True)
def batch_failed(batch: ImportBatch, message: str) -> None:
    """Say why. An undo that failed leaves the batch imported, anything else leaves it to be gone on with."""
    job = Job.objects.select_for_update(no_key=True).get(pk=_job(batch).pk)
    if job.result.get("holder") != _job(batch).result.get("holder"):
        return
    job.status, job.error, job.finished_at = JobStatus.FAILED, message[:2000], now()
    job.save(update_fields=["status", "error", "finished_at"])
    written = ImportRow.objects.filter(batch=batch)
    status = BatchStatus.DONE if job.kind == "import_undo" and batch.finished_at else BatchStatus.FAILED
    if job.kind != "import_preview":
        batch.summary = batch.summary | count_rows(batch) | {"rows": batch.summary.get("rows") or written.count()}
    ImportBatch.objects.filter(pk=batch.pk).update(status=status, summary=batch.summary)
    log.warning("import.failed", batch=batch.code, kind=job.kind)
    outbox.emit("import.finished", {"batch_id": batch.pk})
