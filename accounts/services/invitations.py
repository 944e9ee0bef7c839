"""Invitations: one-time links that give one role to one person of one region."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts import invitations, permissions
from accounts.enums import OFFICE_ROLES, InvitationStatus, Role
from accounts.errors import InvitationRefused, PasswordRefused
from accounts.models import Invitation, Scope, User
from accounts.services.links import fingerprint, signature
from accounts.services.people import scope_attach
from core import audit, outbox
from core.actor import Actor
from core.calendar import add_working_days, end_of_day
from core.codes import new_code
from core.errors import Invalid, require
from core.models import Region


def invitation_link(invitation: Invitation) -> str:
    """The raw part of the invitation's link: made again from its code, never stored."""
    return signature("invitation", invitation.code)


@transaction.atomic(durable=True)
def invitation_create(
    *,
    role: str,
    region_id: int,
    name: str,
    actor: Actor,
    subject_code: str = "",
    email: str = "",
    phone: str = "",
) -> Invitation:
    """Invite a person. An open invitation of the same role, region, subject and address is given back instead."""
    region = Region.objects.filter(pk=region_id).first()
    if region is None or role not in Role.values:
        raise Invalid(_("请选择角色和范围。"), field="role")
    require(permissions.can_invite(actor, role=role, region=region))
    if role in OFFICE_ROLES:
        subject_code = ""
    elif not invitations.subject_name(role=role, subject_code=subject_code, county_id=region.pk):
        raise Invalid(_("本县没有这个编号的企业或专家，请核对。"), field="subject_code")
    same = Invitation.objects.filter(
        role=role, region=region, subject_code=subject_code, name=name, email=email, status=InvitationStatus.OPEN,
        expires_at__gt=now(), created_by=actor.user_id,
    ).first()  # fmt: skip
    if same:
        return same
    code = new_code("YQ")
    invitation = Invitation.objects.create(
        code=code,
        token_hash=fingerprint(signature("invitation", code)),
        role=role,
        region=region,
        subject_code=subject_code,
        name=name,
        email=email,
        phone=phone,
        created_by=actor.user,
        expires_at=deadline(),
    )
    audit.record(invitation, "create", actor=actor, new=role, county=region, data={"subject": subject_code})
    outbox.emit("invitation.created", {"invitation_id": invitation.pk})
    return invitation


def deadline() -> datetime:
    """The end of the last working day on which the link works."""
    return end_of_day(add_working_days(now(), settings.INVITATION_DAYS).at.date())


@transaction.atomic(durable=True)
def invitation_revoke(*, invitation_id: int, actor: Actor, reason: str = "") -> Invitation:
    invitation = (
        Invitation.objects.visible_to(actor.user)
        .select_for_update(no_key=True, of=("self",))
        .select_related("region")
        .get(pk=invitation_id)
    )
    if invitation.status == InvitationStatus.REVOKED:
        return invitation
    require(permissions.can_revoke_invitation(actor, invitation))
    invitation.status = InvitationStatus.REVOKED
    invitation.save(update_fields=["status"])
    audit.record(
        invitation, "revoke", actor=actor, old=InvitationStatus.OPEN, new=InvitationStatus.REVOKED, reason=reason,
        county=invitation.region,
    )  # fmt: skip
    outbox.emit("invitation.revoked", {"invitation_id": invitation.pk})
    return invitation


def invitation_read(raw: str) -> Invitation | None:
    """The open invitation behind a link, or None for every kind of failure alike."""
    found = (
        Invitation.objects.filter(token_hash=fingerprint(raw), created_by__is_active=True)
        .select_related("region", "created_by")
        .first()
    )
    return found if found and found.is_open else None


@transaction.atomic(durable=True)
def invitation_accept(
    *, raw: str, actor: Actor, username: str = "", password: str = "", name: str = "", phone: str = ""
) -> User:
    """Use the link up: the signed-in person (``actor.user``) or a new account gets the role, all or nothing.

    A replay is refused, and so is the link of a person who may no longer give that role."""
    invitation = Invitation.objects.select_for_update(no_key=True).filter(token_hash=fingerprint(raw)).first()
    if invitation is None or not invitation.is_open or not still_allowed(invitation):
        raise InvitationRefused
    if actor.user is not None and actor.user.is_authenticated:
        person = User.objects.get(pk=actor.user_id)
    else:
        person = user_make(
            username=username, password=password, name=name or invitation.name, email=invitation.email,
            phone=phone or invitation.phone,
        )  # fmt: skip
        actor = Actor(user=person, channel=actor.channel, label=str(person))
    claimed = Invitation.objects.filter(pk=invitation.pk, status=InvitationStatus.OPEN).update(
        status=InvitationStatus.ACCEPTED, accepted_by=person, accepted_at=now()
    )
    if not claimed:
        raise InvitationRefused
    if invitation.role in OFFICE_ROLES:
        scope_attach(person=person, role=invitation.role, region=invitation.region, actor=actor)
    else:
        invitations.attach_role(
            role=invitation.role, subject_code=invitation.subject_code, county_id=invitation.region_id, user=person,
            actor=actor,
        )  # fmt: skip
    audit.record(
        invitation, "accept", actor=actor, old=InvitationStatus.OPEN, new=InvitationStatus.ACCEPTED,
        county=invitation.region,
    )  # fmt: skip
    outbox.emit("invitation.accepted", {"invitation_id": invitation.pk})
    return person


@transaction.atomic(durable=True)
def admin_create(*, region_id: int, username: str, name: str, password: str, actor: Actor) -> User:
    """The first administrator of a region, made by whoever operates the machine; everybody else is invited."""
    region = Region.objects.get(pk=region_id)
    if Scope.objects.filter(region=region, role=Role.ADMIN, is_active=True, user__is_active=True).exists():
        raise Invalid(_("{region}已有管理员，请由管理员在“人员”页邀请其他人。").format(region=region), code="has_admin")
    person = user_make(username=username, password=password, name=name, email="", phone="")
    scope_attach(person=person, role=Role.ADMIN, region=region, actor=actor)
    return person


def still_allowed(invitation: Invitation) -> bool:
    """An inviter who lost the right takes the open links along."""
    inviter = Actor(user=invitation.created_by)
    return permissions.can_invite(inviter, role=invitation.role, region=invitation.region) is None


def user_make(*, username: str, password: str, name: str, email: str, phone: str) -> User:
    """Plain helper: a new account under the password rules."""
    person = User(username=username.strip(), name=name.strip(), email=email, phone=phone)
    try:
        validate_password(password, person)
    except ValidationError as exc:
        raise PasswordRefused(" ".join(exc.messages), field="password") from exc
    person.set_password(password)
    try:
        person.full_clean(exclude=["password", "email"], validate_unique=False, validate_constraints=False)
    except ValidationError as exc:
        field, messages = next(iter(exc.message_dict.items()))
        raise Invalid(" ".join(messages), field=field) from exc
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as exc:
        raise Invalid(_("这个用户名不能使用，请换一个。"), code="username_refused", field="username") from exc
    return person
