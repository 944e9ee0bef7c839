"""The API of firms and needs: scope, levels, strict bodies, the same refusals as the pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from model_bakery import baker
from rest_framework.test import APIClient

from core.models import AuditEvent
from enterprises.models import Enterprise, Need
from tests import make

CREDIT = "91370828778346811K"


@pytest.fixture
def firm(county):
    return baker.make_recipe(
        "tests.enterprise", county=county, credit_code=CREDIT, phone="13877776666", email="a@example.cn", remarks="内部"
    )


@pytest.fixture
def member(firm):
    return make.member_of(firm)


def api(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


# -- firms


def test_firms_in_scope_masked_in_the_list(firm, staff, member, other_staff, county):
    baker.make_recipe("tests.enterprise")
    [row] = api(staff).get("/api/v1/enterprises/").json()["results"]
    assert (row["credit_code"], row["phone"], row["remarks"]) == ("9137**********811K", "138****6666", "内部")
    row = api(staff).get(f"/api/v1/enterprises/{firm.code}/").json()
    assert (row["credit_code"], row["phone"]) == (CREDIT, "138****6666")
    row = api(member).get(f"/api/v1/enterprises/{firm.code}/").json()
    assert (row["phone"], row["remarks"], row["source"]) == ("13877776666", None, None)
    for user in (other_staff, make.expert_with_user(county).user):
        assert api(user).get(f"/api/v1/enterprises/{firm.code}/").status_code == 404
        assert api(user).get("/api/v1/enterprises/").json()["results"] == []
    assert APIClient().get("/api/v1/enterprises/").status_code in (401, 403)


def test_a_firm_is_registered_and_changed(county, staff):
    chain = baker.make_recipe("tests.chain", county=county)
    body = {"name": "恒昌机械有限公司", "county": county.code, "chains": [chain.code], "qualifications": ["gazelle"]}
    answer = api(staff).post("/api/v1/enterprises/", body)
    assert answer.status_code == 201
    code = answer.json()["code"]
    answer = api(staff).patch(f"/api/v1/enterprises/{code}/", {"main_products": "轴承", "credit_code": CREDIT})
    assert (answer.status_code, answer.json()["credit_code"]) == (200, CREDIT)
    assert Enterprise.objects.get().qualifications == ["gazelle"]


@pytest.mark.parametrize(
    "body",
    [
        {"verification": "verified"}, {"status": "archived"}, {"officer": "x"}, {"county": "x"}, {"code": "QY-1"},
        {"need_count": 3}, {"magic": 1}, {"merged_into": "QY-1"}, {"source": "import"}, {"search_text": "x"},
    ],
)  # fmt: skip
def test_columns_of_others_and_unknown_keys_are_refused(firm, staff, body):
    answer = api(staff).patch(f"/api/v1/enterprises/{firm.code}/", body)
    assert answer.status_code == 400
    firm.refresh_from_db()
    assert (firm.verification, firm.status) == ("verified", "active")


def test_a_foreign_code_reads_like_none(county, other_county, firm, staff):
    for field, recipe in (("park", "tests.park"), ("chains", "tests.chain")):
        row = baker.make_recipe(recipe, county=other_county)
        wrap = (lambda value: [value]) if field == "chains" else (lambda value: value)
        foreign = api(staff).patch(f"/api/v1/enterprises/{firm.code}/", {field: wrap(row.code)})
        nothing = api(staff).patch(f"/api/v1/enterprises/{firm.code}/", {field: wrap("ZZ-NOSUCH")})
        assert foreign.status_code == nothing.status_code == 400
        said = [answer.json()["errors"][0] for answer in (foreign, nothing)]
        assert said[0]["detail"].replace(row.code, "") == said[1]["detail"].replace("ZZ-NOSUCH", "")


def test_the_taken_code_is_a_problem(county, firm, staff):
    body = {"name": "另一家有限公司", "county": county.code, "credit_code": CREDIT}
    answer = api(staff).post("/api/v1/enterprises/", body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:qianxian:problem:credit_taken")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("action", "body"),
    [("verify", {}), ("refuse", {"reason": "不符"}), ("archive", {"reason": "迁出"}), ("restore", {}),
     ("reveal-contact", {})],
)  # fmt: skip
def test_decisions_by_owner_member_and_stranger(firm, staff, leader, other_staff, action, body):
    path = f"/api/v1/enterprises/{firm.code}/{action}/"
    assert api(other_staff).post(path, body).status_code == 404
    assert api(leader).post(path, body).status_code == 403
    assert api(staff).post(path, body).status_code == 200


def test_assign_merge_and_reveal(county, firm, staff, admin, other_staff):
    path = f"/api/v1/enterprises/{firm.code}/assign/"
    assert api(staff).post(path, {"officer": other_staff.username}).status_code == 422
    assert api(staff).post(path, {"officer": admin.username}).json()["officer"]["username"] == admin.username
    assert api(staff).post(f"/api/v1/enterprises/{firm.code}/reveal-contact/").json()["phone"] == "13877776666"
    assert AuditEvent.objects.filter(verb="reveal").count() == 1
    twin = baker.make_recipe("tests.enterprise", county=county)
    answer = api(staff).post(f"/api/v1/enterprises/{twin.code}/merge/", {"into": firm.code, "reason": "重复"})
    assert answer.json()["code"] == firm.code
    assert (
        api(staff).post(f"/api/v1/enterprises/{firm.code}/merge/", {"into": "QY-NO", "reason": "x"}).status_code == 404
    )


# -- needs

BODY = {
    "title": "烟气治理", "types": ["technical"], "situation": "开模冒白烟", "budget_max": "2000000.00",
    "constraints": {"cost": "两百万以内"}, "targets": [{"name": "臭气", "current": "28", "target": "20", "unit": ""}],
}  # fmt: skip


def test_a_need_from_draft_to_publication(firm, member, staff):
    answer = api(member).post("/api/v1/needs/", BODY | {"enterprise": firm.code})
    assert answer.status_code == 201
    data = answer.json()
    assert (data["status"], data["level"], data["enterprise"]) == ("draft", "full", firm.code)
    assert data["targets"] == BODY["targets"]
    path = f"/api/v1/needs/{data['code']}/"
    answer = api(member).patch(path, {"blind_title": "对外名称", "summary": "摘要", "targets": []})
    assert (answer.json()["targets"], answer.json()["constraints"]) == ([], {"cost": "两百万以内"})
    assert api(member).post(f"{path}submit/").json()["status"] == "submitted"
    assert api(member).patch(path, {"tried": "x"}).status_code == 409
    assert api(staff).post(f"{path}return/", {"reason": ""}).status_code == 422
    assert api(staff).post(f"{path}return/", {"reason": "请补"}).json()["status_reason"] == "请补"
    assert api(member).post(f"{path}submit/").status_code == 200
    assert (
        api(staff).post(f"{path}rewrite/", {"rewrite_title": "甲", "rewrite_text": "乙"}).json()["rewrite_text"] == "乙"
    )
    assert api(staff).post(f"{path}assign/", {"officer": staff.username}).json()["officer"]["name"] == staff.name
    assert api(staff).post(f"{path}publish/").json()["status"] == "published"
    assert api(member).post(f"{path}withdraw/", {"reason": "已解决"}).json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    "body",
    [
        {"status": "published"}, {"level": "full"}, {"rewrite_text": "x"}, {"magic": 1}, {"enterprise": "QY-1"},
        {"title": "长" * 41}, {"situation": "长" * 801}, {"types": ["magic"]}, {"seats": 0}, {"budget_max": "-1"},
        {"constraints": {"magic": "x"}}, {"targets": [{"name": "甲", "magic": 1}]}, {"targets": [{"target": "1"}]},
        {"deadline": "gestern"}, {"text": "x"}, {"county": "x"}, {"officer": "x"}, {"version": 9},
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_whole(firm, member, body):
    need = make.need(firm, status="draft", source="staff")
    answer = api(member).patch(f"/api/v1/needs/{need.code}/", body)
    assert answer.status_code in (400, 422), answer.json()
    assert answer.json()["errors"]
    need.refresh_from_db()
    assert need.version == 1


def test_another_firm_reads_like_none(firm, member, county):
    other = baker.make_recipe("tests.enterprise", county=county)
    foreign = api(member).post("/api/v1/needs/", BODY | {"enterprise": other.code})
    nothing = api(member).post("/api/v1/needs/", BODY | {"enterprise": "QY-NOSUCH"})
    assert foreign.status_code == nothing.status_code == 400
    said = [answer.json()["errors"][0]["detail"] for answer in (foreign, nothing)]
    assert said[0].replace(other.code, "") == said[1].replace("QY-NOSUCH", "")


@pytest.mark.parametrize(
    ("action", "body"),
    [("publish", {}), ("return", {"reason": "x"}), ("reject", {"reason": "x"}), ("unmet", {}), ("resolve", {}),
     ("close", {}), ("rewrite", {"rewrite_title": "", "rewrite_text": "x"})],
)  # fmt: skip
def test_the_offices_moves_by_member_leader_and_stranger(firm, member, leader, other_staff, county, action, body):
    need = make.need(firm, status="submitted")
    path = f"/api/v1/needs/{need.code}/{action}/"
    assert api(member).post(path, body).status_code == 403
    assert api(leader).post(path, body).status_code == 403
    assert api(other_staff).post(path, body).status_code == 404
    assert api(make.expert_with_user(county).user).post(path, body).status_code == 404


def test_unknown_filters_are_refused_and_known_ones_are_the_pages(firm, staff):
    need = make.need(firm)
    make.need(firm, status="closed")
    rows = api(staff).get("/api/v1/needs/?status=published&count=true").json()
    assert ([row["code"] for row in rows["results"]], rows["count"]) == ([need.code], 1)
    for query in ("enterprise__phone=1", "ordering=phone", "phone=1", "q=x"):
        assert api(staff).get(f"/api/v1/needs/?{query}").status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_row_and_for_three(django_assert_num_queries, firm, member, count):
    chain = baker.make_recipe("tests.chain", county=firm.county)
    for _n in range(count):
        need = make.need(firm, chain=chain)
        baker.make("enterprises.NeedTarget", need=need, name="指标", _quantity=2)
    client = api(member)
    with django_assert_num_queries(11):
        assert len(client.get("/api/v1/needs/").json()["results"]) == count


def test_files_come_and_go(firm, member, leader):
    need = make.need(firm, status="draft", source="staff")
    path = f"/api/v1/needs/{need.code}/attachments/"
    upload = {"file": SimpleUploadedFile("报告.pdf", b"%PDF-1.7")}
    answer = api(member).post(path, upload, format="multipart")
    assert (answer.status_code, answer.json()["name"]) == (201, "报告.pdf")
    bad = api(member).post(path, {"file": SimpleUploadedFile("x.svg", b"<svg>")}, format="multipart")
    assert bad.status_code == 422
    code = answer.json()["code"]
    assert api(leader).delete(f"{path}{code}/").status_code == 403
    assert api(member).delete(f"{path}{code}/").status_code == 204
    assert Need.objects.get().attachments.count() == 0
