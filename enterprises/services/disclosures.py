"""What an order makes known of a need. Plain helpers: they run inside the order's own transaction."""

from django.utils.timezone import now

from core import audit
from core.actor import Actor
from enterprises.enums import DisclosureLevel
from enterprises.models import Disclosure, Need


def need_disclose(
    *, need: Need, expert_code: str, user_id: int | None, order_code: str, level: str, actor: Actor
) -> Disclosure:
    """Open ``need`` to one expert at ``level``; the row is the grant and its record. Idempotent per order and level."""
    disclosure, is_new = Disclosure.objects.get_or_create(
        need=need,
        order_code=order_code,
        level=level,
        defaults={"expert_code": expert_code, "user_id": user_id},
    )
    if not is_new and disclosure.closed_at:
        disclosure.closed_at = None
        disclosure.save(update_fields=["closed_at"])
    audit.record(
        need, "disclose", actor=actor, new=level, data={"expert": expert_code, "order": order_code, "level": level}
    )
    return disclosure


def need_close_disclosures(*, need: Need, order_code: str, actor: Actor, level: str | None = None) -> None:
    """Take back what an order opened: all of it, or ``level`` alone."""
    rows = Disclosure.objects.filter(need=need, order_code=order_code, closed_at=None)
    if level is not None:
        rows = rows.filter(level=level)
    if rows.update(closed_at=now()):
        audit.record(
            need, "disclosure_close", actor=actor, old=level or DisclosureLevel.SUMMARY, data={"order": order_code}
        )
