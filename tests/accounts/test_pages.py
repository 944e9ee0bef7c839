"""Pages of accounts: who opens them, what they change, and that a stranger meets nothing."""

import pytest
from django.urls import reverse
from model_bakery import baker

from accounts import acting, invitations, services
from accounts.models import Consent, Invitation, Notification, Scope, User
from core import outbox
from core.actor import Actor
from core.models import AuditEvent, OutboxMessage
from tests import make

PASSWORD = "dasuan-jinxiang-77"


@pytest.fixture
def expert(county):
    return make.expert_with_user(county).user


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county)


@pytest.fixture
def door(monkeypatch):
    monkeypatch.setitem(invitations._subjects, "enterprise", lambda **_kwargs: "金蒜食品有限公司")
    monkeypatch.setitem(invitations._attachers, "enterprise", lambda **_kwargs: None)


def invitation_by(user, region):
    return services.invitation_create(
        role="enterprise", region_id=region.pk, subject_code="QY-TEST22", name="李四", actor=Actor(user=user)
    )


OWN_PAGES = ("profile", "token-list", "consent", "inbox")


@pytest.mark.parametrize("name", OWN_PAGES)
@pytest.mark.parametrize("who", ["staff", "leader", "admin", "city_staff", "expert"])
def test_everybody_has_the_own_pages(client, request, name, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(f"accounts:{name}")).status_code == 200


@pytest.mark.parametrize("name", [*OWN_PAGES, "people", "invite", "scope-grant", "audit-list"])
def test_nobody_is_sent_to_sign_in(client, db, name):
    response = client.get(reverse(f"accounts:{name}"))
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("people", {"staff", "admin", "city_staff"}),
        ("invite", {"staff", "admin", "city_staff"}),
        ("scope-grant", {"admin"}),
        ("audit-list", {"admin"}),
    ],
)
@pytest.mark.parametrize("who", ["staff", "leader", "admin", "city_staff", "expert"])
def test_pages_of_the_office_do_not_exist_for_others(client, request, name, allowed, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(f"accounts:{name}")).status_code == (200 if who in allowed else 404)


@pytest.mark.parametrize("count", [1, 3])
def test_people_page_asks_the_same_number_of_times(client, staff, county, door, django_assert_num_queries, count):
    for number in range(count):
        make.user_with("staff", county, name=f"同事{number}")
        services.invitation_create(
            role="enterprise", region_id=county.pk, subject_code="QY-TEST22", name=f"李{number}",
            actor=Actor(user=staff),
        )  # fmt: skip
    client.force_login(staff)
    client.get(reverse("accounts:people"))
    # session, user, scopes, people, invitations counted and read, and for the frame roles and counties
    with django_assert_num_queries(8):
        client.get(reverse("accounts:people"))


# --- invitations
def test_staff_invites_through_the_page_and_copies_the_link(client, staff, county, door):
    client.force_login(staff)
    response = client.post(
        reverse("accounts:invite"),
        {"name": "李四", "role": "enterprise", "region": county.code, "subject_code": "QY-TEST22"},
    )
    assert response.status_code == 302
    link = reverse("accounts:invitation-accept", args=[services.invitation_link(Invitation.objects.get())])
    assert link in client.get(reverse("accounts:people")).content.decode()


def test_colleague_sees_the_invitation_without_its_link(client, staff, county, door):
    invitation = invitation_by(staff, county)
    client.force_login(make.user_with("staff", county))
    page = client.get(reverse("accounts:people")).content.decode()
    assert "李四" in page
    assert services.invitation_link(invitation) not in page


def test_office_role_cannot_be_slipped_into_the_form_of_staff(client, staff, county):
    client.force_login(staff)
    response = client.post(reverse("accounts:invite"), {"name": "李四", "role": "admin", "region": county.code})
    assert response.status_code == 200
    assert not Invitation.objects.exists()


