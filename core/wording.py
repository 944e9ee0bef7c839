"""Words and tones of coded states and verbs: one table for badges, timelines and lists of every app."""

import re

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CODE = re.compile(r"[A-Za-z_]+")
# What a state means to the reader, whatever the object: the badge's colour and icon. The word is the enum's.
TONES = {
    "neutral": ("draft", "merged", "closed", "withdrawn", "declined", "not_selected", "revoked", "cancelled", "undone",
                "unchanged", "archived", "superseded", "summary", "normal", "skipped"),
    "info": ("submitted", "published", "offered", "queued", "uploaded", "previewed", "open", "updated", "directed",
             "used"),
    "busy": ("running", "in_progress"),
    "success": ("resolved", "accepted", "confirmed", "converted", "done", "complete", "created", "verified", "granted",
                "active", "shortlisted"),
    "warning": ("returned", "unmet", "expired", "released", "pending", "duplicate", "no_candidate", "parked", "high",
                "undone_partly"),
    "danger": ("rejected", "refused", "failed", "error", "urgent", "blocked"),
}  # fmt: skip
TONE_OF = {status: tone for tone, statuses in TONES.items() for status in statuses}
TONE_ICONS = {
    "neutral": "circle",
    "info": "circle-half",
    "busy": "arrow-repeat",
    "success": "check-circle-fill",
    "warning": "exclamation-triangle-fill",
    "danger": "x-octagon-fill",
}

BANDS = {
    "strong": pgettext_lazy("band", "强"),
    "fair": pgettext_lazy("band", "较强"),
    "general": pgettext_lazy("band", "一般"),
    "weak": pgettext_lazy("band", "弱"),
}
BAND_STEPS = {"strong": 4, "fair": 3, "general": 2, "weak": 1}

