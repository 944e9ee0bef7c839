"""The life of a need. Topics: ``need.<verb>`` with its id; ``need.changed`` when its text for matching changed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from core import audit, outbox
from core.choices import Cooperation
from core.errors import Invalid, NotPermitted, TransitionRefused, require
from core.text import clean_line, clean_text, search_tokens
from core.workflow import locked, move
from enterprises import permissions
from enterprises.enums import NEED_MOVES, OPEN_TO_MATCH, Confidentiality, EnterpriseStatus, NeedStatus, NeedType
from enterprises.models import Enterprise, Need, NeedTarget

LINES = ("title", "blind_title", "sub_field", "ip_expectation", "decision_maker", "rewrite_title")
TEXTS = ("summary", "situation", "tried", "rewrite_text")
EDITABLE = (
    *LINES,
    "summary",
    "situation",
    "tried",
    "chain",
    "types",
    "constraints",
    "cooperation",
    "urgency",
    "is_onsite_possible",
    "confidentiality",
    "budget_min",
    "budget_max",
    "bounty",
    "seats",
    "deadline",
)
# A change of these changes what the engine reads or whom it may name.
MATCHED = {
    "title",
    "situation",
    "tried",
    "chain",
    "rewrite_title",
    "rewrite_text",
    "confidentiality",
    "seats",
    "targets",
}
MAX_TARGETS = 20


def _cleaned(values):
    return {
        key: clean_line(value) if key in LINES else clean_text(value) if key in TEXTS else value
        for key, value in values.items()
    }


def _searchable(need):
    return search_tokens(
        need.code, need.title, need.blind_title, need.rewrite_title, need.summary, need.situation, need.enterprise.name
    )


def _set_targets(need, targets):
    rows = [row for row in targets if clean_line(row.get("name", ""))]
    if len(rows) > MAX_TARGETS:
        raise Invalid(_("目标指标最多 {limit} 行，请合并后再保存。").format(limit=MAX_TARGETS), field="targets")
    need.targets.all().delete()
    NeedTarget.objects.bulk_create(
        NeedTarget(
            need=need,
            order=order,
            **{key: clean_line(row.get(key, "")) for key in ("name", "current", "target", "unit")},
        )
        for order, row in enumerate(rows)
    )


def _check(need):
    if need.chain_id and need.chain.county_id != need.county_id:
        raise Invalid(_("产业链不属于本县，请重新选择。"), field="chain")
    if need.budget_min and need.budget_max and need.budget_min > need.budget_max:
        raise Invalid(_("拟投入上限不能小于下限。"), field="budget_max")
    for field, known in (("types", NeedType.values), ("cooperation", Cooperation.values)):
        if not set(getattr(need, field)) <= set(known):
            raise Invalid(_("有不认识的选项，请重新选择。"), field=field)
    try:
        need.clean_fields(exclude=["enterprise", "county", "officer", "created_by", "reviewed_by", "rewritten_by"])
    except ValidationError as exc:
        field, messages = next(iter(exc.message_dict.items()))
        raise Invalid(messages[0], field=field) from exc


@transaction.atomic(durable=True)
def need_create(*, enterprise_id, values, actor, targets=(), source=None):
    """A draft of the firm, or of staff on its behalf. ``values``: keys of ``EDITABLE``."""
    enterprise = locked(actor.scope(Enterprise.objects), pk=enterprise_id)
    require(permissions.can_create_need(actor, enterprise))
    office = not permissions.is_member(actor, enterprise.pk)
    need = Need(
        enterprise=enterprise,
        county_id=enterprise.county_id,
        created_by_id=actor.user_id,
        officer_id=enterprise.officer_id,
        source=source or ("staff" if office else "enterprise"),
        **_cleaned({key: values[key] for key in EDITABLE if key in values}),
    )
    _check(need)
    need.search_text = _searchable(need)
    need.save()
    _set_targets(need, targets)
    audit.record(need, "create", actor=actor, new=need.status)
    outbox.emit("need.created", {"id": need.pk})
    return need


@transaction.atomic(durable=True)
def need_update(*, need_id, values, actor, targets=None):
    """Change the named fields. After publication the change is scored again."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_edit_need(actor, need))
    changes = _apply(need, values)
    if targets is not None:
        before = list(need.targets.values("name", "current", "target", "unit"))
        _set_targets(need, targets)
        if list(need.targets.values("name", "current", "target", "unit")) != before:
            changes.append("targets")
    if changes:
        _saved(need, changes, verb="update", actor=actor)
    return need


