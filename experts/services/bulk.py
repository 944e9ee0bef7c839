"""One change to many rows: all or none, one audit row each, one announcement."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from core import audit, outbox
from core.actor import Actor
from core.errors import require
from core.models import Chain
from experts import permissions
from experts.models import Expert
from experts.services import base
from experts.services.register import archive, chains_of_county
from experts.services.terms import pause


@transaction.atomic(durable=True)
def experts_pause(*, expert_ids: Iterable[int], start: date | None, end: date | None, actor: Actor) -> int:
    experts = _locked(expert_ids, actor)
    for expert in experts:
        pause(expert, start=start, end=end, actor=actor)
    return _announced(experts)


@transaction.atomic(durable=True)
def experts_archive(*, expert_ids: Iterable[int], reason: str, actor: Actor) -> int:
    """Refuses as a whole when one of them still has orders; the message names the person."""
    experts = _locked(expert_ids, actor)
    for expert in experts:
        archive(expert, reason=reason, actor=actor)
    return _announced(experts)


@transaction.atomic(durable=True)
def experts_assign_chain(*, expert_ids: Iterable[int], chain: Chain, actor: Actor) -> int:
    """Add one chain to each; the chains they have stay."""
    experts = _locked(expert_ids, actor)
    changed = []
    for expert in experts:
        chains_of_county([chain], expert.county_id)
        if not expert.chains.filter(pk=chain.pk).exists():
            expert.chains.add(chain)
            expert.version += 1
            expert.save(update_fields=["version", "updated_at"])
            audit.record(expert, "chain_add", actor=actor, data={"chain": chain.code})
            changed.append(expert)
    return _announced(changed)


def _locked(expert_ids: Iterable[int], actor: Actor) -> list[Expert]:
    """Rows in id order, so that two bulk actions cannot lock each other out. All must be in sight and manageable."""
    wanted = set(expert_ids)
    experts = list(
        base.in_scope(actor).filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True, of=("self",))
    )
    if len(experts) != len(wanted):
        raise Expert.DoesNotExist
    for expert in experts:
        require(permissions.can_manage(actor, expert))
    return experts


def _announced(experts: list[Expert]) -> int:
    by_county = defaultdict(list)
    for expert in experts:
        by_county[expert.county_id].append(expert.pk)
    for county_id, ids in by_county.items():
        outbox.emit("expert.changed", {"county_id": county_id, "expert_ids": ids})
    return len(experts)
