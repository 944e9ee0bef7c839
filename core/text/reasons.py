"""What each coded reason says to a person: what is wrong, and what to do about it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Worded = tuple[str | Promise, str | Promise]

REASONS: dict[str, Worded] = {
    "required": (_("必填项为空"), _("请补填后重新导入")),
    "phone_format": (_("电话号码格式不正确"), _("请填写 11 位手机号，或带区号的固定电话，如 0537-8721234")),
    "phone_digits_lost": (
        _("电话号码以科学记数法保存，末尾数字已丢失"),
        _("请把该列设为“文本”格式后重新填写完整号码"),
    ),
    "phone_several": (_("填写了多个号码，已采用第一个"), _("请确认首选号码；其余号码保留在导入记录中")),
    "phone_area_code": (_("固定电话缺少区号"), _("请补上区号，如 0537-8721234")),
    "email_format": (_("电子邮箱格式不正确"), _("请填写如 name@example.com 的邮箱地址")),
    "url_format": (_("网址格式不正确"), _("请填写以 http:// 或 https:// 开头的网址")),
    "date_format": (_("日期无法识别"), _("请填写如 2023-05-01、2023年5月 的日期")),
    "date_ambiguous": (_("日期有多种读法"), _("请按“年-月-日”的顺序填写，年份写满 4 位")),
    "date_range": (_("日期超出合理范围"), _("请核对年份")),
    "date_missing_day": (_("日期缺少月或日"), _("请填写完整的年月日")),
    "month_ambiguous": (
        _("“2023.1”可能是 1 月，也可能是 10 月，已按 1 月读取"),
        _("请改写为 2023-01 或 2023-10"),
    ),
    "number_format": (_("不是数字"), _("请只填写数字，不带说明文字")),
    "number_range": (_("数字超出允许范围"), _("请核对数字与单位")),
    "number_whole": (_("应为整数"), _("请填写不带小数的数字")),
    "money_format": (_("金额无法识别"), _("请填写如 50、50万元 或 1.2亿元 的金额")),
    "money_negative": (_("金额不能为负"), _("请核对金额")),
    "bool_format": (_("应填写“是”或“否”"), _("请改为“是”或“否”")),
    "choice_unknown": (_("不在可选范围内"), _("请从模板的下拉列表中选择")),
    "credit_length": (_("统一社会信用代码应为 18 位"), _("请对照营业执照填写完整代码")),
    "credit_chars": (
        _("统一社会信用代码含有不可能出现的字符（不使用 I、O、S、V、Z）"),
        _("请检查是否把 1 写成 I、把 0 写成 O"),
    ),
    "credit_check": (_("统一社会信用代码校验位不符"), _("请对照营业执照逐位核对")),
    "credit_digits_lost": (
        _("统一社会信用代码被表格软件改成了数字，末尾数字已丢失"),
        _("请把该列设为“文本”格式后重新填写"),
    ),
    "credit_old": (
        _("填写的是旧版组织机构代码或工商注册号"),
        _("请改填 18 位统一社会信用代码"),
    ),
    "digits_lost": (
        _("长数字被表格软件改成了科学记数法，末尾数字可能已丢失"),
        _("请把该列设为“文本”格式后重新填写"),
    ),
    "too_long": (_("内容超过允许长度，已截短保存"), _("请精简内容；原文保留在导入记录中")),
    "long_advised": (_("内容超过建议长度"), _("建议精简，以便审核和匹配")),
    "name_format": (_("姓名应为 2 至 50 个字"), _("请核对姓名，不要填写称谓、电话等其他内容")),
    "cell_error": (_("单元格是公式错误值"), _("请修正公式，或改填实际内容")),
    "formula_no_value": (
        _("公式没有保存计算结果"),
        _("请用表格软件打开并保存一次，或把公式粘贴为数值"),
    ),
    "mojibake": (_("疑似乱码"), _("请对照原文核对并改正")),
    "repaired": (_("原文是乱码，已按编码还原"), _("请核对还原后的文字")),
    "spam": (_("含疑似广告的内容，已隔离"), _("如系误判，请在导入记录中恢复")),
}


def reason_text(code: str) -> str:
    """What is wrong, in the reader's language; an unknown code is shown as it is."""
    return str(REASONS[code][0]) if code in REASONS else code


def remedy_text(code: str) -> str:
    """What to do about it."""
    return str(REASONS[code][1]) if code in REASONS else ""