def _apply(need, values):
    """Set what differs; returns the names of the fields that changed."""
    changed = []
    for key, value in _cleaned({key: values[key] for key in EDITABLE if key in values}).items():
        if getattr(need, key) != value:
            setattr(need, key, value)
            changed.append(key)
    return changed


def _saved(need, changes, *, verb, actor):
    _check(need)
    need.search_text = _searchable(need)
    need.version += 1
    columns = [name for name in changes if name != "targets"]
    need.save(update_fields=[*columns, "search_text", "version", "updated_at"])
    audit.record(need, verb, actor=actor, data={"fields": sorted(changes)})
    if need.status in OPEN_TO_MATCH and MATCHED.intersection(changes):
        outbox.emit("need.changed", {"id": need.pk})


@transaction.atomic(durable=True)
def need_rewrite(*, need_id, rewrite_title, rewrite_text, actor):
    """技术翻译: the office's technical statement. The firm's own words stay as they were."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_rewrite(actor, need))
    need.rewrite_title, need.rewrite_text = clean_line(rewrite_title), clean_text(rewrite_text)
    need.rewritten_by_id = actor.user_id
    _saved(need, ["rewrite_title", "rewrite_text", "rewritten_by"], verb="rewrite", actor=actor)
    return need


@transaction.atomic(durable=True)
def need_assign(*, need_id, officer_id, actor):
    """Name the one case officer 帮办专员."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.only_office(actor, need))
    old = str(need.officer or "")
    officer = need._meta.get_field("officer").related_model.objects.filter(pk=officer_id, is_active=True).first()
    if officer is None or not officer.has_role("staff", "admin", county_id=need.county_id):
        raise Invalid(_("帮办专员须是本县在岗的工作人员。"), field="officer")
    need.officer = officer
    need.save(update_fields=["officer", "updated_at"])
    audit.record(need, "assign", actor=actor, old=old[:40], new=str(officer)[:40])
    outbox.emit("need.assigned", {"id": need.pk})
    return need


def _decide(need_id, actor, permission, new, verb, *, reason="", needs_reason=False, **changes):
    """The common way of a decision: lock, ask, reason, move."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    if need.status == new:
        return need  # a double click is not an error
    require(permission(actor, need))
    reason = clean_line(reason)
    if needs_reason and not reason:
        raise Invalid(_("请写明理由，企业会看到。"), field="reason", code="reason_required")
    return move(
        need, new, table=NEED_MOVES, actor=actor, verb=verb, topic=f"need.{verb}", reason=reason,
        status_reason=reason[:300], **changes,
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_submit(*, need_id, actor):
    need = locked(actor.scope(Need.objects), pk=need_id)
    if need.status == NeedStatus.SUBMITTED:
        return need
    require(permissions.can_submit(actor, need))
    if need.enterprise.status != EnterpriseStatus.ACTIVE:
        raise TransitionRefused(_("企业已不在册，不能提交需求。"))
    if not need.title or not (need.situation or need.rewrite_text):
        raise Invalid(_("请先填写需求名称和现状与问题，再提交审核。"), code="incomplete", field="situation")
    return move(
        need, NeedStatus.SUBMITTED, table=NEED_MOVES, actor=actor, verb="submitted", topic="need.submitted",
        submitted_at=now(), status_reason="",
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_return(*, need_id, reason, actor):
    """退回补充: the firm is told what to add."""
    return _decide(
        need_id, actor, permissions.can_return, NeedStatus.RETURNED, "returned", reason=reason, needs_reason=True,
        reviewed_at=now(), reviewed_by_id=actor.user_id,
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_reject(*, need_id, reason, actor):
    return _decide(
        need_id, actor, permissions.can_reject, NeedStatus.REJECTED, "rejected", reason=reason, needs_reason=True,
        reviewed_at=now(), reviewed_by_id=actor.user_id,
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_publish(*, need_id, actor):
    """Publish after review, or again after 暂无匹配 or expiry. What outsiders read must not name the firm."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    if need.status == NeedStatus.PUBLISHED:
        return need
    require(permissions.can_publish(actor, need))
    if need.status == NeedStatus.EXPIRED and need.deadline and need.deadline < localdate():
        raise Invalid(_("期望完成时间已过，请先修改再重新发布。"), field="deadline", code="deadline_passed")
    if not need.blind_title:
        raise Invalid(
            _("请先填写对外名称：专家在确认对接前只看到它。"), field="blind_title", code="blind_title_required"
        )
    if need.confidentiality != Confidentiality.OPEN and not need.summary:
        raise Invalid(_("摘要公开和定向的需求须填写公开摘要。"), field="summary", code="summary_required")
    _refuse_naming_the_firm(need)
    return move(
        need, NeedStatus.PUBLISHED, table=NEED_MOVES, actor=actor, verb="published", topic="need.published",
        published_at=now(), reviewed_at=now(), reviewed_by_id=actor.user_id, status_reason="",
    )  # fmt: skip


