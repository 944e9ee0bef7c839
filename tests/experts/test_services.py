from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from model_bakery import baker

from accounts.models import Affiliation, User
from core.actor import Actor
from core.errors import DomainError, Invalid, NotPermitted, TransitionRefused
from core.models import AuditEvent, OutboxMessage
from experts import selectors, services
from experts.errors import EditConflict, NoCapacity, Unavailable
from experts.models import Expert
from tests import make

HOSTILE = [
    "<script>alert(1)</script>王",
    "=cmd|'/c calc'!A1",
    "\u202e王\u200b小\ufeff明",
    "\ud800王明",
    "a\x00b",
    "𠮷野家",
    "é́́́王",
]


def events(obj):
    rows = AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).order_by("pk")
    return list(rows.values_list("verb", flat=True))


def topics():
    return list(OutboxMessage.objects.order_by("pk").values_list("topic", flat=True))


@pytest.fixture
def by_staff(staff):
    return Actor(user=staff)


@pytest.fixture
def expert(county):
    return baker.make_recipe("tests.expert", county=county, name="张砚秋")


@pytest.fixture
def own(county):
    return make.expert_with_user(county)


# -- rows


def test_create_cleans_text_and_derives_reading_and_search(by_staff, county):
    chain = baker.make_recipe("tests.chain", county=county)
    baker.make("core.University", code="4131010251", name="华东理工大学", city="上海市")
    expert = services.expert_create(
        county_id=county.pk,
        values={
            "name": "單硯秋 ",
            "institution": "華東理工大學",
            "title": "教授",
            "research_fields": ["催化氧化", "催化氧化", " 廢氣治理"],
            "chains": [chain],
            "phone": "138 0013 8000",
            "is_hometown": True,
        },
        actor=by_staff,
    )
    expert = Expert.objects.get(pk=expert.pk)
    assert (expert.name, expert.name_pinyin, expert.name_initials) == ("单砚秋", "shan yan qiu", "syq")
    assert (expert.institution.name, expert.institution.city) == ("华东理工大学", "上海市")
    assert expert.research_fields == ["催化氧化", "废气治理"]
    assert expert.phone == "13800138000"
    assert list(expert.chains.all()) == [chain]
    assert " shanyanqiu syq " in expert.search_text
    assert events(expert) == ["create"]
    message = OutboxMessage.objects.get(topic="expert.changed")
    assert message.payload == {"county_id": county.pk, "expert_ids": [expert.pk]}


def test_create_is_for_the_office_of_the_county(other_staff, leader, own, county):
    for user in (other_staff, leader, own.user):
        with pytest.raises(NotPermitted):
            services.expert_create(county_id=county.pk, values={"name": "王一"}, actor=Actor(user=user))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "王"}, "name"),
        ({"name": "王一", "title": "教" * 41}, "title"),
        ({"name": "王一", "phone": "12"}, "phone"),
        ({"name": "王一", "email": "nobody"}, "email"),
        ({"name": "王一", "gender": "x"}, "gender"),
        ({"name": "王一", "research_fields": ["长" * 61]}, "research_fields"),
        ({"name": "王一", "load": 3}, ""),
    ],
)
def test_create_refuses_values_naming_the_field(by_staff, county, values, field):
    with pytest.raises(Invalid) as caught:
        services.expert_create(county_id=county.pk, values=values, actor=by_staff)
    assert caught.value.field == field


def test_a_chain_of_another_county_is_refused(by_staff, county, other_county):
    foreign = baker.make_recipe("tests.chain", county=other_county)
    with pytest.raises(Invalid) as caught:
        services.expert_create(county_id=county.pk, values={"name": "王一", "chains": [foreign]}, actor=by_staff)
    assert caught.value.code == "foreign_chain"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_are_stored_clean_or_refused(by_staff, county, text):
    values = {"name": "王一", "profile": text, "title": text[:40], "research_fields": [text], "remarks": text}
    expert = services.expert_create(county_id=county.pk, values=values, actor=by_staff)
    kept = Expert.objects.get(pk=expert.pk)
    assert "\x00" not in kept.profile + kept.search_text
    kept.search_text.encode()
    assert "<script" not in kept.profile


def test_update_raises_the_version_and_names_the_fields(by_staff, expert):
    services.expert_update(expert_id=expert.pk, values={"title": "教授", "city": "上海市"}, actor=by_staff)
    expert.refresh_from_db()
    assert (expert.version, expert.title) == (2, "教授")
    event = AuditEvent.objects.get(verb="update")
    assert event.data == {"fields": ["city", "title"]}
    assert topics() == ["expert.changed"]


