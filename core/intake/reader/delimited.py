"""CSV in the encodings offices produce: UTF-8 with or without BOM, GB 18030, UTF-16."""

import csv
import io
import re
from typing import Any

from core.intake.reader.protocol import TITLE_ROWS, Refused

_STRAY = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def read_csv(data: bytes, limits: dict[str, Any]) -> tuple[str, list[list[str]]]:
    """Encoding and rows. Raises ``Refused`` for what is no text table."""
    encoding, text = decode(data)
    if _STRAY.search(text[:100_000]) and len(_STRAY.findall(text[:100_000])) * 200 > len(text[:100_000]):
        raise Refused("not_a_table")
    head = text[:2000].lstrip().lower()
    if head.startswith(("<!doctype html", "<html", "<table", "<?xml")) or "<table" in head:
        raise Refused("html_table")
    if head.startswith(("{", "[{", "%pdf", "{\\rtf")):
        raise Refused("not_a_table")
    csv.field_size_limit(limits["cell_chars"])
    rows: list[list[str]] = []
    filled = 0
    try:
        for row in csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=_delimiter(text)):
            if len(row) > limits["columns"]:
                raise Refused("columns", f"{len(rows) + 1}", limit=limits["columns"])
            filled += any(row)
            if filled > limits["rows"] + TITLE_ROWS or len(rows) > limits["rows"] * 2:
                raise Refused("rows", limit=limits["rows"])
            rows.append(row)
    except csv.Error as exc:
        raise Refused("csv_broken", str(len(rows) + 1)) from exc
    return encoding, rows


def decode(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig", "gb18030"]
    elif data[:400].count(0) * 4 > len(data[:400]):  # UTF-16 without its mark: every other byte of ASCII is zero
        candidates = ["utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding")


def _delimiter(text: str) -> str:
    """The mark most used in the first lines, outside quotes."""
    sample = re.sub(r'"(?:[^"]|"")*"', "", "\n".join(text.splitlines()[:12]))
    counts = {mark: sample.count(mark) for mark in (",", "\t", ";", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","
