"""Looks at an .xlsx before the reader proper does: honest sizes, no DTD, hidden rows, errors, extent.

calamine lays a sheet out densely, so one stray cell in the last corner asks for half a terabyte; and it tells
neither hidden rows nor error values. One expat pass over each sheet gives all of it. Expat is set up as defusedxml
does it: a document type declaration, and with it every entity, is refused at its first byte.
"""

import contextlib
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.parsers import expat

from core.intake.reader.protocol import TITLE_ROWS, Refused, cell_name

CHUNK = 1 << 16
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
FAULTS_KEPT = 2000
BLANK_ROWS_SCANNED = 50_000  # a coloured column makes a million rows without a value; nobody reads them all


class _Enough(Exception):
    """The rest of a sheet need not be scanned."""


@dataclass
class SheetFacts:
    name: str
    visible: bool
    path: str
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    faults: list[tuple[int, int, str]] = field(default_factory=list)
    row_count: int = 0
    max_row: int = -1
    max_column: int = -1
    scanned_rows: int = 1 << 20  # rows from here on were not looked at


@dataclass
class BookFacts:
    sheets: list[SheetFacts]
    date1904: bool = False


def inspect(data: bytes, limits: dict[str, Any]) -> BookFacts:
    """Facts of the workbook. Raises ``Refused``; every member has been inflated once and checked by then."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as exc:
        raise Refused("damaged") from exc
    with archive:
        _check_directory(archive, len(data), limits)
        names = set(archive.namelist())
        book_path = _book_path(names)
        for info in archive.infolist():
            _check_member(archive, info)
        book = _book(archive, book_path, names)
        rows = 0
        for sheet in book.sheets:
            if sheet.visible:
                _scan_sheet(archive, sheet, limits)
                rows += sheet.row_count
                if rows > limits["rows"] + TITLE_ROWS:
                    raise Refused("rows", sheet.name, limit=limits["rows"])
        return book


def _check_directory(archive: zipfile.ZipFile, size: int, limits: dict[str, Any]) -> None:
    infos = archive.infolist()
    if len(infos) > limits["entries"]:
        raise Refused("zip_entries", limit=limits["entries"])
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise Refused("damaged")
    declared = sum(info.file_size for info in infos)
    if declared > limits["unpacked_bytes"] or declared > limits["ratio"] * max(size, 1 << 16):
        raise Refused("zip_bomb")
    for info in infos:
        if info.flag_bits & 0x1:
            raise Refused("encrypted")
        if info.file_size > limits["ratio"] * max(info.compress_size, 1 << 14):
            raise Refused("zip_bomb")
        if info.filename.lower().endswith((".zip", ".xlsx", ".xlsm", ".rar", ".7z", ".gz")):
            raise Refused("nested_zip")


def _book_path(names: set[str]) -> str:
    if "[Content_Types].xml" not in names:
        raise Refused("not_a_workbook")
    for path in ("xl/workbook.xml", "xl/workbook2.xml"):
        if path in names:
            return path
    raise Refused(
        "other_office_file" if any(n.startswith(("word/", "ppt/", "xl/")) for n in names) else "not_a_workbook"
    )


def _check_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Inflate once: the declared size and checksum must be true, and XML must carry no DTD."""
    is_xml = info.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_sheet = info.filename.startswith("xl/worksheets/sheet")  # visible sheets get a pass of their own
    parser = _parser() if is_xml else None
    seen = 0
    try:
        with archive.open(info) as member:
            while chunk := member.read(CHUNK):
                seen += len(chunk)
                if seen > info.file_size:
                    raise Refused("zip_lies")
                if parser is not None and not is_sheet:
                    parser.Parse(chunk, False)
            if parser is not None and not is_sheet:
                parser.Parse(b"", True)  # expat may put off small documents until it is told that they end
        if seen != info.file_size:
            raise Refused("zip_lies")
    except expat.ExpatError as exc:
        if info.filename.endswith(".vml"):
            return  # old drawings are often not well-formed, and nothing reads them
        raise Refused("damaged", info.filename) from exc
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as exc:
        raise Refused("zip_lies") from exc


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def forbid(*_args: Any) -> Any:
        raise Refused("xml_dtd")

    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    parser.UnparsedEntityDeclHandler = forbid
    parser.ExternalEntityRefHandler = forbid
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parse(archive: zipfile.ZipFile, path: str, start: Any, parser: Any = None) -> None:
    parser = parser or _parser()
    parser.StartElementHandler = start
    try:
        with archive.open(path) as member:
            while chunk := member.read(CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, KeyError, zipfile.BadZipFile, zlib.error, EOFError) as exc:
        raise Refused("damaged", path) from exc


