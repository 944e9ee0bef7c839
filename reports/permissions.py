"""Who may export which ledger, and why not."""

from django.utils.translation import gettext as _

from accounts.enums import OFFICE_ROLES
from core.errors import Refusal


def can_export(actor, county_id):
    """Ledgers are the office's: staff, leaders and admins of the county."""
    if actor.user is not None and actor.user.has_role(*OFFICE_ROLES, county_id=county_id):
        return None
    return Refusal(_("台账由人才办工作人员和领导导出。"))
