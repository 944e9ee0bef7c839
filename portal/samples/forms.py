"""Forms and filters of the samples, made like those of the product."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy

from core.choices import Cooperation
from enterprises.enums import Confidentiality
from experts.enums import ExpertStatus
from experts.models import Expert


class SampleForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("需求名称"), max_length=40, help_text=gettext_lazy("不超过 40 字，一句话说清要解决什么。")
    )
    types = forms.MultipleChoiceField(
        label=gettext_lazy("需求类型"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[
            ("technical", gettext_lazy("技术攻关")),
            ("transfer", gettext_lazy("成果转化")),
            ("testing", gettext_lazy("检验检测")),
            ("training", gettext_lazy("人才培养")),
        ],
    )
    situation = forms.CharField(label=gettext_lazy("现状与问题"), widget=forms.Textarea, max_length=800)
    budget = forms.DecimalField(label=gettext_lazy("拟投入"), required=False)
    deadline = forms.DateField(label=gettext_lazy("期望完成时间"), required=False)
    chain = forms.ChoiceField(
        label=gettext_lazy("产业链"),
        required=False,
        choices=[("", gettext_lazy("请选择")), ("1", "高端化工"), ("2", "新材料")],
    )
    confidentiality = forms.ChoiceField(
        label=gettext_lazy("保密级别"),
        widget=forms.RadioSelect,
        choices=Confidentiality.choices,
        help_text=gettext_lazy("摘要公开：专家接单前只看到摘要，看不到企业名称。"),
    )
    report = forms.FileField(
        label=gettext_lazy("检测报告"), required=False, help_text=gettext_lazy("PDF、图片或 Excel，不超过 10 MB。")
    )
    onsite = forms.BooleanField(label=gettext_lazy("专家可到现场查看"), required=False)


class TargetForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("指标"))
    current = forms.CharField(label=gettext_lazy("现值"), required=False)
    target = forms.CharField(label=gettext_lazy("目标值"), required=False)
    unit = forms.CharField(label=gettext_lazy("单位"), required=False)


TargetSet = forms.formset_factory(TargetForm, extra=0, can_delete=True)


class SampleFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        label=gettext_lazy("搜索"), field_name="name", help_text=gettext_lazy("姓名、拼音、单位、专业领域")
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("状态"), choices=ExpertStatus.choices, empty_label=gettext_lazy("全部")
    )
    chain = django_filters.ChoiceFilter(
        label=gettext_lazy("产业链"),
        field_name="city",
        choices=[("1", "高端化工"), ("2", "新材料")],
        empty_label=gettext_lazy("全部"),
    )
    is_hometown = django_filters.BooleanFilter(label=gettext_lazy("老乡专家"))
    cooperation = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("可服务方式"),
        field_name="city",
        choices=Cooperation.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    updated = django_filters.DateFromToRangeFilter(label=gettext_lazy("资料更新时间"), field_name="profile_updated_at")

    class Meta:
        model = Expert
        fields = ()
