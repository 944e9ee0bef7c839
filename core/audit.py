"""The one audit trail. ``record`` is called inside the transaction of the change it describes."""

import hashlib
import json
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from core.models import AuditEvent

GENESIS = "0" * 64


def record(obj, verb, *, actor, old="", new="", reason="", data=None, county=None):
    """Append one event about ``obj``. ``data`` holds field names and plain values, never secrets or contacts."""
    return AuditEvent.objects.create(
        user_id=actor.user_id,
        actor_label=str(actor)[:80],
        on_behalf_of=actor.on_behalf_of,
        channel=actor.channel,
        county_id=county.pk if county is not None else getattr(obj, "county_id", None),
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        object_code=str(getattr(obj, "code", ""))[:40],
        verb=verb,
        old=str(old),
        new=str(new),
        reason=reason,
        data=data or {},
    )


def history(obj):
    """Events about ``obj``, newest first. The caller has already checked that the viewer may see ``obj``."""
    return (
        AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
        .select_related("user")
        .order_by("-pk")
    )


def digest(previous, event):
    """sha256 over the previous seal and the event's own content: one changed byte breaks the chain."""
    content = [
        event.pk, event.at.isoformat(), event.user_id, event.actor_label, event.on_behalf_of, event.channel,
        event.county_id, event.object_type, event.object_id, event.object_code, event.verb, event.old, event.new,
        event.reason, event.data,
    ]  # fmt: skip
    return hashlib.sha256((previous + json.dumps(content, ensure_ascii=False, sort_keys=True)).encode()).hexdigest()


@transaction.atomic
def seal_pending(limit=5000, older_than=timedelta()):
    """Chain the events that are not sealed yet. A periodic tick: hot writes never wait for the chain. ``older_than``
    keeps the chain's end behind the longest transaction, so that nothing is committed late behind it."""
    last = AuditEvent.objects.select_for_update(no_key=True).exclude(seal="").order_by("-pk").first()
    previous = last.seal if last else GENESIS
    count = 0
    for event in AuditEvent.objects.filter(seal="", at__lte=now() - older_than).order_by("pk")[:limit]:
        if last and event.pk < last.pk:
            continue  # committed late, behind the chain's end: check_invariants reports it, nothing is rewritten
        previous = event.seal = digest(previous, event)
        event.save(update_fields=["seal"])
        count += 1
    return count


def broken_seals():
    """Ids of events whose seal does not follow from their content and their predecessor."""
    previous, broken = GENESIS, []
    for event in AuditEvent.objects.exclude(seal="").order_by("pk").iterator():
        if event.seal != digest(previous, event):
            broken.append(event.pk)
        previous = event.seal
    return broken


def unsealed_behind():
    """Ids of events that stand, unsealed, before the chain's end: committed very late, or slipped in."""
    end = AuditEvent.objects.exclude(seal="").order_by("-pk").values_list("pk", flat=True).first()
    return list(AuditEvent.objects.filter(seal="", pk__lt=end).values_list("pk", flat=True)) if end else []
