"""Recusals on a page, and what other weights would do before anybody saves them."""

from dataclasses import asdict

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse
from model_bakery import baker

from core.models import AuditEvent
from matching import services, tasks
from matching.engine.config import StructureWeights
from matching.enums import RunTrigger
from matching.models import MatchRun, MatchWeights, Recusal
from tests import make

HOSTILE = ["", " ", "名" * 5000, "<script>", "%s {x} '; --", "\u202e反", "%", "a\x00b"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, name="蒜香源食品有限公司")


@pytest.fixture
def expert(county):
    return baker.make_recipe("tests.expert", county=county, name="欧阳静怡")


def words(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# -- recusals


@pytest.mark.parametrize("by", ["name", "code"])
def test_recusal_is_put_on_record(client, staff, firm, expert, by):
    client.force_login(staff)
    data = {"enterprise": getattr(firm, by), "expert": getattr(expert, by), "reason": "配偶在该企业任职"}
    assert client.post(reverse("matching:recusal-add"), data).status_code == 302
    row = Recusal.objects.get()
    assert (row.enterprise, row.expert, row.reason, row.created_by) == (firm, expert, "配偶在该企业任职", staff)
    assert AuditEvent.objects.get(verb="recusal_add").object_code == firm.code
    page = client.get(reverse("matching:recusal-list"), {"enterprise": firm.code})
    assert list(page.context["page_obj"]) == [row]


def test_two_of_one_name_are_told_apart_by_code(client, staff, county, firm, expert):
    twin = baker.make_recipe("tests.expert", county=county, name=expert.name)
    client.force_login(staff)
    data = {"enterprise": firm.name, "expert": expert.name, "reason": "同学"}
    page = client.post(reverse("matching:recusal-add"), data)
    assert page.status_code == 422
    assert twin.code in page.content.decode()
    assert not Recusal.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("leader", 404), ("other_staff", 422)])
def test_recusal_is_added_by_the_own_office_alone(client, request, firm, expert, who, status):
    client.force_login(request.getfixturevalue(who))
    data = {"enterprise": firm.code, "expert": expert.code, "reason": "同学"}
    assert client.post(reverse("matching:recusal-add"), data).status_code == status
    assert not Recusal.objects.exists()


@pytest.mark.parametrize(("who", "left"), [("staff", 0), ("leader", 1), ("other_staff", 1)])
def test_recusal_is_lifted_by_the_own_office_alone(client, request, firm, expert, who, left):
    baker.make(Recusal, enterprise=firm, expert=expert, reason="同学")
    client.force_login(request.getfixturevalue(who))
    client.post(reverse("matching:recusal-remove", args=[firm.code, expert.code]))
    assert Recusal.objects.count() == left


@pytest.mark.parametrize("count", [1, 3])
def test_recusal_list_reads_in_flat_queries(
    client, leader, county, other_county, firm, count, django_assert_num_queries
):
    experts = baker.make_recipe("tests.expert", county=county, _quantity=count)
    rows = [baker.make(Recusal, enterprise=firm, expert=person, reason="同学") for person in experts]
    baker.make(
        Recusal,
        enterprise=baker.make_recipe("tests.enterprise", county=other_county),
        expert=baker.make_recipe("tests.expert", county=other_county),
        reason="外县",
    )
    client.force_login(leader)
    url = reverse("matching:recusal-list")
    client.get(url)
    with django_assert_num_queries(7):  # session, user, scopes, count, rows, counties, unread notices
        response = client.get(url)
    assert list(response.context["page_obj"]) == rows


def test_names_are_suggested_from_the_own_registers(client, staff, firm, expert, other_county):
    baker.make_recipe("tests.expert", county=other_county, name="欧阳外县")
    client.force_login(staff)
    url = reverse("matching:recusal-names")
    assert list(client.get(url, {"expert": "欧阳"}).context["rows"]) == [expert]
    assert list(client.get(url, {"enterprise": "蒜香"}).context["rows"]) == [firm]
    assert list(client.get(url, {"expert": ""}).context["rows"]) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_get_an_answer(client, staff, firm, text):
    client.force_login(staff)
    data = {"enterprise": text, "expert": text, "reason": text}
    assert client.post(reverse("matching:recusal-add"), data).status_code == 422


# -- weights


@pytest.fixture
def scored(need, market):
    request = services.run_request(county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.STAFF)
    tasks.run_match(request.pk)
    return need


def weigh(client, **more):
    entered = asdict(StructureWeights(chain=0.0, tie=0.0, load=0.0, freshness=0.0))
    return client.post(reverse("matching:weights"), {**entered, **more})


def test_preview_shows_the_new_order_and_saves_nothing(client, admin, scored, market):
    client.force_login(admin)
    page = weigh(client, preview="1", need=scored.code)
    rows = page.context["rows"]
    assert [row.rank for row in rows] == [1, 2, 3]
    assert rows[0].expert == market[0]
    assert rows[0].score < rows[0].score_before  # the chain no longer counts
    assert not MatchWeights.objects.exists()
    assert MatchRun.objects.count() == 1
    fragment = client.post(
        reverse("matching:weights"),
        {**asdict(StructureWeights()), "preview": "1", "need": scored.code},
        headers={"HX-Request": "true"},
    )
    assert b"<html" not in fragment.content
    assert all(row.places == 0 and row.score == row.score_before for row in fragment.context["rows"])


def test_preview_says_when_nothing_is_stored(client, admin, need, market):
    client.force_login(admin)
    assert weigh(client, preview="1", need=need.code).context["rows"] is None


def test_preview_with_weights_out_of_bounds_or_a_foreign_need(client, admin, scored, other_county):
    foreign = make.need(baker.make_recipe("tests.enterprise", county=other_county))
    client.force_login(admin)
    assert weigh(client, preview="1", need=foreign.code).context.get("need") is None
    assert weigh(client, preview="1", need=scored.code, chain="9").context.get("need") is None
    assert not MatchWeights.objects.exists()


def test_defaults_come_back_with_one_button(client, admin, county, need):
    client.force_login(admin)
    weigh(client)
    assert MatchWeights.objects.get(county=county).weights["chain"] == 0
    weigh(client, reset="1")
    assert MatchWeights.objects.get(county=county).weights == asdict(StructureWeights())


# -- the calendar's horizon


@pytest.mark.parametrize(("moment", "warned"), [("2026-12-20T02:00Z", True), ("2026-03-02T02:00Z", False)])
def test_staff_are_told_when_holidays_are_unknown(client, staff, leader, moment, warned):
    with time_machine.travel(moment):
        client.force_login(staff)
        assert bool(client.get(reverse("home")).context["horizon_warning"]) is warned
        client.force_login(leader)
        assert client.get(reverse("home")).context["horizon_warning"] == ""


def test_offering_an_order_into_unknown_holidays_says_so(client, staff, scored, market):
    with time_machine.travel("2026-12-29T02:00Z"):
        client.force_login(staff)
        data = {"experts": [market[0].code], "confirm": "1", "message": ""}
        response = client.post(reverse("engagements:order-offer", args=[scored.code]), data)
        assert any("2027" in text for text in words(response))
