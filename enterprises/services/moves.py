"""The states of a need. Topics: ``need.<verb>`` with its id."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid, NotPermitted, Refusal, TransitionRefused, done_before
from core.text import clean_line
from core.workflow import locked, move
from enterprises import permissions
from enterprises.enums import NEED_MOVES, EnterpriseStatus, NeedStatus
from enterprises.models import Need
from enterprises.services.needs import check_public

MAX_REASON = 300


def _decide(
    need_id: int,
    actor: Actor,
    permission: Callable[[Actor, Need], Refusal | None],
    new: str,
    verb: str,
    *,
    reason: str = "",
    needs_reason: bool = False,
    **changes: Any,
) -> Need:
    """The common way of a decision: lock, then decide."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    return decide(need, actor, permission, new, verb, reason=reason, needs_reason=needs_reason, **changes)


def decide(
    need: Need,
    actor: Actor,
    permission: Callable[[Actor, Need], Refusal | None],
    new: str,
    verb: str,
    *,
    reason: str = "",
    needs_reason: bool = False,
    **changes: Any,
) -> Need:
    """Plain helper under the caller's lock: ask, reason, move."""
    if done_before(permission(actor, need), need.status == new):
        return need
    reason = clean_line(reason)
    if needs_reason and not reason:
        raise Invalid(_("请写明理由，企业会看到。"), field="reason", code="reason_required")
    if len(reason) > MAX_REASON:
        raise Invalid(_("理由最多 {limit} 个字，请精简。").format(limit=MAX_REASON), field="reason", code="too_long")
    return move(
        need, new, table=NEED_MOVES, actor=actor, verb=verb, topic=f"need.{verb}", reason=reason,
        status_reason=reason, **changes,
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_submit(*, need_id: int, actor: Actor) -> Need:
    need = locked(actor.scope(Need.objects), pk=need_id)
    if done_before(permissions.can_submit(actor, need), need.status == NeedStatus.SUBMITTED):
        return need
    if need.enterprise.status != EnterpriseStatus.ACTIVE:
        raise TransitionRefused(_("企业已不在册，不能提交需求。"))
    if not need.title or not (need.situation or need.rewrite_text):
        raise Invalid(_("请先填写需求名称和现状与问题，再提交审核。"), code="incomplete", field="situation")
    return move(
        need, NeedStatus.SUBMITTED, table=NEED_MOVES, actor=actor, verb="submitted", topic="need.submitted",
        submitted_at=now(), status_reason="",
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_return(*, need_id: int, reason: str, actor: Actor) -> Need:
    """退回补充: the firm is told what to add."""
    return _decide(
        need_id, actor, permissions.can_return, NeedStatus.RETURNED, "returned", reason=reason, needs_reason=True,
        reviewed_at=now(), reviewed_by_id=actor.user_id,
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_reject(*, need_id: int, reason: str, actor: Actor) -> Need:
    return _decide(
        need_id, actor, permissions.can_reject, NeedStatus.REJECTED, "rejected", reason=reason, needs_reason=True,
        reviewed_at=now(), reviewed_by_id=actor.user_id,
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_publish(*, need_id: int, actor: Actor) -> Need:
    """Publish after review, or again after 暂无匹配 or expiry. What outsiders read must not name the firm."""
    return publish(locked(actor.scope(Need.objects), pk=need_id), actor=actor)


def publish(need: Need, *, actor: Actor, topic: str = "need.published") -> Need:
    """Plain helper under the caller's lock."""
    if done_before(permissions.can_publish(actor, need), need.status == NeedStatus.PUBLISHED):
        return need
    if need.status == NeedStatus.EXPIRED and need.deadline and need.deadline < localdate():
        raise Invalid(_("期望完成时间已过，请先修改再重新发布。"), field="deadline", code="deadline_passed")
    check_public(need)
    return move(
        need, NeedStatus.PUBLISHED, table=NEED_MOVES, actor=actor, verb="published", topic=topic,
        published_at=now(), reviewed_at=now(), reviewed_by_id=actor.user_id, status_reason="",
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_mark_unmet(*, need_id: int, actor: Actor, reason: str = "") -> Need:
    """暂无匹配: staff say so, or the clock does."""
    return _decide(
        need_id, actor, permissions.can_mark_unmet, NeedStatus.UNMET, "unmet",
        reason=reason or _("暂无合适专家"),
    )  # fmt: skip


@transaction.atomic(durable=True)
def need_withdraw(*, need_id: int, reason: str, actor: Actor) -> Need:
    return _decide(
        need_id, actor, permissions.can_withdraw, NeedStatus.WITHDRAWN, "withdrawn", reason=reason, needs_reason=True
    )


@transaction.atomic(durable=True)
def need_resolve(*, need_id: int, actor: Actor, reason: str = "") -> Need:
    """已解决: until engagements report outcomes themselves, staff record that the firm's problem is solved."""
    return _decide(need_id, actor, permissions.can_resolve, NeedStatus.RESOLVED, "resolved", reason=reason)


@transaction.atomic(durable=True)
def need_close(*, need_id: int, actor: Actor, reason: str = "") -> Need:
    return _decide(need_id, actor, permissions.can_close, NeedStatus.CLOSED, "closed", reason=reason)


@transaction.atomic(durable=True)
def need_expire(*, need_id: int, actor: Actor) -> Need:
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


def need_taken(need: Need, *, actor: Actor) -> None:
    """The first confirmed order sets the need to work. A plain helper: the order's transaction holds the lock."""
    if need.status in (NeedStatus.PUBLISHED, NeedStatus.UNMET):
        if need.status == NeedStatus.UNMET:
            move(need, NeedStatus.PUBLISHED, table=NEED_MOVES, actor=actor, verb="published", topic="need.reopened")
        move(
            need, NeedStatus.IN_PROGRESS, table=NEED_MOVES, actor=actor, verb="in_progress", topic="need.in_progress",
            status_reason="",
        )  # fmt: skip


def need_freed(need: Need, *, actor: Actor) -> None:
    """The last confirmed order ended without an outcome: the need is open again. Plain helper, as above."""
    if need.status == NeedStatus.IN_PROGRESS:
        move(
            need, NeedStatus.PUBLISHED, table=NEED_MOVES, actor=actor, verb="published", topic="need.published",
            published_at=now(), status_reason="",
        )  # fmt: skip
