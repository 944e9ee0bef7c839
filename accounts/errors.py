"""Refusals of this app."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Invalid


class LinkRefused(DomainError):
    """One answer for a link that never was, was used, was withdrawn or is out of time: it tells nothing."""

    code = "link_refused"
    status = 404

    def __init__(self):
        super().__init__(_("此链接已失效。请登录查看，或联系发送人重新发送。"))


class InvitationRefused(LinkRefused):
    code = "invitation_refused"


class MailFailed(Exception):
    """Some mails of one event could not be handed over; they are on record and the event is delivered again."""


class PasswordRefused(Invalid):
    code = "password_refused"
