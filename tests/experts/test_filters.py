from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.utils.timezone import localdate, now
from model_bakery import baker

from accounts.models import User
from core.actor import Actor
from experts import selectors, services
from experts.filters import ExpertFilter
from experts.models import Expert
from tests import make


def found(user, query):
    user = User.objects.get(pk=user.pk)
    filterset = ExpertFilter(QueryDict(query), Expert.objects.visible_to(user), request=SimpleNamespace(user=user))
    assert filterset.is_valid(), filterset.errors
    return {expert.name for expert in filterset.qs}


@pytest.fixture
def people(county, staff):
    """Three rows that differ in what the filters look at."""
    actor = Actor(user=staff)
    town = baker.make_recipe("tests.town", parent=county, name="胡集镇", full_name="某省某市某县胡集镇")
    chain = baker.make_recipe("tests.chain", county=county, name="高端化工")
    first = services.expert_create(
        county_id=county.pk,
        values={
            "name": "张砚秋", "institution": "华东理工大学", "title": "教授", "city": "上海市", "is_hometown": True,
            "research_fields": ["催化氧化", "VOCs治理"], "chains": [chain],
        },
        ties=[{"kind": "birth", "region": town}],
        actor=actor,
    )  # fmt: skip
    services.expert_create(
        county_id=county.pk,
        values={"name": "单国梁", "institution": "中国矿业大学", "title": "副教授", "is_deputy": True},
        ties=[{"kind": "work", "region": county}],
        actor=actor,
    )
    third = services.expert_create(
        county_id=county.pk, values={"name": "欧阳静怡", "institution": "青岛理工大学", "is_advisor": True}, actor=actor
    )
    services.pause_set(expert_id=third.pk, start=None, end=None, actor=actor)
    services.capacity_set(expert_id=first.pk, capacity=0, actor=actor)
    services.consent_set(expert_id=first.pk, consent="granted", actor=actor)
    Expert.objects.filter(pk=third.pk).update(profile_updated_at=now() - timedelta(days=500))
    return SimpleNamespace(chain=chain, town=town, first=first, third=third)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"张砚秋", "单国梁", "欧阳静怡"}),
        ("search=砚秋", {"张砚秋"}),
        ("search=張硯秋", {"张砚秋"}),
        ("search=秋", {"张砚秋"}),
        ("search=zhangyan", {"张砚秋"}),
        ("search=zyq", {"张砚秋"}),
        ("search=SHAN", {"单国梁"}),
        ("search=an", set()),
        ("search=催化氧化", {"张砚秋"}),
        ("search=化催", set()),
        ("search=vocs", {"张砚秋"}),
        ("search=理工大学", {"张砚秋", "欧阳静怡"}),
        ("search=理工大学 静怡", {"欧阳静怡"}),
        ("search=%25%25", set()),
        ("search=_", set()),
        ("identity=hometown&identity=deputy", {"张砚秋", "单国梁"}),
        ("native=胡集", {"张砚秋"}),
        ("tie=work", {"单国梁"}),
        ("institution=矿业", {"单国梁"}),
        ("title=副教授", {"单国梁"}),
        ("title=教授", {"张砚秋", "单国梁"}),
        ("city=上海", {"张砚秋"}),
        ("availability=free", {"单国梁"}),
        ("availability=full", {"张砚秋"}),
        ("availability=paused", {"欧阳静怡"}),
        ("consent=granted", {"张砚秋"}),
        ("freshness=stale", {"欧阳静怡"}),
        ("freshness=fresh", {"张砚秋", "单国梁"}),
        ("status=archived", set()),
        ("status=any", {"张砚秋", "单国梁", "欧阳静怡"}),
    ],
)
def test_filters(staff, people, query, names):
    assert found(staff, query.replace(" ", "+")) == names


def test_chain_group_and_town_are_found_by_code(staff, people, county):
    group = services.group_create(county_id=county.pk, name="化工组", actor=Actor(user=staff))
    services.group_join(group_id=group.pk, expert_id=people.first.pk, actor=Actor(user=staff))
    assert found(staff, f"chain={people.chain.code}") == {"张砚秋"}
    assert found(staff, f"group={group.code}") == {"张砚秋"}
    assert found(staff, f"native={people.town.code}") == {"张砚秋"}


@pytest.mark.parametrize("query", ["chain=CL-NOSUCH", "identity=boss", "availability=x", "search=" + "长" * 201])
def test_values_out_of_the_list_are_refused(staff, people, query):
    request = SimpleNamespace(user=staff)
    assert not ExpertFilter(QueryDict(query), Expert.objects.visible_to(staff), request=request).is_valid()


def test_a_chain_of_another_county_reads_like_one_that_does_not_exist(staff, other_county):
    foreign = baker.make_recipe("tests.chain", county=other_county)
    answers = []
    for code in (foreign.code, "CL-NOSUCH"):
        filterset = ExpertFilter(
            QueryDict(f"chain={code}"), Expert.objects.visible_to(staff), request=SimpleNamespace(user=staff)
        )
        answers.append(filterset.errors.as_json().replace(code, ""))
    assert answers[0] == answers[1]


def test_no_filter_is_an_oracle_for_columns_of_another_office(county, other_county):
    own = make.expert_with_user(county)
    mate = make.expert_with_user(other_county, consent="refused", name="乙县人")
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    for row in (own, mate):
        baker.make("experts.GroupMembership", group=group, expert=row, started_on=localdate(), ended_on=None)
    baker.make("experts.HometownTie", expert=mate, kind="birth", region=county)
    assert "乙县人" in found(own.user, "")
    for query in (
        "consent=refused", "consent=granted", "availability=free", "availability=full", "availability=paused",
        "tie=birth", f"native={county.code}",
    ):  # fmt: skip
        assert "乙县人" not in found(own.user, query)
    assert "乙县人" in found(mate.user, "tie=birth")


def test_filters_name_neither_phone_nor_mail():
    assert not {"phone", "email", "born_on", "referrer", "remarks"} & set(ExpertFilter.base_filters)


def test_a_column_that_may_not_be_read_does_not_order(staff, county, other_county):
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    for number, days in enumerate((30, 5)):
        expert = baker.make_recipe(
            "tests.expert",
            county=other_county,
            name_pinyin=f"p{number}",
            last_contacted_on=localdate() - timedelta(days=days),
            load=number,
        )
        baker.make("experts.GroupMembership", group=group, expert=expert, started_on=localdate(), ended_on=None)
    visible = Expert.objects.visible_to(staff)
    for ordering in ("last_contacted_on", "-last_contacted_on", "load", "-load"):
        ordered = selectors.register_ordered(visible, staff, ordering)
        assert [expert.name_pinyin for expert in ordered] == ["p0", "p1"]


def test_matching_rows_are_flat_and_hold_no_contact(county, other_county, django_assert_num_queries, people):
    guest = baker.make_recipe("tests.expert", county=other_county, name="客座")
    baker.make_recipe("tests.expert", county=other_county, name="他县")
    baker.make_recipe("tests.expert", county=county, name="不同意", consent="refused")
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    baker.make("experts.GroupMembership", group=group, expert=guest, started_on=localdate(), ended_on=None)
    with django_assert_num_queries(7):
        rows = {row.name: row for row in selectors.matching_rows([county.pk])}
    assert set(rows) == {"张砚秋", "单国梁", "欧阳静怡", "客座"}
    assert rows["客座"].market_county_ids == {county.pk, other_county.pk}
    assert rows["张砚秋"].chain_ids == {people.chain.pk}
    assert rows["欧阳静怡"].is_paused
    assert not hasattr(rows["张砚秋"], "phone")