def test_update_of_nothing_leaves_no_trace(by_staff, expert):
    services.expert_update(expert_id=expert.pk, values={"title": expert.title}, actor=by_staff)
    assert (events(expert), topics()) == ([], [])


def test_a_new_phone_number_is_recorded_but_not_announced(by_staff, expert):
    services.expert_update(expert_id=expert.pk, values={"phone": "13800138000"}, actor=by_staff)
    assert (events(expert), topics()) == (["update"], [])
    assert "13800138000" not in str(AuditEvent.objects.get().data)


def test_a_stale_form_is_refused(by_staff, expert):
    services.expert_update(expert_id=expert.pk, values={"title": "教授"}, actor=by_staff, expected_version=1)
    with pytest.raises(EditConflict):
        services.expert_update(expert_id=expert.pk, values={"title": "讲师"}, actor=by_staff, expected_version=1)


def test_the_person_edits_own_fields_and_no_other(own):
    actor = Actor(user=own.user)
    services.expert_update(expert_id=own.pk, values={"profile": "长期从事催化研究。"}, actor=actor)
    with pytest.raises(Invalid) as caught:
        services.expert_update(expert_id=own.pk, values={"is_advisor": True}, actor=actor)
    assert caught.value.code == "office_field"


def test_update_by_a_stranger_finds_nothing_and_by_a_leader_is_refused(other_staff, leader, expert):
    with pytest.raises(Expert.DoesNotExist):
        services.expert_update(expert_id=expert.pk, values={"title": "教授"}, actor=Actor(user=other_staff))
    with pytest.raises(NotPermitted):
        services.expert_update(expert_id=expert.pk, values={"title": "教授"}, actor=Actor(user=leader))


def test_archive_and_restore(by_staff, expert):
    services.expert_archive(expert_id=expert.pk, reason="本人要求", actor=by_staff)
    expert.refresh_from_db()
    assert expert.status == "archived"
    services.expert_restore(expert_id=expert.pk, actor=by_staff)
    expert.refresh_from_db()
    assert expert.status == "active"
    assert events(expert) == ["archive", "restore"]


def test_archive_waits_for_open_orders(by_staff, county):
    busy = baker.make_recipe("tests.expert", county=county, load=1)
    with pytest.raises(TransitionRefused) as caught:
        services.expert_archive(expert_id=busy.pk, reason="", actor=by_staff)
    assert caught.value.code == "expert_has_orders"


# -- merging


def test_merge_keeps_both_histories_and_moves_what_belongs_to_the_person(by_staff, county):
    keep = baker.make_recipe("tests.expert", county=county, name="张砚秋", title="", is_hometown=True)
    drop = baker.make_recipe(
        "tests.expert", county=county, name="张砚秋", title="教授", is_deputy=True, research_fields=["催化"]
    )
    user = baker.make_recipe("tests.user")
    services.user_bind(expert_id=drop.pk, user_id=user.pk, actor=by_staff)
    for number in range(4):
        baker.make("experts.Achievement", expert=keep, title=f"甲{number}", is_featured=True)
        baker.make("experts.Achievement", expert=drop, title=f"乙{number}", is_featured=True)
    baker.make("experts.HometownTie", expert=keep, kind="birth", region=county)
    baker.make("experts.HometownTie", expert=drop, kind="birth", region=county)
    baker.make("experts.HometownTie", expert=drop, kind="study", region=county)
    baker.make("experts.Posting", expert=drop, post="科技副镇长")
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    for row in (keep, drop):
        baker.make("experts.GroupMembership", group=group, expert=row, started_on=None, ended_on=None)

    services.experts_merge(keep_id=keep.pk, drop_id=drop.pk, actor=by_staff, reason="同一人")

    keep, drop = Expert.objects.get(pk=keep.pk), Expert.objects.get(pk=drop.pk)
    assert (drop.status, drop.merged_into, drop.user) == ("merged", keep, None)
    assert (keep.title, keep.user, keep.is_hometown, keep.is_deputy) == ("教授", user, True, True)
    assert keep.achievements.count() == 8
    assert keep.achievements.filter(is_featured=True).count() == 5
    assert sorted(keep.ties.values_list("kind", flat=True)) == ["birth", "study"]
    assert keep.postings.count() == 1
    assert keep.group_memberships.filter(ended_on=None).count() == 1
    assert keep.group_memberships.count() == 2
    assert events(drop)[-1] == "merge"
    assert events(keep)[-1] == "absorb"
    verbs = [event.verb for event in selectors.timeline(keep)]
    assert {"bind", "merge", "absorb"} <= set(verbs)
    assert Affiliation.objects.filter(user=user, subject_code=keep.code, ended_on=None).exists()
    assert OutboxMessage.objects.filter(topic="expert.merged").count() == 1


