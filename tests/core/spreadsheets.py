"""Files that offices and attackers send, made on the spot for the tests of ``core.intake``."""

import io
import os
import struct
import warnings
import zipfile
from datetime import date

import openpyxl
import xlsxwriter
import xlwt
from xlwt.CompoundDoc import XlsDoc

ROWS = (("姓名", "电话"), ("张三", "13812345678"))
CSV = "姓名,电话\r\n张三,13812345678\r\n"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet1.xml"


def xlsx(fill=None, **sheet_options):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    if fill:
        fill(sheet)
    else:
        for row in ROWS:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(fill=None):
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    if fill:
        fill(sheet)
    else:
        for number, row in enumerate(ROWS):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xlsx_shared():
    """With a table of shared strings, as Excel itself writes."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("名单")
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    book.close()
    return stream.getvalue()


def repack(data, replace=None, add=None):
    """The same package with members replaced or added."""
    replace, stream = replace or {}, io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, replace.get(info.filename, old.read(info)))
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return stream.getvalue()


def sheet_xml(body):
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {NS}><sheetData>{body}</sheetData></worksheet>'


def with_sheet(body):
    return repack(xlsx(), {SHEET: sheet_xml(body)})


def xxe_sheet():
    xml = (
        '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f'<worksheet {NS}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    return repack(xlsx(), {SHEET: xml})


def billion_laughs():
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">{entities}]><sst {NS}><si><t>&l9;</t></si></sst>'
    return repack(xlsx_shared(), {"xl/sharedStrings.xml": xml})


def bomb(size=99_000_000):
    """A gigabyte-class ratio: zeros in a picture."""
    return repack(xlsx(), add={"xl/media/image1.png": b"\0" * size})


def bomb_in_parts():
    """Each member is modest, together they pass the limit."""
    noise = os.urandom(3000)
    return repack(xlsx(), add={f"xl/media/image{i}.bin": noise * 250 + b"\0" * 200 for i in range(140)})


def lying_sizes():
    """The directory says 100 bytes, the member inflates to 5 MB."""
    data = bytearray(repack(xlsx(), {SHEET: sheet_xml("<row/>" * 800_000)}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(SHEET).file_size
    needle = struct.pack("<I", size)
    at = data.find(needle)
    while at != -1:
        data[at : at + 4] = struct.pack("<I", 100)
        at = data.find(needle)
    return bytes(data)


def wrong_checksum():
    data = bytearray(xlsx())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        crc = archive.getinfo(SHEET).CRC
    return bytes(data).replace(struct.pack("<I", crc), struct.pack("<I", crc ^ 1))


def zip_of_zips():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.xlsx", xlsx())
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    return outer.getvalue()


def many_entries():
    return repack(xlsx(), add={f"xl/media/{i}.bin": b"" for i in range(201)})


def twice_the_same_member():
    stream = io.BytesIO(xlsx())
    with zipfile.ZipFile(stream, "a") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr(SHEET, sheet_xml(""))
    return stream.getvalue()


def million_rows():
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(1_000_000):
        sheet.write_number(row, 0, 1)
    book.close()
    return stream.getvalue()


def million_styled_blank_rows():
    """What Excel saves when somebody colours a whole column: rows without values."""
    body = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1"><v>1</v></c></row>' + "".join(
        f'<row r="{r}"><c r="A{r}" s="0"/></row>' for r in range(2, 1_000_001)
    )
    return with_sheet(body)


def value_below_blank_rows():
    blank = "".join(f'<row r="{r}"><c r="A{r}"/></row>' for r in range(2, 60_000))
    return with_sheet(f'<row r="1"><c r="A1"><v>1</v></c></row>{blank}<row r="90000"><c r="A90000"><v>1</v></c></row>')


def shared_string_amplified():
    """One long text, named by 400,000 cells: a small file, twelve gigabytes of text."""
    cells = "".join(f'<c r="{chr(65 + c)}@" t="s"><v>0</v></c>' for c in range(20))
    body = "".join(f'<row r="{r}">{cells.replace("@", str(r))}</row>' for r in range(1, 20_001))
    strings = f'<?xml version="1.0"?><sst {NS}><si><t>{"长" * 30_000}</t></si></sst>'
    return repack(xlsx_shared(), {SHEET: sheet_xml(body), "xl/sharedStrings.xml": strings})


def deeply_nested():
    return repack(xlsx(), {SHEET: "<a>" * 200_000 + "</a>" * 200_000})


def ole(stream_bytes, name="Workbook"):
    """A compound file whose one stream is called ``name``."""
    out = io.BytesIO()
    XlsDoc().save(out, stream_bytes)
    data = bytearray(out.getvalue())
    old = "Workbook\0".encode("utf-16-le")
    at = data.find(old)
    new = f"{name}\0".encode("utf-16-le")
    data[at : at + 64] = new.ljust(64, b"\0")
    data[at + 64 : at + 66] = struct.pack("<H", len(new))
    return bytes(data)


def encrypted_xls():
    bof = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0005, 0, 0, 0, 0)
    filepass = struct.pack("<HHHHHH", 0x002F, 6, 1, 1, 0, 0)
    return ole((bof + filepass + struct.pack("<HH", 0x000A, 0)).ljust(4096, b"\0"))


def docx():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return stream.getvalue()


def office_sheet():
    """Title, filing line, header, merged firm, hidden row, formula, errors, dates, sum and seal lines."""

    def fill(sheet):
        sheet.append(["某某县企业技术需求台账"])
        sheet.merge_cells("A1:G1")
        sheet.append(["填报单位：某某县科技局", None, None, "日期：2026-11-20"])
        sheet.append(["序号", "企业全称", "联系手机", "需求名称*", "拟投入（万元）", "提交日期", "备注"])
        sheet.append([1, "金乡(上海)科技公司", 13812345678, "焊接变形控制", 50, date(2026, 5, 1), None])
        sheet.append([2, None, 1.3812345678e10, "时效开裂", "1.2亿元", 46143, "=1+1"])
        sheet.merge_cells("B4:B5")
        sheet.append([3, "某某机械厂", "1.38E+10", "看不见的一行", 1, "2026.5", None])
        sheet.row_dimensions[6].hidden = True
        sheet.append([4, "某某机械厂", "1.38E+10", "", "面议", "5/1/2026", "#REF!"])
        sheet["G7"].data_type = "e"
        sheet.append(["序号", "企业全称", "联系手机", "需求名称*", "拟投入（万元）", "提交日期", "备注"])
        sheet.append([5, "某某食品厂", "0537-8721234", "保鲜", 0.3, "至今", None])
        sheet.append(["合计", None, None, None, 51])
        sheet.append(["制表人：李四", None, "审核人：王五", None, "填表日期：2026-11-20"])

    return xlsx(fill)
