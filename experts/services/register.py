"""Rows of the register: create, update, archive, restore."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from core import audit
from core.actor import Actor
from core.errors import DomainError, Invalid, TransitionRefused, require
from core.labels import field_label
from core.models import Chain, Region
from experts import permissions
from experts.enums import ExpertStatus
from experts.errors import EditConflict
from experts.models import Expert
from experts.services import base
from experts.services.affiliations import affiliations_sync
from experts.services.ties import tie_create


@transaction.atomic(durable=True)
def expert_create(
    *, county_id: int, values: Mapping[str, Any], actor: Actor, ties: Iterable[Mapping[str, Any]] = ()
) -> Expert:
    """Add a person to a county's register. ``values``: fields of ``base.EDITABLE``; ``institution`` by name, ``chains``
    and ``disciplines`` as rows. ``ties``: kind, region, place, note."""
    require(permissions.can_register(actor, county_id))
    county = Region.objects.get(pk=county_id)
    cleaned = base.clean_values(values)
    if not cleaned.get("name"):
        raise Invalid(_("请填写姓名。"), code="required", field="name")
    related = {key: list(cleaned.pop(key, ())) for key in base.RELATED}
    chains_of_county(related["chains"], county_id)
    institution = base.institution_named(cleaned.pop("institution", ""))
    expert = Expert(county=county, institution=institution, **cleaned)
    base.derive_name(expert)
    base.derive_search(expert, disciplines=[row.name for row in related["disciplines"]])
    base.check_fields(expert)
    expert.save(force_insert=True)
    for key, rows in related.items():
        getattr(expert, key).set(rows)
    for tie in ties:
        tie_create(expert, **tie)
    audit.record(expert, "create", actor=actor, new=expert.status)
    base.announce(expert)
    return expert


@transaction.atomic(durable=True)
def expert_update(
    *, expert_id: int, values: Mapping[str, Any], actor: Actor, expected_version: int | None = None
) -> Expert:
    """Change fields; the audit row names them, never the contacts. ``expected_version`` refuses a stale form."""
    expert = base.locked(expert_id, actor, permissions.can_edit)
    if expected_version is not None and expected_version != expert.version:
        raise EditConflict(_("您打开页面后，资料已被他人修改。请重新打开页面，核对后再保存。"))
    cleaned = base.clean_values(values)
    if permissions.is_own(actor, expert) and permissions.can_register(actor, expert.county_id) is not None:
        foreign = set(cleaned) - permissions.OWN_FIELDS
        if foreign:
            raise Invalid(_("以下内容由工作人员维护：{names}").format(names=_labels(foreign)), code="office_field")
    changed = _assign(expert, cleaned)
    if not changed:
        return expert
    if "name" in changed:
        base.derive_name(expert)
    base.refresh_search(expert)
    base.check_fields(expert)
    expert.version += 1
    expert.profile_updated_at = now()
    expert.save()
    audit.record(expert, "update", actor=actor, data={"fields": sorted(changed)})
    if changed & base.MATCHING_FIELDS:
        base.announce(expert)
    return expert


def _assign(expert: Expert, cleaned: dict[str, Any]) -> set[str]:
    """Write ``cleaned`` onto the row; the names of the fields that really changed."""
    changed = set()
    for key, value in cleaned.items():
        if key in base.RELATED:
            if key == "chains":
                chains_of_county(value, expert.county_id)
            if {row.pk for row in value} != set(getattr(expert, key).values_list("pk", flat=True)):
                getattr(expert, key).set(value)
                changed.add(key)
            continue
        new = base.institution_named(value) if key == "institution" else value
        if getattr(expert, key) != new:
            setattr(expert, key, new)
            changed.add(key)
    return changed


def chains_of_county(chains: Iterable[Chain], county_id: int) -> None:
    if any(chain.county_id != county_id for chain in chains):
        raise Invalid(_("只能选择本县的产业链。"), code="foreign_chain", field="chains")


@transaction.atomic(durable=True)
def expert_archive(*, expert_id: int, reason: str, actor: Actor) -> Expert:
    """Take a row out of the register. Its history stays; open orders come first."""
    expert = base.locked(expert_id, actor, permissions.can_manage)
    archive(expert, reason=reason, actor=actor)
    base.announce(expert)
    return expert


def archive(expert: Expert, *, reason: str, actor: Actor) -> None:
    """Inside a transaction, under lock and after the permission check."""
    if expert.status == ExpertStatus.ARCHIVED:
        return
    if expert.load:
        raise TransitionRefused(
            _("{name}有 {count} 个在办订单，请办结或改派后再退出专家库。").format(name=expert.name, count=expert.load),
            code="expert_has_orders",
        )
    before, expert.status = expert.status, ExpertStatus.ARCHIVED
    expert.version += 1
    expert.save(update_fields=["status", "version", "updated_at"])
    if expert.user_id:
        affiliations_sync(expert.user_id)
    audit.record(expert, "archive", actor=actor, old=before, new=expert.status, reason=reason)


@transaction.atomic(durable=True)
def expert_restore(*, expert_id: int, actor: Actor) -> Expert:
    expert = base.locked(expert_id, actor, permissions.can_manage)
    if expert.status == ExpertStatus.ACTIVE:
        return expert
    before, expert.status = expert.status, ExpertStatus.ACTIVE
    expert.version += 1
    try:
        with transaction.atomic():
            expert.save(update_fields=["status", "version", "updated_at"])
    except IntegrityError as exc:
        raise DomainError(_("该账号已绑定本县另一条在库资料，请先合并或解绑。"), code="user_taken") from exc
    if expert.user_id:
        affiliations_sync(expert.user_id)
    audit.record(expert, "restore", actor=actor, old=before, new=expert.status)
    base.announce(expert)
    return expert


def _labels(names: Iterable[str]) -> str:
    return _("、").join(field_label(Expert, name) for name in sorted(names))
