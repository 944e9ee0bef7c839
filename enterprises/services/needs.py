"""What a need says: create, change, rewrite, name an officer. Its states move in ``enterprises.services.moves``.

Topics: ``need.created``, ``need.assigned``, ``need.changed`` (what the engine reads changed), each with the id."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.choices import Cooperation, Source
from core.enums import Channel
from core.errors import Invalid, require
from core.labels import field_label, field_length
from core.text import clean_line, clean_text, search_tokens
from core.workflow import locked
from enterprises import permissions
from enterprises.enums import OPEN_TO_MATCH, Confidentiality, NeedType
from enterprises.models import Enterprise, Need, NeedTarget
from enterprises.services.base import officer_of_county

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
# Outsiders may come to read these.
PUBLIC = {
    "blind_title",
    "summary",
    "confidentiality",
    "sub_field",
    "situation",
    "rewrite_text",
    "tried",
    "ip_expectation",
}
MAX_TARGETS = 20
TARGET_KEYS = ("name", "current", "target", "unit")
CONSTRAINT_KEYS = ("equipment", "cost", "environment", "period")
# What the form asks for. An import keeps longer texts with a warning; whoever edits the field then shortens it.
LIMITS = {"situation": 800, "tried": 500, "rewrite_text": 1500}
MAX_CONSTRAINT = 200
Values = Mapping[str, Any]


def _cleaned(values: Values) -> dict[str, Any]:
    cleaned = {
        key: clean_line(value) if key in LINES else clean_text(value) if key in TEXTS else value
        for key, value in values.items()
    }
    if "constraints" in cleaned:
        cleaned["constraints"] = _cleaned_constraints(cleaned["constraints"])
    return cleaned


def _cleaned_constraints(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) - set(CONSTRAINT_KEYS):
        raise Invalid(_("约束条件只分设备、成本、环保、周期四类。"), field="constraints")
    texts = {key: clean_text(value.get(key, "")) for key in CONSTRAINT_KEYS}
    if any(len(text) > MAX_CONSTRAINT for text in texts.values()):
        raise Invalid(
            _("每类约束最多 {limit} 个字，请精简。").format(limit=MAX_CONSTRAINT), code="too_long", field="constraints"
        )
    return {key: text for key, text in texts.items() if text}


def _check_lengths(need: Need, changed: Iterable[str], actor: Actor) -> None:
    if actor.channel == Channel.IMPORT:
        return
    for key in LIMITS.keys() & set(changed):
        if len(getattr(need, key)) > LIMITS[key]:
            raise Invalid(
                _("“{field}”超过 {limit} 个字，请精简；细节可作为附件上传。").format(
                    field=field_label(need, key), limit=LIMITS[key]
                ),
                code="too_long",
                field=key,
            )


def refresh_search(need: Need) -> None:
    """The two search columns; the caller saves. The public one holds only what the least informed viewer may read."""
    need.search_text = _tokens(
        need.code, need.title, need.blind_title, need.rewrite_title, need.summary, need.situation, need.sub_field,
        need.rewrite_text, need.enterprise.name,
    )  # fmt: skip
    shown = [need.code, need.blind_title or need.rewrite_title, need.summary, need.sub_field]
    if need.confidentiality == Confidentiality.OPEN:
        shown.append(need.rewrite_text or need.situation)
    need.public_search_text = _tokens(*shown)


def _tokens(*texts: str) -> str:
    return f" {search_tokens(*texts)} "


def _set_targets(need: Need, targets: Iterable[Values]) -> None:
    rows = [{key: clean_line(row.get(key) or "") for key in TARGET_KEYS} for row in targets]
    rows = [row for row in rows if any(row.values())]
    if len(rows) > MAX_TARGETS:
        raise Invalid(_("目标指标最多 {limit} 行，请合并后再保存。").format(limit=MAX_TARGETS), field="targets")
    for row in rows:
        if not row["name"]:
            raise Invalid(_("请写明指标名称，如“厂界臭气浓度”。"), code="required", field="targets")
        for key, text in row.items():
            limit = field_length(NeedTarget, key, 60)
            if len(text) > limit:
                raise Invalid(
                    _("目标指标的“{field}”超过 {limit} 个字，请精简。").format(
                        field=field_label(NeedTarget, key), limit=limit
                    ),
                    code="too_long",
                    field="targets",
                )
    need.targets.all().delete()
    NeedTarget.objects.bulk_create(NeedTarget(need=need, order=order, **row) for order, row in enumerate(rows))


def _check(need: Need) -> None:
    if need.chain is not None and need.chain.county_id != need.county_id:
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
def need_create(
    *, enterprise_id: int, values: Values, actor: Actor, targets: Iterable[Values] = (), source: str = ""
) -> Need:
    """A draft of the firm, or of staff on its behalf. ``values``: keys of ``EDITABLE``."""
    enterprise = locked(actor.scope(Enterprise.objects), pk=enterprise_id)
    require(permissions.can_create_need(actor, enterprise))
    _known(values)
    office = not permissions.is_member(actor, enterprise.pk)
    need = Need(
        enterprise=enterprise,
        county_id=enterprise.county_id,
        created_by_id=actor.user_id,
        officer_id=enterprise.officer_id,
        source=source or (Source.STAFF if office else Source.ENTERPRISE),
        **_cleaned(values),
    )
    _check(need)
    _check_lengths(need, values, actor)
    refresh_search(need)
    need.save()
    _set_targets(need, targets)
    audit.record(need, "create", actor=actor, new=need.status)
    outbox.emit("need.created", {"id": need.pk})
    return need


@transaction.atomic(durable=True)
def need_update(*, need_id: int, values: Values, actor: Actor, targets: Iterable[Values] | None = None) -> Need:
    """Change the named fields. After publication the change is scored again, and outsiders read it: it may not name
    the firm either."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_edit_need(actor, need))
    _known(values)
    changes = _apply(need, values)
    if targets is not None:
        before = list(need.targets.values(*TARGET_KEYS))
        _set_targets(need, targets)
        if list(need.targets.values(*TARGET_KEYS)) != before:
            changes.append("targets")
    if need.status in OPEN_TO_MATCH and PUBLIC.intersection(changes):
        check_public(need)
    if changes:
        _saved(need, changes, verb="update", actor=actor)
    return need


