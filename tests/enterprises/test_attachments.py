"""Files of a need: what is taken, who reads it, and that it leaves the house inert."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from model_bakery import baker

from core.actor import Actor
from core.errors import Invalid, NotPermitted, TransitionRefused
from core.models import Attachment
from enterprises import services
from enterprises.models import Need
from enterprises.services.attachments import MAX_BYTES, MAX_FILES
from tests import make

PDF = b"%PDF-1.7 test"


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county)


@pytest.fixture
def member(firm):
    return make.member_of(firm)


@pytest.fixture
def need(firm):
    return make.need(firm, status="draft", source="staff")


def attach(need, user, name="检测报告.pdf", data=PDF):
    return services.need_attach(
        need_id=need.pk, name=name, content=SimpleUploadedFile(name, data), actor=Actor(user=user)
    )


def test_a_file_is_kept_once_under_a_name_of_ours(need, member):
    kept = attach(need, member, "..\\..\\检测 报告.PDF")
    assert (kept.name, kept.size, kept.county) == ("检测 报告.PDF", len(PDF), need.county)
    assert "检测" not in kept.file.name
    assert kept.file.read() == PDF
    assert attach(need, member).pk == kept.pk
    assert need.attachments.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("页面.html", b"<script>", "file_type"),
        ("图.svg", b"<svg onload=alert(1)>", "file_type"),
        ("宏.xlsm", b"PK\x03\x04", "file_type"),
        ("无扩展名", PDF, "file_type"),
        ("程序.exe", b"MZ", "file_type"),
        ("假的.pdf", b"<html><script>alert(1)</script>", "file_content"),
        ("假的.png", b"GIF89a", "file_content"),
        ("二进制.txt", b"a\x00b", "file_content"),
        ("空.pdf", b"", "file_empty"),
        ("太大.pdf", PDF + b"0" * MAX_BYTES, "file_size"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(need, member, name, data, code):
    with pytest.raises(Invalid) as refused:
        attach(need, member, name, data)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert Attachment.objects.count() == 0


def test_there_is_an_end_to_the_files_of_one_need(need, member):
    for number in range(MAX_FILES):
        attach(need, member, data=PDF + str(number).encode())
    with pytest.raises(Invalid) as refused:
        attach(need, member, data=PDF + b"one more")
    assert refused.value.code == "file_count"


def test_owner_member_stranger(need, member, staff, leader, other_staff):
    attach(need, staff, data=PDF + b"1")
    kept = attach(need, member, data=PDF + b"2")
    with pytest.raises(NotPermitted):
        attach(need, leader, data=PDF + b"3")
    with pytest.raises(Need.DoesNotExist):
        attach(need, other_staff, data=PDF + b"4")
    Need.objects.update(status="published")
    with pytest.raises(TransitionRefused):
        attach(need, member, data=PDF + b"5")
    with pytest.raises(TransitionRefused):
        services.need_detach(need_id=need.pk, attachment_code=kept.code, actor=Actor(user=member))


def test_a_removed_file_leaves_the_disk(need, member, django_capture_on_commit_callbacks):
    kept = attach(need, member)
    with django_capture_on_commit_callbacks(execute=True):
        services.need_detach(need_id=need.pk, attachment_code=kept.code, actor=Actor(user=member))
    assert not kept.file.storage.exists(kept.file.name)
    assert Attachment.objects.count() == 0


def hostile(need, name, data):
    """A file that came in by another door, whatever it holds."""
    file = Attachment(county=need.county, name=name, size=len(data), sha256="0" * 64)
    file.file.save("x.bin", ContentFile(data), save=False)
    file.save()
    need.attachments.add(file)
    return file


@pytest.mark.parametrize("name", ["页面.html", "图.svg", "文 本.txt", 'a";x=1.pdf', "x\r\ny.pdf"])
@pytest.mark.parametrize("path", ["/needs/{need}/files/{file}/", "/api/v1/needs/{need}/attachments/{file}/"])
def test_every_file_is_served_as_an_inert_download(client, need, member, name, path):
    file = hostile(need, name, b"<svg onload=alert(1)><script>alert(1)</script>")
    client.force_login(member)
    response = client.get(path.format(need=need.code, file=file.code))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response.headers["Cache-Control"]


def test_files_are_for_readers_of_the_whole_need(client, county, need, member, staff, other_staff):
    Need.objects.update(status="published", confidentiality="open")
    file = hostile(need, "图纸.pdf", PDF)
    expert = make.expert_with_user(county).user
    told = make.expert_with_user(county).user
    baker.make("enterprises.Disclosure", need=need, user=told, level="full", order_code="DD-1", expert_code="ZJ-1")
    for user, status in ((member, 200), (staff, 200), (told, 200), (expert, 404), (other_staff, 404)):
        client.force_login(user)
        assert client.get(f"/needs/{need.code}/files/{file.code}/").status_code == status
    client.logout()
    assert client.get(f"/needs/{need.code}/files/{file.code}/").status_code == 302


def test_a_file_of_another_need_is_not_there(client, need, member):
    file = hostile(make.need(need.enterprise), "别的.pdf", PDF)
    client.force_login(member)
    assert client.get(f"/needs/{need.code}/files/{file.code}/").status_code == 404


def test_upload_and_removal_by_the_pages(client, need, member):
    client.force_login(member)
    client.post(f"/needs/{need.code}/files/", {"file": SimpleUploadedFile("报告.pdf", PDF)})
    file = need.attachments.get()
    response = client.post(f"/needs/{need.code}/files/", {"file": SimpleUploadedFile("x.html", b"<p>")}, follow=True)
    assert "不能上传这种文件" in response.content.decode()
    client.post(f"/needs/{need.code}/files/{file.code}/remove/")
    assert need.attachments.count() == 0
