from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The closed vocabulary of roles. Office roles are held by ``Scope`` rows; the other two follow from membership of
    a firm and from owning an expert's row."""

    STAFF = "staff", _("工作人员")
    LEADER = "leader", _("领导")
    ADMIN = "admin", _("管理员")
    ENTERPRISE = "enterprise", _("企业")
    EXPERT = "expert", _("专家")


OFFICE_ROLES = (Role.STAFF, Role.LEADER, Role.ADMIN)


class InvitationStatus(models.TextChoices):
    OPEN = "open", _("待接受")
    ACCEPTED = "accepted", _("已接受")
    REVOKED = "revoked", _("已撤销")


class ConsentKind(models.TextChoices):
    NOTICE = "notice", _("个人信息处理告知")
    MATCHING = "matching", _("参与自动匹配")
    CONTACT = "contact", _("确认对接后提供联系方式")


class TokenAccess(models.TextChoices):
    READ = "read", _("只读")
    WRITE = "write", _("读写")
