"""Who is behind a row, and who has been shown how to reach them."""

from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, outbox
from core.actor import Actor
from core.errors import DomainError
from experts import permissions
from experts.models import ContactOpening, Expert
from experts.services import base
from experts.services.affiliations import affiliations_sync


@transaction.atomic(durable=True)
def user_bind(*, expert_id: int, user_id: int, actor: Actor) -> Expert:
    """The office says who signs in for a row."""
    expert = base.locked(expert_id, actor, permissions.can_manage)
    attach_user(expert, User.objects.get(pk=user_id, is_active=True), actor=actor)
    return expert


def attach_user(expert: Expert, user: User, *, actor: Actor) -> None:
    """Inside a transaction, under lock, once somebody entitled to it said that ``user`` is this person."""
    if expert.user_id == user.pk:
        return
    if expert.user_id is not None:
        raise DomainError(_("该专家已绑定账号，请先解绑。"), code="expert_bound")
    try:
        with transaction.atomic():
            expert.user = user
            expert.save(update_fields=["user", "updated_at"])
    except IntegrityError as exc:
        raise DomainError(_("该账号已绑定本县另一位在库专家，如为同一人请合并条目。"), code="user_taken") from exc
    affiliations_sync(user.pk)
    audit.record(expert, "bind", actor=actor, data={"user_id": user.pk})
    outbox.emit("expert.user_bound", {"county_id": expert.county_id, "expert_id": expert.pk, "user_id": user.pk})


@transaction.atomic(durable=True)
def user_unbind(*, expert_id: int, actor: Actor, reason: str = "") -> Expert:
    expert = base.locked(expert_id, actor, permissions.can_manage)
    if expert.user_id is None:
        return expert
    user_id, expert.user = expert.user_id, None
    expert.save(update_fields=["user", "updated_at"])
    affiliations_sync(user_id)
    audit.record(expert, "unbind", actor=actor, reason=reason, data={"user_id": user_id})
    return expert


@transaction.atomic(durable=True)
def contact_reveal(*, expert_id: int, actor: Actor, reason: str = "") -> dict[str, str]:
    """Phone and e-mail in full. Showing them is itself an event on record."""
    expert = base.locked(expert_id, actor, permissions.can_reveal)
    audit.record(expert, "reveal", actor=actor, reason=reason, data={"fields": ["phone", "email"]})
    return {"phone": expert.phone, "email": expert.email}


def contact_open(*, expert_id: int, order_code: str, firm_code: str, actor: Actor) -> ContactOpening:
    """Open the contact to the firm of a confirmed order; opening again after a closing reopens the same grant."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("call this inside the transaction of the order")
    expert = Expert.objects.get(pk=expert_id)
    opening, created = ContactOpening.objects.get_or_create(
        order_code=order_code, defaults={"expert": expert, "firm_code": firm_code}
    )
    if not created and opening.closed_at is None:
        return opening
    if not created:
        opening.closed_at = None
        opening.save(update_fields=["closed_at"])
    audit.record(expert, "contact_open", actor=actor, data={"order": order_code, "firm": firm_code})
    return opening


def contact_close(*, order_code: str, actor: Actor, reason: str = "") -> None:
    """Take the grant back when the order ends without a project."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("call this inside the transaction of the order")
    opening = ContactOpening.objects.select_related("expert").filter(order_code=order_code, closed_at=None).first()
    if opening is None:
        return
    opening.closed_at = now()
    opening.save(update_fields=["closed_at"])
    audit.record(opening.expert, "contact_close", actor=actor, reason=reason, data={"order": order_code})
