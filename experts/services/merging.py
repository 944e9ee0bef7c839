"""One person entered twice: a person decides, both histories stay."""

from django.db import transaction
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.errors import DomainError, require
from experts import permissions
from experts.enums import ConsentState, ExpertStatus
from experts.models import Expert
from experts.services import base
from experts.services.achievements import FEATURED_MAX
from experts.services.affiliations import affiliations_sync

FILLED = (
    "user", "institution", "gender", "born_on", "department", "position", "title", "degree", "profile", "availability",
    "city", "phone", "email", "referrer", "remarks",
)  # fmt: skip
FLAGS = ("is_hometown", "is_deputy", "is_advisor")


@transaction.atomic(durable=True)
def experts_merge(*, keep_id: int, drop_id: int, actor: Actor, reason: str = "") -> Expert:
    """Fold ``drop`` into ``keep``: what ``keep`` lacks is filled, relations move, ``drop`` stays as a closed row that
    names its successor."""
    if keep_id == drop_id:
        raise DomainError(_("请选择两条不同的资料。"), code="same_row")
    rows = {
        row.pk: row
        for row in base.in_scope(actor)
        .filter(pk__in=(keep_id, drop_id))
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    }
    if len(rows) != 2:
        raise Expert.DoesNotExist
    keep, drop = rows[keep_id], rows[drop_id]
    require(permissions.can_manage(actor, keep) or permissions.can_manage(actor, drop))
    if keep.county_id != drop.county_id:
        raise DomainError(_("不同县的资料各自登记，不能合并。"), code="foreign_county")
    if drop.load:
        raise DomainError(
            _("被合并的资料有 {count} 个在办订单。请以它为保留项，或待订单办结后再合并。").format(count=drop.load),
            code="expert_has_orders",
        )
    if keep.user_id and drop.user_id and keep.user_id != drop.user_id:
        raise DomainError(_("两条资料绑定了不同的账号，请先确认并解绑其中一个。"), code="two_users")
    filled = _fill(keep, drop)
    before = drop.status
    drop.status, drop.merged_into, drop.user = ExpertStatus.MERGED, keep, None
    drop.version += 1
    drop.save(update_fields=["status", "merged_into", "user", "version", "updated_at"])
    keep.save()  # after ``drop`` let go of the account: one active row per person
    drop.merged_rows.update(merged_into=keep)
    moved = _move(keep, drop)
    base.refresh_search(keep)
    keep.version += 1
    keep.profile_updated_at = now()
    keep.save(update_fields=["search_text", "version", "profile_updated_at", "updated_at"])
    if keep.user_id:
        affiliations_sync(keep.user_id)
    audit.record(drop, "merge", actor=actor, old=before, new=drop.status, reason=reason, data={"into": keep.code})
    audit.record(keep, "absorb", actor=actor, reason=reason, data={"from": drop.code, "filled": filled, "moved": moved})
    outbox.emit("expert.merged", {"county_id": keep.county_id, "keep_id": keep.pk, "drop_id": drop.pk})
    outbox.emit("expert.changed", {"county_id": keep.county_id, "expert_ids": [keep.pk, drop.pk]})
    return keep


def _fill(keep: Expert, drop: Expert) -> list[str]:
    filled = []
    for name in FILLED:
        if not getattr(keep, name) and getattr(drop, name):
            setattr(keep, name, getattr(drop, name))
            filled.append(name)
    for name in FLAGS:
        setattr(keep, name, getattr(keep, name) or getattr(drop, name))
    for name, limit in base.LISTS.items():
        setattr(keep, name, list(dict.fromkeys([*getattr(keep, name), *getattr(drop, name)]))[:limit])
    keep.cooperation = list(dict.fromkeys([*keep.cooperation, *drop.cooperation]))
    if drop.last_contacted_on and (keep.last_contacted_on is None or drop.last_contacted_on > keep.last_contacted_on):
        keep.last_contacted_on = drop.last_contacted_on
    if ConsentState.REFUSED in (keep.consent, drop.consent):
        keep.consent = ConsentState.REFUSED  # a person who said no once is asked again, not overruled
    elif keep.consent == ConsentState.PENDING:
        keep.consent = drop.consent
    return filled


def _move(keep: Expert, drop: Expert) -> dict[str, int]:
    moved = {}
    have = set(keep.ties.values_list("kind", "region"))
    ties = [tie.pk for tie in drop.ties.all() if tie.region_id is None or (tie.kind, tie.region_id) not in have]
    moved["ties"] = drop.ties.filter(pk__in=ties).update(expert=keep)
    room = max(0, FEATURED_MAX - keep.achievements.filter(is_featured=True).count())
    start = keep.achievements.count()
    known = set(keep.achievements.values_list("title", flat=True))
    fresh = [row for row in drop.achievements.all() if row.title not in known]
    for number, row in enumerate(fresh):
        row.expert, row.order = keep, start + number
        row.is_featured, room = row.is_featured and room > 0, room - (row.is_featured and room > 0)
        row.save(update_fields=["expert", "order", "is_featured"])
    moved["achievements"] = len(fresh)
    moved["postings"] = drop.postings.update(expert=keep)
    moved["appointments"] = drop.appointments.update(expert=keep)
    member_of = set(keep.group_memberships.filter(ended_on=None).values_list("group", flat=True))
    for membership in drop.group_memberships.filter(ended_on=None, group__in=member_of):
        membership.ended_on = max(localdate(), membership.started_on or localdate())
        membership.save(update_fields=["ended_on"])
    moved["groups"] = drop.group_memberships.update(expert=keep)
    moved["contacts"] = drop.contact_openings.update(expert=keep)
    keep.chains.add(*drop.chains.all())
    keep.disciplines.add(*drop.disciplines.all())
    return moved
