"""What people are told: the in-site inbox first, mail after it."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.errors import MailFailed
from accounts.models import Affiliation, MailDelivery, Notification, User

TITLE_LENGTH = Notification._meta.get_field("title").max_length or 120


def notify(
    *,
    user_ids: Iterable[int | None],
    event: str,
    title: str,
    body: str = "",
    url: str = "",
    key: str,
    email: bool = False,
) -> int:
    """Put one notice into each person's inbox, and mail it when ``email`` asks for it; returns the new notices.

    Called from outbox handlers, outside any transaction of the caller. Idempotent by (person, ``key``), so a
    redelivered event is one notice and one mail. ``title`` and ``body`` hold only what *every* recipient may see.
    A mail that fails is on record; ``MailFailed`` is raised at the end so that the event is delivered again.
    """
    people = list(User.objects.filter(pk__in={pk for pk in user_ids if pk}, is_active=True).order_by("pk"))
    with transaction.atomic():
        known = set(Notification.objects.filter(user__in=people, key=key).values_list("user_id", flat=True))
        fresh = [
            Notification(user=person, event=event, title=title[:TITLE_LENGTH], body=body, url=url, key=key)
            for person in people
            if person.pk not in known
        ]
        Notification.objects.bulk_create(fresh, ignore_conflicts=True)  # two deliveries at once: the constraint decides
    if email:
        failed = []
        for person in people:
            if not person.email:
                continue
            try:
                mail_send(
                    recipient=person.email,
                    key=f"{key}:{person.pk}"[:120],
                    event=event,
                    subject=title,
                    body="\n\n".join(part for part in (body, absolute(url)) if part),
                    user_id=person.pk,
                )
            except MailFailed:
                failed.append(person.pk)
        if failed:
            raise MailFailed(f"{event}: {len(failed)} of {len(people)} mails")
    return len(fresh)


def mail_send(*, recipient: str, key: str, event: str, subject: str, body: str, user_id: int | None = None) -> bool:
    """Send one mail once per ``key``; True when it left now, False when it had left before.

    The failure of a try is kept on the row and raised as ``MailFailed``: the caller's event comes again."""
    delivery, _created = MailDelivery.objects.get_or_create(
        key=key,
        defaults={"user_id": user_id, "recipient": recipient, "event": event, "subject": subject[:200]},
    )
    if delivery.sent_at:
        return False
    message = EmailMessage(
        subject=f"[{settings.SITE_NAME}] {' '.join(subject.split())}",  # a line break would forge a header
        body=_("{body}\n\n——\n{site}\n此信由系统发出，请勿直接回复。").format(body=body, site=settings.SITE_NAME),
        to=[recipient],
    )
    try:
        message.send()
    except Exception as exc:
        MailDelivery.objects.filter(pk=delivery.pk).update(error=f"{type(exc).__name__}: {exc}"[:500])
        raise MailFailed(event) from exc
    MailDelivery.objects.filter(pk=delivery.pk).update(sent_at=now(), error="")
    return True


def absolute(url: str) -> str:
    """An address of ours as a mail needs it."""
    return f"{settings.SITE_URL.rstrip('/')}{url}" if url.startswith("/") else url


def affiliation_set(*, user_id: int, region_id: int, subject_code: str, ended_on: date | None = None) -> None:
    """Told from above, inside the teller's transaction: ``subject_code`` (an expert's row or a group) lets the person
    take part in the region's market, until ``ended_on`` when given."""
    Affiliation.objects.update_or_create(
        user_id=user_id, region_id=region_id, subject_code=subject_code, defaults={"ended_on": ended_on}
    )
