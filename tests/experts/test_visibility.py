"""The register's part of the table of sight, transcribed without product code."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.timezone import localdate
from model_bakery import baker

from accounts.models import User
from experts import permissions
from experts.models import Expert, ExpertGroup
from tests import make


def seen(user):
    user = User.objects.get(pk=user.pk)  # a new request
    return set(Expert.objects.visible_to(user).values_list("pk", flat=True))


@pytest.fixture
def here(county):
    return baker.make_recipe("tests.expert", county=county)


@pytest.fixture
def there(other_county):
    return baker.make_recipe("tests.expert", county=other_county)


def join(group, expert, **fields):
    fields = {"started_on": localdate() - timedelta(days=10), "ended_on": None} | fields
    return baker.make("experts.GroupMembership", group=group, expert=expert, **fields)


@pytest.mark.parametrize("role", ["staff", "leader", "admin"])
def test_office_roles_see_their_county_only(role, county, here, there):
    assert seen(make.user_with(role, county)) == {here.pk}


def test_staff_of_a_city_see_its_counties(city_staff, here, there):
    assert seen(city_staff) == {here.pk}


def test_staff_of_another_county_see_nothing_of_ours(other_staff, here, there):
    assert seen(other_staff) == {there.pk}


def test_a_withdrawn_scope_shows_nothing(staff, here):
    staff.scopes.update(is_active=False)
    assert seen(staff) == set()


def test_archived_rows_stay_visible_to_their_office(staff, county):
    archived = baker.make_recipe("tests.expert", county=county, status="archived")
    assert seen(staff) == {archived.pk}


def test_an_expert_sees_the_own_row_and_no_colleague_of_the_county(county, here):
    own = make.expert_with_user(county)
    assert seen(own.user) == {own.pk}


def test_group_mates_see_each_other_across_counties(county, other_county, here):
    own, mate = make.expert_with_user(county), make.expert_with_user(other_county)
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    join(group, own)
    join(group, mate)
    assert seen(own.user) == {own.pk, mate.pk}
    assert seen(mate.user) == {own.pk, mate.pk}


def test_a_group_that_one_has_left_shows_nobody(county, other_county):
    own, mate = make.expert_with_user(county), make.expert_with_user(other_county)
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    join(group, own, ended_on=localdate() - timedelta(days=1))
    join(group, mate)
    assert seen(own.user) == {own.pk}
    assert seen(mate.user) == {mate.pk}


def test_an_archived_mate_disappears(county, other_county):
    own = make.expert_with_user(county)
    mate = make.expert_with_user(other_county, status="archived")
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    join(group, own)
    join(group, mate)
    assert seen(own.user) == {own.pk}


def test_a_former_deputy_stays_in_sight_of_the_group(county, other_county):
    own, former = make.expert_with_user(county), make.expert_with_user(other_county, is_deputy=True)
    past = localdate() - timedelta(days=400)
    baker.make(
        "experts.Posting", expert=former, post="科技副镇长", started_on=past, ended_on=past + timedelta(days=365)
    )
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    join(group, own)
    join(group, former)
    assert former.pk in seen(own.user)


def test_the_office_that_leads_a_group_sees_its_members_of_other_counties(staff, other_staff, county, there, here):
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    join(group, there)
    assert seen(staff) == {here.pk, there.pk}
    assert seen(other_staff) == {there.pk}


OFFICE_ONLY = {"gender", "born_on", "source", "last_contacted_on", "referrer", "remarks"}
PRIVATE = {
    "phone", "email", "consent", "availability", "capacity", "load", "is_paused", "paused_from", "paused_until", "ties",
    "version",
}  # fmt: skip


def test_fields_by_reader(staff, leader, county, other_county):
    mate = make.expert_with_user(other_county)
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    join(group, mate)
    ours = baker.make_recipe("tests.expert", county=county)
    assert set(permissions.hidden_fields(staff, ours)) == set()
    assert set(permissions.hidden_fields(leader, ours)) == set()
    assert set(permissions.hidden_fields(staff, mate)) == OFFICE_ONLY | PRIVATE
    assert set(permissions.hidden_fields(mate.user, mate)) == OFFICE_ONLY


def test_a_firm_meets_no_register_row(county, here):
    firm = baker.make_recipe("tests.enterprise", county=county)
    assert seen(make.member_of(firm)) == set()


def test_nobody_signed_in_sees_nothing(here):
    assert list(Expert.objects.visible_to(AnonymousUser())) == []
    assert list(ExpertGroup.objects.visible_to(AnonymousUser())) == []


def test_groups_are_seen_by_the_leading_office_and_by_members(staff, other_staff, county, other_county):
    member = make.expert_with_user(other_county)
    group = baker.make("experts.ExpertGroup", county=county, name="化工组")
    baker.make("experts.ExpertGroup", county=baker.make_recipe("tests.county"), name="别处的组")
    assert list(ExpertGroup.objects.visible_to(member.user)) == []
    join(group, member)
    assert list(ExpertGroup.objects.visible_to(staff)) == [group]
    assert list(ExpertGroup.objects.visible_to(member.user)) == [group]
    assert list(ExpertGroup.objects.visible_to(other_staff)) == []
