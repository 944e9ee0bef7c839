"""What the child says: one JSON object per line."""

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

TITLE_ROWS = 20  # titles, header and seal lines do not count against the limit of data rows


class Refused(Exception):
    """The file is refused. ``code`` is one of ``core.intake.errors.MESSAGES``; the fields fill its wording."""

    def __init__(self, code: str, place: str = "", **fields: Any) -> None:
        self.code, self.place, self.fields = code, place, fields
        super().__init__(code)


class Output:
    """Counts what it writes: a few shared strings can be repeated into gigabytes."""

    def __init__(self, limit_chars: int) -> None:
        self.left = limit_chars

    def write(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
        self.left -= len(line)
        if self.left < 0:
            raise Refused("text_volume")
        sys.stdout.write(line)
        sys.stdout.write("\n")


def encode(value: Any) -> Any:
    """A cell as JSON: text, number, boolean or null; dates and faults as an object with one key."""
    if value is None or value == "":
        return None
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, datetime):
        return {"s": value.isoformat(timespec="seconds")}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return {"t": value.isoformat(timespec="seconds")}
    if isinstance(value, timedelta):
        return {"n": value.total_seconds() / 86400}
    return str(value)


def column_letter(index: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Zero-based row and column as a spreadsheet names them: (11, 2) is C12."""
    return f"{column_letter(column)}{row + 1}"
