"""Rows of the enterprise register: create, update, verify, archive, name an officer, show contacts."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.choices import Source
from core.errors import DomainError, Invalid, TransitionRefused, require
from core.models import Region
from core.text import clean_line
from enterprises import permissions
from enterprises.enums import UNSETTLED, EnterpriseStatus, Verification
from enterprises.models import Enterprise, Need
from enterprises.services import base


@transaction.atomic(durable=True)
def enterprise_create(
    *, county_id: int, values: Mapping[str, Any], actor: Actor, source: str = Source.STAFF
) -> Enterprise:
    """Add a firm to a county's register. ``values``: fields of ``base.EDITABLE``."""
    require(permissions.can_register(actor, county_id))
    county = Region.objects.get(pk=county_id)
    cleaned = base.clean_values(values)
    if not cleaned.get("name"):
        raise Invalid(_("请填写企业名称。"), code="required", field="name")
    chains = list(cleaned.pop("chains", ()))
    enterprise = Enterprise(county=county, source=source, **cleaned)
    base.check_places(enterprise, chains)
    base.derive(enterprise)
    base.check_fields(enterprise)
    _save(enterprise, actor, lambda: enterprise.save(force_insert=True))
    enterprise.chains.set(chains)
    audit.record(enterprise, "create", actor=actor, new=enterprise.status)
    base.announce(enterprise)
    return enterprise


@transaction.atomic(durable=True)
def enterprise_update(*, enterprise_id: int, values: Mapping[str, Any], actor: Actor) -> Enterprise:
    """Change fields; the audit row names them, never the contacts. A firm that changes what its verification stands on
    is verified again."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_edit_enterprise)
    cleaned = base.clean_values(values)
    office = permissions.is_office(actor, enterprise.county_id)
    foreign = set(cleaned) & base.OFFICE_FIELDS
    if foreign and not office:
        raise Invalid(_("备注由人才办工作人员维护。"), code="office_field", field=sorted(foreign)[0])
    chains = cleaned.pop("chains", None)
    changed = {key for key, value in cleaned.items() if getattr(enterprise, key) != value}
    for key in changed:
        setattr(enterprise, key, cleaned[key])
    base.check_places(enterprise, chains)
    if chains is not None and {row.pk for row in chains} != set(enterprise.chains.values_list("pk", flat=True)):
        enterprise.chains.set(chains)
        changed.add("chains")
    if not changed:
        return enterprise
    base.check_fields(enterprise)
    base.derive(enterprise)
    again = not office and enterprise.verification != Verification.PENDING and bool(changed & base.VERIFIED_FIELDS)
    before = enterprise.verification
    if again or (enterprise.verification == Verification.REFUSED and not office):
        enterprise.verification, enterprise.verification_reason = Verification.PENDING, ""
    _save(enterprise, actor, enterprise.save)
    audit.record(enterprise, "update", actor=actor, data={"fields": sorted(changed)})
    if enterprise.verification != before:
        audit.record(enterprise, "verify_again", actor=actor, old=before, new=enterprise.verification)
        outbox.emit("enterprise.verify_again", {"id": enterprise.pk})
    base.announce(enterprise)
    return enterprise


def _save(enterprise: Enterprise, actor: Actor, save: Callable[[], None]) -> None:
    """The constraint decides whether the credit code is free in this county; the office is told who has it."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError as exc:
        raise taken(enterprise, actor) from exc


def taken(enterprise: Enterprise, actor: Actor) -> DomainError:
    """The refusal of a credit code that another firm of the same county has. A firm is not told which."""
    holder = (
        Enterprise.objects.active()
        .filter(county=enterprise.county_id, credit_code=enterprise.credit_code)
        .exclude(pk=enterprise.pk)
        .first()
    )
    if holder is None:
        return DomainError(_("资料与现有登记冲突，请核对后重试。"), code="conflict")
    if permissions.is_office(actor, enterprise.county_id):
        message = _("本县已登记使用该信用代码的企业：{name}（{code}）。请修改原有资料，或在原有资料上合并。").format(
            name=holder.name, code=holder.code
        )
    else:
        message = _("该信用代码已在本县登记。如确为本企业，请联系人才办处理。")
    return DomainError(message, code="credit_taken", field="credit_code")