def test_merge_refuses_two_accounts_open_orders_and_other_counties(by_staff, county, staff, other_county):
    first, second = make.expert_with_user(county), make.expert_with_user(county)
    busy = baker.make_recipe("tests.expert", county=county, load=1)
    baker.make_recipe("tests.scope", user=staff, role="staff", region=other_county)
    foreign = baker.make_recipe("tests.expert", county=other_county)
    actor = Actor(user=User.objects.get(pk=staff.pk))
    for keep, drop, code in (
        (first, second, "two_users"),
        (first, busy, "expert_has_orders"),
        (first, foreign, "foreign_county"),
        (first, first, "same_row"),
    ):
        with pytest.raises(DomainError) as caught:
            services.experts_merge(keep_id=keep.pk, drop_id=drop.pk, actor=actor)
        assert caught.value.code == code


def test_merge_by_a_stranger_finds_nothing(other_staff, county):
    first, second = baker.make_recipe("tests.expert", county=county, _quantity=2)
    with pytest.raises(Expert.DoesNotExist):
        services.experts_merge(keep_id=first.pk, drop_id=second.pk, actor=Actor(user=other_staff))


def test_a_merged_row_is_closed(by_staff, county):
    first, second = baker.make_recipe("tests.expert", county=county, _quantity=2)
    services.experts_merge(keep_id=first.pk, drop_id=second.pk, actor=by_staff)
    with pytest.raises(TransitionRefused):
        services.expert_update(expert_id=second.pk, values={"title": "教授"}, actor=by_staff)
    with pytest.raises(TransitionRefused):
        services.expert_restore(expert_id=second.pk, actor=by_staff)


# -- achievements, ties, terms of office


def test_at_most_five_achievements_are_featured(by_staff, expert):
    for number in range(5):
        services.achievement_add(
            expert_id=expert.pk, values={"title": f"成果{number}", "is_featured": True}, actor=by_staff
        )
    sixth = services.achievement_add(expert_id=expert.pk, values={"title": "第六项"}, actor=by_staff)
    with pytest.raises(Invalid) as caught:
        services.achievement_feature(expert_id=expert.pk, code=sixth.code, is_featured=True, actor=by_staff)
    assert caught.value.code == "too_many_featured"
    first = expert.achievements.first()
    services.achievement_feature(expert_id=expert.pk, code=first.code, is_featured=False, actor=by_staff)
    services.achievement_feature(expert_id=expert.pk, code=sixth.code, is_featured=True, actor=by_staff)
    assert expert.achievements.filter(is_featured=True).count() == 5


def test_an_achievement_is_found_by_search_and_gone_after_removal(by_staff, expert):
    added = services.achievement_add(expert_id=expert.pk, values={"title": "橡胶硫化烟气净化"}, actor=by_staff)
    expert.refresh_from_db()
    assert "硫化 化烟 烟气" in expert.search_text
    services.achievement_remove(expert_id=expert.pk, code=added.code, actor=by_staff)
    expert.refresh_from_db()
    assert "硫化" not in expert.search_text


def test_an_achievement_of_somebody_else_is_not_found(by_staff, expert, county):
    foreign = baker.make_recipe("tests.achievement", expert=baker.make_recipe("tests.expert", county=county))
    with pytest.raises(type(foreign).DoesNotExist):
        services.achievement_remove(expert_id=expert.pk, code=foreign.code, actor=by_staff)


def test_a_tie_is_added_once_and_keeps_an_unknown_place_as_written(by_staff, expert, county):
    town = baker.make_recipe("tests.town", parent=county)
    first = services.tie_add(expert_id=expert.pk, kind="birth", region=town, actor=by_staff)
    again = services.tie_add(expert_id=expert.pk, kind="birth", region=town, actor=by_staff)
    unknown = services.tie_add(expert_id=expert.pk, kind="study", place="县一中", actor=by_staff)
    assert first == again
    assert unknown.place == "县一中"
    with pytest.raises(Invalid):
        services.tie_add(expert_id=expert.pk, kind="study", actor=by_staff)
    services.tie_remove(expert_id=expert.pk, tie_id=first.pk, actor=by_staff)
    assert list(expert.ties.all()) == [unknown]


