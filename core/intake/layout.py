"""A file's reading as the batch keeps it: which header row, which column is what, what each row holds.

With it a row can be imported or handed back later without reading the file again.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from core.intake.columns import Register
from core.intake.errors import IntakeError
from core.intake.mapping import header_key, mapping_of
from core.intake.outcomes import RowOutcome
from core.intake.parser import Cell, CellFault, Sheet, Workbook, read_workbook
from core.intake.rows import CellError, RowResult, read_row, read_rows, shown_text
from core.intake.table import RawRow, Table, build_table, find_table, guess_table
from core.text import clean_line

Columns = Mapping[str, str]
SAMPLES = 3  # values shown beside a header


@dataclass(slots=True)
class Reading:
    """One file as one register's table."""

    workbook: Workbook
    table: Table
    register: Register

    def results(self) -> Iterator[RowResult]:
        return read_rows(self.table, self.register, date1904=self.workbook.date1904)

    def layout(self) -> dict[str, Any]:
        table = self.table
        top = len(table.title_rows)
        return {
            "columns": columns_of(table),
            "headers": list(table.headers),
            "header_row": table.header_row,
            "header_size": len(table.header_rows),
            "titles": [[cell_out(cell) for cell in row] for row in table.title_rows],
            "merged": [list(area) for area in table.sheet.merged if area[2] < top],
            "samples": [_samples(table, index) for index in range(len(table.headers))],
            "date1904": self.workbook.date1904,
            "hidden": any(row.reason == "hidden" for row in table.skipped),
        }


def read_file(
    source: Any,
    name: str,
    register: Register,
    *,
    remembered: Callable[[str], Columns | None],
    include_hidden: bool = False,
) -> Reading:
    """Read a new file. ``remembered`` answers how the office mapped this very header line before, by its key."""
    workbook = read_workbook(source, name)
    try:
        table = find_table(workbook, register, include_hidden=include_hidden)
    except IntakeError as exc:
        if exc.code != "no_header":
            raise
        table = guess_table(workbook, register, include_hidden=include_hidden)
    columns = remembered(line_key(table.headers))
    if columns is not None:
        table.mapping = mapping_of(table.headers, columns, register)
    return Reading(workbook, table, register)


def read_again(source: Any, name: str, register: Register, sheet_name: str, layout: Mapping[str, Any], *,
               include_hidden: bool = False) -> Reading:  # fmt: skip
    """Read a stored file with the columns that were settled for it."""
    workbook = read_workbook(source, name)
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == sheet_name), workbook.sheets[0])
    headers = tuple(layout["headers"])
    mapping = mapping_of(headers, layout["columns"], register)
    table = build_table(
        sheet, layout["header_row"], layout["header_size"], headers, mapping, include_hidden=include_hidden
    )
    return Reading(workbook, table, register)


def _samples(table: Table, index: int) -> list[str]:
    """The first different values of one column, to recognise it by."""
    found: list[str] = []
    for row in table.rows[:200]:
        text = clean_line(shown_text(row.cells[index]))[:40] if index < len(row.cells) else ""
        if text and text not in found:
            found.append(text)
            if len(found) == SAMPLES:
                break
    return found


def columns_of(table: Table) -> dict[str, str]:
    """Number of the header → key of the column; what is left out on purpose has an empty key."""
    columns = {str(match.index): match.key for match in table.mapping.matches}
    return columns | {str(index): "" for index in table.mapping.ignored}


def line_key(headers: tuple[str, ...] | list[str]) -> str:
    """What a header line is remembered by."""
    return hashlib.sha256("\n".join(header_key(header) for header in headers).encode()).hexdigest()


def kept_table(sheet_name: str, layout: Mapping[str, Any], register: Register) -> Table:
    """The table without its rows: enough to clean kept rows and to write them back in the office's own layout."""
    sheet = Sheet(sheet_name, merged=tuple((r1, c1, r2, c2) for r1, c1, r2, c2 in layout["merged"]))
    headers = tuple(layout["headers"])
    return Table(
        sheet=sheet,
        headers=headers,
        mapping=mapping_of(headers, layout["columns"], register),
        rows=[],
        skipped=[],
        title_rows=[tuple(cell_in(cell) for cell in row) for row in layout["titles"]],
        header_rows=[],
        header_row=layout["header_row"],
    )


def kept_row(number: int, values: list[Any], table: Table, register: Register, *, date1904: bool) -> RowResult:
    """A kept row, cleaned as it was when the file was read."""
    raw = RawRow(number, tuple(cell_in(value) for value in values))
    return read_row(raw, table.mapping, register, place=table.sheet.place, date1904=date1904)


def add_messages(result: RowResult, outcome: RowOutcome, table: Table, register: Register) -> None:
    """What the importer found joins what the reading found, with the cell's place and the office's own header."""
    labels = {column.key: str(column.label) for column in register.columns}
    for message in outcome.messages:
        match = table.mapping.match(message["key"])
        place = table.sheet.place(result.number - 1, match.index if match else None)
        column = match.header if match else labels.get(message["key"], "")
        error = CellError(
            message["key"], column, place, "", detail=message["remedy"].rstrip("。"),
            reason=message["reason"].rstrip("。"),
        )  # fmt: skip
        (result.errors if message["level"] == "error" else result.warnings).append(error)


def messages_of(result: RowResult) -> list[dict[str, str]]:
    """As ``ImportRow.messages`` keeps them; words are rendered when read."""
    errors = [{"level": "error"} | error.as_dict() for error in result.errors]
    return errors + [{"level": "warning"} | warning.as_dict() for warning in result.warnings]


def cell_out(cell: Cell) -> Any:
    """A cell as JSON, in the notation of the reading child."""
    if isinstance(cell, datetime):
        return {"s": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return {"t": cell.isoformat()}
    if isinstance(cell, CellFault):
        return {"x": cell.code}
    if isinstance(cell, str):  # what a JSON column cannot hold
        return cell.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(cell, float) and not (-1e300 < cell < 1e300):  # JSON of a database knows neither NaN nor infinity
        return str(cell)
    return cell


def cell_in(value: Any) -> Cell:
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    readers: dict[str, Callable[[str], Cell]] = {
        "s": datetime.fromisoformat,
        "d": date.fromisoformat,
        "t": time.fromisoformat,
        "x": CellFault,
    }
    return readers[kind](content)