# Verbs of the audit trail, as "model.verb" or plain "verb".
VERBS = {
    "disclosure_close": _("收回需求内容"),
    "contact_open": _("开放联系方式"),
    "contact_close": _("收回联系方式"),
    "scope_grant": _("授予角色"),
    "scope_revoke": _("收回角色"),
    "deactivate": _("停用账号"),
    "activate": _("恢复账号"),
    "profile_update": _("修改账号资料"),
    "password_set": _("设置密码"),
    "consent_give": _("同意授权"),
    "consent_withdraw": _("撤回授权"),
    "acting_begin": _("开始代办"),
    "acting_end": _("结束代办"),
    "invitation.create": _("发出邀请"),
    "invitation.accept": _("接受邀请"),
    "apitoken.create": _("创建令牌"),
    "create": _("建立"),
    "created": _("建立"),
    "update": _("修改"),
    "updated": _("修改"),
    "edit": _("修改"),
    "delete": _("删除"),
    "submit": _("提交"),
    "submitted": _("提交审核"),
    "publish": _("发布"),
    "published": _("发布"),
    "return": _("退回补充"),
    "returned": _("退回补充"),
    "reject": _("不予受理"),
    "rejected": _("不予受理"),
    "withdraw": _("撤回"),
    "withdrawn": _("撤回"),
    "merge": _("合并"),
    "merged": _("合并"),
    "rewrite": _("技术翻译"),
    "rewritten": _("技术翻译"),
    "resolve": _("确认解决"),
    "close": _("办结"),
    "closed": _("办结"),
    "reopen": _("重新发布"),
    "expire": _("过期"),
    "expired": _("过期"),
    "assign": _("指派专员"),
    "offer": _("推送"),
    "offered": _("推送"),
    "accept": _("接单"),
    "accepted": _("接单"),
    "decline": _("婉拒"),
    "declined": _("婉拒"),
    "confirm": _("确认"),
    "confirmed": _("确认"),
    "convert": _("转对接"),
    "release": _("退单"),
    "released": _("退单"),
    "revoke": _("撤销"),
    "revoked": _("撤销"),
    "remind": _("提醒"),
    "reminded": _("提醒"),
    "escalate": _("转专员处理"),
    "not_select": _("未选中"),
    "not_selected": _("未选中"),
    "reveal": _("查看联系方式"),
    "revealed": _("查看联系方式"),
    "open_contact": _("开放联系方式"),
    "disclose": _("提供需求内容"),
    "export": _("导出"),
    "exported": _("导出"),
    "import": _("导入"),
    "imported": _("导入"),
    "undo": _("撤销导入"),
    "undone": _("撤销导入"),
    "archive": _("归档"),
    "archived": _("归档"),
    "restore": _("恢复"),
    "verify": _("核验"),
    "verified": _("核验"),
    "refuse": _("核验未通过"),
    "pause": _("设置暂不接单"),
    "resume": _("恢复接单"),
    "pin": _("置顶"),
    "unpin": _("取消置顶"),
    "block": _("屏蔽"),
    "unblock": _("取消屏蔽"),
    "shortlist": _("选入推送"),
    "unshortlist": _("移出推送"),
    "match": _("计算匹配"),
    "invite": _("邀请"),
    "invited": _("邀请"),
    "consent": _("授权"),
    "login": _("登录"),
    "logout": pgettext_lazy("session", "退出"),
    "sign_in": _("登录"),
    "act_for": _("开始代办"),
    "upload": _("上传附件"),
    "attach": _("上传附件"),
    "detach": _("移除附件"),
    "reorder": _("调整顺序"),
    "region.succeed": _("指定现行区划"),
    "recusal_add": _("登记回避"),
    "recusal_remove": _("解除回避"),
    "chain.merge": _("并入产业链"),
    "expert.capacity": _("调整容量"),
    "expert.consent": _("登记授权"),
    "expert.contacted": _("联系专家"),
    "expert.contact_open": _("向企业开放联系方式"),
    "expert.contact_close": _("收回联系方式"),
    "expert.bind": _("绑定账号"),
    "expert.unbind": _("解绑账号"),
    "expert.merge": _("并入其他条目"),
    "enterprise.absorb": _("并入重复条目"),
    "enterprise.import_update": _("导入更新"),
    "enterprise.member_add": _("成员加入"),
    "enterprise.member_remove": _("成员移除"),
    "enterprise.verify_again": _("资料变更，待重新核验"),
    "need.import_update": _("导入更新"),
    "expert.absorb": _("并入重复条目"),
    "expert.archive": _("退出专家库"),
    "expert.import_update": _("导入更新"),
    "expert.chain_add": _("分配产业链"),
    "expert.tie_add": _("添加与本地关系"),
    "expert.tie_remove": _("删除与本地关系"),
    "expert.achievement_add": _("添加成果"),
    "expert.achievement_update": _("修改成果"),
    "expert.achievement_feature": _("调整代表成果"),
    "expert.achievement_remove": _("删除成果"),
    "expert.posting_add": _("添加任期"),
    "expert.posting_end": _("结束任期"),
    "expert.appointment_add": _("添加聘任"),
    "expert.appointment_end": _("结束聘期"),
    "expert.group_join": _("加入专家组"),
    "expert.group_leave": _("退出专家组"),
    "expert.group_lead": _("任组长"),
}
STATE_FIELDS = ("status", "verification", "consent")  # columns whose moves the trail records as old and new


def tone(status) -> str:
    return TONE_OF.get(str(status), "neutral")


def verb_word(object_type, verb):
    """What an audit verb says; a verb nobody worded is a change like any other, never a raw code on a page."""
    model = str(object_type).rpartition(".")[2]
    return VERBS.get(f"{model}.{verb}") or VERBS.get(verb) or VERBS.get(str(verb).rpartition("_")[2]) or _("更新")


# Words of what is not a status column: roles, levels, accesses.
STATE_WORDS = {
    "staff": _("工作人员"),
    "leader": _("领导"),
    "admin": _("管理员"),
    "enterprise": _("企业"),
    "expert": _("专家"),
    "summary": _("摘要"),
    "full": _("全文与联系方式"),
    "read": _("只读"),
    "write": _("读写"),
    "active": _("在用"),
    "inactive": pgettext_lazy("status", "停用"),
    "granted": _("已授权"),
    "pending": _("待授权"),
    "refused": _("不同意"),
    "notice": _("个人信息处理告知"),
    "matching": _("参与自动匹配"),
    "contact": _("确认对接后提供联系方式"),
}


def status_word(object_type, status):
    """The display word of ``status`` in the choices of the model's own state columns. Words that people wrote stay as
    they are; a code that nobody worded is left out, for a page shows no raw codes."""
    if not status:
        return ""
    for name in STATE_FIELDS:
        try:
            field = apps.get_model(object_type)._meta.get_field(name)
        except (LookupError, ValueError, FieldDoesNotExist):
            continue
        words = dict(field.flatchoices)
        if status in words:
            return words[status]
    return STATE_WORDS.get(status) or ("" if CODE.fullmatch(str(status)) else status)
