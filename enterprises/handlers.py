"""Topics this app answers to, and what it teaches the apps below: how a person becomes a firm's member, for whom staff
may act. A notice holds only what each of its readers may open."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import acting, invitations
from accounts.enums import Role
from accounts.services import notify
from core import outbox
from core.actor import Actor
from core.errors import DomainError
from core.intake import registers
from enterprises import selectors, services
from enterprises.enums import NeedStatus
from enterprises.importers import EnterprisesImporter, NeedsImporter
from enterprises.models import Enterprise, Need

registers.add(EnterprisesImporter)
registers.add(NeedsImporter)


@invitations.subject(Role.ENTERPRISE)
def firm_subject(*, subject_code, county_id):
    """The name to show for the code, or None when the county has no such firm."""
    enterprise = Enterprise.objects.active().filter(code=subject_code, county=county_id).first()
    return enterprise.name if enterprise else None


@invitations.attach(Role.ENTERPRISE)
def firm_attach(*, subject_code, county_id, user, actor):
    enterprise = (
        Enterprise.objects.active().select_for_update(no_key=True).filter(code=subject_code, county=county_id).first()
    )
    if enterprise is None:
        raise DomainError(_("该企业已不在册，请联系邀请您的单位。"), code="enterprise_archived")
    services.member_attach(enterprise, user, actor=actor)


@acting.target("enterprise")
def firm_target(*, code, user):
    enterprise = Enterprise.objects.visible_to(user).active().filter(code=code).first()
    if enterprise is None:
        return None
    return acting.Target(enterprise.name, enterprise.county_id, tuple(selectors.members_of(enterprise.pk)))


@outbox.on("user.deactivated")
def user_deactivated(payload):
    services.memberships_end(user_id=payload["user_id"], actor=Actor.system(str(_("账号停用"))))


def stamp(moment):
    """Makes a notice of the same event later another notice."""
    return int(moment.timestamp())


def _office(need):
    """Who is told of a need: its officer, else everybody who may decide in the county."""
    if need.officer_id:
        return [need.officer_id]
    return list(selectors.officers_of([need.county_id]).values_list("pk", flat=True))


def _need(payload, *states):
    """The need, when it is still in one of ``states``: a late delivery tells nothing that is no longer true."""
    return Need.objects.select_related("enterprise").filter(pk=payload["id"], status__in=states).first()


@outbox.on("need.submitted")
def need_submitted(payload):
    need = _need(payload, NeedStatus.SUBMITTED)
    if need:
        notify(
            user_ids=_office(need),
            event="need.submitted",
            title=_("{firm}提交了需求“{title}”，请审核").format(firm=need.enterprise.name, title=need.title),
            url=need.get_absolute_url(),
            key=f"need.submitted:{need.code}:{stamp(need.submitted_at)}",
        )


def _tell_firm(need, event, title, moment, body=""):
    notify(
        user_ids=selectors.members_of(need.enterprise_id),
        event=event,
        title=title,
        body=body,
        url=need.get_absolute_url(),
        key=f"{event}:{need.code}:{stamp(moment)}",
        email=True,
    )


@outbox.on("need.returned")
def need_returned(payload):
    need = _need(payload, NeedStatus.RETURNED)
    if need:
        _tell_firm(
            need, "need.returned", _("需求“{title}”请补充后再提交").format(title=need.title), need.reviewed_at,
            _("需要补充：{reason}").format(reason=need.status_reason),
        )  # fmt: skip


@outbox.on("need.rejected")
def need_rejected(payload):
    need = _need(payload, NeedStatus.REJECTED)
    if need:
        _tell_firm(
            need, "need.rejected", _("需求“{title}”未予受理").format(title=need.title), need.reviewed_at,
            _("原因：{reason}").format(reason=need.status_reason),
        )  # fmt: skip


@outbox.on("need.published")
def need_published(payload):
    need = _need(payload, NeedStatus.PUBLISHED, NeedStatus.IN_PROGRESS)
    if need:
        _tell_firm(
            need, "need.published", _("需求“{title}”已发布，正在为您匹配专家").format(title=need.title),
            need.published_at,
        )  # fmt: skip


@outbox.on("need.unmet")
def need_unmet(payload):
    need = _need(payload, NeedStatus.UNMET)
    if need:
        _tell_firm(
            need, "need.unmet", _("需求“{title}”暂未找到合适专家").format(title=need.title), need.updated_at,
            _("说明：{reason}。有新的专家入库时会再次匹配，帮办专员也会为您另寻途径。").format(reason=need.status_reason),
        )  # fmt: skip


@outbox.on("need.expired")
def need_expired(payload):
    need = _need(payload, NeedStatus.EXPIRED)
    if need:
        _tell_firm(
            need, "need.expired", _("需求“{title}”已过期望完成时间").format(title=need.title), need.updated_at,
            _("如仍需解决，请联系帮办专员修改时间后重新发布。"),
        )  # fmt: skip


@outbox.on("need.withdrawn")
def need_withdrawn(payload):
    need = _need(payload, NeedStatus.WITHDRAWN)
    if need and need.submitted_at:  # a draft that nobody saw is nobody's news
        notify(
            user_ids=_office(need),
            event="need.withdrawn",
            title=_("需求“{title}”已撤回").format(title=need.title),
            body=_("理由：{reason}").format(reason=need.status_reason),
            url=need.get_absolute_url(),
            key=f"need.withdrawn:{need.code}",
        )


@outbox.on("need.assigned")
def need_assigned(payload):
    need = Need.objects.select_related("officer").filter(pk=payload["id"]).exclude(officer=None).first()
    if need:
        notify(
            user_ids=[need.officer_id],
            event="need.assigned",
            title=_("您是需求“{title}”的帮办专员").format(title=need.title),
            url=need.get_absolute_url(),
            key=f"need.assigned:{need.code}:{need.officer_id}",
        )


def _firm(payload):
    return Enterprise.objects.filter(pk=payload["id"]).first()


@outbox.on("enterprise.verified")
def enterprise_verified(payload):
    enterprise = _firm(payload)
    if enterprise and enterprise.verification == "verified":
        notify(
            user_ids=selectors.members_of(enterprise.pk),
            event="enterprise.verified",
            title=_("{firm}已通过核验").format(firm=enterprise.name),
            url=enterprise.get_absolute_url(),
            key=f"enterprise.verified:{enterprise.code}:{stamp(enterprise.updated_at)}",
        )


@outbox.on("enterprise.refused")
def enterprise_refused(payload):
    enterprise = _firm(payload)
    if enterprise and enterprise.verification == "refused":
        notify(
            user_ids=selectors.members_of(enterprise.pk),
            event="enterprise.refused",
            title=_("{firm}的资料未通过核验，请更正").format(firm=enterprise.name),
            body=_("原因：{reason}").format(reason=enterprise.verification_reason),
            url=reverse("enterprises:enterprise-edit", args=[enterprise.code]),
            key=f"enterprise.refused:{enterprise.code}:{stamp(enterprise.updated_at)}",
            email=True,
        )


@outbox.on("enterprise.verify_again")
def enterprise_verify_again(payload):
    enterprise = _firm(payload)
    if enterprise and enterprise.verification == "pending":
        officers = [enterprise.officer_id] if enterprise.officer_id else selectors.officers_of([enterprise.county_id])
        notify(
            user_ids=[getattr(officer, "pk", officer) for officer in officers],
            event="enterprise.verify_again",
            title=_("{firm}修改了登记资料，请重新核验").format(firm=enterprise.name),
            url=enterprise.get_absolute_url(),
            key=f"enterprise.verify_again:{enterprise.code}:{stamp(enterprise.updated_at)}",
        )
