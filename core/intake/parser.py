"""Reads an uploaded spreadsheet into neutral sheets, by a child process under limits.

The child is this interpreter running ``core.intake.reader``: it confines itself, reads the file from standard
input and answers in JSON lines. Whatever the file does to it, the caller gets a workbook or an ``IntakeError``.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path, PurePath
from typing import IO, Any

from core.intake.errors import IntakeError
from core.intake.limits import Limits, current_limits
from core.intake.reader.protocol import cell_name

logger = logging.getLogger(__name__)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from core.intake.reader.main import main; main()"
SUFFIXES = {".xlsx", ".xls", ".csv"}


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell without a usable value: an error value, or a formula never computed (codes of ``core.text.REASONS``)."""

    code: str

    def __str__(self) -> str:
        return ""


Cell = str | int | float | bool | date | datetime | time | CellFault | None


@dataclass(slots=True)
class Sheet:
    """Rows as in the sheet: ``rows[i]`` is row ``i + 1``. Merged cells hold their value in the first cell only."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()  # zero-based
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column

    def place(self, row: int, column: int | None = None) -> str:
        """Sheet1!C12 for zero-based (11, 2)."""
        return f"{self.name}!{cell_name(row, column)}" if column is not None else f"{self.name}!{row + 1}"


@dataclass(slots=True)
class Workbook:
    """What the file holds. ``warnings`` are codes: renamed, hidden_sheets, hidden_columns."""

    kind: str
    sheets: list[Sheet]
    encoding: str = ""
    date1904: bool = False
    hidden_sheets: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    child_peak_kb: int = 0


def read_workbook(source: bytes | IO[bytes] | Path, filename: str = "", limits: Limits | None = None) -> Workbook:
    """The visible sheets of an .xlsx, .xls or .csv. Raises ``IntakeError``; the suffix only serves a warning."""
    limits = limits or current_limits()
    suffix = PurePath(filename or (source.name if isinstance(source, Path) else "")).suffix.lower()
    if suffix and suffix not in SUFFIXES:
        raise IntakeError("suffix", suffix=suffix[:12])
    data = _bytes(source, limits)
    workbook = _collect(_run_child(data, limits))
    if suffix and suffix != f".{workbook.kind}":
        workbook.warnings = ("renamed", *workbook.warnings)
    if not any(sheet.rows for sheet in workbook.sheets):
        raise IntakeError("empty")
    return workbook


def _bytes(source: bytes | IO[bytes] | Path, limits: Limits) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            data = stream.read(limits.file_bytes + 1)
    elif isinstance(source, bytes):
        data = source
    else:
        data = source.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise IntakeError("file_size", limit=limits.file_bytes // 1_000_000)
    if not data:
        raise IntakeError("empty")
    return data


def _run_child(data: bytes, limits: Limits) -> bytes:
    command = [sys.executable, "-I", "-B", "-c", BOOT, str(BASE_DIR), json.dumps(limits.as_dict())]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "RUST_BACKTRACE": "0"}
    if "SYSTEMROOT" in os.environ:
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the file comes on standard input
            command, input=data, capture_output=True, timeout=limits.wall_seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise IntakeError("time") from exc
    if done.returncode == 0:
        return done.stdout
    logger.warning("intake child ended with %s: %s", done.returncode, done.stderr[-300:].decode("utf-8", "replace"))
    if done.returncode in (-24, -9):  # SIGXCPU, then SIGKILL
        raise IntakeError("time")
    if done.returncode in (-6, -11) or b"MemoryError" in done.stderr:  # allocation failed inside a compiled library
        raise IntakeError("memory")
    raise IntakeError("reader")


def _collect(output: bytes) -> Workbook:
    workbook = Workbook("", [])
    faults: dict[tuple[int, int], CellFault] = {}
    ended = False
    for message in _messages(output):
        if "r" in message:
            sheet = workbook.sheets[-1]
            row = [_cell(cell) for cell in message["r"]]
            number = len(sheet.rows)
            for column in [c for r, c in faults if r == number] if faults else ():
                row.extend([None] * (column + 1 - len(row)))
                row[column] = faults.pop((number, column))
            sheet.rows.append(row)
        elif "sheet" in message:
            faults = {(row, column): CellFault(code) for row, column, code in message["faults"]}
            workbook.sheets.append(
                Sheet(
                    message["sheet"],
                    hidden_rows=frozenset(message["hidden_rows"]),
                    hidden_columns=frozenset(message["hidden_columns"]),
                    merged=tuple((r1, c1, r2, c2) for r1, c1, r2, c2 in message["merged"]),
                )
            )
        elif "file" in message:
            workbook.kind, workbook.encoding = message["file"], message["encoding"]
            workbook.date1904 = message["date1904"]
            workbook.hidden_sheets = tuple(message["hidden_sheets"])
        elif "error" in message:
            logger.info("intake refused: %s %s", message["error"], message.get("cause", ""))
            raise IntakeError(message["error"], place=message["place"], **message["fields"])
        elif "end" in message:
            ended, workbook.child_peak_kb = True, message["peak_kb"]
    if not ended:
        raise IntakeError("reader")
    if workbook.hidden_sheets:
        workbook.warnings += ("hidden_sheets",)
    if any(sheet.hidden_columns for sheet in workbook.sheets):
        workbook.warnings += ("hidden_columns",)
    return workbook


def _messages(output: bytes) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        try:
            yield json.loads(line)
        except ValueError as exc:
            raise IntakeError("reader") from exc


def _cell(value: Any) -> Cell:
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "d":
        return date.fromisoformat(content)
    if kind == "s":
        return datetime.fromisoformat(content)
    if kind == "t":
        return time.fromisoformat(content)
    return float(content)