def test_foreign_county_reads_as_one_that_does_not_exist(client, staff, other_county, door):
    client.force_login(staff)
    answers = [
        client.post(reverse("accounts:invite"), {"name": "李四", "role": "enterprise", "region": code}).context["form"]
        for code in (other_county.code, "000000")
    ]
    assert answers[0].errors["region"] == answers[1].errors["region"]


def test_invited_person_sees_who_invites_for_what_and_comes_in(client, staff, county, door):
    invitation = invitation_by(staff, county)
    page = reverse("accounts:invitation-accept", args=[services.invitation_link(invitation)])
    text = client.get(page).content.decode()
    assert str(staff) in text
    assert "金蒜食品有限公司" in text
    response = client.post(page, {"name": "李四", "username": "lisi", "password": PASSWORD, "password_again": PASSWORD})
    assert response.url == "/"
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert client.get(page).status_code == 404


def test_passwords_that_differ_change_nothing(client, staff, county, door):
    page = reverse("accounts:invitation-accept", args=[services.invitation_link(invitation_by(staff, county))])
    response = client.post(page, {"name": "李四", "username": "lisi", "password": PASSWORD, "password_again": "x"})
    assert "password_again" in response.context["form"].errors
    assert not User.objects.filter(username="lisi").exists()


@pytest.mark.parametrize(("who", "status"), [("staff", 302), ("leader", 404), ("other_staff", 404), ("expert", 404)])
def test_only_the_county_revokes_its_invitation(client, request, staff, county, door, who, status):
    invitation = invitation_by(staff, county)
    client.force_login(request.getfixturevalue(who))
    response = client.post(reverse("accounts:invitation-revoke", args=[invitation.code]))
    assert response.status_code == status
    invitation.refresh_from_db()
    assert invitation.status == ("revoked" if status == 302 else "open")


# --- roles
@pytest.mark.parametrize(("who", "gone"), [("admin", True), ("staff", False), ("other_staff", False)])
def test_only_an_admin_takes_a_role(client, request, county, who, gone):
    colleague = make.user_with("leader", county)
    client.force_login(request.getfixturevalue(who))
    client.post(reverse("accounts:scope-revoke"), {"scope": colleague.scopes.get().pk})
    assert Scope.objects.get(user=colleague).is_active is not gone


def test_admin_keeps_the_own_role(client, admin):
    client.force_login(admin)
    client.post(reverse("accounts:scope-revoke"), {"scope": admin.scopes.get().pk})
    assert admin.scopes.get().is_active


def test_role_of_another_county_is_not_found(client, admin, other_staff):
    client.force_login(admin)
    for scope in (other_staff.scopes.get().pk, 99999999, "x"):
        assert client.post(reverse("accounts:scope-revoke"), {"scope": scope}).status_code == 404


def test_admin_closes_an_account_with_a_reason(client, admin, staff):
    client.force_login(admin)
    client.post(reverse("accounts:user-state"), {"user": staff.pk, "reason": ""})
    assert User.objects.get(pk=staff.pk).is_active
    client.post(reverse("accounts:user-state"), {"user": staff.pk, "reason": "调离"})
    assert not User.objects.get(pk=staff.pk).is_active
    assert AuditEvent.objects.get(verb="deactivate").reason == "调离"
    client.post(reverse("accounts:user-state"), {"user": staff.pk, "active": "1"})
    assert User.objects.get(pk=staff.pk).is_active


def test_account_with_a_role_elsewhere_is_not_closed_from_here(client, admin, staff, other_county):
    baker.make_recipe("tests.scope", user=staff, role="staff", region=other_county)
    client.force_login(admin)
    client.post(reverse("accounts:user-state"), {"user": staff.pk, "reason": "调离"})
    assert User.objects.get(pk=staff.pk).is_active


