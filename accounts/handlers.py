"""Topics this app answers to."""

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import Invitation
from core import outbox, wording
from core.enums import BatchStatus
from core.models import AuditEvent, ImportBatch


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


@outbox.on("acting.began")
def acting_began(payload):
    event = AuditEvent.objects.get(pk=payload["event_id"])
    services.notify(
        user_ids=payload["user_ids"],
        event="acting.began",
        title=_("工作人员 {name} 正在为您代办").format(name=event.actor_label),
        body=_("代办期间的每一步都会记录在案；结束后您会收到办理清单。如非您所托，请联系人才办。"),
        url=reverse("home"),
        key=f"acting.began:{event.pk}",
    )


@outbox.on("acting.ended")
def acting_ended(payload):
    """The confirmation: what was done in somebody's name. Nothing done, nothing to confirm."""
    changes = AuditEvent.objects.filter(pk__in=payload["change_ids"]).order_by("pk")
    lines = [f"{wording.verb_word(change.object_type, change.verb)} {change.object_code}".strip() for change in changes]
    if not lines:
        return
    event = AuditEvent.objects.get(pk=payload["event_id"])
    services.notify(
        user_ids=payload["user_ids"],
        event="acting.ended",
        title=_("工作人员 {name} 为您办理了 {count} 项，请核对").format(name=event.actor_label, count=len(lines)),
        body=_("办理清单：{lines}。如有出入，请联系人才办更正。").format(lines=_("；").join(lines)),
        url=reverse("home"),
        key=f"acting.ended:{event.pk}",
    )


@outbox.on("import.finished")
def import_finished(payload):
    """Only an import that left something to do is worth a notice."""
    batch = ImportBatch.objects.select_related("job").filter(pk=payload["batch_id"]).first()
    if batch is None:
        return
    if batch.status == BatchStatus.FAILED:
        title = _("导入没有完成：{file}").format(file=batch.file_name)
    elif batch.summary.get("rejected") or batch.summary.get("duplicate"):
        title = _("{file}：{rejected} 行需修改，{duplicate} 行待确认").format(
            file=batch.file_name, rejected=batch.summary["rejected"], duplicate=batch.summary["duplicate"]
        )
    else:
        return
    services.notify(
        user_ids=[batch.created_by_id],
        event="import.finished",
        title=title,
        url=reverse("imports:batch-detail", args=[batch.code]),
        key=f"import.finished:{batch.code}:{batch.job_id}",
    )
