"""One decision over several needs, as a whole: the page has shown what will happen to which, and which are left out."""

from collections.abc import Iterable

from django.db import transaction

from core.actor import Actor
from core.workflow import locked
from enterprises import permissions
from enterprises.enums import NeedStatus
from enterprises.models import Need
from enterprises.services.moves import decide, publish
from enterprises.services.needs import assign


@transaction.atomic(durable=True)
def needs_assign(*, need_ids: Iterable[int], officer_id: int, actor: Actor) -> int:
    needs = _locked(need_ids, actor)
    for need in needs:
        assign(need, officer_id=officer_id, actor=actor)
    return len(needs)


@transaction.atomic(durable=True)
def needs_publish(*, need_ids: Iterable[int], actor: Actor) -> int:
    needs = _locked(need_ids, actor)
    for need in needs:
        publish(need, actor=actor)
    return len(needs)


@transaction.atomic(durable=True)
def needs_withdraw(*, need_ids: Iterable[int], reason: str, actor: Actor) -> int:
    needs = _locked(need_ids, actor)
    for need in needs:
        decide(
            need, actor, permissions.can_withdraw, NeedStatus.WITHDRAWN, "withdrawn", reason=reason, needs_reason=True
        )
    return len(needs)


def _locked(need_ids: Iterable[int], actor: Actor) -> list[Need]:
    """Rows in id order, so that two bulk actions cannot lock each other out. All must be in sight."""
    return [locked(actor.scope(Need.objects), pk=need_id) for need_id in sorted(set(need_ids))]
