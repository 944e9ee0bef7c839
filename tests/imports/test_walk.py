"""One file through the page: upload, columns and preview, import, rows to mend, decisions, undo."""

import io

import openpyxl
import pytest
from django.urls import reverse
from model_bakery import baker

from accounts.models import Notification
from core import outbox
from core.models import AuditEvent, ImportBatch, ImportMapping, OutboxMessage
from enterprises.models import Enterprise, Need
from experts.models import Expert
from portal.invariants import violations
from tests import make
from tests.imports.conftest import EXPERTS, people, workbook

pytestmark = pytest.mark.django_db


def page(client, batch, query=""):
    return client.get(reverse("imports:batch-detail", args=[batch.code]) + query)


def tell_finished():
    """Deliver what the worker announced about the import itself, twice."""
    for pk in OutboxMessage.objects.filter(topic="import.finished").values_list("pk", flat=True):
        assert outbox.deliver(pk)
        assert not outbox.deliver(pk)


def sheet_rows(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_upload_previews_without_writing(as_staff, upload):
    response = upload(as_staff, workbook([*people(2), ("", "试验大学", "", "", "")]))
    batch = ImportBatch.objects.get()
    assert response.url == reverse("imports:batch-detail", args=[batch.code])
    assert batch.status == "previewed"
    assert {key: n for key, n in batch.summary.items() if n} == {"rows": 3, "created": 2, "rejected": 1}
    assert not Expert.objects.exists()
    assert not batch.rows.exists()
    shown = page(as_staff, batch)
    assert shown.status_code == 200
    assert [row["status"] for row in shown.context["preview"]] == ["created", "created", "rejected"]


def test_import_writes_whole_rows_and_announces_once(imported, staff):
    batch = imported(workbook([*people(3), ("", "试验大学", "", "", "")]))
    assert batch.status == "done"
    assert {key: n for key, n in batch.summary.items() if n} == {"rows": 4, "created": 3, "rejected": 1}
    assert Expert.objects.count() == 3
    assert list(batch.rows.values_list("number", "status")) == [
        (3, "created"), (4, "created"), (5, "created"), (6, "rejected"),
    ]  # fmt: skip
    announced = OutboxMessage.objects.get(topic="expert.changed")
    assert announced.payload["expert_ids"] == sorted(Expert.objects.values_list("pk", flat=True))
    assert AuditEvent.objects.filter(object_type="core.importbatch", verb="import").count() == 1
    tell_finished()
    assert Notification.objects.get(event="import.finished").user == staff
    assert violations(("I9", "I12", "I16")) == []


def test_clean_import_sends_no_notice(imported):
    imported(workbook(people(2)))
    tell_finished()
    assert not Notification.objects.filter(event="import.finished").exists()


def test_the_same_file_twice_adds_nothing_and_is_told(imported, as_staff):
    content = workbook(people(3))
    first, second = imported(content), imported(content)
    assert first.pk != second.pk
    assert second.summary["unchanged"] == 3
    assert second.summary["created"] == 0
    assert second.notes[0]["code"] == "same_file"
    assert second.notes[0]["fields"]["code"] == first.code
    assert Expert.objects.count() == 3
    assert page(as_staff, second).status_code == 200


def test_error_workbook_keeps_the_layout_and_can_be_mended(imported, as_staff):
    batch = imported(workbook([*people(1), ("", "试验大学", "教授", "13812345678", "焊接")]))
    response = as_staff.get(reverse("imports:batch-errors", args=[batch.code]))
    assert response.headers["Content-Disposition"].startswith("attachment")
    content = b"".join(response.streaming_content)
    rows = sheet_rows(content)
    assert rows[0][0] == "某县专家登记表"
    assert rows[1] == [*EXPERTS, "错误原因"]
    assert rows[2][:5] == ["", "试验大学", "教授", "13812345678", "焊接"]
    assert "名单!A4" in rows[2][5]
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.active.cell(3, 1, "李更正")
    mended = io.BytesIO()
    book.save(mended)
    again = imported(mended.getvalue())
    assert again.summary["created"] == 1
    assert Expert.objects.filter(name="李更正", institution__name="试验大学").exists()


def test_no_error_workbook_when_nothing_is_wrong(imported, as_staff):
    batch = imported(workbook(people(1)))
    assert as_staff.get(reverse("imports:batch-errors", args=[batch.code])).status_code == 404


def test_columns_named_by_hand_are_remembered(as_staff, upload, press, county):
    content = workbook([("张三丰", "武当", "甲乙")], headers=("谁", "哪个地方", "丙丁"), title="")
    upload(as_staff, content)
    batch = ImportBatch.objects.get()
    assert batch.status == "uploaded"
    assert page(as_staff, batch).context["missing"] == ["姓名"]
    press(as_staff, batch, "map", {"column-0": "name", "column-1": "institution", "column-2": ""})
    assert batch.status == "previewed"
    assert batch.summary["created"] == 1
    assert ImportMapping.objects.get().mapping == {"0": "name", "1": "institution", "2": ""}
    upload(as_staff, workbook([("李四光", "所里", "")], headers=("谁", "哪个地方", "丙丁"), title=""), name="next.xlsx")
    second = ImportBatch.objects.first()
    assert second.status == "previewed"
    assert second.mapping["columns"] == {"0": "name", "1": "institution", "2": ""}


@pytest.mark.parametrize(
    "columns", [{"column-0": "name", "column-1": "name"}, {"column-1": "institution"}, {"column-0": "no-such"}]
)
def test_columns_that_cannot_be_are_refused_in_words(as_staff, upload, press, columns):
    upload(as_staff, workbook(people(1)))
    batch = ImportBatch.objects.get()
    response = press(as_staff, batch, "map", columns)
    assert response.status_code == 422
    assert response.context["error"]
    assert batch.status == "previewed"


def test_doubtful_rows_wait_for_a_decision(imported, as_staff, press, county):
    known = baker.make_recipe("tests.expert", county=county, name="王小明", institution=None, phone="", born_on="")
    rows = [("王小明", "", "教授", "", ""), ("王小明", "", "研究员", "", "")]
    batch = imported(workbook([*rows, *people(1)]))
    assert batch.summary["duplicate"] == 2
    response = page(as_staff, batch, "?rows=duplicate")
    assert [item["candidates"][0][0] for item in response.context["rows"]] == [known.code] * 2
    press(as_staff, batch, "decide", {"row-3": known.code, "row-4": "new"})
    assert {key: n for key, n in batch.summary.items() if n} == {"rows": 3, "created": 2, "updated": 1}
    known.refresh_from_db()
    assert known.title == "教授"
    assert Expert.objects.filter(name="王小明").count() == 2
    assert not batch.error_file
    assert violations(("I9", "I12")) == []


def test_doubtful_row_can_be_skipped_and_a_foreign_choice_is_refused(imported, press, as_staff, county, other_county):
    baker.make_recipe("tests.expert", county=county, name="王小明", institution=None, phone="", born_on="")
    stranger = baker.make_recipe("tests.expert", county=other_county, name="王小明")
    batch = imported(workbook([("王小明", "", "教授", "", "")]))
    press(as_staff, batch, "decide", {"row-3": stranger.code})
    assert batch.summary["duplicate"] == 1
    press(as_staff, batch, "decide", {"row-3": "skip", "row-x": "new", "row-²": "new"})
    assert batch.summary["unchanged"] == 1
    assert Expert.objects.filter(county=county).count() == 1


def test_undo_takes_back_created_and_updated_rows(imported, as_staff, press, county):
    known = baker.make_recipe(
        "tests.expert", county=county, name="王小明", title="讲师", phone="13900000000", research_fields=["旧"]
    )
    batch = imported(workbook([("王小明", "", "教授", "13900000000", "新方向"), *people(3)]))
    assert batch.summary["updated"] == 1
    press(as_staff, batch, "undo")
    assert batch.status == "undone"
    assert (batch.summary["undone"], batch.summary["kept"]) == (4, 0)
    known.refresh_from_db()
    assert (known.title, known.research_fields) == ("讲师", ["旧"])
    assert list(Expert.objects.all()) == [known]
    assert page(as_staff, batch).status_code == 200
    assert violations(("I9", "I12")) == []


def test_undo_of_two_lines_about_one_person(imported, as_staff, press):
    rows = [("王小明", "试验大学", "教授", "", "甲"), ("王小明", "试验大学", "教授", "", "乙")]
    batch = imported(workbook(rows))
    assert (batch.summary["created"], batch.summary["updated"]) == (1, 1)
    press(as_staff, batch, "undo")
    assert batch.summary["kept"] == 0
    assert not Expert.objects.exists()


def test_undo_keeps_and_names_what_was_used_since(imported, as_staff, press):
    batch = imported(workbook(people(3)))
    Expert.objects.filter(name="王0001").update(version=5)
    press(as_staff, batch, "undo")
    assert (batch.summary["undone"], batch.summary["kept"]) == (2, 1)
    assert Expert.objects.get().name == "王0001"
    response = page(as_staff, batch)
    assert response.context["chosen"] == "kept"
    assert str(response.context["rows"][0]["problems"][-1])
    Expert.objects.update(version=1)
    press(as_staff, batch, "undo")
    assert batch.summary["kept"] == 0
    assert not Expert.objects.exists()


def test_needs_arrive_with_their_firms_and_options(imported, as_staff, press, county):
    headers = ("企业名称", "统一社会信用代码", "需求名称", "问题描述")
    row = ("金川精密铸造有限公司", "91370828MA3C4D5E67", "铸件气孔率偏高", "现有砂型铸造气孔率 6%，需降到 2%。")
    without = imported(workbook([row], headers), "needs")
    assert without.summary["rejected"] == 1
    batch = imported(workbook([row], headers), "needs", create_missing_firms="on", status="published")
    assert batch.summary["created"] == 1
    assert Need.objects.get().status == "published"
    assert OutboxMessage.objects.filter(topic="need.imported").count() == 1
    press(as_staff, batch, "undo")
    assert batch.summary["undone"] == 1
    assert not Need.objects.exists()
    assert not Enterprise.objects.exists()
    assert violations(("I4", "I9", "I11", "I12")) == []


def test_hidden_rows_are_told_and_can_be_included(as_staff, upload, press):
    book = openpyxl.load_workbook(io.BytesIO(workbook(people(3))))
    book.active.row_dimensions[4].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    upload(as_staff, stream.getvalue())
    batch = ImportBatch.objects.get()
    assert batch.summary["rows"] == 2
    assert "hidden" in [note["code"] for note in batch.notes]
    columns = {f"column-{index}": key for index, key in batch.mapping["columns"].items()}
    press(as_staff, batch, "map", columns | {"include_hidden": "on"})
    assert batch.summary["rows"] == 3
    press(as_staff, batch, "start")
    assert Expert.objects.count() == 3


def test_template_can_be_downloaded_and_imported_as_it_is_filled(as_staff, upload):
    for kind in ("experts", "enterprises", "needs"):
        response = as_staff.get(reverse("imports:template", args=[kind]))
        content = b"".join(response.streaming_content)
        assert response.headers["Content-Disposition"].startswith("attachment")
        refused = upload(as_staff, content, kind)
        assert refused.status_code == 422  # only the example row: nothing to import
    assert as_staff.get(reverse("imports:template", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("action", ["detail", "errors"])
def test_stranger_and_leader_do_not_see_a_batch(imported, client, other_staff, leader, action):
    batch = imported(workbook([*people(1), ("", "试验大学", "", "", "")]))
    for user in (other_staff, leader, baker.make_recipe("tests.user")):
        client.force_login(user)
        assert client.get(reverse(f"imports:batch-{action}", args=[batch.code])).status_code == 404


@pytest.mark.parametrize("action", ["map", "start", "decide", "undo"])
def test_stranger_and_leader_cannot_act_on_a_batch(as_staff, upload, client, other_staff, leader, action):
    upload(as_staff, workbook(people(1)))
    batch = ImportBatch.objects.get()
    for user in (other_staff, leader):
        client.force_login(user)
        assert client.post(reverse(f"imports:batch-{action}", args=[batch.code])).status_code == 404
    client.logout()
    assert client.post(reverse(f"imports:batch-{action}", args=[batch.code])).status_code == 302
    batch.refresh_from_db()
    assert batch.status == "previewed"


def test_firms_and_experts_find_no_import(client, county):
    for user in (make.member_of(baker.make_recipe("tests.enterprise", county=county)),
                 make.expert_with_user(county).user):  # fmt: skip
        client.force_login(user)
        for name in ("batch-list", "batch-create"):
            assert client.get(reverse(f"imports:{name}")).status_code == 404


def test_upload_into_a_foreign_county_is_refused(as_staff, upload, other_county):
    assert upload(as_staff, workbook(people(1)), region=other_county).status_code == 422
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_has_flat_queries(as_staff, county, django_assert_num_queries, count):
    baker.make("core.ImportBatch", county=county, kind="experts", file="a.xlsx", file_name="a", _quantity=count)
    baker.make("core.ImportBatch", county=baker.make_recipe("tests.county"), kind="experts", file="b", file_name="b")
    with django_assert_num_queries(10):
        response = as_staff.get(reverse("imports:batch-list"))
    assert len(response.context["page_obj"]) == count
