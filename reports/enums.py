from django.db import models
from django.utils.translation import gettext_lazy as _


class Ledger(models.TextChoices):
    NEEDS = "needs", _("技术需求台账")
    EXPERTS = "experts", _("专家库")
    ENTERPRISES = "enterprises", _("企业库")


class ExportStatus(models.TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("生成中")
    DONE = "done", _("可下载")
    FAILED = "failed", _("未生成")
