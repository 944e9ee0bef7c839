import json

import pytest
from django.urls import reverse
from model_bakery import baker
from rest_framework.test import APIClient

from core.models import AuditEvent
from experts.models import Expert
from tests import make

LIST = "/api/v1/experts/"


@pytest.fixture
def api():
    def client(user):
        made = APIClient()
        made.force_login(user)
        return made

    return client


@pytest.fixture
def expert(county):
    return baker.make_recipe(
        "tests.expert", county=county, name="张砚秋", phone="13800138000", email="zhang@example.com", remarks="内部备注"
    )


def test_list_is_scoped_and_masks_contacts(api, staff, expert, other_county):
    baker.make_recipe("tests.expert", county=other_county)
    answer = api(staff).get(LIST, {"count": "true"})
    assert answer.status_code == 200
    assert [row["code"] for row in answer.data["results"]] == [expert.code]
    assert answer.data["count"] == 1
    row = answer.data["results"][0]
    assert (row["phone"], row["email"]) == ("138****8000", "z***@example.com")
    assert "13800138000" not in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_is_read_in_flat_queries(api, staff, county, django_assert_num_queries, count):
    for expert in baker.make_recipe("tests.expert", county=county, _quantity=count):
        baker.make_recipe("tests.achievement", expert=expert)
        baker.make("experts.HometownTie", expert=expert, kind="birth", region=county)
    client = api(staff)
    client.get(LIST)  # the session's own stamp
    with django_assert_num_queries(9):  # session, user, scopes, affiliations; rows and their relations
        assert len(client.get(LIST).data["results"]) == count


def test_a_row_out_of_sight_reads_like_one_that_does_not_exist(api, staff, other_county):
    foreign = baker.make_recipe("tests.expert", county=other_county)
    client = api(staff)
    for path in (f"{LIST}{foreign.code}/", f"{LIST}ZJ-NOSUCH/"):
        for method in ("get", "patch"):
            assert getattr(client, method)(path, {}, format="json").status_code == 404
        for name in ("archive", "restore", "pause", "resume", "reveal-contact"):
            assert client.post(f"{path}{name}/", {}, format="json").status_code == 404


def test_nobody_signed_in_is_refused(expert):
    client = APIClient()
    assert client.get(LIST).status_code == 401
    assert client.get(f"{LIST}{expert.code}/").status_code == 401


def test_a_group_mate_reads_no_column_of_the_office(api, county, expert):
    mate = make.expert_with_user(baker.make_recipe("tests.county"))
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    for row in (expert, mate):
        baker.make("experts.GroupMembership", group=group, expert=row, started_on=None, ended_on=None)
    row = api(mate.user).get(f"{LIST}{expert.code}/").data
    hidden = (
        "born_on", "gender", "phone", "email", "referrer", "remarks", "consent", "source", "last_contacted_on",
        "availability", "capacity", "load", "is_paused", "paused_from", "paused_until", "ties", "version",
    )  # fmt: skip
    assert {name: row[name] for name in hidden} == dict.fromkeys(hidden)
    assert row["name"] == "张砚秋"
    assert api(mate.user).post(f"{LIST}{expert.code}/reveal-contact/", {}, format="json").status_code == 403


def test_create_and_read_back(api, staff, county):
    chain = baker.make_recipe("tests.chain", county=county)
    baker.make("core.Discipline", code="530", name="化学工程", level=1)
    body = {
        "county": county.code, "name": "張硯秋", "institution": "华东理工大学", "title": "教授", "chains": [chain.code],
        "disciplines": ["530"], "research_fields": ["催化"], "cooperation": ["joint", "consulting"],
        "is_hometown": True, "phone": "13800138000",
    }  # fmt: skip
    answer = api(staff).post(LIST, body, format="json")
    assert answer.status_code == 201, answer.data
    assert (answer.data["name"], answer.data["institution"], answer.data["phone"]) == (
        "张砚秋",
        "华东理工大学",
        "138****8000",
    )
    assert (answer.data["chains"], answer.data["disciplines"]) == ([chain.code], ["530"])
    assert answer.data["cooperation"] == ["joint", "consulting"]
    assert answer.data["achievements"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"load": 2}, "/load"),
        ({"status": "merged"}, "/status"),
        ({"user": 1}, "/user"),
        ({"is_admin": True}, "/is_admin"),
        ({"cooperation": ["dancing"]}, "/cooperation"),
        ({"chains": ["CL-NOSUCH"]}, "/chains"),
        ({"research_fields": ["长" * 61]}, "/research_fields/0"),
        ({"born_on": "1975-13"}, "/born_on"),
    ],
)
def test_bodies_are_refused_naming_the_field(api, staff, county, change, pointer):
    answer = api(staff).post(LIST, {"county": county.code, "name": "王一"} | change, format="json")
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.data["errors"]]
    assert Expert.objects.count() == 0