def test_admin_grants_a_role_inside_the_own_region(client, admin, staff, county, city):
    client.force_login(admin)
    page = reverse("accounts:scope-grant")
    client.post(page, {"user": staff.pk, "role": "leader", "region": county.code})
    assert staff.scopes.filter(role="leader", is_active=True).exists()
    client.post(page, {"user": staff.pk, "role": "leader", "region": city.code})
    assert staff.scopes.count() == 2


# --- inbox
def test_notice_is_read_by_its_owner_alone(client, staff, leader):
    notice = baker.make(Notification, user=staff, key="k", url="/settings/")
    page = reverse("accounts:notification-open", args=[notice.code])
    client.force_login(leader)
    assert client.post(page).status_code == 404
    client.force_login(staff)
    assert client.get(page).status_code == 405
    assert client.post(page).url == "/settings/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_notice_leads_nowhere_else(client, staff):
    notice = baker.make(Notification, user=staff, key="k", url="https://evil.example/")
    client.force_login(staff)
    assert client.post(reverse("accounts:notification-open", args=[notice.code])).url == reverse("accounts:inbox")


def test_reading_all_reads_the_own(client, staff, leader):
    for number, user in enumerate((staff, staff, leader)):
        baker.make(Notification, user=user, key=f"k{number}")
    client.force_login(staff)
    client.post(reverse("accounts:notification-read-all"))
    assert [Notification.objects.filter(user=u, read_at=None).count() for u in (staff, leader)] == [0, 1]
    assert list(client.get(reverse("accounts:inbox") + "?unread=true").context["page_obj"]) == []


# --- own account
def test_profile_change_is_on_record_without_values(client, expert):
    client.force_login(expert)
    client.post(reverse("accounts:profile"), {"name": "王教授", "phone": "13800138000", "email": "w@example.com"})
    event = AuditEvent.objects.get(verb="profile_update")
    assert sorted(event.data["fields"]) == ["email", "name", "phone"]
    assert "13800138000" not in str(event.data)


def test_reading_aids_stay_with_the_account(client, expert):
    client.force_login(expert)
    client.post(reverse("accounts:display"), {"large": "1", "next": "/inbox/"})
    assert 'data-type="large"' in client.get(reverse("accounts:inbox")).content.decode()
    assert User.objects.get(pk=expert.pk).is_large_type


def test_redirect_after_a_choice_stays_on_the_site(client, expert):
    client.force_login(expert)
    assert client.post(reverse("accounts:display"), {"large": "1", "next": "//evil.example/"}).url == "/"


def test_consent_is_given_and_withdrawn_by_the_person(client, expert):
    client.force_login(expert)
    page, states = reverse("accounts:consent"), []
    for give in ("1", "1", "0"):
        client.post(page, {"matter": "matching", "give": give})
        for message in OutboxMessage.objects.filter(topic__startswith="consent.", status="queued"):
            assert outbox.deliver(message.pk)
        states.append(expert.experts.get().consent)
    assert states == ["granted", "granted", "refused"]  # the person's row in the register follows
    assert list(Consent.objects.values_list("kind", flat=True)) == ["matching"]
    topics = OutboxMessage.objects.filter(topic__startswith="consent.").values_list("topic", flat=True)
    assert sorted(topics) == ["consent.given", "consent.withdrawn"]


def test_every_consent_has_its_own_button(client, expert):
    client.force_login(expert)
    text = client.get(reverse("accounts:consent")).content.decode()
    assert [text.count(f'name="matter" value="{kind}"') for kind in ("notice", "matching", "contact")] == [1, 1, 1]


# --- county and role of the session
def test_city_staff_switches_between_the_counties_below(client, city_staff, county, city, other_county):
    second = baker.make_recipe("tests.county", parent=city)
    client.force_login(city_staff)
    page = reverse("accounts:county-switch")
    assert client.post(page, {"county": second.code}).status_code == 302
    assert client.get("/").context["county"] == second
    assert client.post(page, {"county": other_county.code}).status_code == 404
    assert client.get(page).status_code == 405


