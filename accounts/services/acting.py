"""代办: the record that staff began and ended acting for a firm or an expert."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import audit, outbox
from core.actor import Actor
from core.models import AuditEvent, Region


@transaction.atomic(durable=True)
def acting_begin(*, code: str, county_id: int, user_ids: tuple[int, ...], actor: Actor) -> AuditEvent:
    """On record from the first moment; the people of the firm or the expert are told."""
    return _record("acting_begin", code=code, county_id=county_id, user_ids=user_ids, actor=actor)


@transaction.atomic(durable=True)
def acting_end(*, code: str, county_id: int, since: datetime, user_ids: tuple[int, ...], actor: Actor) -> int:
    """The number of changes made for ``code`` since ``since``; those concerned are told which they were."""
    done = AuditEvent.objects.filter(user=actor.user_id, on_behalf_of=code, at__gte=since).exclude(verb="acting_begin")
    ids = list(done.order_by("pk").values_list("pk", flat=True)[:200])
    _record("acting_end", code=code, county_id=county_id, user_ids=user_ids, actor=actor, change_ids=ids)
    return len(ids)


def _record(
    verb: str,
    *,
    code: str,
    county_id: int,
    user_ids: tuple[int, ...],
    actor: Actor,
    change_ids: list[int] | None = None,
) -> AuditEvent:
    person = User.objects.get(pk=actor.user_id)
    event = audit.record(
        person, verb, actor=actor, county=Region.objects.get(pk=county_id), data={"changes": len(change_ids or ())}
    )
    payload = {"event_id": event.pk, "user_ids": list(user_ids)}
    if change_ids is not None:
        payload["change_ids"] = change_ids
    outbox.emit(f"acting.{'began' if verb == 'acting_begin' else 'ended'}", payload)
    return event
