"""Ties to a place, terms of deputy town mayors, appointments of advisors."""

from datetime import date

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from core.models import Region
from core.text import normalise
from experts import permissions
from experts.models import Appointment, Expert, HometownTie, Posting, Team
from experts.services import base
from experts.services.ties import tie_create


@transaction.atomic(durable=True)
def tie_add(
    *, expert_id: int, kind: str, actor: Actor, region: Region | None = None, place: str = "", note: str = ""
) -> HometownTie:
    """与本地关系. A place that no division code is known for stays as it was written."""
    expert = base.locked(expert_id, actor, permissions.can_manage)
    tie, created = tie_create(expert, kind=kind, region=region, place=place, note=note)
    if not created:
        return tie
    base.profile_touched(expert, "tie_add", actor=actor, data={"kind": kind, "region": region.code if region else ""})
    return tie


@transaction.atomic(durable=True)
def tie_remove(*, expert_id: int, tie_id: int, actor: Actor) -> Expert:
    expert = base.locked(expert_id, actor, permissions.can_manage)
    tie = expert.ties.get(pk=tie_id)
    data = {"kind": tie.kind, "place": str(tie.region or tie.place)}
    tie.delete()
    base.profile_touched(expert, "tie_remove", actor=actor, data=data)
    return expert


@transaction.atomic(durable=True)
def posting_add(
    *,
    expert_id: int,
    actor: Actor,
    team_name: str = "",
    sending_unit: str = "",
    post: str = "",
    region: Region | None = None,
    started_on: date | None = None,
    ended_on: date | None = None,
) -> Posting:
    """A term as deputy town mayor; the row is thereby one of the team's. A past term keeps its row."""
    expert = base.locked(expert_id, actor, permissions.can_manage)
    _in_order(started_on, ended_on)
    sending_unit, post = normalise(sending_unit, "org").value, normalise(post, "line").value
    name = normalise(team_name, "line").value
    if not (name or sending_unit or post):
        raise Invalid(_("请至少填写批次、派出单位、挂职职务中的一项。"), code="required", field="team_name")
    if len(name) > 40 or len(sending_unit) > 80 or len(post) > 60:
        raise Invalid(_("批次不超过 40 个字，派出单位不超过 80 个字，挂职职务不超过 60 个字。"), field="post")
    team = Team.objects.get_or_create(county_id=expert.county_id, name=name)[0] if name else None
    posting = Posting.objects.create(
        expert=expert, team=team, sending_unit=sending_unit, post=post, region=region,
        started_on=started_on, ended_on=ended_on,
    )  # fmt: skip
    if not expert.is_deputy:
        expert.is_deputy = True
        expert.save(update_fields=["is_deputy"])
    base.profile_touched(expert, "posting_add", actor=actor, data={"team": name, "post": post})
    return posting


@transaction.atomic(durable=True)
def posting_end(*, expert_id: int, posting_id: int, ended_on: date, actor: Actor) -> Posting:
    expert = base.locked(expert_id, actor, permissions.can_manage)
    posting = expert.postings.get(pk=posting_id)
    _in_order(posting.started_on, ended_on)
    posting.ended_on = ended_on
    posting.save(update_fields=["ended_on"])
    base.profile_touched(expert, "posting_end", actor=actor, data={"post": posting.post, "on": str(ended_on)})
    return posting


@transaction.atomic(durable=True)
def appointment_add(
    *,
    expert_id: int,
    title: str,
    actor: Actor,
    number: str = "",
    started_on: date | None = None,
    ended_on: date | None = None,
) -> Appointment:
    """聘任 as an advisor."""
    expert = base.locked(expert_id, actor, permissions.can_manage)
    _in_order(started_on, ended_on)
    title, number = normalise(title, "line").value, normalise(number, "line").value
    if not title or len(title) > 60 or len(number) > 40:
        raise Invalid(_("请填写聘任名称（不超过 60 个字）；聘书编号不超过 40 个字。"), code="required", field="title")
    appointment = Appointment.objects.create(
        expert=expert, title=title, number=number, started_on=started_on, ended_on=ended_on
    )
    if not expert.is_advisor:
        expert.is_advisor = True
        expert.save(update_fields=["is_advisor"])
    base.profile_touched(expert, "appointment_add", actor=actor, data={"title": title, "number": number})
    return appointment


@transaction.atomic(durable=True)
def appointment_end(*, expert_id: int, appointment_id: int, actor: Actor, ended_on: date | None = None) -> Appointment:
    expert = base.locked(expert_id, actor, permissions.can_manage)
    appointment = expert.appointments.get(pk=appointment_id)
    ended_on = ended_on or localdate()
    _in_order(appointment.started_on, ended_on)
    appointment.ended_on = ended_on
    appointment.save(update_fields=["ended_on"])
    base.profile_touched(expert, "appointment_end", actor=actor, data={"title": appointment.title})
    return appointment


def _in_order(started_on: date | None, ended_on: date | None) -> None:
    if started_on and ended_on and ended_on < started_on:
        raise Invalid(_("结束日期不能早于开始日期。"), code="dates_order", field="ended_on")
