"""成果: what a person can show. At most five are featured."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from core.labels import field_label
from core.text import normalise
from core.text.clean import Kind
from experts import permissions
from experts.models import Achievement, Expert
from experts.services import base

FEATURED_MAX = 5
FIELDS = frozenset({"kind", "title", "summary", "maturity", "year", "ip_owner", "is_featured"})


@transaction.atomic(durable=True)
def achievement_add(*, expert_id: int, values: Mapping[str, Any], actor: Actor) -> Achievement:
    expert = base.locked(expert_id, actor, permissions.can_edit)
    achievement = Achievement(expert=expert, order=expert.achievements.count())
    _assign(achievement, values)
    achievement.save(force_insert=True)
    base.profile_touched(expert, "achievement_add", actor=actor, data={"achievement": achievement.code})
    return achievement


@transaction.atomic(durable=True)
def achievement_update(*, expert_id: int, code: str, values: Mapping[str, Any], actor: Actor) -> Achievement:
    expert = base.locked(expert_id, actor, permissions.can_edit)
    achievement = expert.achievements.get(code=code)
    _assign(achievement, values)
    achievement.save()
    base.profile_touched(expert, "achievement_update", actor=actor, data={"achievement": code})
    return achievement


@transaction.atomic(durable=True)
def achievement_feature(*, expert_id: int, code: str, is_featured: bool, actor: Actor) -> Achievement:
    """Mark as 代表成果, or take the mark away."""
    expert = base.locked(expert_id, actor, permissions.can_edit)
    achievement = expert.achievements.get(code=code)
    if achievement.is_featured != is_featured:
        _assign(achievement, {"is_featured": is_featured})
        achievement.save(update_fields=["is_featured"])
        base.profile_touched(expert, "achievement_feature", actor=actor, data={"achievement": code})
    return achievement


@transaction.atomic(durable=True)
def achievement_remove(*, expert_id: int, code: str, actor: Actor) -> Expert:
    """Take an achievement out; the audit row keeps its title."""
    expert = base.locked(expert_id, actor, permissions.can_edit)
    achievement = expert.achievements.get(code=code)
    title = achievement.title
    achievement.delete()
    base.profile_touched(expert, "achievement_remove", actor=actor, data={"achievement": code, "title": title})
    return expert


KINDS: dict[str, Kind] = {"title": "line", "summary": "text", "ip_owner": "org"}


def _assign(achievement: Achievement, values: Mapping[str, Any]) -> None:
    unknown = set(values) - FIELDS
    if unknown:
        raise Invalid(_("不能修改的字段：{names}").format(names=_("、").join(sorted(unknown))), code="unknown_field")
    for key, value in values.items():
        kind = KINDS.get(key)
        setattr(achievement, key, normalise(value, kind).value if kind else value)
    if not achievement.title:
        raise Invalid(_("请填写成果名称。"), code="required", field="title")
    if achievement.year is not None and not 1950 <= achievement.year <= localdate().year + 1:
        raise Invalid(_("请核对年份。"), code="year_range", field="year")
    featured = achievement.expert.achievements.filter(is_featured=True).exclude(pk=achievement.pk).count()
    if achievement.is_featured and featured >= FEATURED_MAX:
        raise Invalid(
            _("代表成果最多 {limit} 项，请先取消一项。").format(limit=FEATURED_MAX),
            code="too_many_featured",
            field="is_featured",
        )
    try:
        achievement.clean_fields(exclude=["expert"])
    except ValidationError as exc:
        field, messages = next(iter(exc.message_dict.items()))
        raise Invalid(
            _("{name}：{text}").format(name=field_label(Achievement, field), text=messages[0]), field=field
        ) from exc
