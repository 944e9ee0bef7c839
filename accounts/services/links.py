"""Signed single-use links for people who do not sign in."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.timezone import now

from accounts.errors import LinkRefused
from accounts.models import LinkToken


def signature(*parts: str) -> str:
    """256 bits that only this installation can make; the same parts give the same link, so that a redelivered mail
    carries the link that was issued before."""
    return salted_hmac("accounts.link", "\n".join(parts), algorithm="sha256").hexdigest()


def fingerprint(raw: str) -> str:
    """What is stored instead of the link. Looking a digest up leaks nothing of the link by timing."""
    return hashlib.sha256(raw.encode(errors="replace")).hexdigest()


def link_issue(*, purpose: str, subject_code: str, object_code: str, expires_at: datetime) -> str:
    """The raw part of a link that lets ``subject_code`` act on ``object_code``. Idempotent for the same arguments."""
    raw = signature(purpose, subject_code, object_code, expires_at.isoformat())
    try:
        with transaction.atomic():
            LinkToken.objects.get_or_create(
                token_hash=fingerprint(raw),
                defaults={
                    "purpose": purpose,
                    "subject_code": subject_code,
                    "object_code": object_code,
                    "expires_at": expires_at,
                },
            )
    except IntegrityError:
        pass  # issued by another worker at the same moment: the same link
    return raw


def link_read(raw: str, purpose: str) -> LinkToken | None:
    """The open link, or None for every kind of failure alike. Its first opening is noted."""
    link = LinkToken.objects.filter(token_hash=fingerprint(raw), purpose=purpose).first()
    if link is None or not link.is_open:
        return None
    if link.opened_at is None:
        link.opened_at = now()
        LinkToken.objects.filter(pk=link.pk, opened_at=None).update(opened_at=link.opened_at)
    return link


def link_use(*, raw: str, purpose: str, object_code: str) -> LinkToken:
    """Use the link up, inside the transaction of its effect: of two at once one wins. Raises ``LinkRefused``."""
    mine = LinkToken.objects.filter(
        token_hash=fingerprint(raw), purpose=purpose, object_code=object_code, used_at=None, revoked_at=None
    )
    if not mine.filter(expires_at__gt=now()).update(used_at=now()):
        raise LinkRefused
    return LinkToken.objects.get(token_hash=fingerprint(raw))


def links_revoke(*, purpose: str, object_code: str) -> int:
    """Close every open link to the object; called in the transaction of the change that makes them pointless."""
    return LinkToken.objects.filter(purpose=purpose, object_code=object_code, used_at=None, revoked_at=None).update(
        revoked_at=now()
    )
