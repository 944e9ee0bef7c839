"""One firm entered twice: a person decides, both histories stay."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.errors import DomainError, Invalid, require
from core.text import clean_line
from enterprises import permissions
from enterprises.enums import EnterpriseStatus, Verification
from enterprises.models import Enterprise, Need
from enterprises.services import base
from enterprises.services.needs import refresh_search

FILLED = (
    "credit_code", "town", "park", "industry", "officer", "size", "main_products", "founded_on", "address",
    "contact_name", "contact_post", "phone", "email", "remarks",
)  # fmt: skip


@transaction.atomic(durable=True)
def enterprises_merge(*, keep_id: int, drop_id: int, actor: Actor, reason: str) -> Enterprise:
    """Fold ``drop`` into ``keep``: what ``keep`` lacks is filled, needs and members move, ``drop`` stays as a closed
    row that names its successor."""
    if keep_id == drop_id:
        raise DomainError(_("请选择两条不同的企业资料。"), code="same_row")
    rows = {
        row.pk: row
        for row in actor.scope(Enterprise.objects)
        .filter(pk__in=(keep_id, drop_id))
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    }
    if len(rows) != 2:
        raise Enterprise.DoesNotExist
    keep, drop = rows[keep_id], rows[drop_id]
    require(permissions.can_manage(actor, keep) or permissions.can_manage(actor, drop))
    if keep.county_id != drop.county_id:
        raise DomainError(_("不同县的企业各自登记，不能合并。"), code="foreign_county")
    if keep.status != EnterpriseStatus.ACTIVE:
        raise DomainError(_("保留的企业须在册，请先恢复或另选。"), code="archived")
    if keep.credit_code and drop.credit_code and keep.credit_code != drop.credit_code:
        raise DomainError(_("两条资料的统一社会信用代码不同，不是同一家企业；如有误请先更正。"), code="two_codes")
    reason = clean_line(reason)
    if not reason:
        raise Invalid(_("请写明合并的依据，如同一信用代码重复录入。"), field="reason", code="reason_required")

    before = drop.status
    filled = [name for name in FILLED if not getattr(keep, name) and getattr(drop, name)]
    for name in filled:
        setattr(keep, name, getattr(drop, name))
    keep.qualifications = list(dict.fromkeys([*keep.qualifications, *drop.qualifications]))
    if keep.verification == Verification.PENDING and drop.verification == Verification.VERIFIED:
        keep.verification = drop.verification
    drop.status, drop.merged_into = EnterpriseStatus.MERGED, keep
    drop.save(update_fields=["status", "merged_into", "updated_at"])
    base.derive(keep)
    keep.save()  # after ``drop`` left the register: one active row per credit code
    drop.merged_rows.update(merged_into=keep)
    keep.chains.add(*drop.chains.all())
    moved = {"needs": _move_needs(keep, drop), "members": _move_members(keep, drop)}
    audit.record(drop, "merge", actor=actor, old=before, new=drop.status, reason=reason, data={"into": keep.code})
    audit.record(keep, "absorb", actor=actor, reason=reason, data={"from": drop.code, "filled": filled, "moved": moved})
    outbox.emit("enterprise.merged", {"county_id": keep.county_id, "keep_id": keep.pk, "drop_id": drop.pk})
    base.announce(keep)
    return keep


def _move_needs(keep: Enterprise, drop: Enterprise) -> int:
    needs = list(Need.objects.filter(enterprise=drop).order_by("pk").select_for_update(no_key=True, of=("self",)))
    for need in needs:
        need.enterprise = keep
        refresh_search(need)
        need.save(update_fields=["enterprise", "search_text", "public_search_text", "updated_at"])
    return len(needs)


def _move_members(keep: Enterprise, drop: Enterprise) -> int:
    """Who acts for both keeps one membership; an active one wins."""
    have = {membership.user_id: membership for membership in keep.memberships.all()}
    moved = 0
    for membership in drop.memberships.filter(is_active=True):
        known = have.get(membership.user_id)
        if known is None:
            membership.enterprise = keep
            membership.save(update_fields=["enterprise"])
            moved += 1
            continue
        if not known.is_active:
            known.is_active = True
            known.save(update_fields=["is_active"])
            moved += 1
        membership.is_active = False
        membership.save(update_fields=["is_active"])
    return moved
