"""What an app's importer answers for each row. Importers live in ``<app>/importers.py``::

class ExpertsImporter:
    kind = "experts"
    register: Register
    def prepare(self, county, options, *, actor): ...    # look-ups once per batch
    def apply(self, rows: list[RowResult]) -> list[RowOutcome]   # writes; call inside a transaction, in chunks
    def preview(self, rows: list[RowResult]) -> list[RowOutcome] # the same verdicts, nothing written
    def finish(self): ...                                # one announcement per batch, in the last transaction
    def undo(self, rows) -> list[RowOutcome]             # rows: ImportRow with object_id, status, before
"""

from dataclasses import dataclass, field
from typing import Any

from core.enums import RowStatus


@dataclass(slots=True)
class RowOutcome:
    """``before``: what an undo needs, as JSON. ``messages``: {level, key, reason, remedy}; the batch adds the place and
    the column's header. ``candidates``: codes of rows that may be the same person or firm."""

    status: RowStatus
    object_id: int | None = None
    object_code: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, str]] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)

    def warn(self, key: str, reason: object, remedy: object = "") -> None:
        self._note("warning", key, reason, remedy)

    def reject(self, key: str, reason: object, remedy: object = "") -> None:
        self.status = RowStatus.REJECTED
        self._note("error", key, reason, remedy)

    def _note(self, level: str, key: str, reason: object, remedy: object) -> None:
        self.messages.append({"level": level, "key": key, "reason": str(reason), "remedy": str(remedy)})