def test_a_posting_makes_a_deputy_and_its_end_keeps_the_row(by_staff, expert):
    begun = date(2024, 9, 1)
    posting = services.posting_add(
        expert_id=expert.pk,
        team_name="第六批",
        sending_unit="中国矿业大学",
        post="科技副镇长",
        started_on=begun,
        actor=by_staff,
    )
    services.posting_end(expert_id=expert.pk, posting_id=posting.pk, ended_on=date(2025, 8, 31), actor=by_staff)
    expert.refresh_from_db()
    assert expert.is_deputy
    assert expert.postings.get().team.name == "第六批"
    with pytest.raises(Invalid):
        services.posting_end(expert_id=expert.pk, posting_id=posting.pk, ended_on=date(2024, 1, 1), actor=by_staff)


def test_an_appointment_makes_an_advisor(by_staff, expert):
    services.appointment_add(expert_id=expert.pk, title="高质量发展顾问", number="聘〔2026〕1号", actor=by_staff)
    expert.refresh_from_db()
    assert expert.is_advisor


def test_the_person_may_not_write_the_offices_relations(own, county):
    with pytest.raises(NotPermitted):
        services.tie_add(expert_id=own.pk, kind="birth", region=county, actor=Actor(user=own.user))


# -- groups, accounts


def test_joining_a_group_opens_its_market_and_leaving_closes_it(by_staff, staff, own, other_county):
    baker.make_recipe("tests.scope", user=staff, role="staff", region=other_county)
    actor = Actor(user=User.objects.get(pk=staff.pk))
    group = services.group_create(county_id=other_county.pk, name="化工组", actor=actor)
    services.group_join(group_id=group.pk, expert_id=own.pk, actor=actor, is_leader=True)
    services.group_join(group_id=group.pk, expert_id=own.pk, actor=actor)  # twice is once
    assert User.objects.get(pk=own.user_id).market_county_ids == {own.county_id, other_county.pk}
    services.group_leave(group_id=group.pk, expert_id=own.pk, actor=actor)
    membership = group.memberships.get()
    assert (membership.ended_on, membership.is_leader) == (localdate(), False)
    ended = Affiliation.objects.get(user=own.user, region=other_county)
    assert ended.ended_on == localdate()  # the last day counts


def test_a_group_has_one_leader(by_staff, county):
    first, second = baker.make_recipe("tests.expert", county=county, _quantity=2)
    group = services.group_create(county_id=county.pk, name="化工组", actor=by_staff)
    services.group_join(group_id=group.pk, expert_id=first.pk, actor=by_staff, is_leader=True)
    services.group_join(group_id=group.pk, expert_id=second.pk, actor=by_staff)
    services.group_lead(group_id=group.pk, expert_id=second.pk, actor=by_staff)
    assert group.memberships.get(is_leader=True).expert == second


def test_groups_are_kept_by_their_county(other_staff, leader, county):
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    with pytest.raises(type(group).DoesNotExist):
        services.group_update(group_id=group.pk, name="别的", chains=[], actor=Actor(user=other_staff))
    with pytest.raises(NotPermitted):
        services.group_update(group_id=group.pk, name="别的", chains=[], actor=Actor(user=leader))


def test_binding_an_account_says_where_the_person_takes_part(by_staff, expert):
    user = baker.make_recipe("tests.user")
    services.user_bind(expert_id=expert.pk, user_id=user.pk, actor=by_staff)
    assert User.objects.get(pk=user.pk).market_county_ids == {expert.county_id}
    assert "expert.user_bound" in topics()
    services.user_unbind(expert_id=expert.pk, actor=by_staff)
    assert User.objects.get(pk=user.pk).market_county_ids == frozenset()


def test_one_account_has_one_active_row_per_county(by_staff, expert, own):
    with pytest.raises(DomainError) as caught:
        services.user_bind(expert_id=expert.pk, user_id=own.user_id, actor=by_staff)
    assert caught.value.code == "user_taken"


def test_archiving_ends_the_part_in_the_market(by_staff, own):
    services.expert_archive(expert_id=own.pk, reason="", actor=by_staff)
    assert User.objects.get(pk=own.user_id).market_county_ids == frozenset()


# -- terms, contacts


