"""Looks at an .xls before calamine does: passwords, hidden rows, error values, extent.

Reads the compound file ([MS-CFB]) and walks the BIFF records ([MS-XLS]) of each sheet; nothing else.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from core.intake.reader.protocol import TITLE_ROWS, Refused, cell_name

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # sector numbers from here on are marks
_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _ROW, _BOOLERR, _FORMULA = 0x0809, 0x000A, 0x0085, 0x002F, 0x0208, 0x0205, 0x0006
_LABELS = {0x00FD, 0x0204, 0x0203, 0x027E, 0x00BD, 0x00D6, _BOOLERR, _FORMULA}  # records that hold a value


@dataclass
class XlsSheetFacts:
    hidden_rows: list[int] = field(default_factory=list)
    faults: list[tuple[int, int, str]] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    max_column: int = -1


def inspect_xls(data: bytes, limits: dict[str, Any]) -> list[XlsSheetFacts]:
    """Facts per sheet in workbook order. Raises ``Refused``."""
    try:
        names, stream = _streams(data)
        if "EncryptedPackage" in names or "EncryptionInfo" in names:
            raise Refused("encrypted")
        name = next((n for n in ("Workbook", "Book", "WORKBOOK", "BOOK") if n in names), None)
        if name is None:
            raise Refused("other_office_file")
        return _walk(stream(name), limits)
    except (struct.error, IndexError, ValueError, OverflowError) as exc:
        raise Refused("damaged") from exc


def _streams(data: bytes) -> tuple[Iterable[str], Callable[[str], bytes]]:
    """The names of the streams and a function that reads one."""
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    mini = 1 << struct.unpack_from("<H", data, 32)[0]
    if sector not in (512, 4096) or mini > sector:
        raise ValueError(sector)
    first_directory, cutoff = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 56)[0]
    first_minifat, first_difat = struct.unpack_from("<I", data, 60)[0], struct.unpack_from("<I", data, 68)[0]
    per_sector = sector // 4

    def at(number: int) -> bytes:
        start = (number + 1) * sector
        return data[start : start + sector]

    def numbers(raw: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))

    fat_sectors = numbers(data[76:512])
    link, guard = first_difat, 0
    while link < _END and guard < 10_000:
        more = numbers(at(link))
        fat_sectors += more[: per_sector - 1]
        link, guard = more[-1], guard + 1
    fat = [n for s in fat_sectors if s < _END for n in numbers(at(s))]

    def chain(first: int, table: list[int]) -> list[int]:
        seen: list[int] = []
        while first < _END:
            seen.append(first)
            if len(seen) > len(table):
                raise ValueError("a circle of sectors")
            first = table[first]
        return seen

    def read(first: int) -> bytes:
        return b"".join(at(n) for n in chain(first, fat))

    directory = read(first_directory)
    entries: dict[str, tuple[int, int]] = {}
    mini_first = _END
    for start in range(0, len(directory), 128):
        entry = directory[start : start + 128]
        if len(entry) < 128 or entry[66] not in (2, 5):  # a stream, the root
            continue
        length = min(struct.unpack_from("<H", entry, 64)[0], 64)
        name = entry[: max(0, length - 2)].decode("utf-16-le", "replace")
        first, size = struct.unpack_from("<II", entry, 116)
        if entry[66] == 5:
            mini_first = first
        else:
            entries[name] = (first, size)

    def stream(name: str) -> bytes:
        first, size = entries[name]
        if size >= cutoff:
            return read(first)[:size]
        container = read(mini_first)
        table = numbers(read(first_minifat))
        return b"".join(container[n * mini : (n + 1) * mini] for n in chain(first, table))[:size]

    return entries.keys(), stream


def _walk(book: bytes, limits: dict[str, Any]) -> list[XlsSheetFacts]:
    offsets: list[int] = []
    position = 0
    while position + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, position)
        if kind == _FILEPASS:
            raise Refused("encrypted")
        if kind == _BOUNDSHEET:
            offsets.append(struct.unpack_from("<I", book, position + 4)[0])
        position += 4 + length
        if kind == _EOF:
            break
    return [_sheet(book, offset, limits) for offset in offsets]


def _sheet(book: bytes, position: int, limits: dict[str, Any]) -> XlsSheetFacts:
    facts = XlsSheetFacts()
    depth = 0
    while position + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, position)
        at = position + 4
        position = at + length
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif kind == _ROW and length >= 14:
            if struct.unpack_from("<H", book, at + 12)[0] & 0x20:
                facts.hidden_rows.append(struct.unpack_from("<H", book, at)[0])
        elif kind in _LABELS and length >= 4:
            row, column = struct.unpack_from("<HH", book, at)
            facts.rows.add(row)
            facts.max_column = max(facts.max_column, column)
            wrong = kind == _BOOLERR and length >= 8 and book[at + 7] == 1
            if kind == _FORMULA and length >= 14:  # a result that ends in FFFF is no number; 2 marks an error
                wrong = book[at + 12 : at + 14] == b"\xff\xff" and book[at + 6] == 2
            if wrong:
                facts.faults.append((row, column, "cell_error"))
    if len(facts.rows) > limits["rows"] + TITLE_ROWS:
        raise Refused("rows", limit=limits["rows"])
    last = max(facts.rows, default=-1)
    if facts.max_column >= limits["columns"]:
        raise Refused("columns", limit=limits["columns"])
    if last >= limits["rows"] * 2 and last > 4 * len(facts.rows):
        raise Refused("stray_cell", cell_name(last, 0), row=last + 1)
    return facts