def _book(archive: zipfile.ZipFile, book_path: str, names: set[str]) -> BookFacts:
    found: list[tuple[str, str, str]] = []
    date1904 = False

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal date1904
        tag = _local(tag)
        if tag == "sheet":
            link = next((v for k, v in attrs.items() if _local(k) == "id" and k != "sheetId"), "")
            found.append((attrs.get("name", ""), attrs.get("state", "visible"), link))
        elif tag == "workbookPr":
            date1904 = attrs.get("date1904", "0") in ("1", "true")

    _parse(archive, book_path, start)
    folder = posixpath.dirname(book_path)
    targets: dict[str, str] = {}

    def relation(tag: str, attrs: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attrs.get("TargetMode") != "External":
            target = attrs.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            targets[attrs.get("Id", "")] = path

    rels = f"{folder}/_rels/{posixpath.basename(book_path)}.rels"
    if rels in names:
        _parse(archive, rels, relation)
    sheets = [
        SheetFacts(name, state == "visible" and targets.get(link, "") in names, targets.get(link, ""))
        for name, state, link in found
    ]
    return BookFacts(sheets, date1904)


def _scan_sheet(archive: zipfile.ZipFile, sheet: SheetFacts, limits: dict[str, Any]) -> None:
    row = column = -1
    has_formula = has_value = row_counted = False
    blank_rows = 0
    parser = _parser()
    row_limit, column_limit = limits["rows"], limits["columns"]

    def filled() -> None:
        nonlocal has_value, row_counted, blank_rows
        has_value = True
        sheet.max_column = max(sheet.max_column, column)
        if row_counted:
            return
        row_counted, blank_rows = True, 0
        sheet.row_count += 1
        sheet.max_row = max(sheet.max_row, row)
        if sheet.row_count > row_limit + TITLE_ROWS:
            raise Refused("rows", sheet.name, limit=row_limit)

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal row, column, has_formula, has_value, row_counted, blank_rows
        tag = _local(tag) if ":" in tag else tag
        if tag == "c":
            reference = attrs.get("r")
            match = _CELL.fullmatch(reference) if reference else None
            if match:
                column = 0
                for letter in match[1]:
                    column = column * 26 + ord(letter) - 64
                column -= 1
            else:
                column += 1
            has_formula = False
            has_value = attrs.get("t") == "str"  # a formula's text, which may rightly be empty
            if attrs.get("t") == "e" and len(sheet.faults) < FAULTS_KEPT:
                sheet.faults.append((row, column, "cell_error"))
        elif tag in ("v", "is"):
            if has_formula:  # some writers leave an empty element: only text counts
                parser.CharacterDataHandler = value
            else:
                filled()
        elif tag == "f":
            has_formula = True
            parser.EndElementHandler = end
        elif tag == "row":
            number = attrs.get("r", "")
            row = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 8 else row + 1
            column = -1
            row_counted = False
            blank_rows += 1
            if blank_rows > BLANK_ROWS_SCANNED:
                sheet.scanned_rows = row
                raise _Enough
            if attrs.get("hidden") in ("1", "true") or attrs.get("ht") == "0":
                sheet.hidden_rows.append(row)
        elif tag == "col" and attrs.get("hidden") in ("1", "true"):
            first, last = (attrs.get(k, "") for k in ("min", "max"))
            if first.isdigit() and last.isdigit():
                sheet.hidden_columns.extend(range(int(first[:6]) - 1, min(int(last[:6]), column_limit)))

    def value(text: str) -> None:
        if text:
            filled()

    def end(tag: str) -> None:  # listens only inside cells with a formula, which are few
        if tag != "c" and not tag.endswith(":c"):
            return
        parser.CharacterDataHandler = parser.EndElementHandler = None
        fault = (row, column, "formula_no_value")
        if not has_value and len(sheet.faults) < FAULTS_KEPT and (row, column, "cell_error") not in sheet.faults[-1:]:
            sheet.faults.append(fault)

    with contextlib.suppress(_Enough):
        _parse(archive, sheet.path, start, parser)
    sheet.hidden_rows = [r for r in sheet.hidden_rows if r <= sheet.max_row]
    if sheet.max_column >= column_limit:
        raise Refused("columns", sheet.name, limit=column_limit)
    if sheet.max_row >= max(row_limit, 1) * 2 and sheet.max_row > 4 * sheet.row_count:
        raise Refused("stray_cell", f"{sheet.name}!{cell_name(sheet.max_row, 0)}", row=sheet.max_row + 1)
    sheet.hidden_columns = [c for c in sheet.hidden_columns if c <= sheet.max_column]
