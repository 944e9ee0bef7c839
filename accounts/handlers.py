"""Topics this app answers to."""

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import Invitation
from core import outbox


@outbox.on("invitation.created")
def invitation_mail(payload):
    invitation = Invitation.objects.select_related("region", "created_by").get(pk=payload["invitation_id"])
    if not invitation.email or not invitation.is_open:
        return
    url = services.absolute(reverse("accounts:invitation-accept", args=[services.invitation_link(invitation)]))
    services.mail_send(
        recipient=invitation.email,
        key=f"invitation:{invitation.code}",
        event="invitation.created",
        subject=_("{name}，{inviter} 邀请您使用牵线").format(name=invitation.name, inviter=invitation.created_by),
        body=_(
            "{name}，您好：\n\n{inviter}邀请您以“{role}”身份使用{region}的人才企业对接平台。"
            "请打开下面的链接接受邀请，链接只能使用一次，有效期至 {until}。\n\n{url}"
        ).format(
            name=invitation.name,
            inviter=invitation.created_by,
            role=invitation.get_role_display(),
            region=invitation.region,
            until=f"{localtime(invitation.expires_at):%Y-%m-%d %H:%M}",
            url=url,
        ),
    )


@outbox.on("invitation.accepted")
def invitation_accepted(payload):
    invitation = Invitation.objects.select_related("accepted_by").get(pk=payload["invitation_id"])
    services.notify(
        user_ids=[invitation.created_by_id],
        event="invitation.accepted",
        title=_("{name} 接受了邀请，身份为{role}").format(
            name=invitation.accepted_by, role=invitation.get_role_display()
        ),
        url=reverse("accounts:people"),
        key=f"invitation.accepted:{invitation.code}",
    )
