from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderStatus(models.TextChoices):
    OFFERED = "offered", _("待接单")
    ACCEPTED = "accepted", _("已接单")
    DECLINED = "declined", _("已婉拒")
    EXPIRED = "expired", _("超时")
    CONFIRMED = "confirmed", _("已确认")
    CONVERTED = "converted", pgettext_lazy("status", "转对接")
    NOT_SELECTED = "not_selected", _("未选中")
    RELEASED = "released", pgettext_lazy("status", "退单")
    REVOKED = "revoked", pgettext_lazy("status", "撤单")


S = OrderStatus
ORDER_MOVES = {
    S.OFFERED: {S.ACCEPTED, S.DECLINED, S.EXPIRED, S.NOT_SELECTED, S.REVOKED},
    S.ACCEPTED: {S.CONFIRMED, S.NOT_SELECTED, S.RELEASED, S.REVOKED},
    S.CONFIRMED: {S.CONVERTED, S.RELEASED, S.REVOKED},
    S.CONVERTED: set(),
    S.DECLINED: set(),
    S.EXPIRED: set(),
    S.NOT_SELECTED: set(),
    S.RELEASED: set(),
    S.REVOKED: set(),
}
OPEN = (S.OFFERED, S.ACCEPTED, S.CONFIRMED, S.CONVERTED)  # one open order per need and expert
TAKEN = (S.ACCEPTED, S.CONFIRMED, S.CONVERTED)  # a seat of the need and a place of the expert's capacity


class DeclineReason(models.TextChoices):
    MISMATCH = "mismatch", _("不对口")
    NO_TIME = "no_time", _("时间不足")
    FULL = "full", _("已满额")
    UNCLEAR = "unclear", _("描述不清")
    TOO_EARLY = "too_early", _("阶段过早")
    BUDGET = "budget", _("预算不符")
    RECUSAL = "recusal", _("存在回避")
    EMPLOYER = "employer", _("单位不允许")
    TAKEN_BY_OTHER = "taken_by_other", _("已有他人承接")
    OTHER = "other", _("其他")


class NotSelectedReason(models.TextChoices):
    SCHEME = "scheme", _("方案不匹配")
    COST = "cost", _("费用")
    PERIOD = "period", _("周期")
    OTHER_CHOSEN = "other_chosen", _("已选他人")
    NEED_CHANGED = "need_changed", _("需求变更")
    NO_REPLY = "no_reply", _("企业逾期未确认")
