from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RunStatus(models.TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("计算中")
    COMPLETE = "complete", _("已完成")
    ERROR = "error", _("未完成")


class RunTrigger(models.TextChoices):
    NEED = "need", _("需求发布或修改")
    EXPERTS = "experts", _("专家变动")
    STAFF = "staff", _("人工重算")
    COMMAND = "command", _("命令")


class ResultStatus(models.TextChoices):
    """One need's result of one run."""

    PUBLISHED = "published", _("已出结果")
    NO_CANDIDATE = "no_candidate", _("暂无合适专家")
    SUPERSEDED = "superseded", _("已被取代")


class Band(models.TextChoices):
    STRONG = "strong", pgettext_lazy("band", "强")
    FAIR = "fair", pgettext_lazy("band", "较强")
    GENERAL = "general", pgettext_lazy("band", "一般")
    WEAK = "weak", pgettext_lazy("band", "弱")


class MarkKind(models.TextChoices):
    PINNED = "pinned", _("置顶")
    BLOCKED = "blocked", _("屏蔽")
    SHORTLISTED = "shortlisted", _("选入推送")
    OFFERED = "offered", _("已推送")  # told by the orders


class BlockReason(models.TextChoices):
    MISMATCH = "mismatch", _("不对口")
    RECUSAL = "recusal", _("存在回避")
    UNWILLING = "unwilling", _("专家不愿承接")
    FIRM_REFUSED = "firm_refused", _("企业不同意")
    OTHER = "other", _("其他")
