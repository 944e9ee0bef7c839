"""Who may do what with a register row that is in sight. Each function returns a reason, or None when allowed."""

from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from core.actor import Actor
from core.errors import Refusal, TransitionRefused
from experts.enums import ExpertStatus

# What people may write in their own row; the rest (identities, chains, consent on paper, remarks …) is the office's.
OWN_FIELDS = frozenset({
    "institution", "department", "position", "title", "degree", "honours", "research_fields", "disciplines", "profile",
    "cooperation", "availability", "city", "phone", "email",
})  # fmt: skip
# What only the register's own office reads, and what the person reads besides (docs/visibility.md, section 3).
OFFICE_FIELDS = ("gender", "born_on", "source", "last_contacted_on", "referrer", "remarks")
PRIVATE_FIELDS = (
    "phone", "email", "consent", "availability", "capacity", "load", "is_paused", "paused_from", "paused_until", "ties",
    "version",
)  # fmt: skip


def can_register(actor: Actor, county_id: int) -> Refusal | None:
    """Add rows to a county's register, import into it, merge in it."""
    if actor.is_system or (actor.user is not None and actor.user.has_role(Role.STAFF, Role.ADMIN, county_id=county_id)):
        return None
    return Refusal(_("只有本县工作人员可以维护专家库。"))


def can_manage(actor: Actor, expert) -> Refusal | None:
    """Every field and every relation of the row."""
    return can_register(actor, expert.county_id) or _not_merged(expert)


def can_edit(actor: Actor, expert) -> Refusal | None:
    """The office edits everything; the person edits ``OWN_FIELDS``, achievements, capacity, pause and consent."""
    if is_own(actor, expert):
        return _not_merged(expert) or _in_register(expert)
    if can_register(actor, expert.county_id) is not None:
        return Refusal(_("只有本县工作人员和专家本人可以修改资料。"))
    return _not_merged(expert)


def can_reveal(actor: Actor, expert) -> Refusal | None:
    """See phone and e-mail in full. Leaders and colleagues of a group read them masked or not at all."""
    if is_own(actor, expert):
        return None
    if can_register(actor, expert.county_id) is not None:
        return Refusal(_("只有本县工作人员可以查看完整联系方式。"))
    return None


def is_office_of(user, expert) -> bool:
    """Staff, leader or admin of the register's county."""
    return expert.county_id in user.county_ids()


def can_read_private(user, expert) -> bool:
    """The register's own office and the person; not a colleague of a group, not another county."""
    return is_office_of(user, expert) or (expert.user_id is not None and expert.user_id == user.pk)


def hidden_fields(user, expert) -> tuple[str, ...]:
    """Names of what ``user`` may not read of a row in sight."""
    if is_office_of(user, expert):
        return ()
    return OFFICE_FIELDS if can_read_private(user, expert) else (*OFFICE_FIELDS, *PRIVATE_FIELDS)


def is_own(actor: Actor, expert) -> bool:
    return actor.user_id is not None and expert.user_id == actor.user_id


def _not_merged(expert) -> Refusal | None:
    if expert.status == ExpertStatus.MERGED:
        return Refusal(_("该条目已合并到其他条目，请在合并后的条目上操作。"), "expert_merged", TransitionRefused)
    return None


def _in_register(expert) -> Refusal | None:
    if expert.status != ExpertStatus.ACTIVE:
        return Refusal(_("您的资料已退出专家库，如需恢复请联系工作人员。"), "expert_archived", TransitionRefused)
    return None
