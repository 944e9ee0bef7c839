"""docs/visibility.md §2, the rows of accounts and of the kernel, transcribed by hand."""

import pytest
from django.contrib.auth.models import AnonymousUser
from model_bakery import baker

from accounts import selectors
from accounts.models import ApiToken, Consent, Invitation, Notification, User
from core.models import AuditEvent, Job
from tests import make

VIEWERS = (
    "anon",
    "staff",
    "leader",
    "admin",
    "city_staff",
    "city_admin",
    "other_staff",
    "other_admin",
    "expert",
    "firm",
)
# model → who sees the row of county C that belongs to none of the viewers
SEEN = {
    "invitation to a firm": {"staff", "admin", "city_staff", "city_admin"},
    "invitation to the office": {"admin", "city_admin"},
    "audit event": {"admin", "city_admin"},
    "person of the office": {"staff", "admin", "city_staff", "city_admin"},
    "notification": set(),
    "token": set(),
    "consent": set(),
    "job": set(),
}


@pytest.fixture
def people(city, county, other_county):
    firm = baker.make_recipe("tests.enterprise", county=county)
    return {
        "anon": AnonymousUser(),
        "staff": make.user_with("staff", county),
        "leader": make.user_with("leader", county),
        "admin": make.user_with("admin", county),
        "city_staff": make.user_with("staff", city),
        "city_admin": make.user_with("admin", city),
        "other_staff": make.user_with("staff", other_county),
        "other_admin": make.user_with("admin", other_county),
        "expert": make.expert_with_user(county).user,
        "firm": make.member_of(firm),
    }


@pytest.fixture
def rows(county):
    owner = make.user_with("staff", county)
    invitation = {"region": county, "created_by": owner, "expires_at": "2099-01-01T00:00:00Z"}
    return {
        "invitation to a firm": baker.make(Invitation, role="enterprise", token_hash="a", **invitation),
        "invitation to the office": baker.make(Invitation, role="leader", token_hash="b", **invitation),
        "audit event": baker.make(AuditEvent, county=county, object_id=1, user=owner),
        "person of the office": owner,
        "notification": baker.make(Notification, user=owner),
        "token": baker.make(ApiToken, user=owner, expires_at="2099-01-01T00:00:00Z"),
        "consent": baker.make(Consent, user=owner),
        "job": baker.make(Job, created_by=owner),
    }


def visible(row, viewer):
    if isinstance(row, User):
        return selectors.people_visible_to(viewer).filter(pk=row.pk).exists()
    if isinstance(viewer, AnonymousUser) and isinstance(row, Job):
        return Job.objects.visible_to(viewer).filter(pk=row.pk).exists()
    return type(row).objects.visible_to(viewer).filter(pk=row.pk).exists()


@pytest.mark.parametrize("what", SEEN)
def test_row_is_seen_by_exactly_those_of_the_table(people, rows, what):
    assert {name for name, viewer in people.items() if visible(rows[what], viewer)} == SEEN[what]


def test_owner_sees_the_own_rows(rows):
    owner = rows["person of the office"]
    for what in ("notification", "token", "consent", "job"):
        assert visible(rows[what], owner)


def test_closed_account_sees_nothing(people, rows):
    for viewer in people.values():
        if isinstance(viewer, User):
            viewer.is_active = False
    assert [what for what in SEEN if SEEN[what] for v in people.values() if visible(rows[what], v)] == []


def test_former_role_sees_nothing(people, rows):
    people["admin"].scopes.update(is_active=False)
    assert not visible(rows["audit event"], User.objects.get(pk=people["admin"].pk))
