"""Files that offices and attackers send, through the page: a clear sentence or a preview, never a fault."""

import openpyxl
import pytest
from django.urls import reverse

from core.models import ImportBatch
from portal.invariants import violations
from tests.core import spreadsheets as made
from tests.core.test_intake_files import READ, REFUSED
from tests.imports.conftest import EXPERTS, workbook

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", REFUSED)
def test_unreadable_file_is_refused_in_words_and_leaves_nothing(as_staff, upload, name, settings, county):
    response = upload(as_staff, REFUSED[name][0](), name=name)
    assert response.status_code == 422
    form = response.context["form"]
    assert list(form.errors) == ["file"]
    assert form.errors["file"][0].endswith("。")
    assert form["county"].value() == county.code  # what was chosen stays chosen
    assert not ImportBatch.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*.*"))


@pytest.mark.parametrize("name", READ)
def test_readable_file_is_previewed_and_imported(as_staff, upload, press, name):
    assert upload(as_staff, READ[name][0](), name=name).status_code == 302
    batch = ImportBatch.objects.get()
    if batch.status == "uploaded":  # its header is not the first row: the person names the columns
        assert as_staff.get(reverse("imports:batch-detail", args=[batch.code])).status_code == 200
        return
    press(as_staff, batch, "start")
    assert batch.status == "done"
    assert batch.summary["created"] == 1


CELLS = {
    "nul": "张\x00三",
    "surrogate": "\ud800张三",
    "override": "\u202e张三\u200d",
    "formula": '=HYPERLINK("http://x","点我")',
    "script": "<script>alert(1)</script>",
    "quotes": "张三'); drop table experts_expert; --",
    "long": "长" * 30_000,
    "braces": "{{ 7 * 7 }}{% debug %}{name}",
    "controls": "张\x01\x02三\x0b",
}


@pytest.mark.parametrize("name", CELLS)
def test_hostile_cells_and_headers_fault_nowhere(as_staff, upload, press, name):
    """In every column, in a header and in the sheet's title; by CSV, which carries every character."""
    text = CELLS[name].replace('"', '""')
    line = ",".join(f'"{text}"' for _ in EXPERTS)
    table = (
        f'"{text}"\n{",".join(EXPERTS)},"{text}"\n"钱多多","甲单位","教授","13812345678","焊接","{text}"\n{line},x\n'
    )
    response = upload(as_staff, table.encode("utf-8", "surrogatepass"), name="a.csv")
    if response.status_code == 422:
        assert response.context["form"].errors["file"]
        return
    batch = ImportBatch.objects.get()
    assert as_staff.get(reverse("imports:batch-detail", args=[batch.code])).status_code == 200
    press(as_staff, batch, "start")
    assert batch.status == "done"
    assert batch.summary["rows"] == 2
    for query in ("", "?rows=all", "?rows=noted", "?rows=nonsense&page=99"):
        shown = as_staff.get(reverse("imports:batch-detail", args=[batch.code]) + query)
        assert shown.status_code == 200
        assert b"<script>alert" not in shown.content
    if batch.error_file:
        book = openpyxl.load_workbook(batch.error_file.open("rb"))
        assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    assert violations(("I9", "I12", "I16")) == []
    press(as_staff, batch, "undo")
    assert batch.status == "undone"


def test_office_sheet_with_dates_errors_formulas_and_merges_arrives(as_staff, upload, press):
    assert upload(as_staff, made.office_sheet(), name="office.xlsx").status_code == 302
    batch = ImportBatch.objects.get()
    assert as_staff.get(reverse("imports:batch-detail", args=[batch.code])).status_code == 200


@pytest.mark.parametrize(
    "file_name", ["../../etc/passwd.xlsx", "名" * 120 + ".xlsx", "a\u202exslx.xlsx", "a'\"<b>.xlsx"]
)
def test_hostile_file_names_are_kept_out_of_paths(as_staff, upload, press, settings, file_name):
    assert upload(as_staff, workbook([("", "试验大学", "", "", "")]), name=file_name).status_code == 302
    batch = ImportBatch.objects.get()
    assert batch.file.name.endswith(f"{batch.code}.xlsx")
    press(as_staff, batch, "start")
    assert as_staff.get(reverse("imports:batch-errors", args=[batch.code])).status_code == 200


def test_posts_without_sense_are_refused_not_faulted(as_staff, upload, press):
    upload(as_staff, workbook([("张三", "试验大学", "", "", "")]))
    batch = ImportBatch.objects.get()
    for data in (
        {"column-x": "name"},
        {"column-99999999999999999999": "name"},
        {"status": "\x00"},
        {"column-0": "\x00"},
    ):
        assert press(as_staff, batch, "map", data).status_code in (302, 422)
    assert press(as_staff, batch, "decide", {"row-1": "\x00", "row-999999999": "new"}).status_code == 302
    assert press(as_staff, batch, "undo").status_code == 302
    batch.refresh_from_db()
    assert batch.status == "previewed"
    for code in ("nothing", "%00", "x" * 300):
        assert as_staff.get(f"/imports/{code}/").status_code in (400, 404)


def test_file_that_vanished_is_a_sentence(as_staff, upload, press):
    upload(as_staff, workbook([("张三", "试验大学", "", "", "")]))
    batch = ImportBatch.objects.get()
    batch.file.storage.delete(batch.file.name)
    press(as_staff, batch, "start")
    assert batch.status == "failed"
    assert batch.job.error
    assert as_staff.get(reverse("imports:batch-detail", args=[batch.code])).status_code == 200


def test_empty_stream_needs_a_file(as_staff, county):
    response = as_staff.post(reverse("imports:batch-create"), {"kind": "experts", "county": county.code})
    assert response.status_code == 422
