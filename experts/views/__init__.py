"""Pages of the register: the list, one person, relations, groups, the own profile."""

from experts.views.achievements import (
    achievement_create,
    achievement_edit,
    achievement_feature,
    achievement_remove,
)
from experts.views.bulk import bulk
from experts.views.groups import group_create, group_detail, group_edit, group_lead, group_leave, group_list
from experts.views.merging import expert_merge, merge_choose
from experts.views.own import own
from experts.views.people import (
    expert_archive,
    expert_create,
    expert_detail,
    expert_edit,
    expert_restore,
    expert_reveal,
    user_unbind,
)
from experts.views.register import expert_list, view_remove, view_save
from experts.views.relations import (
    appointment_add,
    appointment_end,
    group_join,
    posting_add,
    posting_end,
    tie_add,
    tie_remove,
)
from experts.views.terms import capacity, consent, contacted, pause, resume

__all__ = [
    "achievement_create",
    "achievement_edit",
    "achievement_feature",
    "achievement_remove",
    "appointment_add",
    "appointment_end",
    "bulk",
    "capacity",
    "consent",
    "contacted",
    "expert_archive",
    "expert_create",
    "expert_detail",
    "expert_edit",
    "expert_list",
    "expert_merge",
    "expert_restore",
    "expert_reveal",
    "group_create",
    "group_detail",
    "group_edit",
    "group_join",
    "group_lead",
    "group_leave",
    "group_list",
    "merge_choose",
    "own",
    "pause",
    "posting_add",
    "posting_end",
    "resume",
    "tie_add",
    "tie_remove",
    "user_unbind",
    "view_remove",
    "view_save",
]
