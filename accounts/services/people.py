"""Office roles and accounts: given and taken by admins, in force from the next request."""

from django.db import transaction
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts import permissions, selectors
from accounts.enums import OFFICE_ROLES
from accounts.models import ApiToken, IdempotencyKey, Scope, User
from core import audit, outbox
from core.actor import Actor
from core.errors import Invalid, require
from core.models import Region


@transaction.atomic(durable=True)
def scope_grant(*, user_id: int, role: str, region_id: int, actor: Actor) -> Scope:
    """Give an office role. Raises ``User.DoesNotExist`` for a person out of the actor's sight."""
    region = Region.objects.get(pk=region_id)
    require(permissions.can_grant(actor, region=region))
    person = selectors.people_visible_to(actor.user).select_for_update(no_key=True, of=("self",)).get(pk=user_id)
    return scope_attach(person=person, role=role, region=region, actor=actor)


def scope_attach(*, person: User, role: str, region: Region, actor: Actor) -> Scope:
    """Plain helper: the role itself, inside the caller's transaction and after its checks."""
    if role not in OFFICE_ROLES:
        raise Invalid(_("没有这种办公角色。"), field="role")
    scope, _created = Scope.objects.get_or_create(user=person, role=role, region=region, defaults={"is_active": False})
    if not scope.is_active:
        scope.is_active = True
        scope.save(update_fields=["is_active"])
        audit.record(person, "scope_grant", actor=actor, new=role, county=region, data={"region": region.code})
        outbox.emit("scope.granted", {"scope_id": scope.pk})
    return scope


@transaction.atomic(durable=True)
def scope_revoke(*, scope_id: int, actor: Actor, reason: str = "") -> Scope:
    """Take an office role away; the person's sessions end at their next request."""
    scope = Scope.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "region").get(pk=scope_id)
    if actor.user is None or scope.region_id not in actor.user.region_ids():
        raise Scope.DoesNotExist
    if not scope.is_active:
        return scope
    require(permissions.can_revoke_scope(actor, scope))
    scope.is_active = False
    scope.save(update_fields=["is_active"])
    sessions_end(user_id=scope.user_id)
    audit.record(
        scope.user, "scope_revoke", actor=actor, old=scope.role, reason=reason, county=scope.region,
        data={"region": scope.region.code},
    )  # fmt: skip
    outbox.emit("scope.revoked", {"scope_id": scope.pk})
    return scope


@transaction.atomic(durable=True)
def user_deactivate(*, user_id: int, actor: Actor, reason: str) -> User:
    """Close an account: no session, no token, no kept answer of the API survives."""
    person = selectors.people_visible_to(actor.user).select_for_update(no_key=True, of=("self",)).get(pk=user_id)
    require(permissions.can_deactivate(actor, person))
    if not reason.strip():
        raise Invalid(_("请写明停用的理由。"), field="reason")
    if person.is_active:
        person.is_active = False
        person.save(update_fields=["is_active"])
        sessions_end(user_id=person.pk)
        ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=now())
        audit.record(
            person, "deactivate", actor=actor, old="active", new="inactive", reason=reason, county=home(person)
        )
        outbox.emit("user.deactivated", {"user_id": person.pk})
    return person


@transaction.atomic(durable=True)
def user_activate(*, user_id: int, actor: Actor, reason: str = "") -> User:
    """Open a closed account again."""
    person = selectors.people_visible_to(actor.user).select_for_update(no_key=True, of=("self",)).get(pk=user_id)
    require(permissions.can_deactivate(actor, person))
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        audit.record(person, "activate", actor=actor, old="inactive", new="active", reason=reason, county=home(person))
        outbox.emit("user.activated", {"user_id": person.pk})
    return person


def sessions_end(*, user_id: int) -> None:
    """Plain helper: every session of the person fails its check from now on; answers kept for repeats go too."""
    User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1)
    IdempotencyKey.objects.filter(user=user_id).delete()


def home(person: User) -> Region | None:
    """The region under which an event about the person is filed."""
    scope = person.scopes.select_related("region").order_by("-is_active", "pk").first()
    if scope:
        return scope.region
    affiliation = person.affiliations.select_related("region").first()
    return affiliation.region if affiliation else None