def test_a_foreign_chain_or_county_reads_like_one_that_does_not_exist(api, staff, county, other_county):
    chain = baker.make_recipe("tests.chain", county=other_county)
    for change, missing in (
        ({"chains": [chain.code]}, {"chains": ["CL-NOSUCH"]}),
        ({"county": other_county.code}, {"county": "999999"}),
    ):
        answers = [
            api(staff).post(LIST, {"county": county.code, "name": "王一"} | body, format="json")
            for body in (change, missing)
        ]
        assert [answer.status_code for answer in answers] == [400, 400]
        assert answers[0].data["errors"][0]["code"] == answers[1].data["errors"][0]["code"]


def test_a_phone_that_was_read_masked_cannot_be_written_back(api, staff, expert):
    answer = api(staff).patch(f"{LIST}{expert.code}/", {"phone": "138****8000"}, format="json")
    assert answer.status_code == 422
    expert.refresh_from_db()
    assert expert.phone == "13800138000"


def test_update_by_owner_member_and_stranger(api, staff, leader, other_staff, county):
    own = make.expert_with_user(county)
    path = f"{LIST}{own.code}/"
    assert api(staff).patch(path, {"title": "教授"}, format="json").status_code == 200
    assert api(own.user).patch(path, {"profile": "长期从事催化研究。"}, format="json").status_code == 200
    assert api(own.user).patch(path, {"remarks": "改"}, format="json").status_code == 422
    assert api(leader).patch(path, {"title": "讲师"}, format="json").status_code == 403
    assert api(other_staff).patch(path, {"title": "讲师"}, format="json").status_code == 404
    own.refresh_from_db()
    assert (own.title, own.version) == ("教授", 3)


def test_a_stale_version_is_refused(api, staff, expert):
    client = api(staff)
    path = f"{LIST}{expert.code}/"
    assert client.patch(path, {"title": "教授"}, format="json", headers={"If-Match": "1"}).status_code == 200
    assert client.patch(path, {"title": "讲师"}, format="json", headers={"If-Match": "1"}).status_code == 412


def test_actions_move_the_row(api, staff, expert):
    client, path = api(staff), f"{LIST}{expert.code}/"
    assert client.post(f"{path}pause/", {"paused_until": "2099-01-01"}, format="json").data["is_paused"] is True
    assert client.post(f"{path}resume/", format="json").data["is_paused"] is False
    assert client.post(f"{path}archive/", {"reason": "本人要求"}, format="json").data["status"] == "archived"
    assert client.get(LIST).data["results"] == []
    assert client.post(f"{path}restore/", format="json").data["status"] == "active"
    assert client.post(f"{path}pause/", {"paused_until": "2001-01-01"}, format="json").status_code == 422


def test_a_reveal_is_recorded(api, staff, leader, expert):
    answer = api(staff).post(f"{LIST}{expert.code}/reveal-contact/", {"reason": "邀请参会"}, format="json")
    assert answer.data == {"phone": "13800138000", "email": "zhang@example.com"}
    event = AuditEvent.objects.get(verb="reveal")
    assert (event.user, event.reason, event.channel) == (staff, "邀请参会", "api")
    assert api(leader).post(f"{LIST}{expert.code}/reveal-contact/", {}, format="json").status_code == 403


@pytest.mark.parametrize("query", ["phone=13800138000", "phone__startswith=138", "ordering=phone", "q=x", "county=x"])
def test_only_listed_parameters_act(api, staff, expert, query):
    assert api(staff).get(f"{LIST}?{query}").status_code == 400


def test_the_filters_are_those_of_the_page(api, staff, expert, client):
    Expert.objects.filter(pk=expert.pk).update(search_text=" 张砚 砚秋 ")
    assert len(api(staff).get(LIST, {"search": "砚秋"}).data["results"]) == 1
    assert api(staff).get(LIST, {"search": "催化"}).data["results"] == []
    client.force_login(staff)
    page = client.get(reverse("experts:expert-list"), {"search": "砚秋"})
    assert list(page.context["page_obj"]) == [expert]


@pytest.mark.parametrize("text", ["\u0000", "\ud800", "x" * 30000, "<img src=x onerror=alert(1)>", "\u202e"])
def test_hostile_text_never_fails(api, staff, county, text):
    client = api(staff)
    for body in ({"name": text}, {"name": "王一", "profile": text}, {"name": "王一", "title": text}):
        answer = client.post(LIST, json.dumps({"county": county.code} | body), content_type="application/json")
        assert answer.status_code in (201, 400, 422)
    assert client.get(LIST, {"search": text[:50].encode(errors="replace").decode()}).status_code in (200, 400)
