"""Pages of accounts, by subject."""

from accounts.views.acting import act_end, act_for, county_switch, display, role_switch
from accounts.views.inbox import inbox, notification_open, notification_read_all
from accounts.views.own import consent, profile, token_list, token_revoke
from accounts.views.people import (
    audit_list,
    invitation_revoke,
    invite,
    people,
    scope_grant,
    scope_revoke,
    user_state,
)
from accounts.views.sign_in import invitation_accept, locked_out

__all__ = [
    "act_end",
    "act_for",
    "audit_list",
    "consent",
    "county_switch",
    "display",
    "inbox",
    "invitation_accept",
    "invitation_revoke",
    "invite",
    "locked_out",
    "notification_open",
    "notification_read_all",
    "people",
    "profile",
    "role_switch",
    "scope_grant",
    "scope_revoke",
    "token_list",
    "token_revoke",
    "user_state",
]
