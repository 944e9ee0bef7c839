"""Every write of the demand side."""

from enterprises.services.disclosures import need_close_disclosures, need_disclose
from enterprises.services.needs import (
    need_assign,
    need_close,
    need_create,
    need_expire,
    need_freed,
    need_mark_unmet,
    need_publish,
    need_reject,
    need_resolve,
    need_return,
    need_rewrite,
    need_submit,
    need_taken,
    need_update,
    need_withdraw,
)

__all__ = [
    "need_assign",
    "need_close",
    "need_close_disclosures",
    "need_create",
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
]
