"""What this app teaches the apps below: how a person becomes an expert's user, for whom staff may act."""

from django.utils.translation import gettext as _

from accounts import acting, invitations
from accounts.enums import ConsentKind, Role
from accounts.models import Consent, User
from core import outbox
from core.actor import Actor
from core.enums import Channel
from core.errors import DomainError
from core.intake import registers
from experts import services
from experts.enums import ConsentState
from experts.importers import ExpertsImporter
from experts.models import Expert

registers.add(ExpertsImporter)


@invitations.subject(Role.EXPERT)
def expert_subject(*, subject_code, county_id):
    """The name to show for the code, or None when the county has no such expert or the row has its user already."""
    expert = Expert.objects.active().filter(code=subject_code, county=county_id, user=None).first()
    return expert.name if expert else None


@invitations.attach(Role.EXPERT)
def expert_attach(*, subject_code, county_id, user, actor):
    expert = Expert.objects.active().select_for_update(no_key=True).filter(code=subject_code, county=county_id).first()
    if expert is None:
        raise DomainError(_("该专家资料已退出专家库，请联系邀请您的单位。"), code="expert_archived")
    services.attach_user(expert, user, actor=actor)


@acting.target("expert")
def expert_target(*, code, user):
    expert = Expert.objects.visible_to(user).active().filter(code=code).first()
    if expert is None:
        return None
    return acting.Target(expert.name, expert.county_id, (expert.user_id,) if expert.user_id else ())


@outbox.on("consent.given")
@outbox.on("consent.withdrawn")
def consent_told(payload):
    """What a person says of matching on the account's page holds for the rows in the registers."""
    if payload["kind"] != ConsentKind.MATCHING:
        return
    person = User.objects.get(pk=payload["user_id"])
    given = Consent.objects.filter(user=person, kind=ConsentKind.MATCHING, withdrawn_at=None).exists()
    state = ConsentState.GRANTED if given else ConsentState.REFUSED
    for expert_id in Expert.objects.active().filter(user=person).values_list("pk", flat=True):
        services.consent_set(expert_id=expert_id, consent=state, actor=Actor(user=person, channel=Channel.SYSTEM))