@transaction.atomic(durable=True)
def enterprise_verify(*, enterprise_id: int, actor: Actor) -> Enterprise:
    """核验通过: the licence and the register agree. Needs a credit code."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_verify)
    if enterprise.verification == Verification.VERIFIED:
        return enterprise
    if not enterprise.credit_code:
        raise Invalid(_("请先补全统一社会信用代码，再核验。"), code="credit_required", field="credit_code")
    return _decide(enterprise, Verification.VERIFIED, "verify", actor=actor, reason="")


@transaction.atomic(durable=True)
def enterprise_refuse(*, enterprise_id: int, reason: str, actor: Actor) -> Enterprise:
    """核验不通过, with the reason the firm reads."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_verify)
    reason = clean_line(reason)[:200]
    if not reason:
        raise Invalid(_("请写明未通过的原因，企业会看到。"), field="reason", code="reason_required")
    return _decide(enterprise, Verification.REFUSED, "refuse", actor=actor, reason=reason)


def _decide(enterprise: Enterprise, verification: str, verb: str, *, actor: Actor, reason: str) -> Enterprise:
    before = enterprise.verification
    enterprise.verification, enterprise.verification_reason = verification, reason
    enterprise.save(update_fields=["verification", "verification_reason", "updated_at"])
    audit.record(enterprise, verb, actor=actor, old=before, new=verification, reason=reason)
    topic = "enterprise.verified" if verification == Verification.VERIFIED else "enterprise.refused"
    outbox.emit(topic, {"id": enterprise.pk})
    return enterprise


@transaction.atomic(durable=True)
def enterprise_archive(*, enterprise_id: int, reason: str, actor: Actor) -> Enterprise:
    """注销或迁出. The history stays; unsettled needs come first."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_manage)
    if enterprise.status == EnterpriseStatus.ARCHIVED:
        return enterprise
    reason = clean_line(reason)
    if not reason:
        raise Invalid(_("请写明原因，如注销或迁出。"), field="reason", code="reason_required")
    count = Need.objects.filter(enterprise=enterprise, status__in=UNSETTLED).count()
    if count:
        raise TransitionRefused(
            _("企业还有 {count} 项未办结的需求，请先办结或撤回。").format(count=count), code="needs_open"
        )
    return _move(enterprise, EnterpriseStatus.ARCHIVED, "archive", actor=actor, reason=reason)


@transaction.atomic(durable=True)
def enterprise_restore(*, enterprise_id: int, actor: Actor) -> Enterprise:
    enterprise = base.locked(enterprise_id, actor, permissions.can_manage)
    if enterprise.status == EnterpriseStatus.ACTIVE:
        return enterprise
    return _move(enterprise, EnterpriseStatus.ACTIVE, "restore", actor=actor, reason="")


def _move(enterprise: Enterprise, status: str, verb: str, *, actor: Actor, reason: str) -> Enterprise:
    before, enterprise.status = enterprise.status, status
    _save(enterprise, actor, lambda: enterprise.save(update_fields=["status", "updated_at"]))
    audit.record(enterprise, verb, actor=actor, old=before, new=status, reason=reason)
    base.announce(enterprise)
    return enterprise


@transaction.atomic(durable=True)
def enterprise_assign(*, enterprise_id: int, officer_id: int, actor: Actor) -> Enterprise:
    """Name the one case officer 帮办专员; new needs of the firm inherit the name."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_manage)
    officer = base.officer_of_county(officer_id, enterprise.county_id)
    if enterprise.officer_id == officer.pk:
        return enterprise
    before, enterprise.officer = str(enterprise.officer or ""), officer
    enterprise.save(update_fields=["officer", "updated_at"])
    audit.record(enterprise, "assign", actor=actor, old=before[:40], new=str(officer)[:40])
    outbox.emit("enterprise.assigned", {"id": enterprise.pk})
    return enterprise


@transaction.atomic(durable=True)
def enterprise_reveal(*, enterprise_id: int, actor: Actor, reason: str = "") -> dict[str, str]:
    """Phone and e-mail in full. Showing them is itself an event on record."""
    enterprise = base.locked(enterprise_id, actor, permissions.can_reveal)
    audit.record(enterprise, "reveal", actor=actor, reason=reason, data={"fields": ["phone", "email"]})
    return {"phone": enterprise.phone, "email": enterprise.email}
