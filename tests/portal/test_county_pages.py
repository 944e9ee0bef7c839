"""What a county defines itself: chains with industries, parks, what abolished divisions became."""

import pytest
from django.urls import reverse
from model_bakery import baker

from core import county as services
from core.actor import Actor
from core.errors import Invalid, NotPermitted, TransitionRefused
from core.models import AuditEvent, Chain, OutboxMessage, Park
from enterprises.importing import Lookups
from experts.texts import Places, abolished_words
from portal.divisions import abolished_in_use
from tests import make

HOSTILE = ["", " ", "\x00", "名" * 5000, "<script>", "%s {x} '; --", "\u202e反", "１３７１", "%"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def industry():
    baker.make("core.Industry", code="13", name="农副食品加工业", level="division")
    return baker.make("core.Industry", code="1371", name="蔬菜加工", level="class")


@pytest.fixture
def chain(county):
    return baker.make_recipe("tests.chain", county=county, name="大蒜及食品加工", order=1)


@pytest.fixture
def other_chain(county):
    return baker.make_recipe("tests.chain", county=county, name="农产品冷链物流", order=2)


# -- chains


def test_chain_is_added_with_its_industries(client, county, staff, industry):
    client.force_login(staff)
    data = {"name": " 高端化工 ", "group": "主导产业", "industries": ["1371", "13"]}
    response = client.post(reverse("county:chain-create"), data)
    assert response.status_code == 302
    chain = Chain.objects.get(county=county)
    assert (chain.name, chain.group, chain.order) == ("高端化工", "主导产业", 1)
    assert set(chain.industries.values_list("code", flat=True)) == {"13", "1371"}
    assert AuditEvent.objects.get(object_type="core.chain").verb == "create"


@pytest.mark.parametrize(("who", "status"), [("staff", 302), ("leader", 404), ("other_staff", 404)])
def test_chain_is_changed_by_its_own_office_alone(client, request, chain, who, status):
    client.force_login(request.getfixturevalue(who))
    response = client.post(reverse("county:chain-edit", args=[chain.code]), {"name": "新材料"})
    chain.refresh_from_db()
    assert response.status_code == status
    assert chain.name == ("新材料" if status == 302 else "大蒜及食品加工")


@pytest.mark.parametrize("name", ["chain-list", "chain-create", "park-list", "park-create", "industry-choices"])
def test_pages_do_not_exist_for_the_market(client, county, name):
    firm = baker.make_recipe("tests.enterprise", county=county)
    for user in (make.member_of(firm), make.expert_with_user(county).user):
        client.force_login(user)
        assert client.get(reverse(f"county:{name}")).status_code == 404


def test_search_of_industries_saves_nothing_and_keeps_what_is_chosen(client, staff, chain, industry):
    client.force_login(staff)
    page = client.post(
        reverse("county:chain-edit", args=[chain.code]),
        {"name": "改到一半", "find": "1", "industry_q": "蔬菜", "industries": ["13"]},
    )
    assert [row.code for row in page.context["hits"]] == ["1371"]
    assert [row.code for row in page.context["chosen"]] == ["13"]
    assert "改到一半" in page.content.decode()
    chain.refresh_from_db()
    assert chain.name == "大蒜及食品加工"
    fragment = client.get(reverse("county:industry-choices"), {"industry_q": "C137", "industries": ["13"]})
    assert [row.code for row in fragment.context["hits"]] == ["1371"]


def test_name_is_taken_once_per_county(county, other_county, staff, chain):
    with pytest.raises(Invalid) as refusal:
        services.chain_create(county_id=county.pk, name="大蒜及食品加工", actor=Actor(user=staff))
    assert refusal.value.code == "name_taken"
    with pytest.raises(NotPermitted):
        services.chain_create(county_id=other_county.pk, name="大蒜及食品加工", actor=Actor(user=staff))


def test_chains_change_places(staff, chain, other_chain):
    services.chain_move(chain_id=other_chain.pk, is_up=True, actor=Actor(user=staff))
    assert list(Chain.objects.values_list("name", flat=True)) == ["农产品冷链物流", "大蒜及食品加工"]
    services.chain_move(chain_id=other_chain.pk, is_up=True, actor=Actor(user=staff))
    assert AuditEvent.objects.filter(verb="reorder").count() == 1


@pytest.mark.parametrize("user_of_it", ["need", "expert", "firm", "group"])
def test_chain_in_use_is_not_removed(client, county, staff, chain, user_of_it):
    firm = baker.make_recipe("tests.enterprise", county=county)
    if user_of_it == "need":
        make.need(firm, chain=chain)
    elif user_of_it == "expert":
        baker.make_recipe("tests.expert", county=county).chains.add(chain)
    elif user_of_it == "firm":
        firm.chains.add(chain)
    else:
        baker.make("experts.ExpertGroup", county=county, name="组").chains.add(chain)
    with pytest.raises(TransitionRefused) as refusal:
        services.chain_remove(chain_id=chain.pk, actor=Actor(user=staff))
    assert refusal.value.code == "in_use"
    client.force_login(staff)
    assert client.post(reverse("county:chain-remove", args=[chain.code])).url == reverse(
        "county:chain-merge", args=[chain.code]
    )
    assert Chain.objects.filter(pk=chain.pk).exists()


def test_unused_chain_is_removed_with_a_record(client, staff, chain):
    client.force_login(staff)
    client.post(reverse("county:chain-remove", args=[chain.code]))
    assert not Chain.objects.exists()
    assert AuditEvent.objects.get(object_type="core.chain", object_id=chain.pk).verb == "delete"


def test_merge_moves_everything_and_asks_for_new_matches(client, county, staff, chain, other_chain, industry):
    firm = baker.make_recipe("tests.enterprise", county=county)
    need = make.need(firm, chain=chain)
    both, one = baker.make_recipe("tests.expert", county=county, _quantity=2)
    both.chains.set([chain, other_chain])
    one.chains.set([chain])
    firm.chains.set([chain])
    chain.industries.add(industry)
    client.force_login(staff)
    client.post(reverse("county:chain-merge", args=[chain.code]), {"into": other_chain.code})
    need.refresh_from_db()
    assert need.chain == other_chain
    assert [list(row.chains.all()) for row in (both, one, firm)] == [[other_chain]] * 3
    assert list(other_chain.industries.all()) == [industry]
    assert not Chain.objects.filter(pk=chain.pk).exists()
    assert OutboxMessage.objects.filter(topic="chain.merged", payload={"county_id": county.pk}).exists()


def test_merge_stays_within_the_county(staff, chain, other_county):
    foreign = baker.make_recipe("tests.chain", county=other_county)
    with pytest.raises(Invalid):
        services.chain_merge(chain_id=chain.pk, into_id=foreign.pk, actor=Actor(user=staff))
    with pytest.raises(Chain.DoesNotExist):
        services.chain_merge(chain_id=foreign.pk, into_id=chain.pk, actor=Actor(user=staff))


@pytest.mark.parametrize("count", [1, 3])
def test_chain_list_reads_in_flat_queries(
    client, county, other_county, staff, industry, count, django_assert_num_queries
):
    mine = baker.make_recipe("tests.chain", county=county, _quantity=count)
    baker.make_recipe("tests.chain", county=other_county)
    for row in mine:
        row.industries.add(industry)
        baker.make_recipe("tests.expert", county=county).chains.add(row)
    client.force_login(staff)
    client.get(reverse("county:chain-list"))
    with django_assert_num_queries(QUERIES):
        response = client.get(reverse("county:chain-list"))
    assert [row.uses for row in response.context["chains"]] == [1] * count


QUERIES = 11  # session, user, scopes, counties, chains, industries, four kinds of use, unread notices


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_get_an_answer(client, staff, chain, text):
    client.force_login(staff)
    for name in ("chain", "park"):
        url = reverse(f"county:{name}-create")
        data = {"name": text, "group": text, "description": text, "kind": text, "industries": [text]}
        assert client.post(url, data).status_code in (302, 422)
    found = client.get(reverse("county:industry-choices"), {"industry_q": text})
    assert found.status_code == (400 if "\x00" in text else 200)


# -- parks


def test_park_is_added_changed_and_removed(client, county, staff):
    client.force_login(staff)
    client.post(reverse("county:park-create"), {"name": "化工产业园", "kind": "化工园区"})
    park = Park.objects.get(county=county)
    client.post(reverse("county:park-edit", args=[park.code]), {"name": "济北化工产业园"})
    park.refresh_from_db()
    assert (park.name, park.kind) == ("济北化工产业园", "")
    firm = baker.make_recipe("tests.enterprise", county=county, park=park)
    client.post(reverse("county:park-remove", args=[park.code]))
    assert Park.objects.filter(pk=park.pk).exists()
    firm.park = None
    firm.save(update_fields=["park"])
    client.post(reverse("county:park-remove", args=[park.code]))
    assert not Park.objects.exists()
    assert list(AuditEvent.objects.filter(object_type="core.park").values_list("verb", flat=True)) == [
        "create", "update", "delete",
    ]  # fmt: skip


@pytest.mark.parametrize(("who", "status"), [("staff", 302), ("leader", 404), ("other_staff", 404)])
def test_park_belongs_to_its_own_office(client, request, county, who, status):
    park = baker.make_recipe("tests.park", county=county)
    client.force_login(request.getfixturevalue(who))
    assert client.post(reverse("county:park-move", args=[park.code]), {"up": "1"}).status_code == status
    assert client.post(reverse("county:park-remove", args=[park.code])).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_park_list_reads_in_flat_queries(client, county, staff, count, django_assert_num_queries):
    baker.make_recipe("tests.park", county=county, _quantity=count)
    client.force_login(staff)
    client.get(reverse("county:park-list"))
    with django_assert_num_queries(7):
        assert len(client.get(reverse("county:park-list")).context["parks"]) == count


# -- divisions


@pytest.fixture
def divisions(db):
    """A city whose 白下区 went, and a division in force of a like name."""
    city = baker.make_recipe("tests.city", code="320100", name="南京市", full_name="江苏省南京市")
    old = baker.make_recipe(
        "tests.county", code="320103", name="白下区", full_name="江苏省南京市白下区", parent=city, is_current=False
    )
    new = baker.make_recipe("tests.county", code="320104", name="秦淮区", full_name="江苏省南京市秦淮区", parent=city)
    return old, new


@pytest.mark.parametrize("text", ["江苏省南京市白下区", "南京白下区瑞金路", "白下区", "320103"])
def test_abolished_division_is_never_guessed(county, divisions, text):
    old, new = divisions
    places = Places.of(county)
    assert places.read(text) is None
    assert places.past(text) == [old]
    old.successor = new
    old.save(update_fields=["successor"])
    assert Places.of(county).read(text) == new


def test_division_in_force_of_the_same_name_elsewhere_is_not_taken_for_the_abolished_one(county, divisions):
    baker.make_recipe("tests.county", code="110199", name="白下区", full_name="某市白下区")
    assert Places.of(county).read("江苏省南京市白下区") is None


def test_candidates_are_shown_by_name_under_the_same_city(divisions):
    old = baker.make_recipe(
        "tests.county", code="320121", name="江宁县", full_name="江苏省南京市江宁县", is_current=False
    )
    now = baker.make_recipe("tests.county", code="320115", name="江宁区", full_name="江苏省南京市江宁区")
    baker.make_recipe("tests.county", code="110198", name="江宁区", full_name="某市江宁区")
    assert services.successor_candidates(old) == [now]
    assert services.successor_candidates(divisions[0]) == []


def test_admin_names_the_successor_once(client, county, admin, divisions):
    old, new = divisions
    expert = baker.make_recipe("tests.expert", county=county)
    tie = baker.make("experts.HometownTie", expert=expert, kind="birth", region=None, place="南京市白下区")
    client.force_login(admin)
    (row,) = client.get(reverse("county:division-list")).context["rows"]
    assert (row.region, row.count, row.written, row.successor) == (old, 1, [tie.place], None)
    url = reverse("county:division-edit", args=[old.code])
    assert client.get(url).context["years"] == [("白下区", 1983, 2013)]
    province = baker.make_recipe("tests.province")
    for wrong in ("999999", "320103", province.code, "'; --"):
        assert client.post(url, {"successor": wrong}).status_code == 422
    assert client.post(url, {"successor": new.code}).status_code == 302
    assert abolished_in_use(county)[0].successor == new
    event = AuditEvent.objects.get(verb="succeed")
    assert (event.old, event.new, event.county) == ("", new.code, county)


def test_successor_is_the_admins_to_name_and_not_another_countys_to_change(
    client, staff, admin, other_county, divisions, county
):
    old, new = divisions
    url = reverse("county:division-edit", args=[old.code])
    client.force_login(staff)
    assert client.post(url, {"successor": new.code}).status_code == 404
    services.region_succeed(region_id=old.pk, successor_code=new.code, county_id=county.pk, actor=Actor(user=admin))
    stranger = make.user_with("admin", other_county)
    with pytest.raises(NotPermitted) as refusal:
        services.region_succeed(
            region_id=old.pk, successor_code=new.code, county_id=other_county.pk, actor=Actor(user=stranger)
        )
    assert refusal.value.code == "named_elsewhere"


def test_several_codes_of_one_place_need_one_answer(county, divisions):
    _old, new = divisions
    codes = ("371202", "370982")
    rows = [
        baker.make_recipe("tests.county", code=code, name="莱芜市", full_name="山东省莱芜市", is_current=False)
        for code in codes
    ]
    assert Places.of(county).read("莱芜市雪野镇") is None
    rows[0].successor = new
    rows[0].save(update_fields=["successor"])
    assert Places.of(county).read("莱芜市雪野镇") == new
    baker.make_recipe("tests.county", code="140199", name="莱芜市", full_name="某省莱芜市", is_current=False)
    assert Places.of(county).read("莱芜市雪野镇") is None  # two places of one name: ask again


def test_import_keeps_the_place_and_asks(county, divisions):
    old, _new = divisions
    now = baker.make_recipe("tests.county", code="320106", name="白下县", full_name="江苏省南京市白下县")
    reason, remedy = abolished_words("南京市白下区", [old])
    assert old.code in reason
    assert now.code in remedy


def test_abolished_town_of_a_firm_is_read_through_its_successor(county, staff):
    new = baker.make_recipe("tests.town", name="新镇", parent=county)
    baker.make_recipe("tests.town", name="旧乡", parent=county, is_current=False, successor=new)
    baker.make_recipe("tests.town", name="孤乡", parent=county, is_current=False)
    lookups = Lookups()
    lookups.prepare(county, actor=Actor(user=staff))
    assert lookups.place_named("旧乡") == (None, new)
    assert lookups.place_named("孤乡") == (None, None)
