"""Entry of the child process: limits first, then the file from standard input, then JSON lines."""

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from core.intake.reader.protocol import Output, Refused, encode


def confine(limits: dict[str, Any]) -> None:
    """Memory, processor time, no files, no core dump: set by the child itself, before it reads a byte."""
    try:
        import resource  # noqa: PLC0415 - Unix only
    except ImportError:
        return
    for name, value in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CPU", limits["cpu_seconds"]),
        ("RLIMIT_AS", limits["memory_bytes"]),
    ):
        number = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(number, (wanted, wanted))
        except (ValueError, OSError):
            if sys.platform == "linux":  # other systems refuse some limits; there the wall clock has to do
                raise


def main() -> None:
    limits: dict[str, Any] = json.loads(sys.argv[2])
    confine(limits)
    output = Output(limits["output_chars"])
    try:
        _read(sys.stdin.buffer.read(limits["file_bytes"] + 1), limits, output)
    except Refused as exc:
        answer: dict[str, Any] = {"error": exc.code, "place": exc.place, "fields": exc.fields}
    except MemoryError:
        answer = {"error": "memory", "place": "", "fields": {}}
    except Exception as exc:  # a hostile file may raise anything; its name helps whoever reads the log
        answer = {"error": "damaged", "place": "", "fields": {}, "cause": type(exc).__name__}
    else:
        answer = {"end": True, "peak_kb": _peak_kb()}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _peak_kb() -> int:
    """Peak resident memory of this process alone; getrusage would count the parent's before exec."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    match = re.search(r"VmHWM:\s*(\d+)", status)
    return int(match[1]) if match else 0


def _read(data: bytes, limits: dict[str, Any], output: Output) -> None:
    from core.intake.reader.biff import MAGIC  # noqa: PLC0415 - after the limits are set

    if len(data) > limits["file_bytes"]:
        raise Refused("file_size", limit=limits["file_bytes"] // 1_000_000)
    if not data.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise Refused("empty")
    if data.startswith(b"PK"):
        _read_xlsx(data, limits, output)
    elif data.startswith(MAGIC):
        _read_xls(data, limits, output)
    else:
        _read_csv(data, limits, output)


def _read_csv(data: bytes, limits: dict[str, Any], output: Output) -> None:
    from core.intake.reader.delimited import read_csv  # noqa: PLC0415 - after the limits are set

    encoding, rows = read_csv(data, limits)
    output.write({"file": "csv", "encoding": encoding, "date1904": False, "hidden_sheets": []})
    output.write({"sheet": "CSV", "hidden_rows": [], "hidden_columns": [], "merged": [], "faults": []})
    for row in rows:
        output.write({"r": [cell or None for cell in row]})


def _read_xlsx(data: bytes, limits: dict[str, Any], output: Output) -> None:
    from core.intake.reader.package import inspect  # noqa: PLC0415 - after the limits are set

    book = inspect(data, limits)
    hidden = [sheet.name for sheet in book.sheets if not sheet.visible]
    output.write({"file": "xlsx", "encoding": "", "date1904": book.date1904, "hidden_sheets": hidden})
    with _open(data) as workbook:
        for index, sheet in enumerate(book.sheets):
            if sheet.visible and sheet.row_count:
                head = {
                    "sheet": sheet.name,
                    "hidden_rows": sheet.hidden_rows,
                    "hidden_columns": sheet.hidden_columns,
                    "faults": sheet.faults,
                }
                _write_sheet(workbook, index, head, limits, output, last_row=sheet.scanned_rows)


def _read_xls(data: bytes, limits: dict[str, Any], output: Output) -> None:
    import python_calamine as calamine  # noqa: PLC0415 - after the limits are set

    from core.intake.reader.biff import inspect_xls  # noqa: PLC0415 - after the limits are set

    facts = inspect_xls(data, limits)
    with _open(data) as workbook:
        metadata = workbook.sheets_metadata
        visible = [m.visible == calamine.SheetVisibleEnum.Visible for m in metadata]
        hidden = [m.name for m, shown in zip(metadata, visible, strict=True) if not shown]
        output.write({"file": "xls", "encoding": "", "date1904": False, "hidden_sheets": hidden})
        for index, meta in enumerate(metadata):
            sheet = facts[index] if index < len(facts) else None
            if not visible[index] or meta.typ != calamine.SheetTypeEnum.WorkSheet or (sheet and not sheet.rows):
                continue
            head = {
                "sheet": meta.name,
                "hidden_rows": sheet.hidden_rows if sheet else [],
                "hidden_columns": [],
                "faults": sheet.faults[:2000] if sheet else [],
            }
            _write_sheet(workbook, index, head, limits, output)


def _open(data: bytes) -> Any:
    import python_calamine as calamine  # noqa: PLC0415 - after the limits are set

    try:
        return calamine.load_workbook(BytesIO(data))
    except calamine.PasswordError as exc:
        raise Refused("encrypted") from exc
    except calamine.CalamineError as exc:
        raise Refused("damaged") from exc


def _write_sheet(
    workbook: Any,
    index: int,
    head: dict[str, Any],
    limits: dict[str, Any],
    output: Output,
    *,
    last_row: int = 1 << 20,
) -> None:
    sheet = workbook.get_sheet_by_index(index)
    if sheet.end and sheet.end[0] > last_row:
        raise Refused("stray_cell", str(head["sheet"]), row=sheet.end[0] + 1)
    merged = [[r1, c1, r2, c2] for (r1, c1), (r2, c2) in (sheet.merged_cell_ranges or ())][: limits["merged"]]
    output.write(head | {"merged": merged})
    limit = limits["cell_chars"]
    for row in sheet.to_python(skip_empty_area=False):
        cells = [encode(cell) for cell in row]
        for index, cell in enumerate(cells):
            if isinstance(cell, str) and len(cell) > limit:
                cells[index] = cell[:limit]
        while cells and cells[-1] is None:
            cells.pop()
        output.write({"r": cells})
