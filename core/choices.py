"""Code lists that both sides of the market speak."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cooperation(models.TextChoices):
    """合作方式."""

    DEVELOPMENT = "development", _("委托开发")
    JOINT = "joint", _("联合攻关")
    TRANSFER = "transfer", _("技术转让")
    LICENCE = "licence", _("许可")
    CONSULTING = "consulting", _("咨询诊断")
    PLATFORM = "platform", _("共建平台")
    FLEXIBLE = "flexible", _("柔性引才")
    TESTING = "testing", _("检验检测")
    TRAINING = "training", _("人才培养")


class Source(models.TextChoices):
    """How a row came in."""

    ENTERPRISE = "enterprise", _("企业填报")
    EXPERT = "expert", _("专家填报")
    VISIT = "visit", _("走访")
    CONFERENCE = "conference", _("大会")
    STAFF = "staff", _("代填")
    IMPORT = "import", _("导入")
