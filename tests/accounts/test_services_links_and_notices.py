"""Links without a sign-in, notices and mails: once each, whatever is delivered twice."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils.timezone import now
from model_bakery import baker

from accounts import services
from accounts.errors import LinkRefused, MailFailed
from accounts.models import LinkToken, MailDelivery, Notification

pytestmark = pytest.mark.django_db


def issue(**fields):
    values = {"purpose": "order", "subject_code": "ZJ-AAAAAA", "object_code": "DD-AAAAAA"} | fields
    return services.link_issue(expires_at=fields.pop("expires_at", now() + timedelta(days=3)), **values)


def test_same_link_is_issued_again_and_only_its_hash_is_kept():
    until = now() + timedelta(days=3)
    values = {"purpose": "order", "subject_code": "ZJ-A", "object_code": "DD-A", "expires_at": until}
    first, second = services.link_issue(**values), services.link_issue(**values)
    assert first == second
    assert LinkToken.objects.get().token_hash != first


def test_link_opens_for_its_purpose_only_and_notes_the_first_opening():
    raw = issue()
    link = services.link_read(raw, "order")
    assert link.object_code == "DD-AAAAAA"
    opened = LinkToken.objects.get().opened_at
    services.link_read(raw, "order")
    assert LinkToken.objects.get().opened_at == opened
    assert services.link_read(raw, "invitation") is None
    assert services.link_read(raw[:-1] + "\ud800", "order") is None


def test_link_is_used_once_and_for_its_own_object():
    raw = issue()
    with pytest.raises(LinkRefused):
        services.link_use(raw=raw, purpose="order", object_code="DD-BBBBBB")
    services.link_use(raw=raw, purpose="order", object_code="DD-AAAAAA")
    with pytest.raises(LinkRefused):
        services.link_use(raw=raw, purpose="order", object_code="DD-AAAAAA")
    assert services.link_read(raw, "order") is None


@pytest.mark.parametrize("change", [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}])
def test_closed_link_neither_opens_nor_acts(change):
    raw = issue()
    LinkToken.objects.update(**change)
    assert services.link_read(raw, "order") is None
    with pytest.raises(LinkRefused):
        services.link_use(raw=raw, purpose="order", object_code="DD-AAAAAA")


def test_links_of_one_object_close_together():
    issue()
    other = issue(object_code="DD-BBBBBB")
    assert services.links_revoke(purpose="order", object_code="DD-AAAAAA") == 1
    assert services.link_read(other, "order") is not None


def tell(people, **fields):
    values = {"event": "order.offered", "title": "有新的订单", "key": "order.offered:DD-A"} | fields
    return services.notify(user_ids=[person.pk for person in people], **values)


def test_redelivered_event_is_one_notice_and_one_mail():
    people = [baker.make_recipe("tests.user", email=f"p{number}@example.com") for number in range(2)]
    assert tell(people, email=True, url="/orders/DD-A/") == 2
    assert tell(people, email=True, url="/orders/DD-A/") == 0
    assert Notification.objects.count() == 2
    assert [message.to for message in mail.outbox] == [["p0@example.com"], ["p1@example.com"]]
    assert "/orders/DD-A/" in mail.outbox[0].body


def test_notice_of_the_office_goes_without_mail():
    tell([baker.make_recipe("tests.user", email="a@example.com")])
    assert mail.outbox == []


def test_closed_account_and_nobody_are_told_nothing():
    closed = baker.make_recipe("tests.user", is_active=False)
    assert services.notify(user_ids=[closed.pk, None], event="e", title="t", key="k") == 0


def test_failed_mail_is_on_record_and_tried_again(settings):
    person = baker.make_recipe("tests.user", email="a@example.com")
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # nobody listens
    with pytest.raises(MailFailed):
        tell([person], email=True)
    assert Notification.objects.filter(user=person).exists()
    assert MailDelivery.objects.get().error
    settings.EMAIL_BACKEND = working
    tell([person], email=True)
    delivery = MailDelivery.objects.get()
    assert delivery.sent_at
    assert delivery.error == ""
    assert len(mail.outbox) == 1


def test_line_break_in_a_title_forges_no_header():
    services.mail_send(recipient="a@example.com", key="k", event="e", subject="您好\nBcc: b@example.com", body="x")
    assert mail.outbox[0].recipients() == ["a@example.com"]
