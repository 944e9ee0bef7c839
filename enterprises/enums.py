from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Size(models.TextChoices):
    ABOVE = "above", _("规上")
    BELOW = "below", _("规下")


class Qualification(models.TextChoices):
    HIGH_TECH = "high_tech", _("高新技术企业")
    SPECIALISED = "specialised", _("专精特新中小企业")
    LITTLE_GIANT = "little_giant", _("专精特新“小巨人”企业")
    CHAMPION = "champion", _("制造业单项冠军")
    GAZELLE = "gazelle", _("瞪羚企业")
    SME_TECH = "sme_tech", _("科技型中小企业")


class Verification(models.TextChoices):
    PENDING = "pending", _("待核验")
    VERIFIED = "verified", _("已核验")
    REFUSED = "refused", _("未通过")


class EnterpriseStatus(models.TextChoices):
    ACTIVE = "active", _("在册")
    ARCHIVED = "archived", _("已注销或迁出")
    MERGED = "merged", _("已合并")


class NeedStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", pgettext_lazy("status", "退回补充")
    REJECTED = "rejected", pgettext_lazy("status", "不予受理")
    MERGED = "merged", _("并入共性需求")
    PUBLISHED = "published", _("已发布")
    IN_PROGRESS = "in_progress", _("对接中")
    RESOLVED = "resolved", _("已解决")
    CLOSED = "closed", _("已办结")
    UNMET = "unmet", _("暂无匹配")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "撤回")
    EXPIRED = "expired", _("已过期")


S = NeedStatus
# The moves that exist; who may make them is said in enterprises.permissions.
NEED_MOVES = {
    S.DRAFT: {S.SUBMITTED, S.WITHDRAWN},
    S.SUBMITTED: {S.RETURNED, S.REJECTED, S.MERGED, S.PUBLISHED, S.WITHDRAWN},
    S.RETURNED: {S.SUBMITTED, S.WITHDRAWN},
    S.PUBLISHED: {S.IN_PROGRESS, S.UNMET, S.WITHDRAWN, S.EXPIRED, S.MERGED},
    S.IN_PROGRESS: {S.RESOLVED, S.PUBLISHED, S.WITHDRAWN},
    S.RESOLVED: {S.CLOSED, S.IN_PROGRESS},
    S.UNMET: {S.PUBLISHED, S.WITHDRAWN, S.EXPIRED},
    S.EXPIRED: {S.PUBLISHED},
    S.REJECTED: set(),
    S.MERGED: set(),
    S.CLOSED: set(),
    S.WITHDRAWN: set(),
}
OPEN_TO_MATCH = (S.PUBLISHED, S.UNMET, S.IN_PROGRESS)  # scored when experts change
EDITABLE_BY_FIRM = (S.DRAFT, S.RETURNED)
PUBLIC_STATES = (S.PUBLISHED, S.IN_PROGRESS, S.UNMET)  # what experts of the county may come across
UNSETTLED = (S.SUBMITTED, S.PUBLISHED, S.IN_PROGRESS, S.UNMET)  # somebody still owes the firm an answer
DECIDED = (S.REJECTED, S.MERGED, S.RESOLVED, S.CLOSED, S.WITHDRAWN, S.EXPIRED)


class NeedType(models.TextChoices):
    TECHNICAL = "technical", _("技术攻关")
    TRANSFER = "transfer", _("成果转化")
    CONSULTING = "consulting", _("咨询诊断")
    PLATFORM = "platform", _("共建平台")
    TALENT = "talent", _("人才引进")
    TESTING = "testing", _("检验检测")
    TRAINING = "training", _("人才培养")


class Confidentiality(models.TextChoices):
    OPEN = "open", _("公开")
    SUMMARY = "summary", _("摘要公开")
    DIRECTED = "directed", _("定向")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("一般")
    HIGH = "high", _("较急")
    URGENT = "urgent", _("紧急")


class DisclosureLevel(models.TextChoices):
    SUMMARY = "summary", _("摘要")
    FULL = "full", _("全文与联系方式")
