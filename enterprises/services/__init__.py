"""Every write of the demand side."""

from enterprises.services.attachments import need_attach, need_detach
from enterprises.services.bulk import needs_assign, needs_publish, needs_withdraw
from enterprises.services.disclosures import need_close_disclosures, need_disclose
from enterprises.services.members import member_add, member_attach, member_remove, memberships_end
from enterprises.services.merging import enterprises_merge
from enterprises.services.moves import (
    need_close,
    need_expire,
    need_freed,
    need_mark_unmet,
    need_publish,
    need_reject,
    need_resolve,
    need_return,
    need_submit,
    need_taken,
    need_withdraw,
)
from enterprises.services.needs import need_assign, need_create, need_rewrite, need_update
from enterprises.services.register import (
    enterprise_archive,
    enterprise_assign,
    enterprise_create,
    enterprise_refuse,
    enterprise_restore,
    enterprise_reveal,
    enterprise_update,
    enterprise_verify,
)

__all__ = [
    "enterprise_archive",
    "enterprise_assign",
    "enterprise_create",
    "enterprise_refuse",
    "enterprise_restore",
    "enterprise_reveal",
    "enterprise_update",
    "enterprise_verify",
    "enterprises_merge",
    "member_add",
    "member_attach",
    "member_remove",
    "memberships_end",
    "need_assign",
    "need_attach",
    "need_close",
    "need_close_disclosures",
    "need_create",
    "need_detach",
    "need_disclose",
    "need_expire",
    "need_freed",
    "need_mark_unmet",
    "need_publish",
    "need_reject",
    "need_resolve",
    "need_return",
    "need_rewrite",
    "need_submit",
    "need_taken",
    "need_update",
    "need_withdraw",
    "needs_assign",
    "needs_publish",
    "needs_withdraw",
]
