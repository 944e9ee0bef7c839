"""Ledgers: built in the requester's scope, downloaded by the requester alone, on record."""

import openpyxl
import pytest
from django.urls import reverse
from model_bakery import baker

from accounts.models import Notification, Scope
from core.actor import Actor
from core.errors import Invalid, NotPermitted
from core.models import AuditEvent
from reports import services, tasks
from reports.models import Export
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def ask(user, county, ledger="experts", query=""):
    export = services.export_request(ledger=ledger, county_id=county.pk, query=query, actor=Actor(user=user))
    tasks.build_export(export.pk)
    export.refresh_from_db()
    return export


def cells(export):
    with export.file.open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
        return [[cell.value for cell in row] for row in sheet.iter_rows()]


def words(export):
    return {str(value) for row in cells(export) for value in row if value is not None}


def test_a_ledger_holds_the_counties_rows_in_office_layout(staff, county, other_county):
    mine = baker.make_recipe("tests.expert", county=county, name="陆青禾")
    baker.make_recipe("tests.expert", county=other_county, name="旁人甲")
    export = ask(staff, county)
    assert (export.status, export.row_count) == ("done", 1)
    rows = cells(export)
    assert rows[0][0] == f"{county.name}专家库"
    heads = {str(value).split("：")[0] for row in rows[1:3] for value in row if value}
    assert "填报单位" in heads
    assert any("制表人" in str(value) for row in rows for value in row if value)
    found = words(export)
    assert mine.code in found
    assert "旁人甲" not in found


def test_contacts_are_masked(staff, county):
    baker.make_recipe("tests.expert", county=county, phone="13900001234")
    found = words(ask(staff, county))
    assert "139****1234" in found
    assert "13900001234" not in found


def test_exactly_what_the_list_shows_is_exported(staff, county):
    baker.make_recipe("tests.expert", county=county, name="陆青禾", is_hometown=True)
    baker.make_recipe("tests.expert", county=county, name="石望川", is_deputy=True)
    assert ask(staff, county, query="identity=deputy").row_count == 1


@pytest.mark.parametrize("ledger", ["experts", "enterprises", "needs"])
@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1"])
def test_no_text_becomes_a_formula(staff, county, ledger, text):
    firm = baker.make_recipe("tests.enterprise", county=county, name=text[:30], remarks=text)
    make.need(firm, title=text, situation=text)
    baker.make_recipe("tests.expert", county=county, name=text[:30], remarks=text)
    export = ask(staff, county, ledger)
    with export.file.open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_only_the_office_of_the_county_exports(county, other_staff, staff):
    firm = baker.make_recipe("tests.enterprise", county=county)
    for user in (other_staff, make.member_of(firm), make.expert_with_user(county).user):
        with pytest.raises(NotPermitted):
            services.export_request(ledger="experts", county_id=county.pk, query="", actor=Actor(user=user))
    with pytest.raises(Invalid):
        services.export_request(ledger="wages", county_id=county.pk, query="", actor=Actor(user=staff))


def test_a_right_lost_since_the_request_shows_nothing(staff, county):
    export = services.export_request(ledger="experts", county_id=county.pk, query="", actor=Actor(user=staff))
    Scope.objects.filter(user=staff).update(is_active=False)
    tasks.build_export(export.pk)
    export.refresh_from_db()
    assert (export.status, bool(export.file)) == ("failed", False)


def test_delivering_twice_builds_once(staff, county):
    export = ask(staff, county)
    before = export.finished_at
    tasks.build_export(export.pk)
    export.refresh_from_db()
    assert export.finished_at == before


def test_a_full_disk_leaves_a_clear_word_and_no_file(staff, county, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services, "write_ledger", full)
    export = ask(staff, county)
    assert export.status == "failed"
    assert "No space left" in export.error
    assert not export.file


class TestPages:
    def test_download_is_the_requesters_and_on_record(self, client, staff, county):
        export = ask(staff, county)
        url = reverse("reports:export-download", args=[export.code])
        colleague = make.user_with("staff", county)
        client.force_login(colleague)
        assert client.post(url).status_code == 404
        client.force_login(staff)
        assert client.get(url).status_code == 405
        response = client.post(url)
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert AuditEvent.objects.filter(verb="export_download", object_id=export.pk, user=staff).count() == 1

    def test_asking_tells_when_it_is_done(self, client, staff, county, django_capture_on_commit_callbacks):
        client.force_login(staff)
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(
                reverse("reports:export-create"), {"ledger": "needs", "county": county.code, "query": ""}
            )
        export = Export.objects.get()
        assert response.url == reverse("reports:export-detail", args=[export.code])
        assert export.status == "done"
        assert Notification.objects.filter(user=staff, event="export.done").count() == 1

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_takes_flat_queries(self, client, staff, county, django_assert_num_queries, count):
        for _number in range(count):
            ask(staff, county)
        baker.make("reports.Export", county=county, requested_by=make.user_with("staff", county), ledger="needs")
        client.force_login(staff)
        client.get(reverse("reports:export-list"))
        with django_assert_num_queries(7):
            response = client.get(reverse("reports:export-list"))
        assert len(response.context["page_obj"]) == count

    def test_firms_and_experts_find_no_reports(self, client, county):
        client.force_login(make.expert_with_user(county).user)
        assert client.get(reverse("reports:export-list")).status_code == 404


def test_the_api_asks_follows_and_downloads(client, staff, county, django_capture_on_commit_callbacks):
    client.force_login(staff)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            "/api/v1/exports/", {"ledger": "experts", "county": county.code}, content_type="application/json"
        )
    assert response.status_code == 202
    followed = client.get(response.headers["Location"])
    assert followed.json()["status"] == "done"
    file = client.post(f"{response.headers['Location']}download/", content_type="application/json")
    assert file.headers["Content-Disposition"].startswith("attachment")
