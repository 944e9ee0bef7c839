from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegionLevel(models.TextChoices):
    PROVINCE = "province", _("省级")
    PREFECTURE = "prefecture", _("地级")
    COUNTY = "county", _("县级")
    TOWN = "town", _("乡级")


class IndustryLevel(models.TextChoices):
    SECTION = "section", _("门类")
    DIVISION = "division", _("大类")
    GROUP = "group", _("中类")
    CLASS = "class", _("小类")


class OutboxStatus(models.TextChoices):
    QUEUED = "queued", _("待投递")
    DONE = "done", _("已投递")
    PARKED = "parked", _("已搁置")


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未完成")
    CANCELLED = "cancelled", _("已取消")


class BatchStatus(models.TextChoices):
    UPLOADED = "uploaded", _("已上传")
    PREVIEWED = "previewed", _("已预览")
    RUNNING = "running", _("导入中")
    DONE = "done", _("已导入")
    FAILED = "failed", _("未导入")
    UNDONE = "undone", pgettext_lazy("import", "已撤销")


class RowStatus(models.TextChoices):
    CREATED = "created", _("新增")
    UPDATED = "updated", _("更新")
    UNCHANGED = "unchanged", _("无变化")
    DUPLICATE = "duplicate", _("疑似重复")
    REJECTED = "rejected", _("需修改")


class Channel(models.TextChoices):
    PAGE = "page", _("页面")
    API = "api", _("接口")
    LINK = "link", _("链接")
    IMPORT = "import", _("导入")
    SYSTEM = "system", _("系统")
