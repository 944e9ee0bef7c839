"""Invitations: one link, one person, one role, one county."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils.timezone import now
from model_bakery import baker

from accounts import invitations, services
from accounts.errors import InvitationRefused, PasswordRefused
from accounts.models import Invitation, Scope, User
from core import outbox
from core.actor import Actor
from core.errors import Invalid, NotPermitted
from core.models import AuditEvent, OutboxMessage

PASSWORD = "dasuan-jinxiang-77"


@pytest.fixture
def firm_door(monkeypatch):
    """A market role whose owner app is not part of this test: it knows one firm and keeps what it was told."""
    attached = []

    def subject(*, subject_code, county_id):
        return "金蒜食品有限公司" if subject_code == "QY-TEST22" else None

    def attach(*, subject_code, county_id, user, actor):
        attached.append((subject_code, county_id, user.username))

    monkeypatch.setitem(invitations._subjects, "enterprise", subject)
    monkeypatch.setitem(invitations._attachers, "enterprise", attach)
    return attached


def invite(by, region, role="enterprise", **fields):
    values = {"name": "李四", "subject_code": "QY-TEST22" if role == "enterprise" else ""} | fields
    return services.invitation_create(role=role, region_id=region.pk, actor=Actor(user=by), **values)


def accept(invitation, user=None, **fields):
    values = {"username": "lisi", "password": PASSWORD} | fields
    return services.invitation_accept(raw=services.invitation_link(invitation), actor=Actor(user=user), **values)


def test_invited_person_gets_account_and_role_in_one_step(staff, county, firm_door):
    person = accept(invite(staff, county))
    assert firm_door == [("QY-TEST22", county.pk, "lisi")]
    assert person.check_password(PASSWORD)
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["create", "accept"]
    topics = list(OutboxMessage.objects.values_list("topic", flat=True))
    assert topics == ["invitation.created", "invitation.accepted"]


def test_signed_in_person_keeps_the_account(staff, county, firm_door):
    person = baker.make_recipe("tests.user")
    assert accept(invite(staff, county), user=person) == person
    assert firm_door == [("QY-TEST22", county.pk, person.username)]


def test_replay_is_refused_and_adds_nothing(staff, county, firm_door):
    invitation = invite(staff, county)
    accept(invitation)
    with pytest.raises(InvitationRefused):
        accept(invitation, username="wangwu")
    assert len(firm_door) == 1
    assert not User.objects.filter(username="wangwu").exists()


def test_link_ends_with_its_last_working_day(staff, county, firm_door):
    invitation = invite(staff, county)
    with time_machine.travel(invitation.expires_at + timedelta(seconds=1)), pytest.raises(InvitationRefused):
        accept(invitation)


def test_revoked_link_and_forged_link_get_the_same_answer(staff, county, firm_door):
    invitation = invite(staff, county)
    services.invitation_revoke(invitation_id=invitation.pk, actor=Actor(user=staff))
    answers = []
    for raw in (services.invitation_link(invitation), "forged"):
        with pytest.raises(InvitationRefused) as caught:
            services.invitation_accept(raw=raw, actor=Actor(), username="lisi", password=PASSWORD)
        answers.append(str(caught.value.message))
    assert answers[0] == answers[1]


def test_inviter_who_lost_the_role_takes_the_link_along(staff, county, firm_door):
    invitation = invite(staff, county)
    Scope.objects.filter(user=staff).update(is_active=False)
    with pytest.raises(InvitationRefused):
        accept(invitation)


@pytest.mark.parametrize("role", ["staff", "leader", "admin"])
def test_staff_may_not_invite_the_office(staff, county, role):
    with pytest.raises(NotPermitted):
        invite(staff, county, role=role)


def test_admin_invites_the_office_of_the_own_county_only(admin, county, other_county):
    person = accept(invite(admin, county, role="staff"))
    assert person.county_ids("staff") == {county.pk}
    with pytest.raises(NotPermitted):
        invite(admin, other_county, role="staff")


def test_county_admin_may_not_invite_for_the_city_above(admin, city):
    with pytest.raises(NotPermitted):
        invite(admin, city, role="staff")


def test_leader_and_stranger_may_not_invite(leader, other_staff, county, firm_door):
    for person in (leader, other_staff):
        with pytest.raises(NotPermitted):
            invite(person, county)


def test_firm_of_another_county_is_unknown(staff, county, firm_door):
    with pytest.raises(Invalid) as caught:
        invite(staff, county, subject_code="QY-OTHER2")
    assert caught.value.field == "subject_code"


def test_weak_password_leaves_the_link_unused(staff, county, firm_door):
    invitation = invite(staff, county)
    with pytest.raises(PasswordRefused):
        accept(invitation, password="12345")
    assert not User.objects.filter(username="lisi").exists()
    assert accept(invitation).username == "lisi"


def test_taken_username_is_refused_kindly(staff, county, firm_door):
    baker.make_recipe("tests.user", username="lisi")
    with pytest.raises(Invalid) as caught:
        accept(invite(staff, county))
    assert caught.value.code == "username_refused"


def test_pressing_twice_invites_once(staff, county, firm_door):
    assert invite(staff, county) == invite(staff, county)
    assert Invitation.objects.count() == 1


def test_mail_carries_the_link_once(staff, county, firm_door, settings):
    invitation = invite(staff, county, email="lisi@example.com")
    message = OutboxMessage.objects.get(topic="invitation.created")
    assert outbox.deliver(message.pk)
    OutboxMessage.objects.update(status="queued", available_at=now())
    assert outbox.deliver(message.pk)
    assert len(mail.outbox) == 1
    assert services.invitation_link(invitation) in mail.outbox[0].body


def test_staff_sees_market_invitations_admin_also_the_office(staff, admin, other_staff, county, firm_door):
    market, office = invite(staff, county), invite(admin, county, role="staff")
    assert list(Invitation.objects.visible_to(staff)) == [market]
    assert set(Invitation.objects.visible_to(admin)) == {market, office}
    assert not Invitation.objects.visible_to(other_staff).exists()
    with pytest.raises(Invitation.DoesNotExist):
        services.invitation_revoke(invitation_id=market.pk, actor=Actor(user=other_staff))
