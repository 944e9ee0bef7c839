"""What may stand in an exported cell: text stays text, whatever it looks like."""

import re
from typing import Any

from core.text.clean import drop_surrogates, plain_string

CELL_CHARS = 32_767  # Excel cuts longer texts silently; we cut them and say so
CUT_MARK = "…（已截断）"
# XML 1.0 forbids these; a file that holds one does not open.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_PLANE_ENDS = re.compile("[" + "".join(f"{chr(p << 16 | 0xFFFE)}{chr(p << 16 | 0xFFFF)}" for p in range(1, 17)) + "]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_PLAIN_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")


def safe_text(value: Any) -> str:
    """Text that any XML and any database can hold, at most as long as a cell."""
    text = plain_string(value)
    if len(text) <= CELL_CHARS and text.isprintable():  # most cells: nothing to strip
        return text
    text = drop_surrogates(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _PLANE_ENDS.sub("", _ILLEGAL.sub("", text))
    if len(text) > CELL_CHARS:
        text = text[: CELL_CHARS - len(CUT_MARK)] + CUT_MARK
    return text


def csv_text(value: Any) -> str:
    """Text for CSV: what a spreadsheet would take for a formula gets an apostrophe; plain numbers stay numbers."""
    text = safe_text(value)
    if text.lstrip(" \u3000").startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
