"""Who may do what with matches, and why not."""

from django.utils.translation import gettext as _

from accounts.enums import Role
from core.errors import Refusal


def can_mark(actor, need):
    """Pin, block and push belong to staff and admins of the county; leaders read."""
    if actor.is_system or (
        actor.user is not None and actor.user.has_role(Role.STAFF, Role.ADMIN, county_id=need.county_id)
    ):
        return None
    return Refusal(_("此操作由人才办工作人员办理。"))


def can_weigh(actor, county_id):
    if actor.user is not None and actor.user.has_role(Role.ADMIN, county_id=county_id):
        return None
    return Refusal(_("匹配权重由本县管理员调整。"))
