"""Who acts for a firm."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, outbox
from core.actor import Actor
from core.errors import Invalid
from enterprises import permissions
from enterprises.models import Enterprise, Membership
from enterprises.services import base


@transaction.atomic(durable=True)
def member_add(*, enterprise_id: int, user_id: int, actor: Actor) -> Membership:
    """The office says who acts for a firm; most members come by an invitation."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_manage)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Invalid(_("没有这个账号，请改用邀请。"), code="unknown_user", field="user")
    return member_attach(enterprise, user, actor=actor)


def member_attach(enterprise: Enterprise, user: User, *, actor: Actor) -> Membership:
    """Plain helper: inside a transaction, under lock, once somebody entitled to it said so. Idempotent."""
    membership, created = Membership.objects.get_or_create(enterprise=enterprise, user=user)
    if created or not membership.is_active:
        membership.is_active = True
        membership.save(update_fields=["is_active"])
        audit.record(enterprise, "member_add", actor=actor, data={"user_id": user.pk})
        outbox.emit("enterprise.member_added", {"id": enterprise.pk, "user_id": user.pk})
    return membership


@transaction.atomic(durable=True)
def member_remove(*, enterprise_id: int, user_id: int, actor: Actor, reason: str = "") -> None:
    """The person acts for the firm no longer, from the next request on; what was done stays on record."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_remove_member)
    if Membership.objects.filter(enterprise=enterprise, user=user_id, is_active=True).update(is_active=False):
        audit.record(enterprise, "member_remove", actor=actor, reason=reason, data={"user_id": user_id})
        outbox.emit("enterprise.member_removed", {"id": enterprise.pk, "user_id": user_id})


@transaction.atomic(durable=True)
def memberships_end(*, user_id: int, actor: Actor) -> int:
    """A closed account acts for no firm. The system's move, told by accounts."""
    open_rows = Membership.objects.select_for_update(no_key=True, of=("self",)).filter(user=user_id, is_active=True)
    ended = list(open_rows.select_related("enterprise"))
    for membership in ended:
        membership.is_active = False
        membership.save(update_fields=["is_active"])
        audit.record(membership.enterprise, "member_remove", actor=actor, data={"user_id": user_id})
    return len(ended)
