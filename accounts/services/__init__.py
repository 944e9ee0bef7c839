"""Every write of accounts. Plain helpers are called inside or between transactions of others: ``notify``,
``mail_send``, ``link_*``, ``affiliation_set``. The rest are services with a transaction of their own."""

from accounts.services.acting import acting_begin, acting_end
from accounts.services.invitations import (
    admin_create,
    invitation_accept,
    invitation_create,
    invitation_link,
    invitation_read,
    invitation_revoke,
)
from accounts.services.links import link_issue, link_read, link_use, links_revoke
from accounts.services.notify import absolute, affiliation_set, mail_send, notify
from accounts.services.people import scope_grant, scope_revoke, user_activate, user_deactivate
from accounts.services.profile import (
    consent_give,
    consent_withdraw,
    notification_read,
    notification_read_all,
    password_set,
    profile_update,
    token_create,
    token_revoke,
)

__all__ = [
    "absolute",
    "acting_begin",
    "acting_end",
    "admin_create",
    "affiliation_set",
    "consent_give",
    "consent_withdraw",
    "invitation_accept",
    "invitation_create",
    "invitation_link",
    "invitation_read",
    "invitation_revoke",
    "link_issue",
    "link_read",
    "link_use",
    "links_revoke",
    "mail_send",
    "notification_read",
    "notification_read_all",
    "notify",
    "password_set",
    "profile_update",
    "scope_grant",
    "scope_revoke",
    "token_create",
    "token_revoke",
    "user_activate",
    "user_deactivate",
]