def _known(values: Values) -> None:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise Invalid(_("不能修改的字段：{names}").format(names=_("、").join(sorted(unknown))), code="unknown_field")


def _apply(need: Need, values: Values) -> list[str]:
    """Set what differs; returns the names of the fields that changed."""
    changed = []
    for key, value in _cleaned(values).items():
        if getattr(need, key) != value:
            setattr(need, key, value)
            changed.append(key)
    return changed


def _saved(need: Need, changes: list[str], *, verb: str, actor: Actor) -> None:
    _check(need)
    _check_lengths(need, changes, actor)
    refresh_search(need)
    need.version += 1
    columns = [name for name in changes if name != "targets"]
    need.save(update_fields=[*columns, "search_text", "public_search_text", "version", "updated_at"])
    audit.record(need, verb, actor=actor, data={"fields": sorted(changes)})
    if need.status in OPEN_TO_MATCH and MATCHED.intersection(changes):
        outbox.emit("need.changed", {"id": need.pk})


@transaction.atomic(durable=True)
def need_rewrite(*, need_id: int, rewrite_title: str, rewrite_text: str, actor: Actor) -> Need:
    """技术翻译: the office's technical statement. The firm's own words stay as they were."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_rewrite(actor, need))
    title, text = clean_line(rewrite_title), clean_text(rewrite_text)
    if (title, text) == (need.rewrite_title, need.rewrite_text):
        return need
    need.rewrite_title, need.rewrite_text, need.rewritten_by_id = title, text, actor.user_id
    refuse_naming_the_firm(need, ("rewrite_title", "rewrite_text"))  # experts may read both without the firm
    _saved(need, ["rewrite_title", "rewrite_text", "rewritten_by"], verb="rewrite", actor=actor)
    return need


@transaction.atomic(durable=True)
def need_assign(*, need_id: int, officer_id: int, actor: Actor) -> Need:
    """Name the one case officer 帮办专员."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    assign(need, officer_id=officer_id, actor=actor)
    return need


def assign(need: Need, *, officer_id: int, actor: Actor) -> None:
    """Plain helper under the caller's lock."""
    require(permissions.only_office(actor, need))
    officer = officer_of_county(officer_id, need.county_id)
    if need.officer_id == officer.pk:
        return
    old, need.officer = str(need.officer or ""), officer
    need.save(update_fields=["officer", "updated_at"])
    audit.record(need, "assign", actor=actor, old=old[:40], new=str(officer)[:40])
    outbox.emit("need.assigned", {"id": need.pk})


def check_public(need: Need) -> None:
    """What outsiders read is there and does not name the firm. Before publication, and at every change after it."""
    if not need.blind_title:
        raise Invalid(
            _("请先填写对外名称：专家在确认对接前只看到它。"), field="blind_title", code="blind_title_required"
        )
    if need.confidentiality != Confidentiality.OPEN and not need.summary:
        raise Invalid(_("摘要公开和定向的需求须填写公开摘要。"), field="summary", code="summary_required")
    fields = ["blind_title", "summary", "sub_field"]
    if need.confidentiality == Confidentiality.OPEN:
        fields += ["rewrite_text" if need.rewrite_text else "situation", "tried", "ip_expectation"]
    refuse_naming_the_firm(need, fields)


def refuse_naming_the_firm(need: Need, fields: Iterable[str]) -> None:
    short = need.enterprise.name
    for ending in ("股份有限公司", "有限责任公司", "有限公司", "集团"):
        short = short.removesuffix(ending)
    for field in fields:
        text = getattr(need, field)
        if need.enterprise.name in text or (len(short) >= 3 and short in text):
            raise Invalid(
                _("“{field}”中出现了企业名称，专家会看到，请改写。").format(field=field_label(need, field)),
                field=field,
                code="names_firm",
            )
