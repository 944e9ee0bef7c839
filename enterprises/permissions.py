"""Who may do what with a firm and a need, and why not. The object is already in the person's sight."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Role
from core.actor import Actor
from core.errors import Refusal, TransitionRefused
from enterprises.enums import EDITABLE_BY_FIRM, NEED_MOVES, EnterpriseStatus, NeedStatus, Verification
from enterprises.models import Enterprise, Membership, Need

OFFICE_EDITS_NOT = (NeedStatus.MERGED, NeedStatus.CLOSED, NeedStatus.WITHDRAWN, NeedStatus.REJECTED)


def is_office(actor: Actor, county_id: int) -> bool:
    """Staff or admin of the county, or the system."""
    return actor.is_system or (
        actor.user is not None and actor.user.has_role(Role.STAFF, Role.ADMIN, county_id=county_id)
    )


def is_member(actor: Actor, enterprise_id: int) -> bool:
    return (
        actor.user_id is not None
        and Membership.objects.filter(enterprise=enterprise_id, user=actor.user_id, is_active=True).exists()
    )


def only_office(actor: Actor, obj: Any) -> Refusal | None:
    if not is_office(actor, obj.county_id):
        return Refusal(_("此操作由人才办工作人员办理。"))
    return None


def can_edit_enterprise(actor: Actor, enterprise: Enterprise) -> Refusal | None:
    if enterprise.status != EnterpriseStatus.ACTIVE:
        return Refusal(_("企业已不在册，不能修改。"), code="archived", error=TransitionRefused)
    if is_office(actor, enterprise.county_id) or is_member(actor, enterprise.pk):
        return None
    return Refusal(_("只有本企业成员和人才办工作人员可以修改企业资料。"))


def can_register(actor: Actor, county_id: int) -> Refusal | None:
    """Add firms to a county's register, import into it."""
    if not is_office(actor, county_id):
        return Refusal(_("只有本县工作人员可以登记企业。"))
    return None


def can_manage(actor: Actor, enterprise: Enterprise) -> Refusal | None:
    """What is the office's alone: archive, restore, merge, name an officer, add members."""
    refusal = only_office(actor, enterprise)
    if refusal is None and enterprise.status == EnterpriseStatus.MERGED:
        return Refusal(_("该企业已合并到其他条目，请在合并后的条目上操作。"), "merged", TransitionRefused)
    return refusal


def can_verify(actor: Actor, enterprise: Enterprise) -> Refusal | None:
    refusal = only_office(actor, enterprise)
    if refusal is None and enterprise.status != EnterpriseStatus.ACTIVE:
        return Refusal(_("企业已不在册，不需要核验。"), "archived", TransitionRefused)
    return refusal


def can_remove_member(actor: Actor, enterprise: Enterprise) -> Refusal | None:
    """The office, and members among themselves: whoever leaves the firm is taken off by a colleague."""
    if is_office(actor, enterprise.county_id) or is_member(actor, enterprise.pk):
        return None
    return Refusal(_("只有本企业成员和人才办工作人员可以移除成员。"))


def can_reveal(actor: Actor, enterprise: Enterprise) -> Refusal | None:
    """See phone and e-mail in full. A leader reads them masked."""
    if is_office(actor, enterprise.county_id) or is_member(actor, enterprise.pk):
        return None
    return Refusal(_("只有本县工作人员可以查看完整联系方式。"))


def can_create_need(actor: Actor, enterprise: Enterprise) -> Refusal | None:
    refusal = can_edit_enterprise(actor, enterprise)
    if refusal is None and enterprise.verification == Verification.REFUSED:
        return Refusal(
            _("企业核验未通过，暂不能发布需求。请先更正企业资料。"), code="unverified", error=TransitionRefused
        )
    return refusal


def can_edit_need(actor: Actor, need: Need) -> Refusal | None:
    if is_office(actor, need.county_id):
        if need.status in OFFICE_EDITS_NOT:
            return _closed(need)
        return None
    if not is_member(actor, need.enterprise_id):
        return Refusal(_("只有本企业成员和人才办工作人员可以修改需求。"))
    if need.status not in EDITABLE_BY_FIRM:
        return Refusal(
            _("需求“{status}”，企业不能直接修改；如需更正请联系帮办专员。").format(status=need.get_status_display()),
            code="not_editable",
            error=TransitionRefused,
        )
    return None


def _closed(need: Need) -> Refusal:
    return Refusal(
        _("需求“{status}”，不能再修改。").format(status=need.get_status_display()),
        code="transition_refused",
        error=TransitionRefused,
    )


def _move(need: Need, new: str) -> Refusal | None:
    """The move table's part of every permission, so that a page never offers what a service refuses."""
    if new not in NEED_MOVES[need.status]:
        return Refusal(
            _("当前状态是“{status}”，不能执行此操作。").format(status=need.get_status_display()),
            code="transition_refused",
            error=TransitionRefused,
        )
    return None


def can_submit(actor: Actor, need: Need) -> Refusal | None:
    if not (is_office(actor, need.county_id) or is_member(actor, need.enterprise_id)):
        return Refusal(_("只有本企业成员和人才办工作人员可以提交需求。"))
    return _move(need, NeedStatus.SUBMITTED)


def can_return(actor: Actor, need: Need) -> Refusal | None:
    return only_office(actor, need) or _move(need, NeedStatus.RETURNED)


def can_reject(actor: Actor, need: Need) -> Refusal | None:
    return only_office(actor, need) or _move(need, NeedStatus.REJECTED)


def can_publish(actor: Actor, need: Need) -> Refusal | None:
    refusal = only_office(actor, need) or _move(need, NeedStatus.PUBLISHED)
    if refusal is None and need.status == NeedStatus.IN_PROGRESS:
        return Refusal(_("需求正在对接，退单后会自动恢复发布。"), code="transition_refused", error=TransitionRefused)
    return refusal


def can_mark_unmet(actor: Actor, need: Need) -> Refusal | None:
    return only_office(actor, need) or _move(need, NeedStatus.UNMET)


def can_resolve(actor: Actor, need: Need) -> Refusal | None:
    return only_office(actor, need) or _move(need, NeedStatus.RESOLVED)


def can_close(actor: Actor, need: Need) -> Refusal | None:
    return only_office(actor, need) or _move(need, NeedStatus.CLOSED)


def can_withdraw(actor: Actor, need: Need) -> Refusal | None:
    if not (is_office(actor, need.county_id) or is_member(actor, need.enterprise_id)):
        return Refusal(_("只有本企业成员和人才办工作人员可以撤回需求。"))
    return _move(need, NeedStatus.WITHDRAWN)


def can_rewrite(actor: Actor, need: Need) -> Refusal | None:
    return only_office(actor, need) or (_closed(need) if need.status in OFFICE_EDITS_NOT else None)
