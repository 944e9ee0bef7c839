from django.db import models
from django.utils.translation import gettext_lazy as _


class Gender(models.TextChoices):
    MALE = "male", _("男")
    FEMALE = "female", _("女")


class TieKind(models.TextChoices):
    """与本地关系."""

    BIRTH = "birth", _("出生")
    ANCESTRAL = "ancestral", _("籍贯")
    STUDY = "study", _("求学")
    WORK = "work", _("曾在此工作或挂职")
    MARRIAGE = "marriage", _("姻亲")
    SERVICE = "service", _("服役")


class Maturity(models.TextChoices):
    LAB = "lab", _("实验室")
    SMALL = "small", _("小试")
    PILOT = "pilot", _("中试")
    INDUSTRIAL = "industrial", _("产业化")


class AchievementKind(models.TextChoices):
    ACHIEVEMENT = "achievement", _("成果")
    PATENT = "patent", _("专利")
    PAPER = "paper", _("论文")
    CASE = "case", _("解决过的难题")


class ConsentState(models.TextChoices):
    PENDING = "pending", _("待授权")
    GRANTED = "granted", _("已授权")
    REFUSED = "refused", _("不同意")


class ExpertStatus(models.TextChoices):
    ACTIVE = "active", _("在库")
    ARCHIVED = "archived", _("已退出")
    MERGED = "merged", _("已合并")


class Identity(models.TextChoices):
    """身份: which of the three registers a row belongs to; one person may be several."""

    HOMETOWN = "hometown", _("老乡专家")
    DEPUTY = "deputy", _("科技镇长团成员")
    ADVISOR = "advisor", _("柔性顾问")