def _refuse_naming_the_firm(need):
    short = need.enterprise.name
    for ending in ("股份有限公司", "有限责任公司", "有限公司", "集团"):
        short = short.removesuffix(ending)
    for field in ("blind_title", "summary"):
        text = getattr(need, field)
        if need.enterprise.name in text or (len(short) >= 3 and short in text):
            raise Invalid(
                _("“{field}”中出现了企业名称，请改写后再发布。").format(field=need._meta.get_field(field).verbose_name),
                field=field,
                code="names_firm",
            )


@transaction.atomic(durable=True)
def need_mark_unmet(*, need_id, reason="", actor):
    """暂无匹配: staff say so, or the clock does."""
    return _decide(
        need_id, actor, permissions.can_mark_unmet, NeedStatus.UNMET, "unmet",
        reason=reason or _("暂无合适专家"),
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_withdraw(*, need_id, reason, actor):
    return _decide(
        need_id, actor, permissions.can_withdraw, NeedStatus.WITHDRAWN, "withdrawn", reason=reason, needs_reason=True
    )


@transaction.atomic(durable=True)
def need_resolve(*, need_id, reason="", actor):
    """已解决: until engagements report outcomes themselves, staff record that the firm's problem is solved."""
    return _decide(need_id, actor, permissions.can_resolve, NeedStatus.RESOLVED, "resolved", reason=reason)


@transaction.atomic(durable=True)
def need_close(*, need_id, reason="", actor):
    return _decide(need_id, actor, permissions.can_close, NeedStatus.CLOSED, "closed", reason=reason)


@transaction.atomic(durable=True)
def need_expire(*, need_id, actor):
    """Past its deadline. The system's move; the firm may renew."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    if not actor.is_system:
        raise NotPermitted(_("过期由系统按期望完成时间处理。"))
    if need.status not in (NeedStatus.PUBLISHED, NeedStatus.UNMET) or not need.deadline or need.deadline >= localdate():
        return need
    return move(
        need, NeedStatus.EXPIRED, table=NEED_MOVES, actor=actor, verb="expired", topic="need.expired",
        status_reason=_("已过期望完成时间"),
    )  # fmt: skip


def need_taken(need, *, actor):
    """The first confirmed order sets the need to work. A plain helper: the order's transaction holds the lock."""
    if need.status in (NeedStatus.PUBLISHED, NeedStatus.UNMET):
        if need.status == NeedStatus.UNMET:
            move(need, NeedStatus.PUBLISHED, table=NEED_MOVES, actor=actor, verb="published", topic="need.reopened")
        move(
            need, NeedStatus.IN_PROGRESS, table=NEED_MOVES, actor=actor, verb="in_progress", topic="need.in_progress",
            status_reason="",
        )  # fmt: skip


def need_freed(need, *, actor):
    """The last confirmed order ended without an outcome: the need is open again. Plain helper, as above."""
    if need.status == NeedStatus.IN_PROGRESS:
        move(
            need, NeedStatus.PUBLISHED, table=NEED_MOVES, actor=actor, verb="published", topic="need.published",
            published_at=now(), status_reason="",
        )  # fmt: skip
