"""What a person does with the own account."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.enums import ConsentKind, TokenAccess
from accounts.models import ApiToken, Consent, Notification, User
from accounts.services.links import fingerprint
from accounts.services.people import home
from core import audit, outbox
from core.actor import Actor
from core.errors import Invalid, NotPermitted

PROFILE_FIELDS = ("name", "phone", "email", "is_large_type", "is_high_contrast", "home_role")
MAX_TOKENS = 10
MAX_TOKEN_DAYS = 365


def own(actor: Actor) -> User:
    """The acting person, locked. Nobody changes an account for somebody else, not even under 代办."""
    if actor.user is None or not actor.user.is_authenticated:
        raise NotPermitted(_("请先登录。"))
    return User.objects.select_for_update(no_key=True).get(pk=actor.user_id)


@transaction.atomic(durable=True)
def profile_update(*, actor: Actor, **values: object) -> User:
    """Change the own name, contacts and reading preferences. Which fields changed is on record, not their values."""
    unknown = set(values) - set(PROFILE_FIELDS)
    if unknown:
        raise Invalid(_("不认识的内容：{names}").format(names=_("、").join(sorted(unknown))))
    person = own(actor)
    changed = [name for name in PROFILE_FIELDS if name in values and getattr(person, name) != values[name]]
    if changed:
        for name in changed:
            setattr(person, name, values[name])
        person.save(update_fields=changed)
        audit.record(person, "profile_update", actor=actor, county=home(person), data={"fields": changed})
        outbox.emit("user.updated", {"user_id": person.pk})
    return person


@transaction.atomic
def password_set(*, user: User, password: str, actor: Actor) -> None:
    """Called by the sign-in library once it has checked the old password or the mailed key; it may hold a transaction
    of its own. Every other session of the person ends, because the password is part of their fingerprint."""
    user.set_password(password)
    user.is_password_temporary = False
    user.save(update_fields=["password", "is_password_temporary"])
    audit.record(user, "password_set", actor=actor, county=home(user))
    outbox.emit("user.password_set", {"user_id": user.pk})


@transaction.atomic(durable=True)
def token_create(*, name: str, actor: Actor, access: str = TokenAccess.READ, days: int = 90) -> tuple[ApiToken, str]:
    """A new token and its raw text, which nobody can read again."""
    person = own(actor)
    if actor.channel == "api":
        raise NotPermitted(_("令牌只能在页面上创建。"))
    if access not in TokenAccess.values or not 1 <= days <= MAX_TOKEN_DAYS or not name.strip():
        raise Invalid(_("请填写名称，并选择权限和 1 到 {days} 天的有效期。").format(days=MAX_TOKEN_DAYS))
    if ApiToken.objects.filter(user=person, revoked_at=None, expires_at__gt=now()).count() >= MAX_TOKENS:
        raise Invalid(_("有效的令牌最多 {count} 个，请先撤销不用的。").format(count=MAX_TOKENS))
    raw = f"qx_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=person,
        name=name.strip(),
        token_hash=fingerprint(raw),
        prefix=raw[:8],
        access=access,
        expires_at=now() + timedelta(days=days),
    )
    audit.record(token, "create", actor=actor, new=access, county=home(person), data={"days": days})
    outbox.emit("token.created", {"token_id": token.pk})
    return token, raw


@transaction.atomic(durable=True)
def token_revoke(*, token_id: int, actor: Actor) -> ApiToken:
    token = ApiToken.objects.visible_to(actor.user).select_for_update(no_key=True).get(pk=token_id)
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        audit.record(token, "revoke", actor=actor, county=home(token.user))
        outbox.emit("token.revoked", {"token_id": token.pk})
    return token


@transaction.atomic(durable=True)
def notification_read(*, notification_id: int, actor: Actor) -> Notification:
    """Reading one's own notice is nobody's record: no audit row."""
    notice = Notification.objects.visible_to(actor.user).select_for_update(no_key=True).get(pk=notification_id)
    if notice.read_at is None:
        notice.read_at = now()
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic(durable=True)
def notification_read_all(*, actor: Actor) -> int:
    return Notification.objects.visible_to(actor.user).filter(read_at=None).update(read_at=now())


@transaction.atomic(durable=True)
def consent_give(*, kind: str, actor: Actor) -> Consent:
    """Agree to the text in force. Giving it twice is giving it once."""
    person = own(actor)
    if kind not in ConsentKind.values:
        raise Invalid(_("没有这一事项。"), field="kind")
    version = settings.CONSENT_VERSION
    consent = Consent.objects.filter(user=person, kind=kind, version=version, withdrawn_at=None).first()
    if consent is None:
        consent = Consent.objects.create(user=person, kind=kind, version=version)
        audit.record(consent, "consent_give", actor=actor, new=kind, county=home(person), data={"version": version})
        outbox.emit("consent.given", {"user_id": person.pk, "kind": kind})
    return consent


@transaction.atomic(durable=True)
def consent_withdraw(*, kind: str, actor: Actor) -> int:
    """Take the agreement back; what hangs on it follows by the topic ``consent.withdrawn``."""
    person = own(actor)
    open_rows = list(Consent.objects.select_for_update(no_key=True).filter(user=person, kind=kind, withdrawn_at=None))
    for consent in open_rows:
        consent.withdrawn_at = now()
        consent.save(update_fields=["withdrawn_at"])
        audit.record(consent, "consent_withdraw", actor=actor, old=kind, county=home(person))
    if open_rows:
        outbox.emit("consent.withdrawn", {"user_id": person.pk, "kind": kind})
    return len(open_rows)
