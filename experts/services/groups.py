"""产才对接专家组: by chain, across counties and terms. Memberships are dated; ending one keeps its row."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core import audit
from core.actor import Actor
from core.errors import DomainError, Invalid, require
from core.models import Chain
from core.text import normalise
from experts import permissions
from experts.enums import ExpertStatus
from experts.models import ExpertGroup, GroupMembership
from experts.services import base
from experts.services.affiliations import affiliations_sync
from experts.services.register import chains_of_county


@transaction.atomic(durable=True)
def group_create(*, county_id: int, name: str, actor: Actor, chains: Iterable[Chain] = ()) -> ExpertGroup:
    require(permissions.can_register(actor, county_id))
    chains = list(chains)
    chains_of_county(chains, county_id)
    group = ExpertGroup(county_id=county_id, name=_name(name))
    _save(group)
    group.chains.set(chains)
    audit.record(group, "create", actor=actor)
    return group


@transaction.atomic(durable=True)
def group_update(*, group_id: int, name: str, chains: Iterable[Chain], actor: Actor) -> ExpertGroup:
    group = _locked(group_id, actor)
    chains = list(chains)
    chains_of_county(chains, group.county_id)
    group.name = _name(name)
    _save(group)
    group.chains.set(chains)
    audit.record(group, "update", actor=actor)
    return group


@transaction.atomic(durable=True)
def group_join(
    *, group_id: int, expert_id: int, actor: Actor, started_on: date | None = None, is_leader: bool = False
) -> GroupMembership:
    """Both offices may act: the group's county invites, and an expert of any county in the actor's sight may join. The
    person thereby takes part in the market of the group's county."""
    group = _locked(group_id, actor)
    expert = base.in_scope(actor).select_for_update(no_key=True, of=("self",)).get(pk=expert_id)
    if expert.status != ExpertStatus.ACTIVE:
        raise DomainError(_("只有在库专家可以加入专家组。"), code="expert_archived")
    started_on = started_on or localdate()
    if started_on > localdate():
        raise Invalid(_("加入日期不能晚于今天。"), field="started_on")
    open_row = group.memberships.filter(expert=expert, ended_on=None).first()
    if open_row:
        return open_row
    try:
        with transaction.atomic():
            membership = GroupMembership.objects.create(
                group=group, expert=expert, started_on=started_on, is_leader=is_leader
            )
    except IntegrityError as exc:
        raise DomainError(_("该专家已在组内。"), code="already_member") from exc
    if is_leader:
        _lead(group, membership)
    if expert.user_id:
        affiliations_sync(expert.user_id)
    audit.record(expert, "group_join", actor=actor, data={"group": group.code, "name": group.name})
    base.announce(expert)
    return membership


@transaction.atomic(durable=True)
def group_leave(*, group_id: int, expert_id: int, actor: Actor, ended_on: date | None = None) -> GroupMembership:
    """End the membership; past members stay on the group's page."""
    group = _locked(group_id, actor)
    membership = group.memberships.select_related("expert").get(expert=expert_id, ended_on=None)
    ended_on = ended_on or localdate()
    if membership.started_on and ended_on < membership.started_on:
        raise Invalid(_("退出日期不能早于加入日期。"), field="ended_on")
    membership.ended_on, membership.is_leader = ended_on, False
    membership.save(update_fields=["ended_on", "is_leader"])
    expert = membership.expert
    if expert.user_id:
        affiliations_sync(expert.user_id)
    audit.record(expert, "group_leave", actor=actor, data={"group": group.code, "name": group.name})
    base.announce(expert)
    return membership


@transaction.atomic(durable=True)
def group_lead(*, group_id: int, expert_id: int, actor: Actor) -> GroupMembership:
    """Make a member the group's one leader (组长)."""
    group = _locked(group_id, actor)
    membership = group.memberships.select_related("expert").get(expert=expert_id, ended_on=None)
    _lead(group, membership)
    audit.record(membership.expert, "group_lead", actor=actor, data={"group": group.code, "name": group.name})
    return membership


def _lead(group: ExpertGroup, membership: GroupMembership) -> None:
    group.memberships.filter(is_leader=True).exclude(pk=membership.pk).update(is_leader=False)
    if not membership.is_leader:
        membership.is_leader = True
        membership.save(update_fields=["is_leader"])


def _locked(group_id: int, actor: Actor) -> ExpertGroup:
    group = actor.scope(ExpertGroup.objects.all()).select_for_update(no_key=True, of=("self",)).get(pk=group_id)
    require(permissions.can_register(actor, group.county_id))
    return group


def _name(name: str) -> str:
    cleaned = normalise(name, "line").value
    if not 2 <= len(cleaned) <= 60:
        raise Invalid(_("专家组名称应为 2 至 60 个字。"), field="name")
    return cleaned


def _save(group: ExpertGroup) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as exc:
        raise Invalid(_("本县已有同名专家组。"), code="name_taken", field="name") from exc
