"""Who may invite, grant and close accounts. Each answer is a refusal to show, or None."""

from django.utils.translation import gettext_lazy as _

from accounts.enums import OFFICE_ROLES, Role
from accounts.models import Invitation, Scope, User
from core.actor import Actor
from core.errors import Refusal, TransitionRefused
from core.models import Region


def can_invite(actor: Actor, *, role: str, region: Region) -> Refusal | None:
    """Staff and admins invite firms' members and experts of their own counties; admins also the office."""
    if role in OFFICE_ROLES:
        return can_grant(actor, region=region)
    if actor.user is None or region.pk not in actor.user.county_ids(Role.STAFF, Role.ADMIN):
        return Refusal(_("只能邀请本县的企业成员和专家。"))
    return None


def can_grant(actor: Actor, *, region: Region) -> Refusal | None:
    """Office roles are given by admins, inside the regions they administer."""
    if actor.user is None or region.pk not in actor.user.region_ids(Role.ADMIN):
        return Refusal(_("只有该范围的管理员可以授予或收回办公角色。"))
    return None


def can_revoke_scope(actor: Actor, scope: Scope) -> Refusal | None:
    refusal = can_grant(actor, region=scope.region)
    if refusal:
        return refusal
    if scope.user_id == actor.user_id and scope.role == Role.ADMIN:
        return Refusal(_("不能收回自己的管理员角色，请由另一位管理员办理。"), code="own_role")
    return None


def can_revoke_invitation(actor: Actor, invitation: Invitation) -> Refusal | None:
    refusal = can_invite(actor, role=invitation.role, region=invitation.region)
    if refusal:
        return refusal
    if not invitation.is_open:
        return Refusal(_("此邀请已被接受、撤销或过期。"), code="transition_refused", error=TransitionRefused)
    return None


def can_deactivate(actor: Actor, person: User) -> Refusal | None:
    """An account is closed by an admin of every region in which its holder has an office role."""
    if person.pk == actor.user_id:
        return Refusal(_("不能停用自己的账号，请由另一位管理员办理。"), code="own_account")
    own = actor.user.region_ids(Role.ADMIN) if actor.user else frozenset()
    regions = set(person.scopes.filter(is_active=True).values_list("region_id", flat=True))
    if not own or not regions <= own:
        return Refusal(_("此人还在您管理范围以外任职，只能收回本范围的角色。"))
    return None
