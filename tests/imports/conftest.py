"""Registers as an office sends them, and the walk of one file through the page."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import ImportBatch
from core.tasks import import_work

EXPERTS = ("姓名", "现工作单位", "职称", "联系电话", "专业领域")


def workbook(rows, headers=EXPERTS, title="某县专家登记表"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    if title:
        sheet.append([title])
    sheet.append(list(headers))
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def people(count, unit="试验大学"):
    return [(f"王{n:04d}", f"{unit}{n % 7}", "教授", f"138{n:08d}", "催化材料、废气治理") for n in range(count)]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """Each test has a folder of its own: no file without its row."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def upload(county):
    """Post a file as the page does, then let the worker make the preview."""

    def post(client, content, kind="experts", name="登记册.xlsx", region=None):
        data = {"kind": kind, "county": (region or county).code, "file": SimpleUploadedFile(name, content)}
        response = client.post(reverse("imports:batch-create"), data)
        if response.status_code == 302:
            import_work(ImportBatch.objects.first().pk)
        return response

    return post


@pytest.fixture
def press():
    """Press a button of the batch's page, then let the worker do what it asks for."""

    def post(client, batch, action, data=None):
        response = client.post(reverse(f"imports:batch-{action}", args=[batch.code]), data or {})
        import_work(batch.pk)
        batch.refresh_from_db()
        return response

    return post


@pytest.fixture
def imported(as_staff, upload, press):
    """A file walked to its result."""

    def walk(content, kind="experts", **options):
        upload(as_staff, content, kind)
        batch = ImportBatch.objects.first()
        if options:
            columns = {f"column-{index}": key for index, key in batch.mapping["columns"].items()}
            press(as_staff, batch, "map", columns | options)
        press(as_staff, batch, "start")
        return batch

    return walk
