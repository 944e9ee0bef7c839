"""Sign-in: lock-out, neutral words, second factor, the life of a session."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import now
from model_bakery import baker

from accounts import services
from accounts.models import User
from core.actor import Actor
from core.models import AuditEvent

PASSWORD = "dasuan-jinxiang-77"
LOGIN = "/accounts/login/"


@pytest.fixture
def person(db):
    user = baker.make_recipe("tests.user", username="zhangsan", email="zhangsan@example.com")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, username="zhangsan", password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": username, "password": password}, **extra)


def readable(response):
    """The answer without what is new each time."""
    text = response.content.decode()
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", text)


def test_right_password_opens_the_home_page_with_a_new_session(client, person):
    client.get(LOGIN)
    client.session["before"] = 1
    before = client.session.session_key
    response = sign_in(client)
    assert response.status_code == 302
    assert response.url == "/"
    assert client.session.session_key != before
    assert Session.objects.filter(session_key=client.session.session_key).exists()


def test_wrong_password_and_unknown_person_read_the_same(client, person):
    answers = [readable(sign_in(client, name, "wrong-password")) for name in ("zhangsan", "nobody-here")]
    assert answers[0].replace("zhangsan", "X") == answers[1].replace("nobody-here", "X")


@pytest.mark.parametrize("name", ["zhangsan", "nobody-here"])
def test_sixth_attempt_is_locked_out_whether_the_account_exists_or_not(client, person, name):
    assert [sign_in(client, name, "wrong").status_code for _number in range(4)] == [200] * 4
    sign_in(client, name, "wrong")
    sixth = sign_in(client, name, PASSWORD)
    assert sixth.status_code == 429
    assert name not in sixth.content.decode()


@pytest.mark.parametrize("hops", [0, 1])
def test_rotating_forwarded_address_does_not_evade_the_lock(client, person, settings, hops):
    """Our proxy appends the address it saw; what the client wrote stands left of it."""
    settings.NUM_PROXIES = hops
    for number in range(5):
        sign_in(client, password="wrong", headers={"x-forwarded-for": f"10.9.8.{number}, 203.0.113.7"})
    response = sign_in(client, headers={"x-forwarded-for": "10.9.8.99, 203.0.113.7"})
    assert response.status_code == 429


def test_lock_ends_after_a_quarter_of_an_hour(client, person):
    for _number in range(6):
        sign_in(client, password="wrong")
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert sign_in(client).status_code == 302


def test_other_address_is_not_locked_with_it(client, person):
    for _number in range(6):
        sign_in(client, password="wrong", REMOTE_ADDR="203.0.113.7")
    assert sign_in(client, REMOTE_ADDR="203.0.113.8").status_code == 302


def test_idle_session_ends(client, person, settings):
    sign_in(client)
    with time_machine.travel(now() + timedelta(seconds=settings.SESSION_IDLE_SECONDS + 120)):
        response = client.get(reverse("accounts:profile"))
    assert response.status_code == 302
    assert response.url.startswith(LOGIN)


def test_busy_session_ends_after_its_longest_time(client, person, settings):
    start = now()
    with time_machine.travel(start) as clock:
        sign_in(client)
        step = settings.SESSION_IDLE_SECONDS - 600
        for moment in range(step, settings.SESSION_COOKIE_AGE, step):
            clock.move_to(start + timedelta(seconds=moment))
            assert client.get(reverse("accounts:profile")).status_code == 200
        clock.move_to(start + timedelta(seconds=settings.SESSION_COOKIE_AGE + 60))
        assert client.get(reverse("accounts:profile")).status_code == 302


def test_fragment_after_the_session_sends_the_whole_page_to_sign_in(client, db):
    response = client.get(
        reverse("accounts:inbox"),
        headers={"hx-request": "true", "hx-current-url": "http://testserver/inbox/?unread=true"},
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == f"{LOGIN}?next=%2Finbox%2F%3Funread%3Dtrue"


def test_sign_out_is_a_post_and_clears_the_shared_computer(client, person):
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get(reverse("accounts:profile")).status_code == 200
    response = client.post("/accounts/logout/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_new_password_ends_the_other_sessions_and_keeps_this_one(client, person, django_user_model):
    other = type(client)()
    sign_in(client)
    sign_in(other)
    new = "huanghe-sanjiao-88"
    response = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert response.status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert other.get(reverse("accounts:profile")).status_code == 302
    assert AuditEvent.objects.get().verb == "password_set"


def test_temporary_password_is_changed_first(client, person):
    User.objects.update(is_password_temporary=True)
    sign_in(client)
    change = reverse("account_change_password")
    assert client.get(reverse("accounts:profile")).url == change
    new = "huanghe-sanjiao-88"
    client.post(change, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_forgotten_password_is_reset_by_mail_and_tells_nothing(client, person):
    page = reverse("account_reset_password")
    known, unknown = (
        client.post(page, {"email": address}) for address in ("zhangsan@example.com", "nobody@example.com")
    )
    assert known.url == unknown.url
    letter = next(message for message in mail.outbox if message.to == ["zhangsan@example.com"])
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", letter.body).group(1)
    form = client.get(link, follow=True)
    new = "huanghe-sanjiao-88"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(client, password=new).status_code == 302


def test_office_sets_up_a_second_factor_where_it_is_required(client, staff, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(staff)
    assert client.get(reverse("accounts:profile")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get("/api/v1/me/").status_code == 403


def test_market_needs_no_second_factor(client, person, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client)
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_password_alone_does_not_pass_the_second_factor(client, person):
    secret = "JBSWY3DPEHPK3PXP"
    from allauth.mfa.totp.internal.auth import TOTP  # noqa: PLC0415 -- imported after the settings are ready

    TOTP.activate(person, secret)
    response = sign_in(client)
    assert response.url.startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("accounts:profile")).status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time  # noqa: PLC0415

    code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert Authenticator.objects.filter(user=person).exists()


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_request_login_code"])
def test_pages_of_the_library_that_we_do_not_use_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_revoked_role_and_closed_account_act_on_the_next_request(client, staff, admin, county):
    client.force_login(staff)
    assert client.get(reverse("accounts:people")).status_code == 200
    services.scope_revoke(scope_id=staff.scopes.get().pk, actor=Actor(user=admin))
    assert client.get(reverse("accounts:people")).status_code == 302  # the session is gone
    client.force_login(User.objects.get(pk=staff.pk))
    assert client.get(reverse("accounts:people")).status_code == 404  # and so is the role
    services.scope_grant(user_id=staff.pk, role="staff", region_id=county.pk, actor=Actor(user=admin))
    assert client.get(reverse("accounts:people")).status_code == 200
    services.user_deactivate(user_id=staff.pk, actor=Actor(user=admin), reason="调离")
    assert client.get(reverse("accounts:people")).status_code == 302