def test_role_of_the_session_grants_nothing(client, expert):
    client.force_login(expert)
    client.post(reverse("accounts:role-switch"), {"role": "admin"})
    assert client.get("/").context["role"] == "expert"
    assert client.get(reverse("accounts:audit-list")).status_code == 404


# --- the audit list
def test_audit_list_holds_the_own_county_only(client, admin, staff, other_staff, county, other_county):
    baker.make(AuditEvent, county=county, verb="publish", object_code="XQ-OURS22", user=staff, object_id=1)
    baker.make(AuditEvent, county=other_county, verb="publish", object_code="XQ-THEIRS", user=other_staff, object_id=2)
    client.force_login(admin)
    rows = client.get(reverse("accounts:audit-list")).context["page_obj"]
    assert [event.object_code for event in rows] == ["XQ-OURS22"]
    assert len(client.get(reverse("accounts:audit-list") + "?object_code=XQ-THEIRS").context["page_obj"]) == 0


# --- 代办
@pytest.fixture
def acting_door(monkeypatch, firm):
    """A firm as its own app would describe it."""
    member = make.member_of(firm)

    def find(*, code, user):
        visible = type(firm).objects.visible_to(user).filter(code=code).first()
        return acting.Target(visible.name, visible.county_id, (member.pk,)) if visible else None

    monkeypatch.setitem(acting._targets, "enterprise", find)
    return member


def begin(client, firm):
    return client.post(reverse("accounts:act-for"), {"kind": "enterprise", "code": firm.code})


def test_acting_is_shown_on_every_page_and_on_every_record(client, staff, firm, acting_door):
    client.force_login(staff)
    assert begin(client, firm).status_code == 302
    assert firm.name in client.get(reverse("accounts:profile")).content.decode()
    client.post(reverse("accounts:profile"), {"name": "小刘"})
    client.post(reverse("accounts:act-end"))
    client.post(reverse("accounts:profile"), {"name": "小李"})
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "on_behalf_of")) == [
        ("acting_begin", firm.code),
        ("profile_update", firm.code),
        ("acting_end", firm.code),
        ("profile_update", ""),
    ]


def test_firm_is_told_at_the_beginning_and_what_was_done_at_the_end(client, staff, firm, acting_door):
    client.force_login(staff)
    begin(client, firm)
    client.post(reverse("accounts:profile"), {"name": "小刘"})
    client.post(reverse("accounts:act-end"))
    for message in OutboxMessage.objects.order_by("pk"):
        outbox.deliver(message.pk)
    events = list(Notification.objects.filter(user=acting_door).order_by("pk").values_list("event", flat=True))
    assert events == ["acting.began", "acting.ended"]


def test_nothing_done_is_nothing_to_confirm(client, staff, firm, acting_door):
    client.force_login(staff)
    begin(client, firm)
    client.post(reverse("accounts:act-end"))
    for message in OutboxMessage.objects.order_by("pk"):
        outbox.deliver(message.pk)
    assert Notification.objects.filter(user=acting_door, event="acting.ended").count() == 0


@pytest.mark.parametrize("who", ["leader", "admin", "other_staff", "expert"])
def test_only_staff_of_the_county_act(client, request, firm, acting_door, who):
    client.force_login(request.getfixturevalue(who))
    assert begin(client, firm).status_code == 404
    assert not AuditEvent.objects.exists()


def test_acting_ends_with_the_role(client, staff, firm, acting_door):
    client.force_login(staff)
    begin(client, firm)
    Scope.objects.filter(user=staff).update(is_active=False)
    client.get(reverse("accounts:profile"))
    assert "acting_for" not in client.session


def test_acting_for_another_ends_acting_for_the_first(client, staff, county, firm, acting_door):
    second = baker.make_recipe("tests.enterprise", county=county)
    client.force_login(staff)
    begin(client, firm)
    begin(client, second)
    assert client.session["acting_for"]["code"] == second.code
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "acting_begin", "acting_end", "acting_begin",
    ]  # fmt: skip
