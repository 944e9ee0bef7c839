"""Every write to the register. One module per entity; callers import from here.

Functions with ``atomic(durable=True)`` are outermost writes. ``attach_user``, ``contact_open``, ``contact_close``,
``load_reserve`` and ``load_release`` are plain helpers: they run inside the transaction of the service that calls them.
"""

from experts.services.access import attach_user, contact_close, contact_open, contact_reveal, user_bind, user_unbind
from experts.services.achievements import (
    achievement_add,
    achievement_feature,
    achievement_remove,
    achievement_update,
)
from experts.services.bulk import experts_archive, experts_assign_chain, experts_pause
from experts.services.groups import group_create, group_join, group_lead, group_leave, group_update
from experts.services.load import load_release, load_reserve
from experts.services.merging import experts_merge
from experts.services.register import expert_archive, expert_create, expert_restore, expert_update
from experts.services.relations import (
    appointment_add,
    appointment_end,
    posting_add,
    posting_end,
    tie_add,
    tie_remove,
)
from experts.services.terms import capacity_set, consent_set, contact_noted, pause_clear, pause_set

__all__ = [
    "achievement_add",
    "achievement_feature",
    "achievement_remove",
    "achievement_update",
    "appointment_add",
    "appointment_end",
    "attach_user",
    "capacity_set",
    "consent_set",
    "contact_close",
    "contact_noted",
    "contact_open",
    "contact_reveal",
    "expert_archive",
    "expert_create",
    "expert_restore",
    "expert_update",
    "experts_archive",
    "experts_assign_chain",
    "experts_merge",
    "experts_pause",
    "group_create",
    "group_join",
    "group_lead",
    "group_leave",
    "group_update",
    "load_release",
    "load_reserve",
    "pause_clear",
    "pause_set",
    "posting_add",
    "posting_end",
    "tie_add",
    "tie_remove",
    "user_bind",
    "user_unbind",
]