def test_capacity_never_falls_below_the_load(by_staff, county):
    busy = baker.make_recipe("tests.expert", county=county, load=2)
    with pytest.raises(Invalid) as caught:
        services.capacity_set(expert_id=busy.pk, capacity=1, actor=by_staff)
    assert caught.value.code == "below_load"
    services.capacity_set(expert_id=busy.pk, capacity=2, actor=by_staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        Expert.objects.filter(pk=busy.pk).update(capacity=1)


def test_a_pause_holds_on_its_last_day_and_ends(own):
    actor, today = Actor(user=own.user), localdate()
    services.pause_set(expert_id=own.pk, start=None, end=today, actor=actor)
    own.refresh_from_db()
    assert own.is_paused
    with pytest.raises(Invalid):
        services.pause_set(expert_id=own.pk, start=today, end=today - timedelta(days=1), actor=actor)
    services.pause_clear(expert_id=own.pk, actor=actor)
    own.refresh_from_db()
    assert not own.is_paused


def test_consent_is_recorded_with_its_change(by_staff, county):
    expert = baker.make_recipe("tests.expert", county=county, consent="pending")
    services.consent_set(expert_id=expert.pk, consent="refused", actor=by_staff, reason="电话答复")
    event = AuditEvent.objects.get(verb="consent")
    assert (event.old, event.new, event.reason) == ("pending", "refused", "电话答复")
    with pytest.raises(Invalid):
        services.consent_set(expert_id=expert.pk, consent="yes", actor=by_staff)


def test_a_reveal_is_recorded_and_is_for_staff_and_the_person(by_staff, leader, other_staff, county):
    expert = baker.make_recipe("tests.expert", county=county, phone="13800138000", email="a@example.com")
    assert services.contact_reveal(expert_id=expert.pk, actor=by_staff) == {
        "phone": "13800138000",
        "email": "a@example.com",
    }
    assert events(expert) == ["reveal"]
    with pytest.raises(NotPermitted):
        services.contact_reveal(expert_id=expert.pk, actor=Actor(user=leader))
    with pytest.raises(Expert.DoesNotExist):
        services.contact_reveal(expert_id=expert.pk, actor=Actor(user=other_staff))
    assert events(expert) == ["reveal"]


def test_a_confirmed_order_opens_the_contact_until_it_is_closed(county):
    expert = baker.make_recipe("tests.expert", county=county, phone="13800138000")
    actor = Actor.system()
    with transaction.atomic():
        services.contact_open(expert_id=expert.pk, order_code="DD-1", firm_code="QY-1", actor=actor)
        services.contact_open(expert_id=expert.pk, order_code="DD-1", firm_code="QY-1", actor=actor)
    assert selectors.contact_opened(order_code="DD-1")["phone"] == "13800138000"
    with transaction.atomic():
        services.contact_close(order_code="DD-1", actor=actor)
    assert selectors.contact_opened(order_code="DD-1") is None
    assert events(expert) == ["contact_open", "contact_close"]


# -- load


def test_a_place_is_taken_up_to_the_capacity_and_given_back(county):
    expert = baker.make_recipe("tests.expert", county=county, capacity=2)
    with transaction.atomic():
        services.load_reserve(expert_id=expert.pk)
        services.load_reserve(expert_id=expert.pk)
        with pytest.raises(NoCapacity):
            services.load_reserve(expert_id=expert.pk)
        services.load_release(expert_id=expert.pk)
    expert.refresh_from_db()
    assert expert.load == 1


@pytest.mark.parametrize("fields", [{"status": "archived"}, {"consent": "refused"}, {"paused_from": date(2020, 1, 1)}])
def test_no_place_with_somebody_who_takes_no_orders(county, fields):
    expert = baker.make_recipe("tests.expert", county=county, **fields)
    with transaction.atomic(), pytest.raises(Unavailable):
        services.load_reserve(expert_id=expert.pk)


def test_releasing_more_than_was_taken_is_refused(county):
    expert = baker.make_recipe("tests.expert", county=county)
    with transaction.atomic(), pytest.raises(DomainError):
        services.load_release(expert_id=expert.pk)


# -- several at once


def test_bulk_changes_are_all_or_none_with_one_announcement(by_staff, county):
    experts = baker.make_recipe("tests.expert", county=county, _quantity=3)
    ids = [row.pk for row in experts]
    chain = baker.make_recipe("tests.chain", county=county)
    assert services.experts_assign_chain(expert_ids=ids, chain=chain, actor=by_staff) == 3
    assert services.experts_pause(expert_ids=ids, start=None, end=None, actor=by_staff) == 3
    Expert.objects.filter(pk=ids[0]).update(load=1)
    with pytest.raises(TransitionRefused):
        services.experts_archive(expert_ids=ids, reason="清理", actor=by_staff)
    assert Expert.objects.filter(pk__in=ids, status="active").count() == 3
    assert [len(m.payload["expert_ids"]) for m in OutboxMessage.objects.order_by("pk")] == [3, 3]


def test_bulk_changes_take_no_row_out_of_sight(by_staff, county, other_county):
    ours, theirs = (
        baker.make_recipe("tests.expert", county=county),
        baker.make_recipe("tests.expert", county=other_county),
    )
    with pytest.raises(Expert.DoesNotExist):
        services.experts_pause(expert_ids=[ours.pk, theirs.pk], start=None, end=None, actor=by_staff)
