"""In which years a division code was in force: python-stdnum's dated table, the one that reads identity numbers."""

import re

from stdnum import numdb

_SPAN = re.compile(r"\[(\d{4})?-(\d{4})?\](.+)")


def code_years(code):
    """[(name, first year or None, last year or None)] of a county's code, as the table has it; empty when unknown."""
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return []
    known = {key: value for _part, found in numdb.get("cn/loc").info(code) for key, value in found.items()}
    spans = []
    for part in filter(None, known.get("county", "").split(",")):
        match = _SPAN.fullmatch(part)
        first, last, name = match.groups() if match else (None, None, part)
        spans.append((name, int(first) if first else None, int(last) if last else None))
    return spans
