"""What became of the rows: kept row by row, counted, handed back as a workbook, settled later by a person."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Count
from django.utils.translation import gettext as _

from core.actor import Actor
from core.enums import RowStatus
from core.intake import registers
from core.intake.columns import Register
from core.intake.layout import add_messages, cell_in, cell_out, kept_row, kept_table, messages_of
from core.intake.outcomes import RowOutcome
from core.intake.rows import CellError, RowResult
from core.intake.table import Table
from core.intake.workbook import write_errors
from core.models import ImportBatch, ImportRow

TO_MEND = (RowStatus.REJECTED, RowStatus.DUPLICATE)


def row_of(batch: ImportBatch, result: RowResult, outcome: RowOutcome, table: Table, register: Register) -> ImportRow:
    add_messages(result, outcome, table, register)
    row = ImportRow(batch=batch, number=result.number, values=[cell_out(cell) for cell in result.cells])
    return settle(row, result, outcome)


def settle(row: ImportRow, result: RowResult, outcome: RowOutcome) -> ImportRow:
    row.status, row.object_code = outcome.status, outcome.object_code[:20]
    row.object_id = outcome.object_id if outcome.status not in TO_MEND else None
    row.before = {"candidates": outcome.candidates} if outcome.status == RowStatus.DUPLICATE else outcome.before
    row.messages = messages_of(result)
    return row


def count_rows(batch: ImportBatch) -> dict[str, int]:
    """The summary: one count per outcome, and their sum."""
    found = dict(batch.rows.order_by().values_list("status").annotate(Count("pk")))
    counts = {status: found.get(status, 0) for status in RowStatus.values}
    return {"rows": sum(counts.values()), **counts}


def decided(
    batch: ImportBatch, rows: Sequence[ImportRow], decisions: Mapping[int, str], *, actor: Actor
) -> Counter[str]:
    """Apply a person's decisions to kept rows. Runs inside the caller's transaction."""
    register = registers.register_of(batch.kind)
    table = kept_table(batch.sheet, batch.mapping, register)
    wanted, results = [], []
    for row in rows:
        if decisions[row.number] == "skip":
            row.status, row.before = RowStatus.UNCHANGED, {}
            row.messages.append(_note(_("已按选择跳过，未导入")))
            row.save(update_fields=["status", "before", "messages"])
            continue
        wanted.append(row)
        results.append(kept_row(row.number, row.values, table, register, date1904=batch.mapping["date1904"]))
    if wanted:
        importer = registers.importer_of(batch.kind)
        options = batch.options | {"decisions": {str(row.number): decisions[row.number] for row in wanted}}
        importer.prepare(batch.county, options, actor=actor)
        for row, result, outcome in zip(wanted, results, importer.apply(results), strict=True):
            add_messages(result, outcome, table, register)
            settle(row, result, outcome).save()
        importer.finish()
    batch.summary = batch.summary | count_rows(batch)
    batch.save(update_fields=["summary"])
    return Counter(row.status for row in rows)


def _note(reason: str) -> dict[str, str]:
    return {"level": "note"} | CellError("", "", "", "", reason=reason).as_dict()


def write_error_file(batch: ImportBatch) -> int:
    """(Re)write the workbook of rejected and undecided rows; none left, no file. Outside transactions, because a
    file cannot be rolled back. Returns the number of rows."""
    buffer = io.BytesIO()
    count = error_workbook(buffer, batch)
    old = batch.error_file.name
    storage = batch.error_file.storage
    if count:
        name = f"{batch.code}-errors.xlsx"
        storage.delete(batch.error_file.field.generate_filename(batch, name))  # what a killed worker left
        batch.error_file.save(name, ContentFile(buffer.getvalue()), save=False)
    else:
        batch.error_file = ""
    batch.save(update_fields=["error_file"])
    if old and old != batch.error_file.name:
        storage.delete(old)
    return count


def error_workbook(stream: io.BytesIO, batch: ImportBatch) -> int:
    table = kept_table(batch.sheet, batch.mapping, registers.register_of(batch.kind))
    return write_errors(stream, table, (mend_row(row) for row in batch.rows.filter(status__in=TO_MEND).iterator()))


def mend_row(row: ImportRow) -> RowResult:
    """A kept row as the workbook writes it. A doubtful row is an error there: it waits for somebody."""
    levels = ("error", "warning") if row.status == RowStatus.DUPLICATE else ("error",)
    errors = [CellError.from_dict(message) for message in row.messages if message["level"] in levels]
    return RowResult(row.number, errors=errors, cells=tuple(cell_in(value) for value in row.values))


def problems_of(row: Any) -> list[CellError]:
    return [CellError.from_dict(message) for message in row.messages]
