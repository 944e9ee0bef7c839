"""What is asked before an import: the file and its register, and each register's own options."""

import hashlib

from django import forms
from django.utils.translation import gettext_lazy as _

from core.intake import registers
from core.models import Region
from enterprises.enums import Confidentiality
from enterprises.importers import STATUS_CHOICES
from experts.importers import IDENTITIES


class OptionsForm(forms.Form):
    """Options of every register. Also reads ``--option key=value`` of the command."""

    include_hidden = forms.BooleanField(label=_("同时导入隐藏行"), required=False)


class ExpertOptions(OptionsForm):
    identity = forms.ChoiceField(
        label=_("未注明身份的专家登记为"),
        required=False,
        choices=[("", _("不指定")), *((choice.value, choice.label) for choice in IDENTITIES)],
        help_text=_("表中没有“身份”列时使用"),
    )


class EnterpriseOptions(OptionsForm):
    verified = forms.BooleanField(
        label=_("有信用代码的企业视为已核验"), required=False, help_text=_("数据来自市场监管或统计部门时勾选")
    )


class NeedOptions(OptionsForm):
    status = forms.ChoiceField(
        label=_("导入后的状态"),
        required=False,
        choices=[(choice.value, choice.label) for choice in STATUS_CHOICES],
    )
    create_missing_firms = forms.BooleanField(
        label=_("自动建立缺少的企业"), required=False, help_text=_("企业库中没有的企业按名称和信用代码建立，待核验")
    )
    confidentiality = forms.ChoiceField(
        label=_("未注明保密级别的需求"),
        required=False,
        choices=[("", _("按“摘要公开”处理")), *Confidentiality.choices],
    )


OPTIONS = {"experts": ExpertOptions, "enterprises": EnterpriseOptions, "needs": NeedOptions}


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("登记册"))
    county = forms.ModelChoiceField(label=_("县区"), queryset=Region.objects.none(), to_field_name="code")
    file = forms.FileField(
        label=_("文件"),
        allow_empty_file=True,  # the reader says what to do about it
        max_length=255,
        help_text=_(
            "支持 .xlsx、.xls 和 .csv，不超过 10 MB、20,000 行。表头可以用各地习惯的列名，标题行和合计行会自动识别。"
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": _("请选择要导入的文件。"), "max_length": _("文件名过长，请改短后重新上传。")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(registers.titles().items())
        self.fields["county"].queryset = Region.objects.filter(pk__in=user.county_ids("staff", "admin")).order_by(
            "code"
        )


def digest(content):
    return hashlib.sha256(content).hexdigest()
